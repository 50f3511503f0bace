"""A contact's way through its flow: each outcome leads on to the next wait."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor import definition as d
from roost.floor.flows import messages as m
from roost.floor.flows.in_modes import affecting, leads_on, shuts
from roost.floor.flows.interpreter import (
    Loop,
    Walk,
    ask,
    enqueue,
    leads_to_voicemail,
    music_resumed,
    record,
    walk,
)
from roost.floor.flows.model import (
    MOST_TURNED_AWAY,
    RESCUE_WAIT_US,
    RESCUED,
    TRANSFER_WAIT_US,
    TRANSFERRED,
    Flows,
    Run,
    version_key,
)
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId, PlayId, QueueId, owner_of
from roost.kernel.messages import Command, Decision, Effect, Event, Refusal, Wake
from roost.kernel.time import SECOND, DurationUs, InstantUs, after

STALE: Final = Refusal("stale")


def start_flow(state: Flows, now: InstantUs, command: m.StartFlow) -> Decision | Refusal:
    if command.contact in state.runs:
        return STALE
    flow = state.versions[state.numbers[command.number]].flow
    key = version_key(flow.id, flow.version)
    run = Run(command.contact, command.client, key, command.tags, {})
    started = m.FlowStarted(
        owner=owner_of(command.client),
        contact=command.contact,
        flow=flow.id,
        version=flow.version,
        tags=command.tags,
    )
    return _go(state, run, flow, now, flow.start, {}, "", "", (started,))


def _waiting(state: Flows, contact: ContactId, waits: str, awaited: str | None) -> Run | None:
    run = state.runs.get(contact)
    if run is None or run.waits != waits or (awaited is not None and run.awaited != awaited):
        return None
    return run


def _step(state: Flows, run: Run) -> tuple[d.Flow, d.Step]:
    flow = state.versions[run.flow].flow
    return flow, flow.steps[run.step]


def _go(
    state: Flows,
    run: Run,
    flow: d.Flow,
    now: InstantUs,
    then: str,
    variables: dict[str, str],
    passed: str,
    choice: str = "",
    before: tuple[Event, ...] = (),
) -> Decision:
    """On from the step `then`, to the next wait."""
    try:
        going = walk(state, flow, run, now, then, variables)
    except Loop:
        rescued = m.FlowRescued(owner=owner_of(run.client), contact=run.contact)
        return _to_safety(state, run, now, (*before, rescued))
    return _stop(run, going, now, passed, choice, before)


def _stop(
    run: Run,
    going: Walk,
    now: InstantUs,
    passed: str,
    choice: str = "",
    before: tuple[Event, ...] = (),
) -> Decision:
    """The walk's outcome as an event, with the lease of the wait."""
    turn = run.turn + 1
    event = m.FlowAdvanced(
        owner=owner_of(run.client),
        contact=run.contact,
        step=going.step,
        turn=turn,
        attempt=going.attempt,
        variables=going.variables,
        acts=tuple(going.acts),
        passed=passed,
        choice=choice,
        request=going.web.request if going.web else "",
        announced=going.announced,
        lease_us=going.lease_us,
    )
    effects: list[Effect] = []
    if going.web is not None:
        effects.append(going.web)
    if going.lease_us:
        effects.append(Wake(after(now, going.lease_us), m.StepLapsed(run.contact, turn)))
    if going.offer is not None:
        due = after(now, going.offer.after_us)
        effects.append(Wake(due, m.OfferCallback(run.contact, turn)))
    if going.announce is not None:
        due = after(now, going.announce.first_us)
        effects.append(Wake(due, m.AnnounceWait(run.contact, turn)))
    return Decision((*before, event), tuple(effects))


def _again(state: Flows, run: Run, now: InstantUs) -> Walk:
    """A walk that stays at the same step."""
    flow = state.versions[run.flow].flow
    return Walk(state, run, flow, now, [], {}, run.step, run.attempt)


def prompts_done(state: Flows, now: InstantUs, command: m.PromptsDone) -> Decision | Refusal:
    run = _waiting(state, command.contact, "play", command.play)
    if run is not None:
        return _said(state, run, now, "")
    run = _waiting(state, command.contact, "queue", command.play)  # an announcement
    if run is None or run.offering:
        return STALE
    return Decision((music_resumed(state, run, "announced"),))


def _said(state: Flows, run: Run, now: InstantUs, passed: str) -> Decision:
    flow, step = _step(state, run)
    if isinstance(step, d.TakeVoicemail):
        going = _again(state, run, now)
        record(going, step)
        return _stop(run, going, now, passed)
    if run.telling:  # what's declared: the step is entered once more
        return _go(state, run, flow, now, run.step, {}, passed)
    if isinstance(step, d.Enqueue):  # who'll be called back has been told so
        return _end(run, now, Blame.CLIENT, Reason.CALLBACK_PROMISED, passed)
    assert isinstance(step, d.Say), step
    return _go(state, run, flow, now, step.then, {}, passed)


def digits_done(state: Flows, now: InstantUs, command: m.DigitsDone) -> Decision | Refusal:
    run = _waiting(state, command.contact, "digits", command.collect)
    if run is None:
        return STALE
    flow, step = _step(state, run)
    wrong = "invalid" if command.count else "silence"
    if isinstance(step, d.Menu):
        choice = step.choices.get(command.digit)
        if choice is not None:
            return _go(state, run, flow, now, choice.then, {}, command.digit, choice.label)
    else:
        assert isinstance(step, d.Collect), step
        if step.least <= command.count <= step.most:
            value = f"vault:{command.value}" if command.value else ""
            return _go(state, run, flow, now, step.then, {step.variable: value}, "collected")
    return _wrong(state, run, now, wrong)


def _wrong(state: Flows, run: Run, now: InstantUs, wrong: str) -> Decision:
    """Once more, with a word on what was wrong; or on, when that was the last attempt."""
    flow, step = _step(state, run)
    assert isinstance(step, d.Menu | d.Collect), step
    if run.attempt >= step.attempts:
        return _go(state, run, flow, now, step.otherwise, {}, wrong)
    silent = isinstance(step, d.Menu) and wrong == "silence"
    before = step.silence if silent and isinstance(step, d.Menu) else step.invalid
    going = _again(state, run, now)
    ask(going, step, before, run.attempt + 1)
    return _stop(run, going, now, wrong)


def web_answered(state: Flows, now: InstantUs, command: m.WebAnswered) -> Decision | Refusal:
    """Only declared variables with declared values come in; anything else is a refusal."""
    run = _waiting(state, command.contact, "web", command.request)
    if run is None:
        return STALE
    flow, step = _step(state, run)
    assert isinstance(step, d.AskWebStep), step
    declared = all(value in step.choices.get(k, ()) for k, value in command.choices.items())
    declared = declared and all(name in step.texts for name in command.texts)
    if command.outcome != "answered" or not declared:
        outcome = command.outcome if command.outcome != "answered" else "refused"
        return _go(state, run, flow, now, step.otherwise, {}, outcome)
    variables = dict(command.choices)
    variables.update((name, f"vault:{value}") for name, value in command.texts.items())
    return _go(state, run, flow, now, step.then, variables, "answered")


def message_done(state: Flows, now: InstantUs, command: m.MessageDone) -> Decision | Refusal:
    run = _waiting(state, command.contact, "message", None)
    return STALE if run is None else _recorded(state, run, now, "message")


def _recorded(state: Flows, run: Run, now: InstantUs, passed: str) -> Decision:
    flow, step = _step(state, run)
    assert isinstance(step, d.TakeVoicemail), step
    return _go(state, run, flow, now, step.then, {}, passed)


def queue_left(state: Flows, now: InstantUs, command: m.QueueLeft) -> Decision | Refusal:
    """The limit was reached, or there was no place: the flow goes on, if it knows where."""
    run = _waiting(state, command.contact, "queue", None)
    if run is None:
        return STALE
    if command.to is not None:
        return _overflow(state, run, now, command.to, "overflowed")
    if run.moved:
        return _moved(state, run, now)
    passed = "full" if command.full else "absent" if command.absent else "waited"
    if run.step == RESCUED:
        return _end(run, now, Blame.US, Reason.FAULT, passed)
    if run.step == TRANSFERRED:
        return _end(run, now, Blame.CLIENT, Reason.WAITED_TOO_LONG, passed)
    if command.full and run.turned_away >= MOST_TURNED_AWAY:
        return _end(run, now, Blame.US, Reason.OVERLOADED, passed)
    flow, step = _step(state, run)
    assert isinstance(step, d.Enqueue), step
    if command.full:
        way = next(iter(d.ways(step.overflow, run.queue)), None)
        if way is not None:
            return _overflow(state, run, now, way.to, passed)
    if not step.otherwise:
        return _end(run, now, Blame.CLIENT, Reason.WAITED_TOO_LONG, passed)
    return _go(state, run, flow, now, step.otherwise, {}, passed)


def _overflow(state: Flows, run: Run, now: InstantUs, to: QueueId, passed: str) -> Decision:
    """The wait goes on in another queue: the same music, the same limit, the same offers."""
    flow, step = _step(state, run)
    assert isinstance(step, d.Enqueue), step
    into = m.QueueNow(
        to,
        d.Asked(step.skills, step.prefer, step.priority),
        DurationUs(max(SECOND, step.most_us - (now - run.since))),
        leads_to_voicemail(flow, step.otherwise),
        overflow=step.overflow,
        since=run.since,
        before=run.queue,
    )
    return _jump(run, run.step, (into,), passed, run.turn)


# --- modes ---


def meet_mode(state: Flows, now: InstantUs, command: m.MeetMode) -> Decision | Refusal:
    """Who waits hears the announcement; where nobody can answer, they go on after it. Whom an
    agent sent into this queue stays, unless there's another one."""
    run = _waiting(state, command.contact, "queue", None)
    if run is None or command.mode in run.heard or run.moved:
        return STALE
    modes = affecting(state.modes, run, {}, run.queue)
    shut = shuts(modes)
    sent = run.step in (RESCUED, TRANSFERRED)
    if shut is not None and (shut.to is not None or not sent):
        return _jump(run, run.step, (m.LeaveQueueNow(),), "mode", run.turn)
    if run.offering:  # once that's over
        return STALE
    resumed = music_resumed(state, run, "mode")
    return Decision((resumed,)) if resumed.first else STALE


def _moved(state: Flows, run: Run, now: InstantUs) -> Decision:
    """Out of the queue by a mode: the step is entered once more, and leads on."""
    if run.step in (RESCUED, TRANSFERRED):
        shut = shuts(affecting(state.modes, run, {}, run.queue))
        return _to_queue(state, run, (shut and shut.to) or state.safe[run.client].queue)
    flow, _ = _step(state, run)
    return _go(state, run, flow, now, run.step, {}, "mode")


def offer_over(state: Flows, now: InstantUs, command: m.OfferOver) -> Decision | Refusal:
    run = _waiting(state, command.contact, "queue", None)
    if run is None or run.offering != command.collect:
        return STALE
    return Decision((music_resumed(state, run, "silence"),))


def come_back(state: Flows, now: InstantUs, command: m.ComeBack) -> Decision | Refusal:
    """Into the same queue once more; calls has put the music back already."""
    run = _waiting(state, command.contact, "queue", None)
    if run is None:
        return STALE
    if run.step == RESCUED:
        return _to_safety(state, run, now, (), sorry=False)
    if run.step == TRANSFERRED:
        return _to_queue(state, run, run.queue or state.safe[run.client].queue)
    flow, step = _step(state, run)
    assert isinstance(step, d.Enqueue), step
    if leads_on(affecting(state.modes, run, {}, run.queue), step) is not None:
        return _go(state, run, flow, now, run.step, {}, "returned")
    going = _again(state, run, now)
    enqueue(going, step, music=False, queue=run.queue)
    return _stop(run, going, now, "returned")


def send_to_queue(state: Flows, now: InstantUs, command: m.SendToQueue) -> Decision | Refusal:
    """Calls has the music on already."""
    run = state.runs.get(command.contact)
    if run is None:
        run = Run(command.contact, command.client, "", (), {})
    return _to_queue(state, run, command.queue or state.safe[run.client].queue)


def _to_queue(state: Flows, run: Run, queue: QueueId) -> Decision:
    since, before = (run.since, run.queue) if run.moved else (None, None)
    into = m.QueueNow(queue, d.NOTHING_ASKED, TRANSFER_WAIT_US, since=since, before=before)
    return _jump(run, TRANSFERRED, (into,), "transferred")


def _jump(
    run: Run, step: str, acts: tuple[m.Act, ...], passed: str, turn: int | None = None
) -> Decision:
    """To a step, beside the flow's own ways; with the old `turn` the wait goes on."""
    event = m.FlowAdvanced(
        owner=owner_of(run.client),
        contact=run.contact,
        step=step,
        turn=run.turn + 1 if turn is None else turn,
        attempt=1,
        variables={},
        acts=acts,
        passed=passed,
    )
    return Decision((event,))


def step_lapsed(state: Flows, now: InstantUs, command: m.StepLapsed) -> Decision | Refusal:
    """What was waited for never came: the caller isn't left in silence for it."""
    run = state.runs.get(command.contact)
    if run is None or run.turn != command.turn or run.waits == "queue":
        return STALE
    match run.waits:
        case "play":
            return _said(state, run, now, "lapsed")
        case "digits":
            return _wrong(state, run, now, "silence")
        case "message":
            return _recorded(state, run, now, "lapsed")
        case _:
            assert run.waits == "web", run.waits
            flow, step = _step(state, run)
            assert isinstance(step, d.AskWebStep), step
            return _go(state, run, flow, now, step.otherwise, {}, "late")


# --- when something of ours failed ---


def rescue(state: Flows, now: InstantUs, command: m.Rescue) -> Decision | Refusal:
    """Once to the client's default queue; a second failure ends the contact."""
    run = state.runs.get(command.contact)
    if run is None:
        if command.client is None:
            return STALE
        run = Run(command.contact, command.client, "", (), {})
    rescued = m.FlowRescued(owner=owner_of(run.client), contact=run.contact)
    if run.rescued:
        return _give_up(run, now, Reason.FAULT, (rescued,))
    return _to_safety(state, run, now, (rescued,))


def _to_safety(
    state: Flows, run: Run, now: InstantUs, before: tuple[Event, ...], sorry: bool = True
) -> Decision:
    safe = state.safe[run.client]
    acts: list[m.Act] = []
    if not run.answered:
        acts.append(m.AnswerNow())
    if sorry and safe.waiting:
        play = PlayId(f"{run.contact}/p{run.plays + 1}")
        acts.append(m.SpeakNow(play, safe.waiting, repeat=True))
    acts.append(m.QueueNow(safe.queue, d.NOTHING_ASKED, RESCUE_WAIT_US))
    jumped = _jump(run, RESCUED, tuple(acts), "rescued")
    return Decision((*before, *jumped.events))


def _give_up(run: Run, now: InstantUs, reason: Reason, before: tuple[Event, ...]) -> Decision:
    ended = _end(run, now, Blame.US, reason, "rescued")
    return Decision((*before, *ended.events))


def _end(run: Run, now: InstantUs, blame: Blame, reason: Reason, passed: str) -> Decision:
    return _jump(run, "", (m.EndNow(blame, reason),), passed)


DECIDE: Final[Mapping[type[Command], Callable[[Flows, InstantUs, Any], Decision | Refusal]]] = {
    m.StartFlow: start_flow,
    m.PromptsDone: prompts_done,
    m.DigitsDone: digits_done,
    m.WebAnswered: web_answered,
    m.MessageDone: message_done,
    m.QueueLeft: queue_left,
    m.MeetMode: meet_mode,
    m.OfferOver: offer_over,
    m.ComeBack: come_back,
    m.SendToQueue: send_to_queue,
    m.StepLapsed: step_lapsed,
    m.Rescue: rescue,
}
