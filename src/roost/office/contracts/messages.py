"""What the settings stream says of contracts."""

from roost.kernel.messages import Event
from roost.office.contracts.model import Contract


class ContractAgreed(Event, frozen=True, gc=False, kw_only=True):
    """A client's contract as it is from now on, all its versions. The owner is the client."""

    contract: Contract


class ContractEnded(Event, frozen=True, gc=False, kw_only=True):
    """The client has no contract any more; the owner is the client."""
