"""Callers who may be called back in turn, in virtual time: nobody is lost, or counted twice."""

from collections import Counter

from msgspec.structs import replace

from roost.floor.calls.messages import (
    CallArrived,
    CallbackClosed,
    CallbackPromised,
    ContactEnded,
)
from roost.floor.queues.messages import ContactDequeued
from roost.kernel.envelope import Envelope
from roost.office.counting import Ledger
from roost.office.measures.counts import add
from roost.simulator.scenario import Burst, Faults, Scenario
from simulation.test_what_a_scenario_says import STEADY, log_of, three_hours

STORM = Faults(bursts=(Burst(1_800_000_000, 3_600_000_000, 600),))


def storm(**behaviour: int) -> Scenario:
    """Everybody calls because of it."""
    usual = three_hours(behaviour=replace(STEADY, **behaviour), faults=STORM)
    return replace(usual, streams=(replace(usual.streams[0], keys=(("1", 1),)),))


def of(log: list[Envelope], kind: type) -> list[Envelope]:
    return [one for one in log if isinstance(one.body, kind)]


def counted(log: list[Envelope]) -> Counter[str]:
    """The counts of all queues together."""
    sums: Counter[str] = Counter()
    ledger = Ledger()
    for envelope in log:
        for fact, times in ledger.take(envelope):
            if fact.queue:
                add(sums, fact, times)
    return sums


def test_every_promise_is_reached_or_missed_and_nobody_is_counted_twice() -> None:
    log = log_of(storm(takes_callback=600_000, callback_reached=500_000))
    promised = of(log, CallbackPromised)
    assert len(promised) > 30
    closed = of(log, CallbackClosed)
    assert {one.contact for one in promised} == {one.contact for one in closed}
    last = Counter(one.body.outcome for one in closed if one.body.next is None)
    firsts = {one.body.first for one in promised}
    assert sum(last.values()) == len(firsts), "one outcome for each who was promised"
    assert last["reached"] > len(firsts) * 6 // 10
    begun, ended = of(log, CallArrived), of(log, ContactEnded)
    assert len(begun) + len(promised) == len(ended)
    sums = counted(log)
    left = ("answered", "abandoned", "overflowed", "called_back", "to_voicemail", "ended_by_us")
    assert sums["offered"] == sum(sums[name] for name in left)
    assert sums["called_back"] == len(firsts) == sums["callbacks"]
    assert sums["callbacks_reached"] == last["reached"]
    assert sums["callbacks_reached"] + sums["callbacks_missed"] == sums["callbacks"]


def test_the_same_callers_whoever_takes_the_offer() -> None:
    some, none = (log_of(storm(takes_callback=share)) for share in (600_000, 0))
    assert not of(none, CallbackPromised)
    assert [one.at for one in of(some, CallArrived)] == [one.at for one in of(none, CallArrived)]
    waits = {
        one.contact: one.body.waited_us for one in of(some, ContactDequeued) if one.body.callback
    }
    assert min(waits.values()) > 180 * 1_000_000, "in turn: with the time before the promise"
