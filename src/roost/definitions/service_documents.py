"""What a contract's document says about service: the promise, and the money that hangs on it."""

from typing import Annotated

from msgspec import UNSET, Meta, UnsetType, field

from roost.definitions.values import Document, Duration, Name, Rate, Title, says
from roost.office.contracts.terms import Period, Side, Step, Treated

Percent = Annotated[
    str,
    Meta(pattern=r"^[0-9]{1,3}(\.[0-9]{1,4})?$", extra={"expects": "a number in a hundred: 80"}),
]


class TermDocument(Document, frozen=True, kw_only=True):
    """One term of service: a promise, how it's judged, and what missing it costs."""

    term: Annotated[Name, says("Its name on statement and invoice")]
    text: Annotated[Title, says("Its words on the invoice; by default its name")] = ""
    measure: Annotated[str, says("A share of the dictionary of measures")] = "service_level"
    version: Annotated[int, Meta(ge=1, le=999), says("The measure's version")] = 1
    queues: Annotated[list[str], says("Which queues together; by default all")] = []
    within: Annotated[
        Duration | UnsetType, says("Repeats the queues' own threshold, so that both agree")
    ] = UNSET
    target: Annotated[Percent, says("What is promised, in a hundred: 80")]
    period: Annotated[Period, says("What is judged at a time: `day` or `month`")] = Period.MONTH
    each: Annotated[
        Duration | UnsetType,
        says("Judge each interval by itself (15m, 30m, 1h), and count those that kept the target"),
    ] = UNSET
    kept: Annotated[Percent, says("How many of the intervals are promised, in a hundred")] = "100"
    hours: Annotated[str | UnsetType, says("A calendar: only what enters then counts")] = UNSET
    side: Annotated[Side, says("`malus` below the target, or `bonus` above it")] = Side.MALUS
    step: Annotated[Step, says("Points that count: `full`, `started`, or `linear`")] = Step.FULL
    point: Annotated[Percent, says("How large a step is, in points")] = "1"
    percent: Annotated[Rate, says("What a step moves: so much of the lines, in a hundred")] = "0"
    amount: Annotated[Rate, says("What a step moves: a plain sum")] = "0"
    lines: Annotated[list[str], says("The lines that `percent` is of; by default all")] = []
    cap_percent: Annotated[Percent | UnsetType, says("At most so much of the lines")] = UNSET
    cap: Annotated[Rate | UnsetType, says("At most so much")] = UNSET
    minimum: Annotated[
        int, Meta(ge=0, le=10_000_000), says("With fewer contacts there's no verdict")
    ] = 0
    relief: Annotated[
        Percent | UnsetType,
        says("Intervals with more than this of the locked forecast, in a hundred, don't count"),
    ] = UNSET
    treated: Annotated[
        Treated, says("`price` lowers the taxable sum; `damages` are a document of their own")
    ] = field(default=Treated.PRICE, name="as")
