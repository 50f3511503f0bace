"""The cell's clock never goes back, and tells of jumps."""

from roost.adapters.clock.wall import CellClock
from roost.kernel.time import InstantUs, seconds


class Machine:
    """A machine's two clocks, turned by hand."""

    def __init__(self) -> None:
        self.wall = 1_000_000_000
        self.ticks = 5_000
        self.jumps: list[int] = []

    def clock(self, last: int = 0) -> CellClock:
        return CellClock(
            InstantUs(last),
            self.jumps.append,
            wall=lambda: self.wall,
            monotonic=lambda: self.ticks,
        )

    def passes(self, us: int, wall: int | None = None) -> None:
        self.ticks += us
        self.wall += us if wall is None else wall


def test_it_goes_with_the_monotonic_clock() -> None:
    machine = Machine()
    clock = machine.clock()
    assert clock.now() == 1_000_000_000
    machine.passes(250)
    assert clock.now() == 1_000_000_250


def test_it_never_goes_before_the_logs_last_event() -> None:
    machine = Machine()
    clock = machine.clock(last=1_000_500_000)
    assert clock.now() == 1_000_500_000
    machine.passes(400_000)
    assert clock.now() == 1_000_500_000
    machine.passes(200_000)
    assert clock.now() == 1_000_600_000


def test_a_wall_that_jumps_forward_is_followed_and_told() -> None:
    machine = Machine()
    clock = machine.clock()
    machine.passes(seconds(2), wall=seconds(3602))
    assert clock.now() == 1_000_000_000 + seconds(3602)
    assert machine.jumps == [seconds(3600)]


def test_a_wall_that_jumps_back_is_told_and_waited_for() -> None:
    machine = Machine()
    clock = machine.clock()
    clock.now()
    machine.passes(seconds(2), wall=-seconds(60))
    before = clock.now()
    assert machine.jumps == [-seconds(62)]
    machine.passes(seconds(10))
    assert clock.now() >= before
    machine.passes(seconds(100))
    assert clock.now() == machine.wall
    assert len(machine.jumps) == 1


def test_a_steered_wall_is_followed_without_a_word() -> None:
    machine = Machine()
    clock = machine.clock()
    for _ in range(100):
        machine.passes(seconds(1), wall=seconds(1) + 500)
        clock.now()
    assert clock.now() == machine.wall
    assert machine.jumps == []
