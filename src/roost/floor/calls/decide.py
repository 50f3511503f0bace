"""What happens on the line: arrivals, legs, the matrix, tracks, ends.

Late, doubled and reordered messages of the world are refused as `stale`; only the reactions'
own commands may assert.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from roost.floor.calls import messages as m
from roost.floor.calls.model import (
    ASK_US,
    CLEAR_US,
    HEARD_US,
    LEASE_US,
    MOST_ASKS,
    MOST_CALLS,
    MOST_TRACK_US,
    Call,
    Calls,
    Leg,
    LegState,
    Track,
    leg_reason,
    without_play,
)
from roost.floor.effects import (
    AnswerLeg,
    AskLeg,
    CloseMedia,
    CollectDigits,
    DialAgent,
    EndLeg,
    FromLeg,
    FromPrompts,
    NudgePhone,
    RefuseLeg,
    RingLeg,
    Route,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
    TrackPurpose,
)
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ContactId, LegId, OfferId, PlayId, PromptId, TrackId, owner_of
from roost.kernel.messages import NOTHING, Command, Decision, Effect, Event, Refusal, Wake
from roost.kernel.time import InstantUs, after

STALE: Final = Refusal("stale")


def receive_call(state: Calls, now: InstantUs, command: m.ReceiveCall) -> Decision | Refusal:
    """A caller's INVITE: a contact is made, and rings."""
    known = state.legs.get(command.leg)
    if known is not None:
        return Refusal("known_leg", {"contact": known})
    client = state.numbers.get(command.number)
    if client is None:
        return Refusal("unknown_number", {"number": command.number})
    if len(state.calls) >= MOST_CALLS:
        return Refusal("too_many_calls", {"most": str(MOST_CALLS)})
    contact = ContactId(f"C{state.made + 1}")
    event = m.CallArrived(
        owner=owner_of(client),
        contact=contact,
        leg=command.leg,
        trunk=command.trunk,
        number=command.number,
        caller=command.caller,
        tags=command.tags,
        media=command.media,
        count=state.accounts[client].count + 1,
    )
    return Decision(
        (event,), (RingLeg(command.leg), Wake(after(now, LEASE_US), m.CheckContact(contact)))
    )


# --- legs, as signalling reports them ---


def _leg(state: Calls, leg: LegId) -> tuple[Call, Leg] | None:
    contact = state.legs.get(leg)
    if contact is None:
        return None
    call = state.calls[contact]
    return call, call.legs[leg]


def leg_rang(state: Calls, now: InstantUs, command: m.LegRang) -> Decision | Refusal:
    """The agent's phone rings, as expected."""
    found = _leg(state, command.leg)
    return NOTHING if found and found[1].state is LegState.DIALLED else STALE


def leg_answered(state: Calls, now: InstantUs, command: m.LegAnswered) -> Decision | Refusal:
    """A phone that we no longer want is let go at once."""
    found = _leg(state, command.leg)
    if found is None:
        return Decision(effects=(EndLeg(command.leg, Reason.CALLER_LEFT),))
    call, leg = found
    if leg.state is LegState.DIALLED:
        assert leg.offer is not None
        return Decision(
            (
                m.LegConnected(
                    owner=owner_of(call.client), contact=call.id, leg=leg.id, offer=leg.offer
                ),
            )
        )
    if leg.state is LegState.ANSWERED:
        return Decision(
            (m.CallAcknowledged(owner=owner_of(call.client), contact=call.id, leg=leg.id),)
        )
    if leg.state is LegState.ENDING:
        return Decision(effects=(EndLeg(leg.id, leg.reason),))
    return STALE


def leg_failed(state: Calls, now: InstantUs, command: m.LegFailed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None or found[1].state not in (LegState.DIALLED, LegState.ENDING):
        return STALE
    return Decision((_leg_ended(*found, command.blame, command.reason),))


def leg_closed(state: Calls, now: InstantUs, command: m.LegClosed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None:
        return STALE
    return _closed(*found, now, command.blame, command.reason)


def _closed(call: Call, leg: Leg, now: InstantUs, blame: Blame, reason: Reason) -> Decision:
    ended = _leg_ended(call, leg, blame, reason)
    if leg.state is LegState.ENDING or call.ended_at is not None:
        return Decision((ended,))
    if leg.id == call.caller_leg:
        return _end(call, now, blame, _caller_reason(call, reason), ended)
    if leg.state is not LegState.BRIDGED:
        return Decision((ended,))
    if now - leg.since < HEARD_US:
        return _return(call, ended)
    if blame is Blame.CALLER:  # signalling names whoever is at the other end of this leg
        blame = Blame.AGENT
    return _end(call, now, blame, reason, ended)


def _caller_reason(call: Call, reason: Reason) -> Reason:
    """A caller who hangs up while leaving a message has left it."""
    if reason is Reason.HUNG_UP:
        if not call.answered:
            return Reason.CANCELLED
        if any(track.purpose is TrackPurpose.VOICEMAIL for track in call.tracks.values()):
            return Reason.VOICEMAIL_TAKEN
    return reason


def _return(call: Call, ended: m.LegEnded) -> Decision:
    """The agent was gone before anybody was heard: the caller hears again what came before."""
    matrix, effect = _matrix(call, call.waiting)
    stops = tuple(
        StopTrack(call.media, track.leg, TrackId(name))
        for name, track in call.tracks.items()
        if track.purpose is TrackPurpose.RECORDING
    )
    return Decision((matrix, ended), (effect, *stops))


def _leg_ended(call: Call, leg: Leg, blame: Blame, reason: Reason) -> m.LegEnded:
    return m.LegEnded(
        owner=owner_of(call.client),
        contact=call.id,
        leg=leg.id,
        agent=leg.agent,
        offer=leg.offer,
        connected=leg.connected,
        blame=blame,
        reason=reason,
    )


def leg_confirmed(state: Calls, now: InstantUs, command: m.LegConfirmed) -> Decision | Refusal:
    found = _leg(state, command.leg)
    if found is None or not found[1].asks:
        return STALE
    call, leg = found
    return Decision((m.LegFound(owner=owner_of(call.client), contact=call.id, leg=leg.id),))


def leg_held(state: Calls, now: InstantUs, command: m.LegHeld) -> Decision | Refusal:
    """The agent's phone has a hold key of its own. A caller's phone may hold us, too: nothing
    of ours changes by that."""
    found = _leg(state, command.leg)
    if found is None:
        return STALE
    call, leg = found
    if leg.offer is None:
        return NOTHING
    if leg.state is not LegState.BRIDGED or call.held == command.held:
        return STALE
    return _hold(state, call, command.held, ())


def leg_silent(state: Calls, now: InstantUs, command: m.LegSilent) -> Decision | Refusal:
    """Ask first: a leg may be silent because it's on hold, or suppresses silence."""
    found = _leg(state, command.leg)
    if found is None or found[1].asks or found[1].state is LegState.ENDING:
        return STALE
    call, leg = found
    return _ask(call, [leg], now)


def _ask(call: Call, legs: list[Leg], now: InstantUs) -> Decision:
    owner = owner_of(call.client)
    check = Wake(after(now, ASK_US), m.CheckContact(call.id, asked=True))
    return Decision(
        tuple(
            m.LegAsked(owner=owner, contact=call.id, leg=leg.id, times=leg.asks + 1) for leg in legs
        ),
        (*(AskLeg(leg.id) for leg in legs), check),
    )


def check_contact(state: Calls, now: InstantUs, command: m.CheckContact) -> Decision | Refusal:
    """The contact's lease: its far ends are asked for; who didn't answer three times is gone."""
    call = state.calls.get(command.contact)
    if call is None:
        return STALE
    if call.ended_at is not None:
        return _clear(call, now)
    if not command.asked:
        return _lease(call, now, command)
    late = [leg for leg in call.legs.values() if leg.asks and leg.state is not LegState.ENDING]
    for leg in late:
        if leg.asks >= MOST_ASKS:
            closed = _closed(call, leg, now, Blame.NETWORK, Reason.MEDIA_SILENT)
            return Decision(closed.events, (EndLeg(leg.id, Reason.MEDIA_SILENT), *closed.effects))
    return _ask(call, late, now) if late else STALE


def _lease(call: Call, now: InstantUs, command: m.CheckContact) -> Decision:
    """Whoever hasn't been heard of is asked for; a leg whose end was never reported is over.
    A leg that's being dialled is held by its offer's ring."""
    legs = [
        leg
        for leg in call.legs.values()
        if leg.state not in (LegState.DIALLED, LegState.ENDING) and not leg.asks
    ]
    over = tuple(
        _leg_ended(call, leg, Blame.NETWORK, leg.reason)
        for leg in call.legs.values()
        if leg.state is LegState.ENDING and now - leg.since >= CLEAR_US
    )
    again = Wake(after(now, LEASE_US), command)
    if not legs:
        return Decision(over, (again,))
    asked = _ask(call, legs, now)
    return Decision((*over, *asked.events), (*asked.effects, again))


def _clear(call: Call, now: InstantUs) -> Decision | Refusal:
    """What an ended call is still owed is given up; the world's late words will be stale."""
    assert call.ended_at is not None
    due = after(call.ended_at, CLEAR_US)
    if now < due:
        return Decision(effects=(Wake(due, m.CheckContact(call.id, asked=True)),))
    events: list[Event] = [
        _leg_ended(call, leg, Blame.NETWORK, leg.reason) for leg in call.legs.values()
    ]
    events.extend(_lost(call))
    if call.unmeasured:
        events.append(m.CallCleared(owner=owner_of(call.client), contact=call.id))
    return Decision(tuple(events))


def _lost(call: Call) -> list[Event]:
    return [
        m.TrackLost(
            owner=owner_of(call.client),
            contact=call.id,
            leg=track.leg,
            track=TrackId(name),
            purpose=track.purpose,
        )
        for name, track in call.tracks.items()
    ]


def media_lost(state: Calls, now: InstantUs, command: m.MediaLost) -> Decision | Refusal:
    """Its calls end with that reason; nobody else's do."""
    events: list[Event] = []
    effects: list[Effect] = []
    for call in state.calls.values():
        if call.media != command.media:
            continue
        events.extend(_lost(call))
        if call.ended_at is None:
            ended = _end(call, now, Blame.US, Reason.MEDIA_LOST, None, media=False)
            events.extend(ended.events)
            effects.extend(ended.effects)
    return Decision(tuple(events), tuple(effects))


# --- the end ---


def _end(
    call: Call,
    now: InstantUs,
    blame: Blame,
    reason: Reason,
    closed: m.LegEnded | None,
    media: bool = True,
) -> Decision:
    """The contact's one end. `closed` is the leg whose end led to it."""
    effects: list[Effect] = []
    for leg in call.legs.values():
        if closed is not None and leg.id == closed.leg:
            continue
        if leg.state is LegState.RINGING:
            effects.append(RefuseLeg(leg.id, reason))
        elif leg.state is not LegState.ENDING:
            effects.append(EndLeg(leg.id, leg_reason(leg, blame, reason)))
    if media:
        effects.extend(
            StopTrack(call.media, track.leg, TrackId(name)) for name, track in call.tracks.items()
        )
        if call.answered or call.early:
            effects.append(CloseMedia(call.id, call.media, tuple(call.unmeasured)))
    effects.append(Wake(after(now, CLEAR_US), m.CheckContact(call.id, asked=True)))
    ended = m.ContactEnded(owner=owner_of(call.client), contact=call.id, blame=blame, reason=reason)
    return Decision((ended,) if closed is None else (ended, closed), tuple(effects))


def end_contact(state: Calls, now: InstantUs, command: m.EndContact) -> Decision | Refusal:
    call = _live(state, command.contact)
    if call is None:
        return STALE
    return _end(call, now, command.blame, command.reason, None)


# --- the matrix ---


def _live(state: Calls, contact: ContactId) -> Call | None:
    call = state.calls.get(contact)
    return call if call is not None and call.ended_at is None else None


def _matrix(call: Call, routes: tuple[Route, ...]) -> tuple[m.MatrixChanged, SetMatrix]:
    version = call.version + 1
    return (
        m.MatrixChanged(
            owner=owner_of(call.client), contact=call.id, version=version, routes=routes
        ),
        SetMatrix(call.id, call.media, version, routes),
    )


def answer_caller(state: Calls, now: InstantUs, command: m.AnswerCaller) -> Decision | Refusal:
    call = _live(state, command.contact)
    if call is None or call.answered:
        return STALE
    return Decision((_answered(call),), (AnswerLeg(call.caller_leg),))


def _answered(call: Call) -> m.CallAnswered:
    return m.CallAnswered(owner=owner_of(call.client), contact=call.id)


def speak(state: Calls, now: InstantUs, command: m.Speak) -> Decision | Refusal:
    """The caller hears prompts; before our answer as early media (183)."""
    call = _live(state, command.contact)
    if call is None:
        return STALE
    play = FromPrompts(command.play, command.prompts, command.repeat)
    event, effect = _matrix(call, (Route(play, call.caller_leg),))
    if call.answered or call.early:
        return Decision((event,), (effect,))
    return Decision((event,), (RingLeg(call.caller_leg, early_media=True), effect))


def play_ended(state: Calls, now: InstantUs, command: m.PlayEnded) -> Decision | Refusal:
    """Of interest unless digits are awaited, which have a clock of their own."""
    call = _live(state, command.contact)
    if call is None or call.collection is not None:
        return STALE
    if len(without_play(call.routes, command.play)) == len(call.routes):
        return STALE
    return Decision(
        (m.PlayFinished(owner=owner_of(call.client), contact=call.id, play=command.play),)
    )


def listen(state: Calls, now: InstantUs, command: m.Listen) -> Decision | Refusal:
    """A new collection takes the place of one that's still open."""
    call = _live(state, command.contact)
    if call is None:
        return STALE
    event = m.CollectionStarted(
        owner=owner_of(call.client),
        contact=call.id,
        collect=command.collect,
        leg=call.caller_leg,
        most=command.most,
        terminators=command.terminators,
        first_us=command.first_us,
        next_us=command.next_us,
        mask=command.mask,
    )
    effects: list[Effect] = []
    if call.collection is not None:
        effects.append(StopCollecting(call.media, call.caller_leg, call.collection.id))
    effects.append(collecting(call, event))
    return Decision((event,), tuple(effects))


def collecting(call: Call, of: m.CollectionStarted) -> CollectDigits:
    return CollectDigits(
        contact=call.id,
        client=call.client,
        media=call.media,
        leg=of.leg,
        collect=of.collect,
        most=of.most,
        terminators=of.terminators,
        first_us=of.first_us,
        next_us=of.next_us,
        barge_in=True,
        mask=of.mask,
    )


def digits_collected(
    state: Calls, now: InstantUs, command: m.DigitsCollected
) -> Decision | Refusal:
    """Only a menu's single key stands in the log; masked digits never do."""
    call = _live(state, command.contact)
    if call is None or call.collection is None or call.collection.id != command.collect:
        return STALE
    plain = call.collection.most == 1 and not call.collection.mask
    event = m.CollectionEnded(
        owner=owner_of(call.client),
        contact=call.id,
        collect=command.collect,
        count=command.count,
        ended_by=command.ended_by,
        digit=command.digit if plain else "",
        value=command.value,
    )
    return Decision((event,))


def bridge(state: Calls, now: InstantUs, command: m.Bridge) -> Decision | Refusal:
    """Caller and agent hear each other; where the client wants it, both are recorded."""
    call = _live(state, command.contact)
    leg = _offered_leg(call, command.offer) if call else None
    if call is None or leg is None or leg.state is not LegState.UP:
        return STALE
    caller = call.caller_leg
    matrix, effect = _matrix(call, (Route(FromLeg(caller), leg.id), Route(FromLeg(leg.id), caller)))
    if call.answered and not state.accounts[call.client].record:
        return Decision((matrix,), (effect,))
    events: list[Event] = []
    effects: list[Effect] = []
    if not call.answered:
        events.append(_answered(call))
        effects.append(AnswerLeg(caller))
    events.append(matrix)
    effects.append(effect)
    if state.accounts[call.client].record:
        for number, recorded in enumerate((caller, leg.id), call.tracks_made + 1):
            event = _track(call, recorded, number, TrackPurpose.RECORDING)
            events.append(event)
            effects.append(recording(call, event.track, event))
    return Decision(tuple(events), tuple(effects))


def _offered_leg(call: Call, offer: OfferId) -> Leg | None:
    for leg in call.legs.values():
        if leg.offer == offer:
            return leg
    return None


def _track(call: Call, leg: LegId, number: int, purpose: TrackPurpose) -> m.TrackStarted:
    return m.TrackStarted(
        owner=owner_of(call.client),
        contact=call.id,
        leg=leg,
        track=TrackId(f"{leg}/t{number}"),
        purpose=purpose,
        most_us=MOST_TRACK_US,
    )


def recording(call: Call, track: TrackId, of: m.TrackStarted | Track) -> StartTrack:
    return StartTrack(call.id, call.client, call.media, of.leg, track, of.purpose, of.most_us)


def take_message(state: Calls, now: InstantUs, command: m.TakeMessage) -> Decision | Refusal:
    """A voicemail is a track of the caller's leg alone."""
    call = _live(state, command.contact)
    if call is None:
        return STALE
    event = m.TrackStarted(
        owner=owner_of(call.client),
        contact=call.id,
        leg=call.caller_leg,
        track=TrackId(f"{call.caller_leg}/t{call.tracks_made + 1}"),
        purpose=TrackPurpose.VOICEMAIL,
        most_us=command.most_us,
    )
    return Decision((event,), (recording(call, event.track, event),))


def track_closed(state: Calls, now: InstantUs, command: m.TrackClosed) -> Decision | Refusal:
    call = state.calls.get(command.contact)
    track = call.tracks.get(command.track) if call else None
    if call is None or track is None:
        return STALE
    event = m.TrackEnded(
        owner=owner_of(call.client),
        contact=call.id,
        leg=track.leg,
        track=command.track,
        purpose=track.purpose,
        file=command.file,
        length_us=command.length_us,
        bytes=command.bytes,
        gap_us=command.gap_us,
    )
    return Decision((event,))


def leg_measured(state: Calls, now: InstantUs, command: m.LegMeasured) -> Decision | Refusal:
    call = state.calls.get(command.contact)
    if call is None or command.leg not in call.unmeasured:
        return STALE
    event = m.LegQuality(
        owner=owner_of(call.client),
        contact=call.id,
        leg=command.leg,
        received=command.received,
        sent=command.sent,
        lost=command.lost,
        jitter_us=command.jitter_us,
        strangers=command.strangers,
    )
    return Decision((event,))


# --- agents' legs ---


def ring_agent(state: Calls, now: InstantUs, command: m.RingAgent) -> Decision | Refusal:
    call = _live(state, command.contact)
    if call is None:
        return STALE
    leg = LegId(f"{call.id}/a{call.legs_made + 1}")
    event = m.LegDialled(
        owner=owner_of(call.client),
        contact=call.id,
        leg=leg,
        agent=command.agent,
        offer=command.offer,
    )
    dial = DialAgent(leg, call.id, command.agent, call.client, call.media, call.caller)
    return Decision((event,), (dial,))


def stop_ringing(state: Calls, now: InstantUs, command: m.StopRinging) -> Decision | Refusal:
    """Whatever the phone did meanwhile: this leg isn't wanted."""
    call = _live(state, command.contact)
    leg = _offered_leg(call, command.offer) if call else None
    if call is None or leg is None or leg.state not in (LegState.DIALLED, LegState.UP):
        return STALE
    event = m.LegEnding(
        owner=owner_of(call.client), contact=call.id, leg=leg.id, reason=command.reason
    )
    return Decision((event,), (EndLeg(leg.id, command.reason),))


def nudge_agent(state: Calls, now: InstantUs, command: m.NudgeAgent) -> Decision | Refusal:
    call = _live(state, command.contact)
    leg = _offered_leg(call, command.offer) if call else None
    if leg is None or leg.state is not LegState.DIALLED:
        return STALE
    return Decision(effects=(NudgePhone(leg.id),))


def hold_caller(state: Calls, now: InstantUs, command: m.HoldCaller) -> Decision | Refusal:
    call = _live(state, command.contact)
    if call is None or call.held == command.held:
        return STALE
    return _hold(state, call, command.held, command.music)


def _hold(state: Calls, call: Call, held: bool, music: tuple[PromptId, ...]) -> Decision | Refusal:
    """The caller hears music (the client's, if no other is named), the agent nothing."""
    leg = next((leg for leg in call.legs.values() if leg.state is LegState.BRIDGED), None)
    if leg is None:
        return STALE
    prompts = music or tuple(PromptId(one) for one in state.accounts[call.client].hold_music)
    routes: tuple[Route, ...] = ()
    if held and prompts:
        play = FromPrompts(PlayId(f"{call.id}/h{call.version + 1}"), prompts, repeat=True)
        routes = (Route(play, call.caller_leg),)
    elif not held:
        caller = call.caller_leg
        routes = (Route(FromLeg(caller), leg.id), Route(FromLeg(leg.id), caller))
    matrix, effect = _matrix(call, routes)
    event = m.CallerHeld(owner=owner_of(call.client), contact=call.id, held=held)
    return Decision((event, matrix), (effect,))


DECIDE: Final[Mapping[type[Command], Callable[[Calls, InstantUs, Any], Decision | Refusal]]] = {
    m.ReceiveCall: receive_call,
    m.LegRang: leg_rang,
    m.LegAnswered: leg_answered,
    m.LegFailed: leg_failed,
    m.LegClosed: leg_closed,
    m.LegConfirmed: leg_confirmed,
    m.LegHeld: leg_held,
    m.LegSilent: leg_silent,
    m.MediaLost: media_lost,
    m.PlayEnded: play_ended,
    m.DigitsCollected: digits_collected,
    m.TrackClosed: track_closed,
    m.LegMeasured: leg_measured,
    m.AnswerCaller: answer_caller,
    m.Speak: speak,
    m.Listen: listen,
    m.TakeMessage: take_message,
    m.RingAgent: ring_agent,
    m.StopRinging: stop_ringing,
    m.NudgeAgent: nudge_agent,
    m.Bridge: bridge,
    m.HoldCaller: hold_caller,
    m.EndContact: end_contact,
    m.CheckContact: check_contact,
}
