"""The flow as a caller meets it: keys, numbers, the client's own system, and our own faults."""

from roost.floor.calls import messages as c
from roost.floor.effects import StopCollecting
from roost.floor.flows import messages as f
from roost.floor.queues import messages as q
from roost.kernel.ends import Blame, Reason
from scenario.centre import MUSIC, Centre


def test_wrong_keys_and_silence_are_answered_and_lead_to_somebody(centre: Centre) -> None:
    call = centre.calls_in("95598")
    centre.presses(call, "9")
    assert centre.hears(call) == ("not-offered", "which")
    centre.presses(call, "")
    assert centre.hears(call) == ("are-you-there", "which")
    centre.presses(call, "")
    assert centre.hears(call) == MUSIC
    assert centre.the(q.ContactQueued, call).queue == "grid/bills"
    passed = [event.passed for event in centre.events(f.FlowAdvanced, call)]
    assert passed == ["", "invalid", "silence", "silence"]


def test_a_number_is_collected_and_the_clients_system_decides(centre: Centre) -> None:
    call = centre.calls_in("meter")
    centre.presses(call, "12345", value="V7")
    asked = centre.web()
    assert asked.send == {"account": "vault:V7"}
    centre.give(f.WebAnswered(call, asked.request, "answered", {"kind": "vip"}, {"street": "V8"}))
    queued = centre.the(q.ContactQueued, call)
    assert (queued.queue, queued.priority) == ("grid/outage", 20)


def test_digits_never_stand_in_the_log(centre: Centre) -> None:
    call = centre.calls_in("meter")
    centre.presses(call, "83461", value="V7")
    assert centre.the(c.CollectionEnded, call).digit == ""
    assert "83461" not in str(centre.log)


def test_too_few_digits_are_asked_for_again(centre: Centre) -> None:
    call = centre.calls_in("meter")
    centre.presses(call, "12")
    assert centre.hears(call) == ("again", "your-number")
    centre.presses(call, "1")
    assert centre.the(q.ContactQueued, call).queue == "grid/bills"


def test_a_late_or_strange_answer_of_the_web_takes_the_fallback(centre: Centre) -> None:
    late = centre.calls_in("meter")
    centre.presses(late, "12345", value="V7")
    centre.after(8)
    assert centre.the(q.ContactQueued, late).queue == "grid/bills"
    strange = centre.calls_in("meter")
    centre.presses(strange, "12345", value="V7")
    centre.give(f.WebAnswered(strange, centre.web().request, "answered", {"kind": "king"}))
    assert centre.the(q.ContactQueued, strange).queue == "grid/bills"
    assert centre.events(f.FlowAdvanced, strange)[-1].passed == "refused"


def test_after_a_restart_the_web_request_is_unknown_and_not_sent_twice(centre: Centre) -> None:
    call = centre.calls_in("meter")
    centre.presses(call, "12345", value="V7")
    centre.restarts()
    centre.after(0)
    assert not [effect for effect in centre.effects if type(effect).__name__ == "AskWeb"]
    assert centre.events(f.FlowAdvanced, call)[-1].passed == "unknown"


def test_a_lost_outcome_does_not_leave_a_caller_in_silence(centre: Centre) -> None:
    call = centre.calls_in("95598")
    centre.after(11 * 60)
    assert centre.hears(call) == ("are-you-there", "which")


def test_a_collection_whose_outcome_is_lost_takes_no_later_digits(centre: Centre) -> None:
    call = centre.calls_in("95598")
    centre.after(11 * 60)
    lost, again = [event.collect for event in centre.events(c.CollectionStarted, call)]
    assert [effect.collect for effect in centre.asked(StopCollecting)] == [lost]
    assert [event.collect for event in centre.events(c.CollectionEnded, call)] == [lost]
    centre.presses(call, "9")
    assert centre.hears(call) == ("not-offered", "which")
    assert again != lost


def test_a_flow_that_turns_in_a_circle_ends_with_somebody(centre: Centre) -> None:
    call = centre.calls_in("loop")
    assert centre.hears(call) == ("sorry", "hold-music")
    assert centre.the(q.ContactQueued, call).queue == "grid/bills"
    assert centre.events(f.FlowRescued, call)


def test_a_fault_brings_the_contact_to_the_default_queue_once(centre: Centre) -> None:
    call = centre.calls_in("95598")
    centre.give(f.Rescue(call))
    assert centre.hears(call) == ("sorry", "hold-music")
    assert centre.the(q.ContactQueued, call).queue == "grid/bills"
    centre.give(f.Rescue(call))
    assert centre.ended(call) == (Blame.US, Reason.FAULT)


def test_a_full_queue_goes_on_at_once(centre: Centre) -> None:
    from scenario.centre import queue

    centre.queues[0] = queue("outage", "outage", most_waiting=1)
    centre.apply()
    centre.calls_in("outage")
    second = centre.calls_in("outage")
    assert centre.the(q.ContactTurnedAway, second)
    assert centre.hears(second) == ("leave-word",)
    assert not centre.events(q.ContactQueued, second)


def test_who_is_rung_already_takes_no_room_in_a_queue(centre: Centre) -> None:
    from scenario.centre import queue

    centre.queues[0] = queue("outage", "outage", most_waiting=1)
    centre.apply()
    centre.signs_in("Li")
    rung, waits = centre.calls_in("outage"), centre.calls_in("outage")
    assert centre.rung("Li")
    assert centre.the(q.ContactQueued, waits), "the queue's one place is free: Li's phone rings"
    assert centre.the(q.ContactTurnedAway, centre.calls_in("outage"))
    centre.answers("Li")
    assert centre.the(q.ContactDequeued, rung).outcome is q.Outcome.ANSWERED
    assert centre.the(q.ContactTurnedAway, centre.calls_in("outage"))
    centre.hangs_up(waits)
    assert centre.the(q.ContactQueued, centre.calls_in("outage"))


def test_who_comes_back_from_a_phone_that_nobody_took_fills_the_queue_again(
    centre: Centre,
) -> None:
    from scenario.centre import queue

    centre.queues[0] = queue("outage", "outage", most_waiting=1)
    centre.apply()
    centre.signs_in("Li")
    centre.calls_in("outage")
    centre.after(60)
    assert centre.presence("Li") == "away", "the phone has rung out"
    assert centre.the(q.ContactTurnedAway, centre.calls_in("outage"))
