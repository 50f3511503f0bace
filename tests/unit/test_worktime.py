"""Who pays for agents' time: BILLING 3, example by example."""

from hypothesis import given
from hypothesis import strategies as st

from roost.kernel.ids import AgentId, ClientId
from roost.kernel.money import largest_remainder
from roost.kernel.time import MINUTE, SECOND, InstantUs
from roost.office.contracts.sellers import AwayReason, PoolRule, Rule
from roost.office.worktime.messages import Worked
from roost.office.worktime.sharing import Spent, shared

A, B, C = ClientId("a"), ClientId("b"), ClientId("c")
ANNE = AgentId("1001")
QUARTER = int(15 * MINUTE)


def spent(
    state: str, us: int, *clients: ClientId, at: int = 0, reason: str = "", agent: AgentId = ANNE
) -> Spent:
    return Spent(InstantUs(at), agent, state, reason, clients, us)


def hour(*, at: int = 0) -> list[list[Spent]]:
    """24 min for A, 12 for B, 24 ready, evenly over four quarters."""
    return [
        [
            spent("talking", int(6 * MINUTE), A, at=at + n * QUARTER),
            spent("wrapping", int(3 * MINUTE), B, at=at + n * QUARTER),
            spent("ready", int(6 * MINUTE), A, B, at=at + n * QUARTER),
        ]
        for n in range(4)
    ]


def by_client(quarters: list[list[Spent]], rule: PoolRule) -> dict[ClientId, int]:
    found: dict[ClientId, int] = {}
    for quarter in quarters:
        for one in shared(quarter, rule, {}, {ANNE: (A, B)}):
            found[one.client] = found.get(one.client, 0) + one.production_us
    return found


PROPORTIONAL = PoolRule(1, 0)
EQUAL = PoolRule(1, 0, Rule.EQUAL)


def test_ready_time_goes_by_the_pools_handled_time_or_equally() -> None:
    assert by_client(hour(), PROPORTIONAL) == {A: 40 * MINUTE, B: 20 * MINUTE}
    assert by_client(hour(), EQUAL) == {A: 36 * MINUTE, B: 24 * MINUTE}


def test_an_hour_without_a_contact_is_shared_equally() -> None:
    idle = [[spent("ready", QUARTER, A, B, at=(4 + n) * QUARTER)] for n in range(4)]
    assert by_client([*hour(), *idle], PROPORTIONAL) == {A: 70 * MINUTE, B: 50 * MINUTE}


def test_no_microsecond_is_lost() -> None:
    third = shared([spent("ready", int(SECOND), A, B, C)], EQUAL, {}, {})
    assert [one.production_us for one in third] == [333_334, 333_333, 333_333]
    weights = PoolRule(1, 0, Rule.WEIGHTS, ((A, 7), (B, 5), (C, 1)))
    parts = shared([spent("ready", 900_000_001, A, B, C)], weights, {}, {})
    assert [one.production_us for one in parts] == [484_615_385, 346_153_847, 69_230_769]


def test_handled_time_is_the_pools_not_the_agents() -> None:
    other = AgentId("1002")
    rows = [spent("talking", 60, A, agent=other), spent("ready", 90, A, B)]
    found = shared(rows, PROPORTIONAL, {}, {})
    assert found == [
        Worked(A, InstantUs(0), ANNE, 90, 90),
        Worked(B, InstantUs(0), ANNE, 0, 0),
        Worked(A, InstantUs(0), other, 60, 60),
    ]


def test_a_reason_says_whether_it_is_paid_production_and_whose() -> None:
    reasons = {
        "lunch": AwayReason(paid=False),
        "training_b": AwayReason(production=True, whose="b"),
        "works_council": AwayReason(whose=""),
    }
    rows = [
        spent("away", 100, reason="lunch"),
        spent("away", 80, reason="training_b"),
        spent("away", 60, reason="works_council"),
        spent("away", 40, reason="break"),
    ]
    found = shared(rows, PROPORTIONAL, reasons, {ANNE: (A, B)})
    assert {one.client: (one.production_us, one.paid_us) for one in found} == {
        ClientId(""): (0, 60),
        A: (0, 20),
        B: (80, 100),
    }


CLIENTS = st.lists(st.sampled_from([A, B, C]), min_size=0, max_size=3, unique=True).map(tuple)


def _row(agent: str, state: str, us: int, clients: tuple[ClientId, ...]) -> Spent:
    whose = clients[:1] if state == "talking" else clients
    return spent(state, us, *whose, agent=AgentId(agent))


def _weights(a: int, b: int) -> PoolRule:
    return PoolRule(1, 0, Rule.WEIGHTS, ((A, a), (B, b)))


ROWS = st.builds(
    _row,
    st.sampled_from(["1001", "1002", "1003"]),
    st.sampled_from(["talking", "ready", "away"]),
    st.integers(0, 10**9),
    CLIENTS,
)
RULES = st.one_of(
    st.just(PROPORTIONAL),
    st.just(EQUAL),
    st.builds(_weights, st.integers(0, 9), st.integers(0, 9)),
)


@given(st.lists(ROWS, max_size=12), RULES)
def test_the_shares_of_a_quarter_sum_to_it(rows: list[Spent], rule: PoolRule) -> None:
    found = shared(rows, rule, {}, {ANNE: (A, B, C)})
    assert sum(one.paid_us for one in found) == sum(one.us for one in rows)
    for agent in {one.agent for one in rows}:
        own = sum(one.us for one in rows if one.agent == agent and one.state != "away")
        assert sum(one.production_us for one in found if one.agent == agent) == own
    assert found == shared(list(reversed(rows)), rule, {}, {ANNE: (A, B, C)})


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=9))
def test_largest_remainder_loses_nothing(total: int, weights: list[int]) -> None:
    assert sum(largest_remainder(total, weights)) == (total if any(weights) else 0)
