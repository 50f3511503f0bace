"""Calls: the legs of each contact, the matrix, tracks, and how events change them.

The caller's leg comes to us; an agent's leg is dialled:

    caller   ringing → answered → up ─┐
                 └────────┴───────────┴→ ending → (gone)
    agent    dialled → up → bridged ──┐
                 └──────┴─────────────┴→ ending → (gone)

`answered` means that our 200 went out (RFC 3261, 13.3.1.4), `up` that its ACK is in; on an
agent's leg `up` means that the phone answered, `bridged` that caller and agent hear each other.
`ending` means that we asked signalling to end the leg and its end isn't reported yet. Every
state is held by a lease: the contact's check (`CheckContact`), which asks the far ends first
and mends then; an agent's leg also by its offer's ring timer.

A contact whose end is logged stays only until its legs' ends, its tracks and media's figures
are in, at most CLEAR_US longer; then it leaves the state.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.calls import messages as m
from roost.floor.effects import FromPrompts, Route, TrackPurpose
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    CollectId,
    ContactId,
    LegId,
    MediaId,
    OfferId,
    Owner,
    PlayId,
    VaultId,
)
from roost.kernel.messages import Event
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs

MOST_CALLS: Final = 20_000  # contacts of one cell at a time; beyond it: too_many_calls
LEASE_US: Final = DurationUs(15 * MINUTE)  # how long a contact goes unasked for
ASK_US: Final = DurationUs(10 * SECOND)  # how long a leg has to answer when it's asked
MOST_ASKS: Final = 3  # unanswered in a row, before a leg counts as gone
CLEAR_US: Final = DurationUs(30 * SECOND)  # how long an ended call waits for its legs and tracks
HEARD_US: Final = DurationUs(SECOND)  # an agent gone sooner has not been heard by the caller
MOST_TRACK_US: Final = DurationUs(8 * 60 * MINUTE)  # a recording's bound


class LegState(StrEnum):
    RINGING = "ringing"
    ANSWERED = "answered"
    DIALLED = "dialled"
    UP = "up"
    BRIDGED = "bridged"
    ENDING = "ending"


MOVES: Final[Mapping[type[Event], tuple[frozenset[LegState | None], LegState | None]]] = {
    m.CallArrived: (frozenset({None}), LegState.RINGING),
    m.CallAnswered: (frozenset({LegState.RINGING}), LegState.ANSWERED),
    m.CallAcknowledged: (frozenset({LegState.ANSWERED}), LegState.UP),
    m.LegDialled: (frozenset({None}), LegState.DIALLED),
    m.LegConnected: (frozenset({LegState.DIALLED}), LegState.UP),
    m.LegEnding: (frozenset({LegState.DIALLED, LegState.UP}), LegState.ENDING),
    m.LegEnded: (frozenset(LegState), None),
}
"""Which event takes its leg from where to where; None: there's no such leg. Besides, a matrix in
which an agent's leg that is `up` is heard makes it `bridged`, and the contact's end makes every
leg `ending`."""


class Leg(Struct, gc=False):
    """`agent` and `offer` are empty on the caller's leg; `asks` counts the times that it was
    asked for in vain since it was last heard of."""

    id: LegId
    state: LegState
    agent: AgentId | None = None
    offer: OfferId | None = None
    since: InstantUs = InstantUs(0)
    reason: Reason = Reason.HUNG_UP  # why it's being ended
    connected: bool = False  # was it ever up
    asks: int = 0


class Track(Struct, gc=False):
    leg: LegId
    purpose: TrackPurpose
    most_us: DurationUs


class Collection(Struct, gc=False):
    id: CollectId
    leg: LegId
    most: int
    terminators: str
    first_us: DurationUs
    next_us: DurationUs
    mask: bool


class Call(Struct, gc=False):
    """One contact on the line."""

    id: ContactId
    client: ClientId
    owner: Owner
    media: MediaId
    caller_leg: LegId
    number: str
    caller: VaultId | None
    legs: dict[str, Leg]
    arrived_at: InstantUs
    unmeasured: list[LegId]  # legs whose figures media still owes
    tracks: dict[str, Track] = {}
    routes: tuple[Route, ...] = ()
    waiting: tuple[Route, ...] = ()  # what the caller heard last before a bridge
    version: int = 0
    collection: Collection | None = None
    answered: bool = False
    early: bool = False  # media flows before our answer
    held: bool = False
    legs_made: int = 0
    tracks_made: int = 0
    ended_at: InstantUs | None = None


class Account(Struct, gc=False):
    """What calls know of a client."""

    record: bool
    hold_music: tuple[str, ...]
    count: int = 0  # contacts so far


class Calls(Struct, gc=False):
    made: int = 0  # contacts so far: the next is C(made + 1)
    calls: dict[str, Call] = field(default_factory=dict[str, Call])
    legs: dict[str, ContactId] = field(default_factory=dict[str, ContactId])
    numbers: dict[str, ClientId] = field(default_factory=dict[str, ClientId])
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])


# --- how events change the state ---


def configured(state: Calls, floor: definition.Floor) -> None:
    """New definitions: numbers and clients; a client's count goes on."""
    state.numbers = {number.number: number.client for number in floor.numbers}
    accounts: dict[str, Account] = {}
    for client in floor.clients:
        old = state.accounts.get(client.id)
        accounts[client.id] = Account(client.record, client.hold_music, old.count if old else 0)
    for gone in state.accounts.keys() - accounts.keys():
        accounts[gone] = state.accounts[gone]  # its calls are still going on
    state.accounts = dict(sorted(accounts.items()))


def arrived(state: Calls, event: m.CallArrived, at: InstantUs) -> None:
    assert event.contact is not None
    state.made += 1
    client = ClientId(event.owner)
    state.accounts[client].count = event.count
    state.legs[event.leg] = event.contact
    state.calls[event.contact] = Call(
        event.contact,
        client,
        event.owner,
        event.media,
        event.leg,
        event.number,
        event.caller,
        {event.leg: Leg(event.leg, LegState.RINGING, since=at)},
        at,
        [event.leg],
    )


def _call(state: Calls, contact: ContactId | None) -> Call:
    assert contact is not None
    return state.calls[contact]


def call_answered(state: Calls, event: m.CallAnswered) -> None:
    call = _call(state, event.contact)
    call.answered = True
    leg = call.legs[call.caller_leg]
    leg.state = LegState.ANSWERED
    leg.connected = True


def acknowledged(state: Calls, event: m.CallAcknowledged) -> None:
    _call(state, event.contact).legs[event.leg].state = LegState.UP


def matrix_changed(state: Calls, event: m.MatrixChanged, at: InstantUs) -> None:
    call = _call(state, event.contact)
    call.version = event.version
    call.routes = event.routes
    bridged = False
    for route in event.routes:
        if not isinstance(route.source, FromPrompts):
            leg = call.legs[route.source.leg]
            if leg.state is LegState.UP and leg.offer is not None:
                leg.state = LegState.BRIDGED
                leg.since = at
            bridged = True
    if not bridged and not call.held:
        call.waiting = event.routes
    if not call.answered:
        call.early = True


def collection_started(state: Calls, event: m.CollectionStarted) -> None:
    _call(state, event.contact).collection = Collection(
        event.collect,
        event.leg,
        event.most,
        event.terminators,
        event.first_us,
        event.next_us,
        event.mask,
    )


def collection_ended(state: Calls, event: m.CollectionEnded) -> None:
    _call(state, event.contact).collection = None


def play_finished(state: Calls, event: m.PlayFinished) -> None:
    """The play leaves the matrix by itself: media has nothing more to play."""
    call = _call(state, event.contact)
    call.routes = without_play(call.routes, event.play)


def without_play(routes: tuple[Route, ...], play: PlayId) -> tuple[Route, ...]:
    return tuple(
        route
        for route in routes
        if not (isinstance(route.source, FromPrompts) and route.source.play == play)
    )


def leg_dialled(state: Calls, event: m.LegDialled, at: InstantUs) -> None:
    call = _call(state, event.contact)
    call.legs_made += 1
    call.legs[event.leg] = Leg(event.leg, LegState.DIALLED, event.agent, event.offer, at)
    state.legs[event.leg] = call.id


def leg_connected(state: Calls, event: m.LegConnected, at: InstantUs) -> None:
    call = _call(state, event.contact)
    leg = call.legs[event.leg]
    leg.state = LegState.UP
    leg.since = at
    leg.connected = True
    call.unmeasured.append(event.leg)


def leg_ending(state: Calls, event: m.LegEnding, at: InstantUs) -> None:
    leg = _call(state, event.contact).legs[event.leg]
    leg.state = LegState.ENDING
    leg.since = at
    leg.reason = event.reason


def leg_ended(state: Calls, event: m.LegEnded) -> None:
    call = _call(state, event.contact)
    del call.legs[event.leg]
    del state.legs[event.leg]
    _clear(state, call)


def held(state: Calls, event: m.CallerHeld) -> None:
    _call(state, event.contact).held = event.held


def track_started(state: Calls, event: m.TrackStarted) -> None:
    call = _call(state, event.contact)
    call.tracks[event.track] = Track(event.leg, event.purpose, event.most_us)
    call.tracks_made += 1


def track_over(state: Calls, event: m.TrackEnded | m.TrackLost) -> None:
    call = _call(state, event.contact)
    del call.tracks[event.track]
    _clear(state, call)


def measured(state: Calls, event: m.LegQuality) -> None:
    call = _call(state, event.contact)
    call.unmeasured.remove(event.leg)
    _clear(state, call)


def asked(state: Calls, event: m.LegAsked) -> None:
    _call(state, event.contact).legs[event.leg].asks = event.times


def found(state: Calls, event: m.LegFound) -> None:
    _call(state, event.contact).legs[event.leg].asks = 0


def contact_ended(state: Calls, event: m.ContactEnded, at: InstantUs) -> None:
    """Legs that are still there are being ended from now on."""
    call = _call(state, event.contact)
    call.ended_at = at
    call.collection = None
    call.routes = ()
    for leg in call.legs.values():
        if leg.state is not LegState.ENDING:
            leg.state = LegState.ENDING
            leg.reason = leg_reason(leg, event.blame, event.reason)
    if event.reason is Reason.MEDIA_LOST or not (call.early or call.answered):
        call.unmeasured.clear()  # nobody is there who could report figures
    _clear(state, call)


def leg_reason(leg: Leg, blame: Blame, reason: Reason) -> Reason:
    """Why a leg is ended when its contact ends so."""
    if leg.offer is not None and blame in (Blame.CALLER, Blame.NETWORK):
        return Reason.CALLER_LEFT
    return reason


def cleared(state: Calls, event: m.CallCleared) -> None:
    assert event.contact is not None
    call = state.calls.pop(event.contact)
    for leg in call.legs:
        del state.legs[leg]


def _clear(state: Calls, call: Call) -> None:
    """An ended call of which nothing is owed any more leaves the state."""
    if call.ended_at is not None and not (call.legs or call.tracks or call.unmeasured):
        del state.calls[call.id]
