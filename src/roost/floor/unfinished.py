"""What a restart must send again: timers, signalling that isn't answered yet, and what media
must be doing. Media remembers ids and signalling sends the same bytes, so twice does no harm."""

from collections.abc import Sequence

from roost.floor import moving
from roost.floor.agents import messages as agents
from roost.floor.agents.model import Agent, Agents, Presence
from roost.floor.announcing import announced_by
from roost.floor.calls import messages as calls
from roost.floor.calls.model import ASK_US, CLEAR_US, LEASE_US, Call, Leg, LegState
from roost.floor.calls.talks import dial
from roost.floor.definition import AskWebStep
from roost.floor.effects import (
    AnswerLeg,
    AnswerLine,
    AskLeg,
    AskWeb,
    CloseMedia,
    CollectDigits,
    DialAgent,
    EndLeg,
    PauseTrack,
    RefuseLeg,
    RingLeg,
    SetMatrix,
    StartTrack,
    StopTrack,
    TrackPurpose,
)
from roost.floor.flows import messages as flows
from roost.floor.flows.model import Flows, Run
from roost.floor.modes import messages as modes
from roost.floor.modes.model import Modes
from roost.floor.parties import INTERRUPTED_US, RING_US, WHISPER_US, Party
from roost.floor.queues import messages as queues
from roost.floor.queues.model import Queues, overflows_at, widens_at
from roost.floor.routing import messages as routing
from roost.floor.routing.model import Routing
from roost.floor.state import CellState
from roost.floor.tasks import messages as tasks
from roost.floor.tasks.model import Tasks, TaskState
from roost.floor.tasks.routed import widening
from roost.kernel.ids import AgentId, CollectId, ContactId, ModeId, TrackId
from roost.kernel.messages import Effect, Wake
from roost.kernel.time import DurationUs, InstantUs, after


def unfinished(state: CellState, now: InstantUs) -> Sequence[Effect]:
    """Every lease begins anew; what's overdue comes at once."""
    effects: list[Effect] = []
    for call in state.calls.calls.values():
        if call.ended_at is not None:
            effects.extend(_ended(state, call, now))
        else:
            effects.extend(_going_on(state, call, now))
            effects.extend(_talk(state, call, now))
    for run in state.flows.runs.values():
        effects.extend(_flow(state, run, now))
    effects.extend(_queues(state.queues, now))
    effects.extend(_agents(state.agents, now))
    effects.extend(_routing(state.routing, now))
    effects.extend(_tasks(state.tasks, now))
    effects.extend(_modes(state.modes, now))
    effects.extend(moving.timers(state, now))
    return effects


def _at(now: InstantUs, start: InstantUs, length: DurationUs) -> InstantUs:
    return max(now, after(start, length))


def _ended(state: CellState, call: Call, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for leg in call.legs.values():
        effects.extend(_end(state, call, leg, now))
    effects.extend(
        StopTrack(call.media, track.leg, TrackId(name)) for name, track in call.tracks.items()
    )
    if call.unmeasured:
        effects.append(CloseMedia(call.id, call.media, tuple(call.unmeasured)))
    effects.append(Wake(after(now, CLEAR_US), calls.CheckContact(call.id, asked=True)))
    return effects


def _end(state: CellState, call: Call, leg: Leg, now: InstantUs) -> Sequence[Effect]:
    """A phone that never answered has no dialog to be ended by: it's dialled again, with the
    same bytes, so that there's something to cancel. Else it would ring on by itself."""
    if leg.party is Party.CUSTOMER and not call.outbound:
        return (EndLeg(leg.id, leg.reason) if leg.connected else RefuseLeg(leg.id, leg.reason),)
    if leg.connected:
        return (EndLeg(leg.id, leg.reason),)
    return (_dial(state, call, leg, now)[0], EndLeg(leg.id, leg.reason))


def _dial(state: CellState, call: Call, leg: Leg, now: InstantUs) -> Sequence[Effect]:
    """With the ring's limit, where it isn't the offer's."""
    if leg.agent is None:
        return dial(state.calls, call, leg, now, again=True)
    dialled = DialAgent(
        leg.id,
        call.id,
        leg.agent,
        call.client,
        call.media,
        call.caller,
        again=True,
        party=leg.party,
        asked=(call.own_phone and not call.callback) or leg.party is Party.WATCHER,
    )
    if leg.party is not Party.WATCHER:
        return (dialled,)
    return (dialled, Wake(after(now, RING_US), calls.RingLapsed(leg.id)))


def _going_on(state: CellState, call: Call, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    asked = False
    for leg in call.legs.values():
        if leg.state is LegState.RINGING:
            effects.append(RingLeg(leg.id, early_media=call.early))
        elif leg.state is LegState.ANSWERED:
            effects.append(AnswerLeg(leg.id))
        elif leg.state is LegState.DIALLED:
            effects.extend(_dial(state, call, leg, now))
        elif leg.state is LegState.ENDING:
            effects.extend(_end(state, call, leg, now))
        if leg.asks:
            asked = True
            effects.append(AskLeg(leg.id))
    if call.version:
        effects.append(SetMatrix(call.id, call.media, call.version, call.routes))
    if call.collection is not None:
        effects.append(_collecting(call))
    effects.extend(
        StartTrack(
            call.id, call.client, call.media, track.leg, TrackId(name), track.purpose, track.most_us
        )
        for name, track in call.tracks.items()
        if not track.over
    )
    if asked:
        effects.append(Wake(after(now, ASK_US), calls.CheckContact(call.id, asked=True)))
    effects.append(Wake(after(now, LEASE_US), calls.CheckContact(call.id)))
    return effects


def _talk(state: CellState, call: Call, now: InstantUs) -> list[Effect]:
    """A whisper, an interrupted line, a recording's pause: each with its limit anew."""
    effects: list[Effect] = []
    for leg in call.legs.values():
        if leg.whisper is not None and leg.offer is not None:
            effects.append(Wake(after(now, WHISPER_US), calls.Bridge(call.id, leg.offer)))
        if leg.lost_at is not None:
            due = _at(now, leg.lost_at, INTERRUPTED_US)
            effects.append(Wake(due, calls.LineLapsed(leg.id, leg.lost_at)))
    consulted = call.legs.get(call.transfer.leg or "") if call.transfer else None
    if call.transfer and call.transfer.line and call.host and consulted and consulted.joined:
        effects.append(AnswerLine(call.host))
    for name, track in call.tracks.items():
        if track.over:
            effects.append(StopTrack(call.media, track.leg, TrackId(name)))
        elif call.paused and track.purpose is TrackPurpose.RECORDING:
            effects.append(PauseTrack(call.media, track.leg, TrackId(name), paused=True))
    if call.paused:
        limit = after(now, state.calls.accounts[call.client].pause_us)
        over = calls.PauseTracks(call.id, paused=False, pause=call.pauses)
        effects.append(Wake(limit, over))
    return effects


def _collecting(call: Call) -> CollectDigits:
    of = call.collection
    assert of is not None
    return CollectDigits(
        contact=call.id,
        client=call.client,
        media=call.media,
        leg=of.leg,
        collect=of.id,
        most=of.most,
        terminators=of.terminators,
        first_us=of.first_us,
        next_us=of.next_us,
        barge_in=True,
        mask=of.mask,
    )


def _flow(state: CellState, run: Run, now: InstantUs) -> list[Effect]:
    if run.waits == "queue":
        return [*_offer(run, now), *_announces(state, run, now)]
    effects: list[Effect] = [Wake(max(now, run.due), flows.StepLapsed(run.contact, run.turn))]
    if run.waits == "web":
        effects.append(_web(state.flows, run, now))
    return effects


def _announces(state: CellState, run: Run, now: InstantUs) -> list[Effect]:
    announce = announced_by(state, run)
    if announce is None:
        return []
    return [Wake(after(now, announce.every_us), flows.AnnounceWait(run.contact, run.turn))]


def _offer(run: Run, now: InstantUs) -> list[Effect]:
    """A callback that's offered, or will be."""
    effects: list[Effect] = []
    if run.offering:
        over = flows.OfferOver(run.contact, CollectId(run.offering))
        effects.append(Wake(max(now, run.due), over))
    if run.offer_at:
        effects.append(Wake(max(now, run.offer_at), flows.OfferCallback(run.contact, run.turn)))
    return effects


def _web(state: Flows, run: Run, now: InstantUs) -> Effect:
    """Asked again only where the receiver takes the same request twice for one; else the
    outcome is unknown, and the flow takes its fallback."""
    step = state.versions[run.flow].flow.steps[run.step]
    assert isinstance(step, AskWebStep)
    if not step.idempotent:
        return Wake(now, flows.WebAnswered(run.contact, run.awaited, "unknown"))
    return AskWeb(
        contact=run.contact,
        client=run.client,
        request=run.awaited,
        url=step.url,
        method=step.method,
        send={name: run.variables.get(name, "") for name in step.send},
        choices=step.choices,
        texts=step.texts,
        deadline_us=step.deadline_us,
        idempotent=True,
    )


def _queues(state: Queues, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for key, entry in state.entries.items():
        if entry.answered:
            continue
        contact, number = ContactId(key), entry.number
        effects.append(Wake(max(now, entry.due), queues.WaitLapsed(contact, number)))
        if entry.callback is not None and entry.callback.not_before > now:
            effects.append(Wake(entry.callback.not_before, queues.Stand(contact, number)))
        widens = widens_at(state.lines[entry.queue], entry, entry.ring)
        if widens is not None:
            effects.append(Wake(max(now, widens), queues.Widen(contact, number)))
        overflows = overflows_at(entry)
        if overflows is not None:
            effects.append(Wake(max(now, overflows), queues.OverflowDue(contact, number)))
    return effects


def _routing(state: Routing, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for key, seat in state.seats.items():
        agent = AgentId(key)
        if seat.state == "resting":
            over = routing.RestOver(agent, seat.number)
            effects.append(Wake(max(now, seat.rest_until), over))
        if seat.shut_until:
            opens = routing.OpenAgent(agent, seat.shut_until)
            effects.append(Wake(max(now, seat.shut_until), opens))
    return effects


def _agents(state: Agents, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for agent in state.agents.values():
        if agent.handling is not None:
            effects.extend(_agent(state, agent.id, agent, now))
    return effects


def _agent(state: Agents, id: AgentId, agent: Agent, now: InstantUs) -> list[Effect]:
    handling = agent.handling
    assert handling is not None
    if agent.presence is Presence.OFFERED:
        due = _at(now, handling.offered_at, handling.ring_us)
        return [Wake(due, agents.OfferLapsed(id, handling.offer))]
    if agent.presence is Presence.WRAPPING:
        return [Wake(max(now, handling.until), agents.WrapUpLapsed(id, handling.offer))]
    return []


def _tasks(state: Tasks, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for task in state.tasks.values():
        if task.offer is not None:
            lapse = tasks.TaskOfferLapsed(task.id, task.offer)
            effects.append(Wake(max(now, task.lapses), lapse))
        line = state.queues.get(task.queue)
        if task.queued and line is not None:
            effects.extend(widening(line, task, task.ring, now))
        if task.state is not TaskState.DUE:
            effects.append(Wake(max(now, task.at), tasks.TaskFallsDue(task.id, task.at)))
        effects.append(Wake(max(now, task.until), tasks.TaskLapses(task.id, task.until)))
    return effects


def _modes(state: Modes, now: InstantUs) -> list[Effect]:
    effects: list[Effect] = []
    for key, mode in state.modes.items():
        if not mode.began:
            effects.append(Wake(max(now, mode.begins), modes.ModeBegins(ModeId(key))))
        effects.append(Wake(max(now, mode.ends), modes.ModeLapses(ModeId(key), mode.ends)))
    return effects
