"""A contact's record: what happened, when, with whom, and how it ended.

Mutable, since it's folded event by event; ids are the cell's. `numbers` are the contact's
events in the cell's stream, so that every figure can be opened to what it comes from.
"""

from msgspec import Struct

from roost.floor.effects import TrackPurpose
from roost.floor.parties import Party, SegmentKind
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    Digest,
    FlowId,
    LegId,
    OfferId,
    QueueId,
    SegmentId,
    TaskId,
    TrackId,
    TrunkId,
    VaultId,
)
from roost.kernel.time import DurationUs, InstantUs
from roost.protocols.rtp.quality import mos


class Leg(Struct, gc=False):
    """One media path. `agent` is None on the caller's."""

    leg: LegId
    agent: AgentId | None
    offer: OfferId | None
    started: InstantUs
    connected: InstantUs | None = None
    ended: InstantUs | None = None
    blame: Blame | None = None
    reason: Reason | None = None
    received: int = 0
    sent: int = 0
    lost: int = 0
    jitter_us: DurationUs = DurationUs(0)
    strangers: int = 0
    party: Party = Party.CUSTOMER
    far_lost: int = 0  # of what was sent, by the far end's reports, as are the next two
    far_jitter_us: DurationUs = DurationUs(0)
    round_trip_us: DurationUs = DurationUs(0)  # 0: no report told it

    @property
    def mos_in(self) -> float | None:
        """How whoever speaks there sounded (ITU-T G.107); None when nothing came."""
        return mos(self.received, self.lost, self.jitter_us, self.round_trip_us // 2) or None

    @property
    def mos_out(self) -> float | None:
        """How we sounded there; None when no report of the far end told it."""
        if not self.round_trip_us:
            return None
        got = max(0, self.sent - self.far_lost)
        return mos(got, self.far_lost, self.far_jitter_us, self.round_trip_us // 2) or None


class Wait(Struct, gc=False):
    """One stay in a queue."""

    queue: QueueId
    entry: int
    since: InstantUs
    left: InstantUs | None = None
    outcome: Outcome | None = None
    agent: AgentId | None = None
    waited_us: DurationUs = DurationUs(0)
    short: bool = False
    in_target: bool = False
    void: bool = False  # answered, but the agent was gone before anyone was heard
    callback: bool = False  # a promised call's place: the caller's own wait ended before
    told: InstantUs | None = None  # when it would be over, as the caller was told first


class Ring(Struct, gc=False):
    """One time that an agent's phone rang. `why` is "taken", or why it came to nothing."""

    offer: OfferId
    agent: AgentId
    queue: QueueId
    kind: SegmentKind
    began: InstantUs
    ended: InstantUs | None = None
    rang_us: DurationUs = DurationUs(0)
    why: str = ""


class Segment(Struct, gc=False):
    """One agent's part. `event` is the number of its SegmentClosed, 0 until then; `holds` are
    the times on hold, from and to; `transferred` "blind" or "consult" where it ended so."""

    segment: SegmentId
    agent: AgentId
    offer: OfferId
    queue: QueueId
    began: InstantUs
    rang_us: DurationUs
    talked: InstantUs | None = None  # the conversation's end
    closed: InstantUs | None = None
    talk_us: DurationUs = DurationUs(0)
    hold_us: DurationUs = DurationUs(0)
    wrap_up_us: DurationUs = DurationUs(0)
    code: str = ""
    note: VaultId | None = None
    event: int = 0
    held_since: InstantUs | None = None  # what the raw events say of hold, for `disagreement`
    held_us: DurationUs = DurationUs(0)
    kind: SegmentKind = SegmentKind.ANSWER
    consult_us: DurationUs = DurationUs(0)  # before a consult became a transfer; not in talk
    holds: list[tuple[InstantUs, InstantUs]] = []
    transferred: str = ""


class Track(Struct, gc=False):
    """One leg's recording. `file` is empty until it's closed; `lost` when it never was."""

    track: TrackId
    leg: LegId
    purpose: TrackPurpose
    started: InstantUs
    file: str = ""
    length_us: DurationUs = DurationUs(0)
    bytes: int = 0
    gap_us: DurationUs = DurationUs(0)
    closed: bool = False
    lost: bool = False


class Record(Struct):
    """One contact. `choices` are the menu labels in the order chosen; the last one is the
    contact's reason. `ends` counts its ContactEnded: one, in a sound log."""

    contact: ContactId
    client: ClientId
    count: int
    number: str
    trunk: TrunkId
    caller: VaultId | None
    arrived: InstantUs
    tags: tuple[str, ...] = ()
    answered: InstantUs | None = None
    outbound: bool = False  # an agent called; `caller` is whom
    promised_in: ContactId | None = None  # the contact in which this call was promised
    callback: str = ""  # of a promised call: "waiting", then "reached", "again" or "missed"
    flow: FlowId | None = None
    flow_version: Digest = Digest("")
    choices: list[str] = []
    legs: list[Leg] = []
    waits: list[Wait] = []
    rings: list[Ring] = []
    segments: list[Segment] = []
    transferring: AgentId | None = None  # who has a transfer under way
    tracks: list[Track] = []
    tasks: list[TaskId] = []  # what was to be done about it, or what the call was for
    turned_away: bool = False
    rescued: bool = False
    ended: InstantUs | None = None
    blame: Blame | None = None
    reason: Reason | None = None
    end_event: int = 0
    ends: int = 0
    numbers: list[int] = []

    @property
    def finished(self) -> bool:
        """Nothing that's billed can change any more: it has ended, every segment's wrap-up is
        over, and it's known whether a message was left, and whether a callback reached anybody."""
        if self.ended is None or self.callback == "waiting":
            return False
        for segment in self.segments:
            if segment.closed is None:
                return False
        for track in self.tracks:
            if track.purpose is TrackPurpose.VOICEMAIL and not (track.closed or track.lost):
                return False
        return True

    @property
    def message(self) -> bool:
        """Whether a voicemail was left."""
        return any(
            track.purpose is TrackPurpose.VOICEMAIL and track.length_us > 0 for track in self.tracks
        )

    @property
    def settled(self) -> bool:
        """Nothing that's counted can change any more: finished, and every wait and every ring is
        over, too (the log tells their end just after the contact's)."""
        if not self.finished:
            return False
        waits = all(wait.outcome is not None for wait in self.waits)
        return waits and all(ring.ended is not None for ring in self.rings)
