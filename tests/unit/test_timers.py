"""Timers: the earliest first, equal ones in the order of adding, taken in bounded numbers."""

from roost.engine.testing import CloseDoor, Knock
from roost.engine.timers import Timers
from roost.kernel.messages import Wake
from roost.kernel.time import NEVER, InstantUs


def test_timers_come_when_due_in_order() -> None:
    timers = Timers()
    assert timers.next_at() == NEVER
    for at, door in ((30, "c"), (10, "a"), (20, "b1"), (20, "b2"), (20, "b3")):
        timers.add(InstantUs(at), Knock(door))
    assert timers.next_at() == 10
    assert timers.due(InstantUs(9)) == []
    assert timers.due(InstantUs(20), most=2) == [Knock("a"), Knock("b1")]
    assert timers.due(InstantUs(20)) == [Knock("b2"), Knock("b3")]
    assert len(timers) == 1
    timers.clear()
    assert timers.next_at() == NEVER


def test_a_rooms_wish_to_be_woken_is_a_timer() -> None:
    timers = Timers()
    timers.wake(Wake(InstantUs(5), CloseDoor("front", 1)))
    assert timers.due(InstantUs(5)) == [CloseDoor("front", 1)]
