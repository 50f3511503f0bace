"""What the settings' and the office's streams say of contracts."""

from msgspec import Struct

from roost.kernel.ids import ContactId, QueueId, SegmentId
from roost.kernel.messages import Event
from roost.kernel.money import Money
from roost.kernel.time import DurationUs, InstantUs
from roost.office.contracts.model import Contract
from roost.office.contracts.sellers import Billing


class ContractAgreed(Event, frozen=True, gc=False, kw_only=True):
    """A client's contract as it is from now on, all its versions. The owner is the client."""

    contract: Contract


class ContractEnded(Event, frozen=True, gc=False, kw_only=True):
    """The client has no contract any more; the owner is the client."""


class BillingSet(Event, frozen=True, gc=False, kw_only=True):
    """The operator's sellers and pools as they are from now on. The owner is the operator."""

    billing: Billing


# --- facts that a draft takes in; the office's stream carries them ---


class Exclusion(Struct, frozen=True, gc=False):
    """A span whose intervals don't count for service terms, with its reason (BILLING, 5); the
    contacts stay billed. For some queues (none named: all), of one programme or ("") of all. It
    holds if the client `accepted` it, or if it follows from numbers (`by_numbers`). A surge that
    was declared on the floor is a storm's declaration; `declared_by` is an account."""

    start: InstantUs
    end: InstantUs
    reason: str
    queues: tuple[QueueId, ...] = ()
    accepted: bool = False
    programme: str = ""
    by_numbers: bool = False
    declared_by: str = ""

    @property
    def holds(self) -> bool:
        return self.accepted or self.by_numbers


class ForecastLocked(Struct, frozen=True, gc=False):
    """How many contacts a programme expects, as it was locked at `locked`. `counts` are a number
    for each local day from `first_day` on; with `interval_us`, one for each interval of each
    day, from its first instant on."""

    first_day: int
    counts: tuple[int, ...]
    locked: InstantUs
    programme: str = ""
    interval_us: DurationUs | None = None


class CodeCorrected(Struct, frozen=True, gc=False):
    """A wrap-up code put right, by quality and with a reason. Until the statement it changes
    result lines; afterwards the difference is an adjustment."""

    contact: ContactId
    segment: SegmentId
    code: str
    reason: str


class CostSum(Struct, frozen=True, gc=False):
    """What a client's month cost the operator, of one kind ("agents", "trunks"), in the
    contract's currency: what a line `cost` adds its per cent to."""

    kind: str
    amount: Money
    programme: str = ""
