"""What a simulation plays: who calls when, how people behave, who works, what goes wrong.

Names under which behaviour stands are, the most particular first: a queue's id
(`power-grid/outage`), a menu's label, `any`.
"""

from enum import StrEnum

from msgspec import Struct

from roost.floor.affected import ModeKind, Scope
from roost.floor.definition import Floor
from roost.kernel.ids import AgentId, QueueId
from roost.kernel.time import HOUR, MINUTE, SECOND, DurationUs, InstantUs

HALF_HOUR = 30 * MINUTE
MONDAY_MORNING = InstantUs(1_772_409_600 * SECOND)  # 2026-03-02 08:00 in Shanghai

WRONG_KEY, SILENT, LEAVES = "invalid", "silence", "hang-up"
ANY = "any"

Weights = tuple[tuple[str, int], ...]


class Shape(StrEnum):
    """How lengths are spread about their mean."""

    EXPONENTIAL = "exponential"
    ERLANG = "erlang"  # the mean of three exponentials: a hump and a tail
    CONSTANT = "constant"
    UNIFORM = "uniform"  # from nothing to twice the mean

    __hash__ = str.__hash__  # type: ignore[assignment]


class Law(Struct, frozen=True, gc=False):
    """A random length."""

    mean_us: int
    shape: Shape = Shape.EXPONENTIAL


class Handling(Struct, frozen=True, gc=False):
    """Lengths of talking and writing up."""

    talk: Law
    wrap_up: Law

    @classmethod
    def of(cls, talk_us: int, wrap_up_us: int) -> "Handling":
        """By their means, in the usual shapes."""
        return cls(Law(talk_us, Shape.ERLANG), Law(wrap_up_us))


class Pace(Struct, frozen=True, gc=False):
    """An agent's time for what others do in 1000; a beginner needs `extra` more at first, and
    less with each of the first `contacts`."""

    permille: int = 1000
    extra: int = 0
    contacts: int = 0

    def after(self, handled: int) -> int:
        """Per mille, after so many contacts."""
        if handled >= self.contacts:
            return self.permille
        return self.permille + self.extra * (self.contacts - handled) // self.contacts


class Shift(Struct, frozen=True, gc=False):
    """When an agent works, from and until as lengths since the scenario's start."""

    agent: AgentId
    from_us: int
    until_us: int


class Absence(Struct, frozen=True, gc=False):
    """An agent is away meanwhile, for this reason (after the contact in hand)."""

    agent: AgentId
    from_us: int
    until_us: int
    reason: str


class Returning(Struct, frozen=True, gc=False):
    """So many (per million) of those who were served call again, `after` so long; a talk with the
    agent whom they talked to last takes so much less, in 1000."""

    share: int
    after: Law
    shorter: int = 0


class Behaviour(Struct, frozen=True):
    """How callers and agents behave. Lengths are means in µs, shares per million; a talk lasts
    `least_talk_us` and what's drawn for it; `network_us` are one way, with the peer's own time."""

    handling: tuple[tuple[str, Handling], ...] = ((ANY, Handling.of(170 * SECOND, 25 * SECOND)),)
    patience: tuple[tuple[str, Law], ...] = ((ANY, Law(180 * SECOND)),)
    paces: tuple[tuple[AgentId, Pace], ...] = ()
    answers_after_us: int = 4 * SECOND
    misses_ring: int = 10_000
    declines: int = 5_000
    no_shows: int = 0  # of shifts
    agent_hangs_up: int = 500_000
    takes_callback: int = 500_000  # of those who are offered one
    callback_reached: int = 800_000  # of each call to them
    lifts_after_us: int = 8 * SECOND  # who answers it
    consults: int = 0  # a colleague is asked in the middle of a talk
    transfers: int = 0  # or the contact is handed on
    returns_after_us: int = 60 * SECOND  # an agent who missed a ring comes back
    think_us: int = 2 * SECOND
    voicemail_us: int = 20 * SECOND
    returning: Returning | None = None
    prompt_us: int = 4 * SECOND
    least_talk_us: int = 1 * SECOND
    task: Law = Law(2 * MINUTE)  # at work on a task that's offered, without the calls meanwhile
    declines_task: int = 50_000
    network_us: int = 20_000


class Span(Struct, frozen=True, gc=False):
    """From when, as a length since the scenario's start, and how long."""

    from_us: int
    length_us: int

    @property
    def until_us(self) -> int:
        return self.from_us + self.length_us

    def holds(self, passed_us: int) -> bool:
        return self.from_us <= passed_us < self.until_us


class Burst(Span, frozen=True, gc=False):
    """So many of the usual calls in a hundred, of one stream (none named: of each): an outage in
    a city, a message to all customers. `excused`: the client takes it out of what's promised."""

    percent: int = 500
    stream: str = ""
    excused: bool = False


class Down(Span, frozen=True, gc=False):
    """A site without power or network: none of its people is there, and nobody says so."""

    agents: tuple[AgentId, ...] = ()


class Harm(StrEnum):
    """What happens to a message on its way."""

    NONE = "none"
    LOST = "lost"
    LATE = "late"
    DOUBLED = "doubled"

    __hash__ = str.__hash__  # type: ignore[assignment]


class Declared(Span, frozen=True, gc=False):
    """Somebody declares a mode. Of those who hear its announcement so many (per million) have no
    further question, and hang up."""

    kind: ModeKind
    scope: Scope
    announcement: str = ""
    to: QueueId | None = None
    satisfied: int = 0


class Faults(Struct, frozen=True):
    """What goes wrong between the world and the engine, per million messages; `crash` per
    million steps, and once at step `crash_at` (1, 2, 3…), its group stored or not. Message
    `harm_at` (1, 2, 3…) takes `harm`, whatever else.

    `media_lost` are the lengths since the start after which the media process dies (another one,
    of another id, takes over at once); `outages` of the trunk: nothing of a caller's reaches us;
    `bursts` of calls; `down` are sites."""

    lost: int = 0
    late: int = 0
    late_us: int = 3 * SECOND
    doubled: int = 0
    crash: int = 0
    crash_at: int = 0
    stored: bool = False
    harm_at: int = 0
    harm: Harm = Harm.NONE
    media_lost: tuple[int, ...] = ()
    outages: tuple[Span, ...] = ()
    bursts: tuple[Burst, ...] = ()
    down: tuple[Down, ...] = ()


class Expected(Struct, frozen=True, gc=False):
    """So many calls are expected, evenly, between two lengths since the start; or so many in each
    `per_us`."""

    from_us: int
    until_us: int
    calls: int
    per_us: int = 0

    @property
    def of_us(self) -> int:
        """The time in which `calls` are expected."""
        return self.per_us or self.until_us - self.from_us


class Known(Struct, frozen=True, gc=False):
    """A call that did come, and what's known of it: the keys pressed, how long after it came it
    was in a queue, how long its caller had patience (`outlasted`: at least so long), how long it
    was talked and written up. -1 where nobody knows."""

    at_us: int
    keys: tuple[str, ...]
    enters_us: int = -1
    patience_us: int = -1
    outlasted: bool = False
    talk_us: int = -1
    wrap_up_us: int = -1
    person: str = ""  # who called, as the client's token


class Stream(Struct, frozen=True):
    """Calls of one number. `exact`: just so many come in each span, not on average; `known`:
    just these. `keys` are the menu's keys by weight, and `invalid` (a key that isn't offered,
    then the first of the keys), `silence` (nothing, ever) and `hang-up`; `codes` are wrap-up
    codes by weight. `client` is whose they are."""

    number: str
    name: str = "calls"
    client: str = ""
    expected: tuple[Expected, ...] = ()
    exact: bool = False
    known: tuple[Known, ...] = ()
    keys: Weights = (("1", 56), ("2", 25), ("3", 15), (WRONG_KEY, 2), (SILENT, 1), (LEAVES, 1))
    codes: Weights = (("other", 1),)
    lists: tuple[str, ...] = ()  # of the client's callers, on which they are


class Scenario(Struct, frozen=True):
    """`changes` are definitions put in force meanwhile, by lengths since the start."""

    streams: tuple[Stream, ...]
    shifts: tuple[Shift, ...]
    length_us: DurationUs = HOUR
    start: InstantUs = MONDAY_MORNING
    behaviour: Behaviour = Behaviour()
    faults: Faults = Faults()
    absences: tuple[Absence, ...] = ()
    changes: tuple[tuple[int, Floor], ...] = ()
    declared: tuple[Declared, ...] = ()


def half_hours(calls: tuple[int, ...], length_us: int) -> tuple[Expected, ...]:
    """Calls expected in each half hour; the last one goes on."""
    return each(HALF_HOUR, calls, length_us)


def each(every_us: int, calls: tuple[int, ...], length_us: int) -> tuple[Expected, ...]:
    """Calls expected in each of equal spans, cut off at a length; the last one goes on."""
    made: list[Expected] = []
    for place, begin in enumerate(range(0, length_us, every_us)):
        made.append(Expected(begin, begin + every_us, calls[min(place, len(calls) - 1)]))
    return tuple(made)


def all_day(agents: tuple[AgentId, ...], length_us: int) -> tuple[Shift, ...]:
    """Everybody works all the time, and until everything has come to its end."""
    return tuple(Shift(agent, 0, length_us + 24 * HOUR) for agent in agents)
