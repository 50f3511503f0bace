"""The dry run of changed definitions says what would change now, and changes nothing."""

from typing import Any

from msgspec.structs import replace

from roost.engine.bodies import state_digest
from roost.engine.restore import from_snapshot, snapshot_of
from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.cell import ROOM
from roost.floor.consequences import AgentsChange, Consequences, PromiseChange, consequences
from roost.kernel.actor import SETUP
from roost.kernel.time import Zone
from scenario.centre import Centre, S, queue, skills


def would(centre: Centre, **changes: Any) -> Consequences:
    """What this change of the floor would do; the centre goes on as it was."""
    digest = state_digest(centre.state)
    copy = from_snapshot(ROOM, snapshot_of(centre.engine))
    floor = replace(centre.floor(), **changes)
    step = copy.step(centre.now, d.Configure(floor), SETUP, "dry-run")  # type: ignore[arg-type]
    assert step.refusal is None
    assert "fault" not in copy.ignored
    events = [envelope.body for envelope in step.envelopes]
    found = consequences(centre.state, copy.state, events, copy.at)
    assert state_digest(centre.state) == digest
    return found


def bills(**rules: Any) -> tuple[d.Queue, ...]:
    needs = rules.pop("needs", "bills")
    return queue("outage", "outage"), queue("bills", needs, **rules)


def agent(name: str, has: str) -> d.Agent:
    return d.Agent(name, skills(has), "team", ("grid",))  # type: ignore[arg-type]


def test_what_changes_nothing_says_nothing(centre: Centre) -> None:
    centre.signs_in("Li", ready=False)
    centre.calls_in("bills")
    assert would(centre) == Consequences(centre.now)  # type: ignore[arg-type]
    assert would(centre, queues=bills(ring_us=5 * S)).waiting == ()


def test_a_lower_level_reaches_a_ready_agent_at_once(centre: Centre) -> None:
    centre.queues[1] = queue("bills", "bills:5")
    centre.apply()
    centre.signs_in("Mo", "bills:2")
    first = centre.calls_in("bills")
    second = centre.after(10).calls_in("bills")
    found = would(centre, queues=bills(needs="bills:2"))
    rung, waits = found.waiting
    assert (rung.contact, rung.rung, rung.waited_us) == (first, "Mo", 10 * S)
    assert (waits.contact, waits.rung, waits.here, waits.here_after) == (second, None, 0, 1)
    (line,) = found.queues
    assert (line.queue, line.waiting, line.rung) == ("grid/bills", 2, 1)
    assert (line.could, line.could_after, line.here, line.here_after) == (0, 1, 0, 1)
    assert found.agents == (AgentsChange(("Mo",), 1, ("grid/bills",), ()),)  # type: ignore[arg-type]
    centre.queues[1] = queue("bills", "bills:2")
    centre.apply()
    assert centre.with_agent("Mo") == first, "and so it is"


def test_another_priority_is_another_order_among_those_who_share_people(centre: Centre) -> None:
    centre.signs_in("Li", "bills outage", ready=False)
    outage = centre.calls_in("outage")  # priority 10 of the flow
    bill = centre.after(5).calls_in("bills")
    found = would(centre, queues=bills(priority=20))
    assert [(w.contact, w.place, w.place_after) for w in found.waiting] == [
        (outage, 1, 2),
        (bill, 2, 1),
    ]
    assert [(q.queue, q.earlier, q.later) for q in found.queues] == [
        ("grid/outage", 0, 1),
        ("grid/bills", 1, 0),
    ]
    centre.people["Li"] = "bills"
    centre.apply()
    assert would(centre, queues=bills(priority=20)) == Consequences(centre.now)  # type: ignore[arg-type]


def test_a_boost_counts_the_time_that_has_been_waited(centre: Centre) -> None:
    centre.signs_in("Li", "bills outage", ready=False)
    bill = centre.calls_in("bills")
    outage = centre.after(100).calls_in("outage")
    found = would(centre, queues=bills(boost_us=5 * S, boost_most=20))
    assert {w.contact: (w.place, w.place_after) for w in found.waiting} == {
        bill: (2, 1),
        outage: (1, 2),
    }


def test_nobody_could_serve_a_queue_any_more(centre: Centre) -> None:
    centre.signs_in("Li", "bills", ready=False)
    centre.people["Ann"] = "outage"
    centre.apply()
    call = centre.calls_in("bills")
    found = would(centre, agents=(agent("Li", "outage"), agent("Ann", "outage bills")))
    (waits,) = found.waiting
    assert (waits.contact, waits.here, waits.here_after) == (call, 1, 0)
    here = {q.queue: (q.could, q.could_after, q.here, q.here_after) for q in found.queues}
    assert here == {"grid/outage": (1, 2, 0, 1), "grid/bills": (1, 1, 1, 0)}
    assert found.agents == (
        AgentsChange(("Li",), 1, ("grid/outage",), ("grid/bills",)),  # type: ignore[arg-type]
        AgentsChange(("Ann",), 0, ("grid/bills",), ()),  # type: ignore[arg-type]
    )


def test_a_queue_that_goes_lets_its_contacts_go_on(centre: Centre) -> None:
    centre.signs_in("Li", "bills", ready=False)
    call = centre.calls_in("bills")
    flows = tuple(flow for flow in centre.floor().flows if flow.id == "grid/outage")
    found = would(
        centre,
        queues=(queue("outage", "outage"),),
        flows=flows,
        numbers=(d.Number("outage", "grid", "grid/outage"),),  # type: ignore[arg-type]
        clients=(replace(centre.floor().clients[0], default_queue="grid/outage"),),
    )
    (waits,) = found.waiting
    assert (waits.contact, waits.left) == (call, "overflowed")
    (line,) = (one for one in found.queues if one.queue == "grid/bills")
    assert (line.left, line.could, line.could_after) == (1, 1, -1)
    assert found.agents == (AgentsChange(("Li",), 1, (), ("grid/bills",)),)  # type: ignore[arg-type]


def test_who_rings_already_and_who_is_held_are_as_they_are(centre: Centre) -> None:
    centre.signs_in("Li", "bills")
    ringing = centre.calls_in("bills")
    assert centre.with_agent("Li") == ringing
    held = centre.calls_in("li-or-bills")
    found = would(centre, queues=bills(needs="outage"))
    assert [one.contact for one in found.waiting] == [held]
    assert (found.waiting[0].here, found.waiting[0].here_after) == (1, 0)


def test_a_promise_is_shown_with_what_has_been_so_far(centre: Centre) -> None:
    zone = Zone("Asia/Shanghai", "test", (-(10**15),), (8 * 3600,))
    target = d.ServiceTarget("grid/fast", ("grid/bills",), 800_000, 1_000, zone)  # type: ignore[arg-type]
    made = replace(centre.floor(), targets=(target,))
    centre.give(d.Configure(made))
    centre.people["Li"] = "bills"
    centre.give(d.Configure(replace(centre.floor(), targets=(target,))))
    centre.give(a.PhoneRegistered("Li"))  # type: ignore[arg-type]
    centre.give(a.SignIn("Li"))  # type: ignore[arg-type]
    centre.give(a.GoReady("Li"))  # type: ignore[arg-type]
    call = centre.calls_in("bills")
    centre.picks_up(call)
    found = would(centre, targets=(replace(target, promised=900_000),))
    (promise,) = found.promises
    assert promise == PromiseChange("grid/fast", 800_000, 900_000, 1, 1)
    assert promise.kept(promise.promised_after)
    (gone,) = would(centre).promises
    assert (gone.promised, gone.promised_after) == (800_000, -1)
