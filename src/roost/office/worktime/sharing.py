"""Who pays for an agent's time (BILLING, 3).

Time with a client's contact, from its ringing to the end of writing up, is that client's. Ready
time is shared among the clients whose queues the agent was ready for at that moment, quarter by
quarter, by the pool's one rule; paid time that is neither (a break, training) among those whom
the agent may serve, by the same rule, unless its reason says whose it is. Every share is a whole
number of microseconds, and the shares sum to what was shared.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec import Struct

from roost.kernel.ids import AgentId, ClientId
from roost.kernel.money import largest_remainder
from roost.kernel.time import InstantUs
from roost.office.contracts.sellers import SHARED, AwayReason, PoolRule, Rule
from roost.office.worktime.messages import Worked

HANDLING: Final = frozenset({"offered", "talking", "held", "wrapping", "working"})
READY: Final = "ready"
AWAY: Final = "away"
OPERATOR: Final = ClientId("")  # nobody's who pays: the operator's own


class Spent(Struct, frozen=True, gc=False):
    """How long an agent was in one state within the quarter of an hour that begins at `at`
    (UTC). `clients`: of the contact in hand, or whom they were ready for."""

    at: InstantUs
    agent: AgentId
    state: str
    reason: str
    clients: tuple[ClientId, ...]
    us: int


USUAL: Final = AwayReason()


def shared(
    spent: Iterable[Spent],
    rule: PoolRule,
    reasons: Mapping[str, AwayReason],
    serves: Mapping[AgentId, tuple[ClientId, ...]],
) -> list[Worked]:
    """One pool's quarter of an hour. `spent` are all states of all of its agents in it, `serves`
    whose queues each agent's skills serve. By agent, then client; the operator's first."""
    rows = sorted(spent, key=lambda one: (one.agent, one.state, one.reason, one.clients))
    assert len({one.at for one in rows}) < 2, "a quarter at a time"
    handled = _handled(rows)
    sums: dict[tuple[AgentId, ClientId], list[int]] = {}
    for one in rows:
        production, paid, among = _counts(one, reasons, serves)
        if not paid and not production:
            continue
        for client, us in _split(one.us, among, rule, handled).items():
            found = sums.setdefault((one.agent, client), [0, 0])
            found[0] += us if production else 0
            found[1] += us if paid else 0
    return [
        Worked(client, rows[0].at, agent, production, paid)
        for (agent, client), (production, paid) in sorted(sums.items())
    ]


def _counts(
    one: Spent, reasons: Mapping[str, AwayReason], serves: Mapping[AgentId, tuple[ClientId, ...]]
) -> tuple[bool, bool, tuple[ClientId, ...]]:
    """Whether it's production, whether it's paid, and among whom it's shared."""
    if one.state != AWAY:
        return True, True, one.clients
    reason = reasons.get(one.reason, USUAL)
    if reason.whose == SHARED:
        return reason.production, reason.paid, serves.get(one.agent, ())
    return reason.production, reason.paid, (ClientId(reason.whose),)


def _handled(rows: Sequence[Spent]) -> dict[ClientId, int]:
    """The pool's handled time by client."""
    found: dict[ClientId, int] = {}
    for one in rows:
        if one.state in HANDLING:
            for client in one.clients:
                found[client] = found.get(client, 0) + one.us
    return found


def _split(
    us: int, among: Sequence[ClientId], rule: PoolRule, handled: Mapping[ClientId, int]
) -> dict[ClientId, int]:
    clients = sorted(set(among)) or [OPERATOR]
    match rule.rule:
        case Rule.PROPORTIONAL:
            weights = [handled.get(client, 0) for client in clients]
        case Rule.WEIGHTS:
            fixed = dict(rule.weights)
            weights = [fixed.get(client, 0) for client in clients]
        case Rule.EQUAL:
            weights = [1] * len(clients)
    if not any(weights):
        weights = [1] * len(clients)  # where nobody was handled, equally
    return dict(zip(clients, largest_remainder(us, weights), strict=True))
