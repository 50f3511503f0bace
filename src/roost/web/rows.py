"""Rows of the live views: what a page shows without computing anything but clocks.

Instants are microseconds since 1970 (UTC), durations microseconds. A figure that has no
meaning yet (a service level without contacts) is null, never 0 or 100.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.floor.affected import ModeKind
from roost.floor.alert_rules import AlertMeasure
from roost.floor.parties import Party, SegmentKind, WatchMode
from roost.floor.queues.messages import Outcome
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.floor.tasks.model import TaskState
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import (
    AgentId,
    ClientId,
    EntryId,
    LegId,
    ModeId,
    MoveId,
    QueueId,
    SegmentId,
    SkillId,
    TaskId,
)
from roost.kernel.money import Money
from roost.kernel.time import DurationUs, InstantUs


class Presence(StrEnum):
    SIGNED_OUT = "signed_out"
    AWAY = "away"
    READY = "ready"
    WORKING = "working"  # on a task that was offered
    OFFERED = "offered"
    TALKING = "talking"
    WRAPPING = "wrapping"


#: States of whom nothing rings for.
AT_REST: Final = (Presence.AWAY, Presence.READY, Presence.WORKING, Presence.SIGNED_OUT)


class ContactState(StrEnum):
    FLOW = "flow"  # hears prompts, chooses
    WAITING = "waiting"
    RINGING = "ringing"  # an agent's phone rings for it
    TALKING = "talking"
    HELD = "held"
    ENDED = "ended"


class PaceRow(Struct, frozen=True):
    """What each wait in a queue can be worked out from, rounded: with k contacts before one, it's
    answered after the sum of 1 / (1 / `turn_us` + j / `give_up_us`) over j from 0 to k, and
    `ring_us`. `turn_us`: until the next contact's turn comes; `give_up_us`: of a contact's
    waiting, for each that gives up."""

    turn_us: DurationUs
    give_up_us: DurationUs
    ring_us: DurationUs


class QueueRow(Struct, frozen=True):
    """A queue now, and its figures of today by time of entry (see the glossary for each).
    `waiting`: customers on the line for whom no phone rings; `promised`: calls back in turn that
    have a place in it; `wait_us`: the estimated wait of whoever enters now. Waiting raises a
    priority by one each `boost_us` (0: never), by `boost_most` at most."""

    queue: QueueId
    client: ClientId
    waiting: int
    longest_since: InstantUs | None
    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    overflowed: int
    voicemails: int
    ended_by_us: int
    service_level: float | None  # per cent: in target ÷ (answered + abandoned, not short)
    target_us: DurationUs
    asa_us: DurationUs | None
    aht_us: DurationUs | None  # of segments finished today
    promised: int = 0
    wait_us: DurationUs | None = None  # null: nobody is there who could serve it
    pace: PaceRow | None = None  # null: the same
    boost_us: DurationUs = DurationUs(0)
    boost_most: int = 0


class MoveRow(Struct, frozen=True):
    """What a supervisor changed about an agent for now: skills given (with their level) and
    taken, another team. Agents who were moved together have the same `move`."""

    move: MoveId
    gives: dict[SkillId, int]
    takes: tuple[SkillId, ...]
    team: str | None
    until: InstantUs


class AgentRow(Struct, frozen=True):
    agent: AgentId
    team: str
    presence: Presence
    reason: str  # why away
    since: InstantUs | None
    next: str | None  # away reason after this contact; "" for ready; null: nothing chosen
    phone: bool  # a phone is registered
    held: bool
    contact: str | None
    client: ClientId | None
    queue: QueueId | None
    until: InstantUs | None = None  # the wrap-up's limit
    extended: bool = False  # the limit has been put off: no more than once
    to_complete: int = 0  # segments without a code, which may still be given
    hand: InstantUs | None = None  # raised since: asks for help
    limit_us: DurationUs | None = None  # how long this reason to be away may take
    watches: AgentId | None = None  # a supervisor who listens to that agent
    tasks: tuple[TaskId, ...] = ()  # in hand, that were offered: what's put aside, too
    moves: tuple[MoveRow, ...] = ()  # what is changed for now, the latest last


class ContactRow(Struct, frozen=True):
    """`ref` is the client and its own count of contacts."""

    ref: str
    client: ClientId
    number: str  # the number that was called
    state: ContactState
    since: InstantUs
    arrived: InstantUs
    reason: str  # the label chosen in the menu
    queue: QueueId | None
    agent: AgentId | None
    waited_us: DurationUs | None
    code: str
    ended: InstantUs | None
    ended_by: Blame | None
    ended_why: Reason | None
    outcome: Outcome | None = None  # of the last wait; null: never waited, or still does
    talk_us: DurationUs = DurationUs(0)  # of the segments closed so far
    outbound: bool = False  # an agent called; `number` is the client's own that was shown
    raised: int | None = None  # priority over its queue's, while it waits
    own: int | None = None  # and as its flow has it: differs where somebody changed it
    waits_since: InstantUs | None = None  # in a queue: what its place goes by
    only: AgentId | None = None  # waits for this one alone, for now
    callback: bool = False  # a call that was promised to who waited: made when its turn comes
    not_before: InstantUs | None = None  # and its time, while that hasn't come


class TotalsRow(Struct, frozen=True):
    """All queues that one sees together, or those of one client, or of the clients that a team
    works for; with the agents who work there, for the operator's people who see agents.
    `waiting` and `promised` as of a queue."""

    waiting: int
    longest_since: InstantUs | None
    in_progress: int
    offered: int
    answered: int
    abandoned: int
    service_level: float | None
    asa_us: DurationUs | None
    aht_us: DurationUs | None
    agents: dict[Presence, int] | None
    promised: int = 0


class MoneyRow(Struct, frozen=True):
    """What contacts that ended within the hour that began at `since` have earned."""

    client: ClientId
    since: InstantUs
    earned: tuple[Money, ...]


class PartyState(StrEnum):
    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"


class PartyRow(Struct, frozen=True):
    """Somebody who takes part in my contact. `agent` is a colleague, or a supervisor who watches
    `of`; `entry` is of the client's directory. Numbers come by `GET /api/desk`."""

    leg: LegId
    party: Party
    state: PartyState
    since: InstantUs
    agent: AgentId | None
    entry: EntryId | None
    host: bool  # carries the contact
    interrupted: InstantUs | None  # the line is lost since then, and may come back
    mode: WatchMode | None
    of: AgentId | None


class TransferRow(Struct, frozen=True):
    """A transfer (`how`: blind) or a consultation (consult) that's under way, to an agent, a
    queue or a number (`kind`)."""

    how: str
    kind: str
    to: AgentId | None
    queue: QueueId | None


class RecordingRow(Struct, frozen=True):
    """What's said is recorded; or not for now, and again from `until` at the latest."""

    paused: bool
    until: InstantUs | None


class TalkRow(Struct, frozen=True):
    parties: tuple[PartyRow, ...]
    transfer: TransferRow | None
    recording: RecordingRow | None  # null: not recorded
    outbound: bool  # an agent called


class Answer(Struct, frozen=True):
    """Something that the flow found out, in words of its own."""

    name: str
    value: str


class WatchRow(Struct, frozen=True):
    """Whom I watch, on which contact."""

    of: AgentId
    mode: WatchMode
    contact: str | None
    since: InstantUs
    talk: TalkRow | None


class ToComplete(Struct, frozen=True):
    """A segment that the wrap-up's limit closed without a code. `ref` is null for a contact of
    long ago; `codes` are its client's."""

    segment: SegmentId
    ref: str | None
    client: ClientId
    queue: QueueId
    closed: InstantUs
    codes: tuple[str, ...]


class AlertRow(Struct, frozen=True):
    """A rule that is raised now, `raised` when. About a queue, a client, a team, or (none of
    them) the centre; `figure` is the measure's as last judged."""

    alert: str
    client: ClientId | None
    queue: QueueId | None
    team: str
    measure: AlertMeasure
    above: bool  # raised above the threshold; else below it
    threshold: int
    figure: int | None
    raised: InstantUs
    to: tuple[str, ...]
    what_to_do: str


class UnreachedRow(Struct, frozen=True):
    """Whom I called last, in vain: why, and when that was clear."""

    ref: str
    client: ClientId
    reason: Reason
    at: InstantUs


class DeskRow(Struct, frozen=True):
    """Whom the caller is on the floor: `may` lists the desk commands that fit now; `segment` is
    my part of the contact, once I've taken it."""

    agent: AgentRow
    contact: ContactRow | None
    codes: tuple[str, ...]  # wrap-up codes of the contact's client
    away_reasons: tuple[str, ...]
    may: tuple[str, ...]
    segment: SegmentId | None = None
    to_complete: tuple[ToComplete, ...] = ()
    told: InstantUs | None = None  # when I was told something last (`GET /api/desk/messages`)
    kind: SegmentKind | None = None  # how I came to the contact
    talk: TalkRow | None = None  # who takes part in it
    choices: tuple[str, ...] = ()  # labels chosen in menus
    answers: tuple[Answer, ...] = ()
    target_us: DurationUs | None = None  # the queue's: answered within
    code_required: bool = False
    watch: WatchRow | None = None
    unreached: UnreachedRow | None = None  # until something else comes
    definitions: str = ""  # the version in force: `GET /api/desk/clients` changes with it
    task: str | None = None  # that I'm asked about: to take, or to decline


class TaskRow(Struct, frozen=True):
    """Work that isn't a call now: `open` until its time (`at`), then `due`, `offered` to an agent
    (who may take it until it `lapses`), or `taken` by its `holder`; given up at `until`. `agent`:
    whose own it is; `by`: who has promised it; `outcome`: of the last try. Number and note are
    shown to who takes it."""

    task: TaskId
    kind: TaskKind
    state: TaskState
    since: InstantUs
    client: ClientId
    queue: QueueId
    ref: str | None
    by: AgentId | None
    agent: AgentId | None
    holder: AgentId | None
    made: InstantUs
    at: InstantUs
    until: InstantUs
    tries: int
    outcome: TaskOutcome | None
    has_number: bool
    has_note: bool
    offered: AgentId | None = None
    lapses: InstantUs | None = None


class QueueChanged(Struct, frozen=True, tag="queues", tag_field="view"):
    key: str
    version: int
    row: QueueRow | None


class AgentChanged(Struct, frozen=True, tag="agents", tag_field="view"):
    key: str
    version: int
    row: AgentRow | None


class ContactChanged(Struct, frozen=True, tag="contacts", tag_field="view"):
    key: str
    version: int
    row: ContactRow | None


class ModeRow(Struct, frozen=True):
    """What somebody declared about a client's callers: those of some queues, on some lists, whose
    flow set `variable` to `value`; what isn't named narrows nothing. In force once it `began`; an
    emergency may send them to the queue `to`. `declared` when: for a minute it may be withdrawn."""

    mode: ModeId
    kind: ModeKind
    client: ClientId
    queues: tuple[QueueId, ...]
    lists: tuple[str, ...]
    variable: str
    value: str
    announcement: str
    to: QueueId | None
    begins: InstantUs
    ends: InstantUs
    began: bool
    declared: InstantUs


class TotalsChanged(Struct, frozen=True, tag="totals", tag_field="view"):
    key: str
    version: int
    row: TotalsRow | None


class MoneyChanged(Struct, frozen=True, tag="money", tag_field="view"):
    key: str
    version: int
    row: MoneyRow | None


class AlertChanged(Struct, frozen=True, tag="alerts", tag_field="view"):
    key: str
    version: int
    row: AlertRow | None


class ModeChanged(Struct, frozen=True, tag="modes", tag_field="view"):
    key: str
    version: int
    row: ModeRow | None


class DeskChanged(Struct, frozen=True, tag="desk", tag_field="view"):
    key: str
    version: int
    row: DeskRow | None


class TaskChanged(Struct, frozen=True, tag="tasks", tag_field="view"):
    key: str
    version: int
    row: TaskRow | None


RowChanged = (
    QueueChanged
    | AgentChanged
    | ContactChanged
    | TotalsChanged
    | MoneyChanged
    | DeskChanged
    | TaskChanged
    | AlertChanged
    | ModeChanged
)


def ref_of(client: ClientId, count: int) -> str:
    """How the outside names a contact: `power-grid-17`."""
    return f"{client}-{count}"


def parse_ref(ref: str) -> tuple[ClientId, int] | None:
    """The client and the count of a contact's name; None if it can't be one."""
    client, dash, digits = ref.rpartition("-")
    if not dash or not client or not digits.isascii() or not digits.isdigit():
        return None
    if len(digits) > 15 or digits[0] == "0" or len(client) > 100:
        return None
    return ClientId(client), int(digits)
