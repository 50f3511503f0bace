"""A service term: a promise on one measure, and the money that hangs on it (BILLING, 4).

Ratios, percentages and sums are decimals in text, compared and multiplied as exact fractions.
"""

from enum import StrEnum

from msgspec import Struct

from roost.kernel.ids import QueueId
from roost.kernel.time import DurationUs, Hours


class Period(StrEnum):
    """What is judged at a time."""

    DAY = "day"
    MONTH = "month"


class Step(StrEnum):
    """Which part of a point counts."""

    FULL = "full"  # only whole points
    STARTED = "started"  # a begun point is a point
    LINEAR = "linear"  # exactly


class Side(StrEnum):
    """Whom the money goes to."""

    MALUS = "malus"  # less to pay below the target
    BONUS = "bonus"  # more to pay above it


class Treated(StrEnum):
    """How it stands on the invoice (BILLING, 7)."""

    PRICE = "price"
    DAMAGES = "damages"


class Term(Struct, frozen=True, gc=False):
    """`measure` and `version` name a share of the dictionary. Judged by what entered within
    `hours`: pooled over the period, or, with `interval_us`, as the share of intervals that each
    kept the target (`kept` of them are promised). Each point of gap (`point` per cent) moves
    `percent` of the named lines' sum, or a plain `amount` of the currency's major unit; at most
    `cap_percent` of them, or `cap`. Below `minimum` contacts there's no verdict."""

    name: str
    queues: tuple[QueueId, ...]  # none named: all of the client's
    measure: str
    version: int
    target: str
    period: Period
    side: Side = Side.MALUS
    interval_us: DurationUs | None = None
    kept: str = "1"
    hours: Hours | None = None
    step: Step = Step.FULL
    point: str = "1"
    percent: str = "0"
    amount: str = "0"
    lines: tuple[str, ...] = ()  # none named: all
    cap_percent: str = ""
    cap: str = ""
    minimum: int = 0
    treated: Treated = Treated.PRICE
    relief: str = ""  # intervals with more than this per cent of the forecast don't count
    text: str = ""  # its words on the invoice; "": its name
