"""Routing's own index of who waits and who's free, folded from the other areas' events.

Waiting contacts are grouped by **requirement class** (docs/decisions/0017): queue, ring, skills,
preferences, priority. Each class is one line in order of time; since a contact's older mates go
first, only the heads need looking at. Each class has a heap of the agents who are ready and may
serve it, by the queue's rule of choosing. Agents of the same skills and team share a **profile**,
which has a bit for each class that it may serve, in words of WORD bits (a snapshot's integers
have 64), and the same classes as a list for each channel.

An agent stands for the **channels** that what they have in hand leaves room for (`Seat.open`): a
call wants them whole, other work weighs something of 100 (`definition.Share`). Whoever takes
something on, or is done with it, stands anew.

Lines are lists with a moving head, heaps are `heapq`'s; both delete lazily: an entry whose number
no longer matches its contact's (or agent's) is stale. The head of a line and the top of a heap
are never stale, because folding moves them on.
"""

from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.definition import VOICE, Asked, Share, Skill
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, QueueId
from roost.kernel.time import DurationUs, InstantUs

WORD: Final = 60

Place = tuple[int, int, str]  # since, number, and the id of the contact
Free = tuple[int, int, int, str]  # rank (ranks.py), since, number, and the agent


class Line(Struct, gc=False):
    """Who waits, in order: `places` from `head` on."""

    places: list[Place] = field(default_factory=list[Place])
    head: int = 0


class Class(Struct, gc=False):
    """A requirement class: what is asked, who waits with it, who is ready for it."""

    number: int  # its own
    queue: QueueId
    client: ClientId
    ring: int
    asked: Asked
    skills: tuple[Skill, ...]
    prefer: tuple[Skill, ...]
    teams: tuple[str, ...]  # none named: any
    priority: int
    ring_us: DurationUs
    rule: str  # which agent: one of ranks.RULES
    moves: bool  # whether the rule has a part that changes with the agent's day: ranks.MOVING
    boost_us: DurationUs = DurationUs(0)  # priority rises by one for each; 0: never
    boost_most: int = 0
    channel: str = VOICE
    interruptible: bool = False  # who has it in hand may be rung
    line: Line = field(default_factory=Line)
    free: list[Free] = field(default_factory=list[Free])
    ready: int = 0  # how many of `free` aren't stale


class Reach(Struct, gc=False):
    """The classes of one channel, and the rank in each of them: ranks.standing."""

    classes: list[int] = field(default_factory=list[int])
    ranks: list[int] = field(default_factory=list[int])


class Profile(Struct, gc=False):
    """What agents of the same skills and team may serve."""

    skills: tuple[Skill, ...]
    team: str
    mask: list[int]
    reach: dict[str, Reach] = field(default_factory=dict[str, Reach])  # by channel

    @property
    def calls(self) -> Reach:
        """The classes of calls."""
        return self.reach.get(VOICE, Reach())


class Waiter(Struct, gc=False):
    """A contact (or a task, under its own id) that waits, is offered, or is with an agent.
    `number` is its place's, 0 if none.
    While `only` is set it stands in that agent's own line."""

    klass: int
    since: InstantUs
    number: int = 0
    order: int = 0  # the number of its first place: what it goes back to
    offers: int = 0
    offer: OfferId | None = None
    only: AgentId | None = None
    about: ContactId | None = None  # a task's contact, that's over
    calls_first: bool = False  # its turn is that the customer is called, who isn't on the line


class Load(Struct, gc=False):
    """How busy an agent is: `here` since signing in; `busy_us` of that, and of two spans of
    resting.SPAN_US, the running one and the one before; what a team's rules of rest are."""

    here: InstantUs = InstantUs(0)
    busy_from: InstantUs | None = None
    busy_us: int = 0
    span_from: InstantUs = InstantUs(0)
    span_us: int = 0
    before_us: int = 0
    rest_us: DurationUs = DurationUs(0)  # after each contact
    most_busy: int = 0  # per mille; 0: no limit


class Work(Struct, gc=False):
    """What isn't a call and is with an agent: offered until it's `taken`."""

    channel: str
    weight: int
    interruptible: bool
    taken: bool = False


class Seat(Struct, gc=False):
    """An agent as routing sees one; `number` is that of the place among the ready, or 0. Who's
    ready stands for the channels that are `open`."""

    profile: int
    skills: tuple[Skill, ...]
    team: str = ""
    state: str = "out"  # out, away, ready, resting, busy
    number: int = 0
    since: InstantUs = InstantUs(0)
    kept: InstantUs = InstantUs(0)  # idle since, from before an offer that was withdrawn
    removed: bool = False  # by new definitions; goes when signed out
    own: Line | None = None  # contacts that wait for this agent only
    had: dict[str, int] = field(default_factory=dict[str, int])  # contacts, by client
    load: Load = field(default_factory=Load)
    rest_until: InstantUs = InstantUs(0)
    stood: InstantUs = InstantUs(0)  # among the ready since: what a rank is known by
    channels: tuple[str, ...] = (VOICE,)  # that are open with nothing in hand
    open: tuple[str, ...] = ()
    capacity: tuple[Share, ...] = ()
    works: dict[str, Work] = field(default_factory=dict[str, Work])
    loaded: int = 0  # what the works weigh together
    shut_until: InstantUs = InstantUs(0)  # nothing but calls is offered before
    worked: bool = False  # a work is over since they became ready: they rest, if anybody does


class Span(Struct, gc=False):
    """What was promised and kept from `begin` until `until`."""

    begin: InstantUs = InstantUs(0)
    until: InstantUs = InstantUs(0)
    good: int = 0
    all: int = 0


class Promise(Struct, gc=False):
    """A target with its counts: of the running period, and of the running interval. `weight`:
    what one contact more in time is worth by now. With hours that count, each span of them in the
    period: when it `opens` and `closes`, and how much of them came `before`."""

    target: definition.ServiceTarget
    period: Span = field(default_factory=Span)
    interval: Span = field(default_factory=Span)
    weight: int = 0
    opens: list[int] = field(default_factory=list[int])
    closes: list[int] = field(default_factory=list[int])
    before: list[int] = field(default_factory=list[int])


class Routing(Struct, gc=False):
    """The index. `keys` finds a class by its requirement, `shared` a profile. Who became ready
    last is `unplaced`, in no heap, until the next event: in a busy centre they're gone again by
    then."""

    numbers: int = 0
    unplaced: AgentId | None = None
    order: str = "priority"  # who goes first: one of order.ORDERS
    classes: list[Class] = field(default_factory=list[Class])
    keys: dict[str, int] = field(default_factory=dict[str, int])
    profiles: list[Profile] = field(default_factory=list[Profile])
    shared: dict[str, int] = field(default_factory=dict[str, int])
    waiting: list[int] = field(default_factory=list[int])  # words: the classes not empty
    masks: dict[str, list[int]] = field(default_factory=dict[str, list[int]])  # by channel: words
    full: dict[str, int] = field(default_factory=dict[str, int])  # who's ready, and not for it
    waiters: dict[str, Waiter] = field(default_factory=dict[str, Waiter])
    seats: dict[str, Seat] = field(default_factory=dict[str, Seat])
    queues: dict[str, definition.Queue] = field(default_factory=dict[str, definition.Queue])
    promises: list[Promise] = field(default_factory=list[Promise])
    promised: dict[str, list[int]] = field(default_factory=dict[str, list[int]])  # by queue
    ready: int = 0
    away: int = 0
    busy: int = 0
    resting: int = 0


def may_serve(skills: tuple[Skill, ...], team: str, klass: Class) -> bool:
    """Whether these skills, in this team, do for a class."""
    if klass.teams and team not in klass.teams:
        return False
    return definition.serves(skills, klass.skills)
