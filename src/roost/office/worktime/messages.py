"""What a client's share of an agent's time is, as other areas take it over."""

from msgspec import Struct

from roost.kernel.ids import AgentId, ClientId
from roost.kernel.time import InstantUs


class Worked(Struct, frozen=True, gc=False):
    """An agent's time for one client in one quarter of an hour UTC, which begins at `at`.
    `production_us`: handling the client's contacts, and its part of the time ready for them;
    `paid_us`: that, and its part of paid time that isn't production (breaks, training).
    The parts of all clients and the operator's own ("") sum to the agent's time, to the
    microsecond (BILLING, 3)."""

    client: ClientId
    at: InstantUs
    agent: AgentId
    production_us: int
    paid_us: int
