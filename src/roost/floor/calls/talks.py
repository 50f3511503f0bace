"""A contact's talk: who joins it, who leaves it, hold, recording's pause, interrupted lines.

What happens when somebody leaves (docs/decisions/0009):

    the customer                        the contact ends, for everybody
    the host, others take part          the first agent among them carries the contact, or nobody
                                        (a guest alone); whoever was on hold is taken in
    the host, its target still rings    the ringing stops; the customer waits again, time kept
    the host alone with the customer    the contact ends; within HEARD_US the customer waits again
    anybody else                        the others go on
"""

from roost.floor.calls import hearing
from roost.floor.calls import messages as m
from roost.floor.calls.hearing import STALE, live, offered_leg
from roost.floor.calls.model import HEARD_US, Call, Calls, Leg, LegState
from roost.floor.calls.parties import Talk, parts
from roost.floor.effects import (
    AnswerLeg,
    AnswerLine,
    DialNumber,
    EndLine,
    FromPrompts,
    PauseTrack,
    Route,
    SetMatrix,
    TrackPurpose,
)
from roost.floor.parties import INTERRUPTED_US, RING_US, WHISPER_US, Party
from roost.kernel.ends import Reason
from roost.kernel.ids import AgentId, LegId, OfferId, PlayId, PromptId, QueueId, TrackId
from roost.kernel.messages import Decision, Effect, Refusal, Wake
from roost.kernel.time import InstantUs, after

# --- joining ---


def bridge(state: Calls, now: InstantUs, command: m.Bridge) -> Decision | Refusal:
    """The agent joins. An outbound contact's customer is called only now."""
    call = live(state, command.contact)
    leg = offered_leg(call, command.offer) if call else None
    if call is None or leg is None or leg.state is not LegState.UP:
        return STALE
    if call.own_phone:
        return _call_customer(state, now, call, leg)
    if command.whisper:
        return STALE if leg.whisper else _whisper(call, leg, now, command.whisper)
    return join(state, call, leg)


def play_ended(state: Calls, now: InstantUs, command: m.PlayEnded) -> Decision | Refusal:
    """The end of a whisper brings the agent in; of other plays, see `hearing.py`."""
    call = live(state, command.contact)
    for leg in call.legs.values() if call else ():
        if leg.whisper == command.play and leg.offer is not None:
            return bridge(state, now, m.Bridge(command.contact, leg.offer))
    return hearing.play_ended(state, now, command)


def join(state: Calls, call: Call, leg: Leg, connected: m.LegConnected | None = None) -> Decision:
    """A leg that's up takes part. Whom a host consults is alone with the host at first."""
    talk = Talk(state, call)
    if connected is not None:
        talk.tell(connected)
    if not call.answered and (not call.outbound or leg.party is Party.CUSTOMER):
        effects = () if call.outbound else (AnswerLeg(call.caller_leg),)
        talk.tell(m.CallAnswered(owner=call.owner, contact=call.id), *effects)
    for event, effect in zip(*hearing.dropped(call), strict=True):
        talk.tell(event, effect)
    talk.join(leg)
    transfer = call.transfer
    if transfer is not None and leg.party is not Party.WATCHER:
        if call.host is None:
            talk.tell(_completed(call, leg))
        elif transfer.leg == leg.id:
            if transfer.line:
                talk.effects.append(AnswerLine(call.host))
            for voice in tuple(talk.voices.values()):
                if voice.party is not Party.WATCHER and voice.leg not in (call.host, leg.id):
                    talk.hold(voice.leg, held=True)
    return talk.decision()


def _whisper(call: Call, leg: Leg, now: InstantUs, prompts: tuple[PromptId, ...]) -> Decision:
    """The agent alone hears what it's about; the customer goes on hearing what it hears."""
    play = PlayId(f"{call.id}/w{call.version + 1}")
    version = call.version + 1
    routes = (*call.routes, Route(FromPrompts(play, prompts), leg.id))
    join_then = Wake(after(now, WHISPER_US), m.Bridge(call.id, leg.offer or OfferId("")))
    return Decision(
        (
            m.AgentWhispered(owner=call.owner, contact=call.id, leg=leg.id, play=play),
            m.MatrixChanged(owner=call.owner, contact=call.id, version=version, routes=routes),
        ),
        (SetMatrix(call.id, call.media, version, routes), join_then),
    )


def call_customer(state: Calls, now: InstantUs, command: m.CallCustomer) -> Decision | Refusal:
    """Before any agent: nobody hears it ring."""
    call = live(state, command.contact)
    if call is None or not call.own_phone or call.legs:
        return STALE
    dialled = _customer_dialled(call)
    return Decision((dialled,), dial(state, call, dialled, now))


def _customer_dialled(call: Call) -> m.LegDialled:
    return m.LegDialled(
        owner=call.owner,
        contact=call.id,
        leg=call.caller_leg,
        agent=None,
        offer=None,
        party=Party.CUSTOMER,
        number=call.caller,
        entry=call.entry,
    )


def _call_customer(state: Calls, now: InstantUs, call: Call, agent: Leg) -> Decision:
    talk = Talk(state, call)
    talk.join(agent)
    dialled = _customer_dialled(call)
    talk.called(call.caller_leg, Party.CUSTOMER)
    talk.matrix()
    talk.tell(dialled, *dial(state, call, dialled, now))
    return talk.as_it_stands()


def dial(
    state: Calls, call: Call, of: m.LegDialled | Leg, now: InstantUs, again: bool = False
) -> tuple[Effect, ...]:
    """Call an outside number, with the client's own shown; for at most RING_US."""
    account = state.accounts[call.client]
    leg = of.id if isinstance(of, Leg) else of.leg
    number = DialNumber(
        leg,
        call.id,
        call.client,
        call.media,
        of.number,
        account.directory.get(of.entry, "") if of.entry else "",
        account.number,
        call.trunk,
        again,
    )
    return (number, Wake(after(now, RING_US), m.RingLapsed(leg)))


def _completed(call: Call, leg: Leg | None) -> m.TransferCompleted:
    assert call.transfer is not None
    return m.TransferCompleted(
        owner=call.owner,
        contact=call.id,
        how=call.transfer.how,
        kind=call.transfer.kind,
        agent=leg.agent if leg else None,
    )


def fails(talk: Talk, why: Reason) -> None:
    """The transfer under way has come to nothing."""
    call = talk.call
    transfer = call.transfer
    assert transfer is not None
    event = m.TransferFailed(
        owner=call.owner, contact=call.id, how=transfer.how, kind=transfer.kind, why=why
    )
    talk.tell(event)
    if transfer.line and call.host is not None:
        talk.effects.append(EndLine(call.host, why))


# --- leaving ---


def pending(call: Call) -> Leg | None:
    """The leg of a transfer that's being called still."""
    leg = call.legs.get(call.transfer.leg or "") if call.transfer else None
    if leg is None or leg.joined or leg.state is LegState.ENDING:
        return None
    return leg


def left(
    state: Calls,
    call: Call,
    leg: Leg,
    now: InstantUs,
    ended: m.LegEnded | None,
    reason: Reason,
    lapsed: bool = False,
) -> Decision | None:
    """A leg that took part is gone (`ended`), or is to go for this `reason`. None: it's the
    contact's end. `lapsed`: its line was lost, which is nobody's wish."""
    talk = Talk(state, call)
    others = [one for one in parts(call, Party.AGENT, Party.GUEST) if one.id != leg.id]
    if leg.party is Party.WATCHER:
        _out(talk, leg, ended, reason)
        return talk.decision()
    if others:
        if call.host == leg.id:
            _succeed(talk, leg, others)
        elif call.transfer is not None and call.transfer.leg == leg.id:
            fails(talk, reason)
        _out(talk, leg, ended, reason)
        return talk.decision()
    if call.outbound and not call.answered:
        return None  # the customer isn't there yet: nobody is left who would wait
    called = pending(call)
    unheard = ended is not None and leg.party is Party.AGENT and now - leg.since < HEARD_US
    if called is None and not lapsed and not unheard:
        return None
    if called is not None:
        talk.let_go(called, Reason.CALLER_LEFT)
        fails(talk, reason)
    _out(talk, leg, ended, reason)
    put_back(talk)
    return talk.as_it_stands()


def _out(talk: Talk, leg: Leg, ended: m.LegEnded | None, reason: Reason) -> None:
    if ended is not None:
        talk.gone(ended)
    else:
        talk.let_go(leg, reason)


def _succeed(talk: Talk, host: Leg, others: list[Leg]) -> None:
    """Somebody else carries the contact on: whom the host consulted before any other."""
    call = talk.call
    agents = [one for one in others if one.party is Party.AGENT]
    target = call.transfer.leg if call.transfer else None
    heir = next((one for one in agents if one.id == target), agents[0] if agents else None)
    if call.transfer is not None:
        talk.tell(_completed(call, heir))
    talk.host(heir)
    talk.hold_others(host.id, held=False)


def put_back(
    talk: Talk,
    queue: QueueId | None = None,
    direct: AgentId | None = None,
    ringing: OfferId | None = None,
    transferred: bool = False,
) -> None:
    """The customer waits for an agent (again), and hears what's heard by those who wait."""
    call = talk.call
    talk.stop_recording(call.caller_leg)
    routes = talk.wait_again()
    talk.tell(
        m.CallerReturned(
            owner=call.owner,
            contact=call.id,
            queue=queue,
            direct=direct,
            ringing=ringing,
            transferred=transferred,
        )
    )
    talk.matrix(routes)


def not_reached(
    state: Calls, call: Call, leg: Leg, ended: m.LegEnded | None, why: Reason
) -> Decision | None:
    """A leg that never took part is over (`ended`), or no longer wanted. None: it's the
    contact's end, since it was the customer whom we called."""
    if leg.party is Party.CUSTOMER:
        return None
    talk = Talk(state, call)
    ours = call.transfer is not None and call.transfer.leg == leg.id
    _out(talk, leg, ended, why)
    if not ours:
        return talk.as_it_stands()
    fails(talk, why)
    customer = call.legs.get(call.caller_leg)
    if call.host is not None:
        talk.matrix()
    elif customer is not None and customer.joined:  # nobody is with the customer any more
        put_back(talk)
    return talk.as_it_stands()


# --- hold ---


def hold_caller(state: Calls, now: InstantUs, command: m.HoldCaller) -> Decision | Refusal:
    call = live(state, command.contact)
    return STALE if call is None else hold(state, call, command.held)


def hold(state: Calls, call: Call, held: bool) -> Decision | Refusal:
    """Everybody but the host hears music, or all hear each other again."""
    if call.host is None:
        return STALE
    talk = Talk(state, call)
    talk.hold_others(call.host, held)
    return talk.decision() if talk.events else STALE


def customer_held(call: Call) -> bool:
    customer = call.legs.get(call.caller_leg)
    return customer is not None and customer.held


# --- recording ---


def pause_tracks(state: Calls, now: InstantUs, command: m.PauseTracks) -> Decision | Refusal:
    call = live(state, command.contact)
    if call is None or call.paused == command.paused:
        return STALE
    if command.pause and command.pause != call.pauses:
        return STALE
    pause = call.pauses + 1 if command.paused else call.pauses
    effects: list[Effect] = [
        PauseTrack(call.media, track.leg, TrackId(name), command.paused)
        for name, track in call.tracks.items()
        if track.purpose is TrackPurpose.RECORDING and not track.over
    ]
    if command.paused:
        limit = after(now, state.accounts[call.client].pause_us)
        effects.append(Wake(limit, m.PauseTracks(call.id, paused=False, pause=pause)))
    event = m.RecordingPaused(
        owner=call.owner,
        contact=call.id,
        paused=command.paused,
        pause=pause,
        agent=command.agent,
    )
    return Decision((event,), tuple(effects))


# --- lines that are lost, and come back ---


def leg_interrupted(state: Calls, now: InstantUs, command: m.LegInterrupted) -> Decision | Refusal:
    found = standing(state, command.leg)
    if found is None or found[1].lost_at is not None:
        return STALE
    changed = _line(state, *found, lost=True)
    lapse = Wake(after(now, INTERRUPTED_US), m.LineLapsed(command.leg, now))
    return Decision(changed.events, (*changed.effects, lapse))


def leg_resumed(state: Calls, now: InstantUs, command: m.LegResumed) -> Decision | Refusal:
    found = standing(state, command.leg)
    if found is None or found[1].lost_at is None:
        return STALE
    return _line(state, *found, lost=False)


def standing(state: Calls, id: LegId) -> tuple[Call, Leg] | None:
    contact = state.legs.get(id)
    call = live(state, contact) if contact else None
    leg = call.legs.get(id) if call else None
    if call is None or leg is None or leg.state not in (LegState.UP, LegState.BRIDGED):
        return None
    return call, leg


def _line(state: Calls, call: Call, leg: Leg, lost: bool) -> Decision:
    talk = Talk(state, call)
    talk.tell(m.LineInterrupted(owner=call.owner, contact=call.id, leg=leg.id, lost=lost))
    voice = talk.voices.get(leg.id)
    if voice is None:
        return talk.as_it_stands()
    voice.lost = lost
    return talk.decision()
