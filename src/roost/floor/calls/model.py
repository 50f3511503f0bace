"""Calls: the legs of each contact, the matrix, tracks, and how events change them.

The caller's leg comes to us; all others are dialled, the customer's as well where an agent calls:

    caller   ringing → answered → up ─┐
                 └────────┴───────────┴→ ending → (gone)
    others   dialled → up → bridged ──┐
                 └──────┴─────────────┴→ ending → (gone)

`answered` means that our 200 went out (RFC 3261, 13.3.1.4), `up` that its ACK is in; on a
leg that we dialled `up` means that the phone answered, `bridged` that it's a part of the talk,
in it or on hold (who hears whom: `parties.py`). `ending` means that we asked signalling to end
the leg and its end isn't reported yet. Every state is held by a lease: the contact's check
(`CheckContact`), which asks the far ends first and mends then; a leg that's dialled by its
offer's ring timer or by RingLapsed, an interrupted line by LineLapsed, a whisper by a Bridge to
come, a recording's pause by its limit.

The **host** is the agent's leg whose segment carries the contact; None while the customer waits,
or talks to a guest alone.

A contact whose end is logged stays only until its legs' ends, its tracks and media's figures
are in, at most CLEAR_US longer; then it leaves the state.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from roost.floor.calls import messages as m
from roost.floor.effects import FromPrompts, Route, TrackPurpose
from roost.floor.parties import PAUSE_US, Party, WatchMode
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    CollectId,
    ContactId,
    EntryId,
    LegId,
    MediaId,
    OfferId,
    Owner,
    PlayId,
    TrunkId,
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
    m.CallAnswered: (frozenset({LegState.RINGING, LegState.UP}), LegState.ANSWERED),
    m.CallAcknowledged: (frozenset({LegState.ANSWERED}), LegState.UP),
    m.LegDialled: (frozenset({None}), LegState.DIALLED),
    m.LegConnected: (frozenset({LegState.DIALLED}), LegState.UP),
    m.LegEnding: (frozenset({LegState.DIALLED, LegState.UP, LegState.BRIDGED}), LegState.ENDING),
    m.LegEnded: (frozenset(LegState), None),
}
"""Which event takes its leg from where to where; None: there's no such leg. Besides, a matrix
that a leg which is `up` has `joined` makes it `bridged`, and the contact's end makes every leg
`ending`. A customer whom we called is `up` when it answers, and stays so."""


class Leg(Struct, gc=False):
    """`agent` and `offer` are empty on a customer's and a guest's leg; `asks` counts the times
    that it was asked for in vain since it was last heard of. A customer's leg `joined` when an
    agent's did."""

    id: LegId
    state: LegState
    agent: AgentId | None = None
    offer: OfferId | None = None
    since: InstantUs = InstantUs(0)
    reason: Reason = Reason.HUNG_UP  # why it's being ended
    connected: bool = False  # was it ever up
    asks: int = 0
    party: Party = Party.CUSTOMER
    joined: bool = False  # a part of the talk: in it, or on hold
    held: bool = False
    lost_at: InstantUs | None = None  # its line is interrupted since
    whisper: PlayId | None = None  # what the agent hears before the customer
    watches: LegId | None = None
    mode: WatchMode | None = None
    number: VaultId | None = None
    entry: EntryId | None = None


class Track(Struct, gc=False):
    leg: LegId
    purpose: TrackPurpose
    most_us: DurationUs
    over: bool = False  # asked to stop; its end isn't reported yet


class Transfer(Struct, gc=False):
    """A transfer, or a consultation, that's under way."""

    how: str
    kind: str
    agent: AgentId
    leg: LegId | None = None  # the guest's; a colleague's is known by the offer
    offer: OfferId | None = None
    line: bool = False  # it was dialled on the second line of the agent's own phone


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
    legs_made: int = 0
    tracks_made: int = 0
    ended_at: InstantUs | None = None
    trunk: TrunkId = TrunkId("")
    entry: EntryId | None = None  # of the directory: whom we call
    direct: AgentId | None = None  # who is offered it first when it waits again
    ringing: OfferId | None = None  # and rings for it already
    returning: bool = False  # on its way back into a queue
    host: LegId | None = None
    outbound: bool = False
    may_call: bool = False  # back: the client allows the caller's number
    callback: bool = False  # promised: it waits in a queue, and agents are offered it
    offers_made: int = 0  # for consultations, watching and calling out
    pauses: int = 0
    paused: bool = False
    transfer: Transfer | None = None
    count: int = 0  # the client's own number of the contact

    @property
    def own_phone(self) -> bool:
        """Whether it's a call of our own whose customer isn't called yet: only the phone of the
        agent who wants it is."""
        return self.outbound and not self.answered and self.caller_leg not in self.legs

    @property
    def promised(self) -> bool:
        """Whether it's a promised call that nobody is on, and no phone rings for."""
        rings = any(leg.state is not LegState.ENDING for leg in self.legs.values())
        return self.callback and self.own_phone and not rings

    @property
    def talking(self) -> bool:
        """Whether anybody but the customer (and watchers) is a part of a talk."""
        for leg in self.legs.values():
            if leg.joined and leg.party is not Party.CUSTOMER and leg.party is not Party.WATCHER:
                return True
        return False


class Account(Struct, gc=False):
    """What calls know of a client."""

    record: bool
    hold_music: tuple[str, ...]
    count: int = 0  # contacts so far
    directory: dict[str, str] = {}  # entry → number
    number: str = ""  # the client's own, to be shown when it calls
    pause_us: DurationUs = PAUSE_US
    calling_out: tuple[str, ...] = ()  # how numbers begin that agents may dial: for telephony


class Calls(Struct, gc=False):
    made: int = 0  # contacts so far: the next is C(made + 1)
    media: MediaId | None = None  # that serves calls of our own making
    calls: dict[str, Call] = field(default_factory=dict[str, Call])
    legs: dict[str, ContactId] = field(default_factory=dict[str, ContactId])
    numbers: dict[str, ClientId] = field(default_factory=dict[str, ClientId])
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])

    def standing(self) -> list[ContactId]:
        """The contacts that somebody is on, or a phone rings for: promised calls wait by
        themselves, also for a centre that has stopped."""
        calls = self.calls.values()
        return [call.id for call in calls if call.ended_at is None and not call.promised]


def without_play(routes: tuple[Route, ...], play: PlayId) -> tuple[Route, ...]:
    return tuple(
        route
        for route in routes
        if not (isinstance(route.source, FromPrompts) and route.source.play == play)
    )


def leg_reason(leg: Leg, blame: Blame, reason: Reason) -> Reason:
    """Why a leg is ended when its contact ends so."""
    if leg.party is not Party.CUSTOMER and blame in (Blame.CALLER, Blame.NETWORK):
        return Reason.CALLER_LEFT
    return reason
