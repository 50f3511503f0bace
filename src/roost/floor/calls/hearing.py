"""What is heard on a call before anybody talks: prompts and digits, and a voicemail.

Each change of who hears what is one MatrixChanged and one SetMatrix with the next version.
"""

from typing import Final

from roost.floor.calls import messages as m
from roost.floor.calls.model import (
    Call,
    Calls,
    Leg,
    without_play,
)
from roost.floor.calls.parties import recording
from roost.floor.effects import (
    AnswerLeg,
    CollectDigits,
    FromPrompts,
    RingLeg,
    Route,
    SetMatrix,
    StopCollecting,
    TrackPurpose,
)
from roost.kernel.ids import ContactId, OfferId, TrackId
from roost.kernel.messages import Decision, Effect, Refusal
from roost.kernel.time import InstantUs

STALE: Final = Refusal("stale")


def live(state: Calls, contact: ContactId) -> Call | None:
    call = state.calls.get(contact)
    return call if call is not None and call.ended_at is None else None


def matrix(call: Call, routes: tuple[Route, ...]) -> tuple[m.MatrixChanged, SetMatrix]:
    version = call.version + 1
    return (
        m.MatrixChanged(owner=call.owner, contact=call.id, version=version, routes=routes),
        SetMatrix(call.id, call.media, version, routes),
    )


def answer_caller(state: Calls, now: InstantUs, command: m.AnswerCaller) -> Decision | Refusal:
    call = live(state, command.contact)
    if call is None or call.answered:
        return STALE
    event = m.CallAnswered(owner=call.owner, contact=call.id)
    return Decision((event,), (AnswerLeg(call.caller_leg),))


def speak(state: Calls, now: InstantUs, command: m.Speak) -> Decision | Refusal:
    """The caller hears prompts; before our answer as early media (183)."""
    call = live(state, command.contact)
    if call is None:
        return STALE
    play = FromPrompts(command.play, command.prompts, command.repeat, command.first)
    event, effect = matrix(call, (Route(play, call.caller_leg),))
    events, effects = dropped(call)
    if not (call.answered or call.early):
        effects = (*effects, RingLeg(call.caller_leg, early_media=True))
    return Decision((*events, event), (*effects, effect))


def dropped(call: Call) -> tuple[tuple[m.CollectionEnded, ...], tuple[Effect, ...]]:
    """A collection that's still open when the flow has gone on (its outcome never came): it
    must not take the digits that belong to what follows."""
    if call.collection is None:
        return (), ()
    event = m.CollectionEnded(
        owner=call.owner,
        contact=call.id,
        collect=call.collection.id,
        count=0,
        ended_by="dropped",
        digit="",
        value=None,
    )
    return (event,), (StopCollecting(call.media, call.caller_leg, call.collection.id),)


def play_ended(state: Calls, now: InstantUs, command: m.PlayEnded) -> Decision | Refusal:
    """Of interest unless digits are awaited, which have a clock of their own."""
    call = live(state, command.contact)
    if call is None or call.collection is not None:
        return STALE
    if len(without_play(call.routes, command.play)) == len(call.routes):
        return STALE
    return Decision((m.PlayFinished(owner=call.owner, contact=call.id, play=command.play),))


def listen(state: Calls, now: InstantUs, command: m.Listen) -> Decision | Refusal:
    """A new collection takes the place of one that's still open."""
    call = live(state, command.contact)
    if call is None:
        return STALE
    event = m.CollectionStarted(
        owner=call.owner,
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
    call = live(state, command.contact)
    if call is None or call.collection is None or call.collection.id != command.collect:
        return STALE
    plain = call.collection.most == 1 and not call.collection.mask
    event = m.CollectionEnded(
        owner=call.owner,
        contact=call.id,
        collect=command.collect,
        count=command.count,
        ended_by=command.ended_by,
        digit=command.digit if plain else "",
        value=command.value,
    )
    return Decision((event,))


def offered_leg(call: Call, offer: OfferId) -> Leg | None:
    for leg in call.legs.values():
        if leg.offer == offer:
            return leg
    return None


def take_message(state: Calls, now: InstantUs, command: m.TakeMessage) -> Decision | Refusal:
    """A voicemail is a track of the caller's leg alone."""
    call = live(state, command.contact)
    if call is None:
        return STALE
    event = m.TrackStarted(
        owner=call.owner,
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
        owner=call.owner,
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
