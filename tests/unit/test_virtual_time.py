"""Virtual time keeps one order, whichever way something was set."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from roost.floor.calls.messages import LegRang
from roost.kernel.ids import LegId
from roost.kernel.messages import Command
from roost.kernel.time import InstantUs
from roost.simulator.timeline import MOST_LINES, Timeline

NETWORK_US = 20
WAYS = st.sampled_from(["after", "timer", "send"])


class Diary:
    """What happened when. Whatever happens sets the next of its plan."""

    def __init__(self, plan: list[tuple[str, int]]) -> None:
        self.plan = plan
        self.set = 0
        self.expected: list[tuple[int, int]] = []
        self.happened: list[tuple[int, int]] = []
        self.time = Timeline(InstantUs(1_000), NETWORK_US, self.arrived)

    def set_next(self) -> None:
        if self.set == len(self.plan):
            return
        way, length = self.plan[self.set]
        self.set += 1
        if way == "send":
            length = NETWORK_US
            self.time.send(LegRang(LegId("leg")), str(self.set))
        else:
            getattr(self.time, way)(length, self.came, self.set)
        self.expected.append((self.time.now + length, self.set))

    def arrived(self, command: Command, key: str) -> None:
        self.came(int(key))

    def came(self, number: Any) -> None:
        self.happened.append((self.time.now, number))
        self.set_next()
        self.set_next()


@given(st.lists(st.tuples(WAYS, st.sampled_from([0, 5, 20, 30, 100])), max_size=60))
def test_everything_happens_in_the_order_of_its_time_and_of_its_setting(
    plan: list[tuple[str, int]],
) -> None:
    diary = Diary(plan)
    for _ in range(5):
        diary.set_next()
    diary.time.run(100_000)
    assert diary.happened == sorted(diary.expected)
    assert len(diary.happened) == len(plan)
    assert diary.time.now == 100_000


def test_it_stops_at_the_instant_asked_for_and_goes_on_from_there() -> None:
    diary = Diary([("timer", 50), ("send", 0), ("after", 70)])
    for _ in range(3):
        diary.set_next()
    diary.time.run(1_020)
    assert diary.happened == [(1_020, 2)]
    diary.time.run(1_069)
    assert diary.happened == [(1_020, 2), (1_050, 1)]
    diary.time.run(1_070)
    assert [number for _, number in diary.happened] == [2, 1, 3]


def test_more_lengths_than_lines_are_no_trouble() -> None:
    diary = Diary([("timer", 1 + place) for place in range(3 * MOST_LINES)])
    for _ in diary.plan:
        diary.set_next()
    diary.time.run(10_000)
    assert diary.happened == sorted(diary.expected)
    assert len(diary.time.lines) == MOST_LINES
