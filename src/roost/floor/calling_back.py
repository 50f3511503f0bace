"""A caller keeps the place in the queue without the line: the offer, the promise, and what
becomes of it. Decided on the whole cell: flow, queue, call and promise change in one step.

The promise is a contact of its own, made when the caller takes the offer, in the same step in
which the caller's own wait ends as `called_back`. It has the caller's time, so it stands where
they stood. Each try is a contact; one that didn't reach the customer is followed by the next.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec.structs import replace

from roost.floor import definition as d
from roost.floor.callbacks import messages as m
from roost.floor.callbacks.model import MOST_PROMISES, Promise
from roost.floor.calls import messages as calls
from roost.floor.calls.model import LEASE_US, MOST_CALLS, Call
from roost.floor.flows import messages as flows
from roost.floor.flows.in_modes import shut
from roost.floor.flows.interpreter import music_resumed
from roost.floor.flows.model import PLAY_LEASE_US, Run, callback_of
from roost.floor.queues.model import Entry
from roost.floor.state import CellState
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, CollectId, ContactId, LegId, PlayId, QueueId, owner_of
from roost.kernel.messages import NOTHING, Command, Decision, Effect, Event, Refusal, Wake
from roost.kernel.time import SECOND, DurationUs, InstantUs, after

STALE: Final = Refusal("stale")
RINGING_US: Final = DurationUs(10 * SECOND)  # how long an offer is put off while a phone rings
OURS: Final = frozenset({Reason.MEDIA_LOST, Reason.MEDIA_SILENT, Reason.DRAINED})
"""A trouble of ours, which uses up no try."""


def offer_callback(
    state: CellState, now: InstantUs, command: flows.OfferCallback
) -> Decision | Refusal:
    found = _waiting(state, command.contact)
    if found is None or found[0].turn != command.turn:
        return STALE
    run, entry, call, offer = found
    if entry.offer is not None or run.offering:
        return Decision(effects=(Wake(after(now, RINGING_US), command),))
    if now < run.undisturbed:
        return Decision(effects=(Wake(run.undisturbed, command),))
    if call.caller is None or not call.may_call or not _room(state):
        return NOTHING
    collect = CollectId(f"{run.contact}/d{run.collections + 1}")
    lease = DurationUs(PLAY_LEASE_US + offer.answer_us)
    event = flows.CallbackOffered(
        owner=call.owner,
        contact=run.contact,
        play=PlayId(f"{run.contact}/p{run.plays + 1}"),
        prompts=offer.prompts,
        collect=collect,
        key=offer.key,
        answer_us=offer.answer_us,
        lease_us=lease,
        next_us=offer.again_us,
    )
    wakes: list[Effect] = [Wake(after(now, lease), flows.OfferOver(run.contact, collect))]
    if offer.again_us:
        wakes.append(Wake(after(now, offer.again_us), command))
    return Decision((event,), tuple(wakes))


def _waiting(
    state: CellState, contact: ContactId
) -> tuple[Run, Entry, Call, d.CallbackOffer] | None:
    """Who waits on the line, where callbacks are offered."""
    run = state.flows.runs.get(contact)
    entry = state.queues.entries.get(contact)
    call = state.calls.calls.get(contact)
    if run is None or entry is None or call is None or entry.answered:
        return None
    offer = callback_of(state.flows, run)
    return None if offer is None else (run, entry, call, offer)


def _room(state: CellState) -> bool:
    """Whether one more can be promised."""
    few = len(state.callbacks.promises) < MOST_PROMISES and len(state.calls.calls) < MOST_CALLS
    return few and state.calls.media is not None


def answer_offer(
    state: CellState, now: InstantUs, command: flows.AnswerOffer
) -> Decision | Refusal:
    """Taken: the promise is made, and the caller told. A phone that rings already is quicker."""
    found = _waiting(state, command.contact)
    if found is None or found[0].offering != command.collect:
        return STALE
    run, entry, call, offer = found
    if command.digit != offer.key or call.caller is None:
        return Decision((music_resumed(state.flows, run, "other" if command.digit else "silence"),))
    if entry.offer is not None or not _room(state):
        return Decision((music_resumed(state.flows, run, "busy"),))
    promise = Promise(
        call.client,
        run.contact,
        entry.queue,
        call.caller,
        entry.asked,
        entry.since,
        now,
        after(now, offer.within_us),
        offer.tries - 1,
        offer.retry_us,
        offer.customer_first,
        offer.waiting,
    )
    made = _promised(state, promise)
    advanced = _told(run, offer)
    lease: tuple[Effect, ...] = ()
    if advanced.lease_us:
        lapsed = flows.StepLapsed(run.contact, advanced.turn)
        lease = (Wake(after(now, advanced.lease_us), lapsed),)
    return Decision((made.events[0], advanced), (*made.effects, *lease))


def _told(run: Run, offer: d.CallbackOffer) -> flows.FlowAdvanced:
    """The caller hears that we'll call, and then it's the end of this contact."""
    acts: tuple[flows.Act, ...] = (flows.EndNow(Blame.CLIENT, Reason.CALLBACK_PROMISED),)
    if offer.agreed:
        acts = (flows.SpeakNow(PlayId(f"{run.contact}/p{run.plays + 1}"), offer.agreed),)
    return flows.FlowAdvanced(
        owner=owner_of(run.client),
        contact=run.contact,
        step=run.step if offer.agreed else "",
        turn=run.turn + 1,
        attempt=1,
        variables={},
        acts=acts,
        passed="callback",
        lease_us=PLAY_LEASE_US if offer.agreed else DurationUs(0),
    )


def _promised(state: CellState, promise: Promise) -> Decision:
    """The contact that waits from now on; with the lease that every contact has."""
    account = state.calls.accounts[promise.client]
    contact = ContactId(f"C{state.calls.made + 1}")
    media = state.calls.media
    assert media is not None
    event = calls.CallbackPromised(
        owner=owner_of(promise.client),
        contact=contact,
        first=promise.first,
        leg=LegId(f"{contact}/c1"),
        number=promise.number,
        shown=account.number,
        media=media,
        count=account.count + 1,
        queue=promise.queue,
        asked=promise.asked,
        since=promise.since,
        not_before=promise.not_before,
        until=promise.until,
        tries=promise.tries,
        retry_us=promise.retry_us,
        customer_first=promise.customer_first,
        waiting=promise.waiting,
    )
    lease = Wake(after(promise.not_before, LEASE_US), calls.CheckContact(contact))
    return Decision((event,), (lease,))


def close_callback(
    state: CellState, now: InstantUs, command: m.CloseCallback
) -> Decision | Refusal:
    """How it came out; and the next try, if there's to be one."""
    promise = state.callbacks.promises.get(command.contact)
    if promise is None:
        return STALE
    outcome = _outcome(command, promise)
    events: list[Event] = []
    effects: tuple[Effect, ...] = ()
    following: ContactId | None = None
    wanted = outcome not in ("reached", "lapsed", "ended")
    then = _next_try(command.reason, promise, now)
    owed = wanted and then.tries >= 0 and then.not_before < then.until
    queue = _queue(state, promise)
    if owed and queue is not None and _room(state):
        owed = False
        made = _promised(state, replace(then, queue=queue))
        events.append(made.events[0])
        effects = made.effects
        following = made.events[0].contact
    closed = calls.CallbackClosed(
        owner=owner_of(promise.client),
        contact=command.contact,
        first=promise.first,
        queue=promise.queue,
        since=promise.since,
        number=promise.number,
        outcome=outcome,
        next=following,
        owed=owed,
    )
    return Decision((closed, *events), effects)


def _next_try(reason: Reason, promise: Promise, now: InstantUs) -> Promise:
    """What a trouble of ours cut short, or a queue that was closed, has used up no try."""
    if reason is Reason.CLOSED:
        return replace(promise, not_before=max(now, promise.not_before))
    if reason in OURS:
        return replace(promise, not_before=now)
    later = after(now, promise.retry_us)
    return replace(promise, not_before=later, tries=promise.tries - 1)


def _queue(state: CellState, promise: Promise) -> QueueId | None:
    """Where it waits on: the client's default queue in place of one that's gone; where nobody can
    answer, the queue that was named for those on the line. None: nowhere."""
    queue = queue_or_default(state, promise.client, promise.queue)
    closed = shut(state.flows.modes, promise.client, queue)
    if closed is None:
        return queue
    return (
        closed.to if closed.to and not shut(state.flows.modes, promise.client, closed.to) else None
    )


def queue_or_default(state: CellState, client: ClientId, queue: QueueId) -> QueueId:
    line = state.queues.lines.get(queue)
    return state.flows.safe[client].queue if line is None or line.removed else queue


def _outcome(command: m.CloseCallback, promise: Promise) -> str:
    if promise.reached:
        return "reached"
    if command.reason is Reason.CALLBACK_LAPSED:
        return "lapsed"
    if command.reason is Reason.CLOSED:
        return "closed"
    return "ended" if command.blame is Blame.CLIENT else command.reason.value


DECIDE: Final[Mapping[type[Command], Callable[[CellState, InstantUs, Any], Decision | Refusal]]] = {
    flows.OfferCallback: offer_callback,
    flows.AnswerOffer: answer_offer,
    m.CloseCallback: close_callback,
}
