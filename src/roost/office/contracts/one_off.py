"""What is paid once: agreed in the contract, or added by finance."""

from msgspec import Struct


class OneOff(Struct, frozen=True, gc=False):
    """One item, once: on the invoice of the month of its day (days since 1970-01-01, in the
    contract's zone). `quantity` and `rate` are decimals; what's negative is in our client's
    favour. `tax`: a category of the seller's table, "" for the contract's."""

    item: str
    text: str
    day: int
    rate: str
    quantity: str = "1"
    unit: str = "item"
    programme: str = ""
    tax: str = ""
