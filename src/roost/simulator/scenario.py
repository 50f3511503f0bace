"""What a simulation plays: who calls when, how people behave, what goes wrong."""

from msgspec import Struct

from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, SECOND, DurationUs


class Behaviour(Struct, frozen=True):
    """How callers and agents behave. Shares are per million; lengths are means in µs."""

    keys: tuple[tuple[str, int], ...] = (("1", 60), ("2", 25), ("3", 15))
    wrong_key: int = 40_000
    silent_once: int = 30_000
    silent_always: int = 5_000
    leaves_in_menu: int = 10_000
    patience_us: int = 180 * SECOND
    talk_us: int = 170 * SECOND
    wrap_up_us: int = 25 * SECOND
    answers_after_us: int = 4 * SECOND
    misses_ring: int = 10_000
    declines: int = 5_000
    agent_hangs_up: int = 500_000
    returns_after_us: int = 60 * SECOND  # a missed ring's agent comes back
    think_us: int = 2 * SECOND


class Faults(Struct, frozen=True):
    """What goes wrong between the world and the engine, per million messages; `crash` per
    million steps."""

    lost: int = 0
    late: int = 0
    late_us: int = 3 * SECOND
    doubled: int = 0
    crash: int = 0


class Scenario(Struct, frozen=True):
    """`arrivals_per_hour[i]` holds for the hour i from `start`; the last one goes on."""

    number: str
    agents: tuple[AgentId, ...]
    arrivals_per_hour: tuple[int, ...]
    length_us: DurationUs = HOUR
    start_us: int = 1_790_000_000 * SECOND
    behaviour: Behaviour = Behaviour()
    faults: Faults = Faults()
    prompt_us: DurationUs = DurationUs(4 * SECOND)
    record_us: DurationUs = DurationUs(20 * SECOND)  # a voicemail's length
