"""The reason of a decision in words."""

from roost.cli.why import sentence

ASSIGNED = {
    "agent": "1003",
    "waited_us": "20400000",
    "policy": "least_skilled/1",
    "order": "priority/1",
    "ring": "1",
    "candidates": '[{"agent":"1003","idle_us":12000000},{"agent":"1001","idle_us":0}]',
    "eligible": "4",
    "excluded": '{"skills":2,"busy":7,"resting":1}',
}


def test_a_decision_says_who_could_and_who_could_not() -> None:
    assert sentence("routing.Assigned", ASSIGNED) == (
        "rung 1003 after 20.4 s, ring 1; chosen by least_skilled/1, order priority/1; "
        "could have had it: 1003 (idle 12 s), 1001 (idle 0 s) and 2 more; "
        "not: 2 may not serve it (skills, or team), 7 busy, 1 resting"
    )


def test_what_changed_who_may_is_said_too() -> None:
    assert "ring 2" in str(sentence("queues.RingWidened", {"ring": "2"}))
    kept = {"only": "1001", "only_us": "20000000", "kept": "helped_last"}
    assert sentence("queues.ContactQueued", kept) == (
        "held for 1001, who helped this caller last, at first, for 20 s at most"
    )
    assert sentence("queues.ContactQueued", {"queue": "power-grid/bills"}) is None
    assert "+5" in str(sentence("queues.PriorityChanged", {"asked": '{"raised":5}'}))
    assert sentence("calls.CallArrived", {}) is None
