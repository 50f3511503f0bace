"""A contract: what a client pays, as data. Rates are decimals in text, times microseconds.

A version holds from its day on, in the contract's zone: unit rates may change at any day,
the minimum only at a month's start (BILLING, 2).
"""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs, Zone
from roost.office.contracts.terms import Term


class Measure(StrEnum):
    """The measured quantities that a rate may name."""

    CONTACTS = "contacts"  # billable contacts
    SEGMENTS = "segments"  # agents' segments of billable contacts
    CONNECTED_MINUTES = "connected_minutes"  # the customer with any agent, hold included
    HANDLED_MINUTES = "handled_minutes"  # the sum of agents' talk, hold and wrap-up


TIMED = frozenset({Measure.CONNECTED_MINUTES, Measure.HANDLED_MINUTES})


class RoundPer(StrEnum):
    CONTACT = "contact"
    SEGMENT = "segment"
    LINE = "line"


class Kind(StrEnum):
    """How a contact ended for the client: exactly one each. Which are billable is the
    contract's."""

    ANSWERED = "answered"
    VOICEMAIL = "voicemail"
    ABANDONED = "abandoned"
    SHORT = "short"  # abandoned within the queue's threshold
    SOLVED = "solved"  # the flow came to its end without an agent
    CLOSED = "closed"  # outside opening hours
    TURNED_AWAY = "turned_away"  # the queue was full, or its limit was reached
    GIVEN_UP = "given_up"  # the caller left in the flow, before any queue
    FAILED = "failed"  # ended by us, or by the network, before any agent
    OUTBOUND = "outbound"  # an agent called the customer
    PROMISED = "promised"  # the customer will be called back, in a contact of its own
    CALLED_BACK = "called_back"  # a promised call reached the customer


class Line(Struct, frozen=True, gc=False):
    """`unit_us`: time is charged per started unit; None: exact. `queues`: empty for all."""

    name: str
    text: str
    measure: Measure
    rate: str
    unit_us: DurationUs | None = None
    round_per: RoundPer = RoundPer.CONTACT
    queues: tuple[QueueId, ...] = ()


class ContractVersion(Struct, frozen=True, gc=False):
    """`effective_day`: days since 1970-01-01, in the contract's zone. `minimum` a month."""

    effective_day: int
    lines: tuple[Line, ...]
    minimum: str = "0"
    service: tuple[Term, ...] = ()


class Contract(Struct, frozen=True, gc=False):
    """`versions` by their day, the earliest first."""

    client: ClientId
    currency: str
    zone: Zone
    billable: tuple[str, ...]
    versions: tuple[ContractVersion, ...]
