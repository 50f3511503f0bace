"""What a simulation plays: who calls when, how people behave, what goes wrong."""

from msgspec import Struct

from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, SECOND, DurationUs, InstantUs

HALF_HOUR = 30 * MINUTE
MONDAY_MORNING = InstantUs(1_772_409_600 * SECOND)  # 2026-03-02 08:00 in Shanghai

WRONG_KEY, SILENT, LEAVES = "invalid", "silence", "hang-up"
ANY = "any"


class Handling(Struct, frozen=True, gc=False):
    """Mean lengths of talking and writing up."""

    talk_us: int
    wrap_up_us: int


class Shift(Struct, frozen=True, gc=False):
    """When an agent works, from and until as lengths since the scenario's start."""

    agent: AgentId
    from_us: int
    until_us: int


class Behaviour(Struct, frozen=True):
    """How callers and agents behave. Lengths are means in µs, shares per million.

    `keys` are the menu's keys by weight, and `invalid` (a key that isn't offered, then the
    first of the keys), `silence` (nothing, ever) and `hang-up`. `handling` is by the flow's
    label, `any` for the rest; `codes` are wrap-up codes by weight."""

    keys: tuple[tuple[str, int], ...] = (
        ("1", 56), ("2", 25), ("3", 15), (WRONG_KEY, 2), (SILENT, 1), (LEAVES, 1),
    )  # fmt: skip
    handling: tuple[tuple[str, Handling], ...] = ((ANY, Handling(170 * SECOND, 25 * SECOND)),)
    codes: tuple[tuple[str, int], ...] = (("other", 1),)
    patience_us: int = 180 * SECOND
    answers_after_us: int = 4 * SECOND
    misses_ring: int = 10_000
    declines: int = 5_000
    agent_hangs_up: int = 500_000
    consults: int = 0  # a colleague is asked in the middle of a talk
    transfers: int = 0  # or the contact is handed on
    returns_after_us: int = 60 * SECOND  # an agent who missed a ring comes back
    think_us: int = 2 * SECOND
    voicemail_us: int = 20 * SECOND
    prompt_us: int = 4 * SECOND


class Span(Struct, frozen=True, gc=False):
    """From when, as a length since the scenario's start, and how long."""

    from_us: int
    length_us: int

    def holds(self, passed_us: int) -> bool:
        return self.from_us <= passed_us < self.from_us + self.length_us


class Burst(Span, frozen=True, gc=False):
    """So many times the calls: an outage in a city, a message to all customers."""

    times: int = 5


class Faults(Struct, frozen=True):
    """What goes wrong between the world and the engine, per million messages; `crash` per
    million steps, and once at step `crash_at` (1, 2, 3…), its group stored or not.

    `media_lost` are the lengths since the start after which the media process dies (another one,
    of another id, takes over at once); `outages` of the trunk: nothing of a caller's reaches us;
    `bursts` of calls."""

    lost: int = 0
    late: int = 0
    late_us: int = 3 * SECOND
    doubled: int = 0
    crash: int = 0
    crash_at: int = 0
    stored: bool = False
    media_lost: tuple[int, ...] = ()
    outages: tuple[Span, ...] = ()
    bursts: tuple[Burst, ...] = ()


class Scenario(Struct, frozen=True):
    """`arrivals[i]` are the calls expected in the half hour i from `start`; the last one
    goes on."""

    number: str
    shifts: tuple[Shift, ...]
    arrivals: tuple[int, ...]
    length_us: DurationUs = HOUR
    start: InstantUs = MONDAY_MORNING
    behaviour: Behaviour = Behaviour()
    faults: Faults = Faults()


def all_day(agents: tuple[AgentId, ...], length_us: int) -> tuple[Shift, ...]:
    """Everybody works all the time, and until everything has come to its end."""
    return tuple(Shift(agent, 0, length_us + 24 * HOUR) for agent in agents)
