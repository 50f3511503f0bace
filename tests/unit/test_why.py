"""The reason of a decision in words."""

import pytest

from roost.floor.routing import order, ranks
from roost.kernel.ids import AgentId
from roost.kernel.time import DurationUs
from roost.office.reasons import ORDERS, RULES, Free, Said, Waiting, sentence, waiting

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


def said(what: str, detail: dict[str, str], **names: str) -> Said:
    found = sentence(what, detail, lambda agent: names.get(f"a{agent}", agent))
    assert found is not None
    return found


def test_a_decision_says_who_could_and_who_could_not() -> None:
    one = said("routing.Assigned", ASSIGNED, a1003="Li Na")
    assert one.en == (
        "rung Li Na after 20.4 s, ring 1; chosen by least_skilled/1 (who has the fewest skills "
        "goes first, so that the versatile stay free), order priority/1 (by priority, then time); "
        "could have had it: Li Na (idle 12 s), 1001 (idle 0 s) and 2 more; "
        "not: 2 may not serve it (skills, or team), 7 busy, 1 resting"
    )
    assert one.zh == (
        "20.4 秒后振铃 Li Na，第 1 圈；选人规则 least_skilled/1（技能最少者优先，留出多面手），"
        "排序 priority/1（先按优先级，再按时间）；可接者：Li Na（空闲 12 秒）、1001（空闲 0 秒），"
        "另有 2 人；排除：2 人技能或班组不符、7 人忙碌、1 人休整中"
    )


def test_what_changed_who_may_is_said_too() -> None:
    assert "ring 2" in said("queues.RingWidened", {"ring": "2"}).en
    kept = {"only": "1001", "only_us": "20000000", "kept": "helped_last"}
    assert said("queues.ContactQueued", kept).en == (
        "held for 1001, who helped this caller last, at first, for 20 s at most"
    )
    assert sentence("queues.ContactQueued", {"queue": "power-grid/bills"}) is None
    assert "+5" in said("queues.PriorityChanged", {"asked": '{"raised":5}'}).zh
    assert sentence("calls.CallArrived", {}) is None


def test_every_rule_and_order_has_its_words() -> None:
    assert set(RULES) == {*ranks.RULES, "direct", "held"}
    assert set(ORDERS) == {order.PRIORITY, order.CONTRACT}


@pytest.mark.parametrize(
    ("one", "words"),
    [
        (
            Waiting(
                Free(busy=2, away=1), higher=1, older=3, more=5, more_us=DurationUs(12_000_000)
            ),
            (
                "3 agents who are signed in may serve it: 2 busy, 1 away. "
                "4 go before it: 1 of a higher priority, 3 that wait longer. "
                "In 12 s it's open to 5 more."
            ),
        ),
        (
            Waiting(Free(busy=1), higher=0, older=1, position=2, wait_us=DurationUs(95_000_000)),
            (
                "1 agent who is signed in may serve it: 1 busy. 1 goes before it: 1 that wait "
                "longer. In its queue's line it's number 2: about 95 s more."
            ),
        ),
        (
            Waiting(Free(out=2), higher=0, older=0),
            (
                "Nobody who is signed in may serve it; 2 who aren't could. Give somebody the skill "
                "for now, or sign somebody in. Nobody goes before it."
            ),
        ),
        (
            Waiting(Free(busy=1), higher=0, older=2, by_contract=True),
            (
                "1 agent who is signed in may serve it: 1 busy. Up to 2 go before it: 2 of its own "
                "priority, in the order of what waiting costs by contract."
            ),
        ),
        (
            Waiting(Free(), 0, 0, only=AgentId("1001"), only_us=DurationUs(8_000_000)),
            "It waits for 1001 alone, for 8 s more at most. Nobody goes before it.",
        ),
    ],
)
def test_why_nobody_has_it_yet(one: Waiting, words: str) -> None:
    assert " ".join(said.en for said in waiting(one)) == words
    assert all(said.zh for said in waiting(one))
