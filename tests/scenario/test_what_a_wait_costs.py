"""The contract's order: among equal priorities, whoever's wait costs most goes first."""

from typing import Any

from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.kernel.time import Zone
from scenario.centre import Centre, office_hours, queue

UTC = Zone("UTC", "test", (-(10**15),), (0,))


def target(of: str, worth: int, promised: int = 800_000, **more: Any) -> d.ServiceTarget:
    return d.ServiceTarget(f"grid/{of}", (f"grid/{of}",), promised, worth, UTC, **more)  # type: ignore[arg-type]


def by_contract(centre: Centre, *targets: d.ServiceTarget, earns: int = 0) -> None:
    """Both queues of one priority, twenty seconds each; from now on by these promises."""
    centre.queues = [
        queue("outage", "outage", priority=-10, earns=earns),
        queue("bills", "bills", earns=earns),
    ]
    made = centre.floor()
    values = {name: getattr(made, name) for name in d.Floor.__struct_fields__}
    values |= {"order": "contract", "targets": targets}
    centre.give(d.Configure(d.Floor(**values)))


def in_time(centre: Centre, number: str, count: int) -> None:
    """So many contacts that are answered at once."""
    for _ in range(count):
        call = centre.calls_in(number)
        centre.answers("Early")
        centre.hangs_up(call)
        centre.give(close("Early"))


def close(name: str) -> Any:
    return a.WrapUp(name, "done")  # type: ignore[arg-type]


def test_a_promise_that_runs_out_goes_before_one_that_is_lost(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("outage", 1000), target("bills", 1000))
    centre.calls_in("bills")
    outage = centre.after(25).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == outage, "the older one is late already"


def ready(centre: Centre, name: str) -> None:
    centre.give(a.GoReady(name))  # type: ignore[arg-type]


def test_the_shorter_time_left_goes_first(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("outage", 1000), target("bills", 1000))
    older = centre.calls_in("bills")
    centre.after(10).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == older


def test_the_dearer_promise_goes_before_an_older_contact(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("outage", 9000), target("bills", 1000))
    centre.calls_in("bills")
    younger = centre.after(10).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == younger, "9 over 20 s is more than 1 over 10 s"


def test_a_promise_that_is_kept_already_gives_way(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    centre.signs_in("Early")
    by_contract(centre, target("outage", 1000, by_day=True), target("bills", 1000, by_day=True))
    centre.after(21 * 3600)  # late in the day: what is kept by then can't be lost any more
    in_time(centre, "bills", 20)
    centre.give(a.GoAway("Early", "break"))  # type: ignore[arg-type]
    centre.calls_in("bills")
    outage = centre.after(1).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == outage


def test_a_priority_is_above_every_promise(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("bills", 10**9))
    centre.queues[0] = queue("outage", "outage", priority=0)
    centre.apply()
    centre.calls_in("bills")
    outage = centre.after(1).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == outage


def test_without_promises_it_is_time_that_counts(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, earns=500)
    first = centre.calls_in("bills")
    centre.after(1).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == first


# --- hours that count: Monday to Friday, nine to five in Shanghai ---


def test_a_promise_is_minded_in_its_hours_alone(centre: Centre) -> None:
    """By ten in the morning the dear one goes first, by six in the evening whoever is older."""
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("outage", 9000, hours=office_hours()), target("bills", 1000))
    older, younger = centre.calls_in("bills"), centre.after(10).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == younger
    centre.give(a.DeclineOffer("Li"))  # type: ignore[arg-type]
    centre.after(10)
    for call in (older, younger):
        centre.hangs_up(call)
    centre.after(8 * 3600)
    older = centre.calls_in("bills")
    centre.after(10).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == older, "nobody asks tonight how long the other one waited"


def test_who_came_in_the_hours_is_minded_after_them(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    by_contract(centre, target("outage", 9000, hours=office_hours()), target("bills", 1000))
    centre.after(7 * 3600 - 12)  # twelve seconds before five
    centre.calls_in("bills")
    younger = centre.after(10).calls_in("outage")
    centre.after(5)
    ready(centre, "Li")
    assert centre.with_agent("Li") == younger


def test_what_enters_outside_the_hours_counts_for_nothing(centre: Centre) -> None:
    centre.signs_in("Early")
    by_contract(centre, target("bills", 1000, hours=office_hours()))
    in_time(centre, "bills", 2)
    (promise,) = centre.state.routing.promises
    assert (promise.period.good, promise.period.all) == (2, 2)
    centre.after(8 * 3600)
    in_time(centre, "bills", 3)
    assert (promise.period.good, promise.period.all) == (2, 2)


def test_near_the_end_of_its_hours_a_kept_promise_gives_way(centre: Centre) -> None:
    """A quarter of an hour of the day is left that counts; of the day itself fifteen hours."""
    centre.signs_in("Li", ready=False)
    centre.signs_in("Early")
    kept = target("bills", 1000, by_day=True, hours=office_hours())
    by_contract(centre, target("outage", 500, by_day=True), kept)
    centre.after(6 * 3600 + 2700)
    in_time(centre, "bills", 20)
    centre.give(a.GoAway("Early", "break"))  # type: ignore[arg-type]
    centre.calls_in("bills")
    outage = centre.after(1).calls_in("outage")
    ready(centre, "Li")
    assert centre.with_agent("Li") == outage


def test_new_definitions_may_change_the_hours(centre: Centre) -> None:
    centre.signs_in("Early")
    by_contract(centre, target("bills", 1000, by_day=True))
    in_time(centre, "bills", 1)
    by_contract(centre, target("bills", 1000, by_day=True, hours=office_hours()))
    (promise,) = centre.state.routing.promises
    assert promise.period.all == 1
    assert (
        sum(b - a for a, b in zip(promise.opens, promise.closes, strict=True)) == 8 * 3600 * 10**6
    )
