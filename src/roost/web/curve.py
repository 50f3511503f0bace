"""The day's curve: what comes in today, against what usually comes on such a day."""

from collections import Counter
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import Final

from msgspec import Struct

from roost.kernel.calendar import day_text, local_day, start_of_day
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.intervals import Grain, bounds, wall
from roost.ports.reports import Cut, Reports
from roost.web.parts import Parts
from roost.web.spans import day_of, zone_of

WEEKS: Final = 4
MOST: Final = 200  # intervals of a day: 25 hours of quarters, and what clocks add


class CurveGrain(StrEnum):
    QUARTER = "15m"
    HALF = "30m"
    HOUR = "1h"


class CurvePoint(Struct, frozen=True):
    """`offered` is null for what is still to come; `usual` where no such day is known yet."""

    since: InstantUs
    local: str
    offered: int | None
    usual: float | None


class Curve(Struct, frozen=True):
    """`weeks`: how many of the same weekday the usual is the median of (at most four)."""

    day: str
    zone: str
    interval: CurveGrain
    weeks: int
    points: tuple[CurvePoint, ...]


def curve(
    parts: Parts,
    reports: Reports,
    cut: Cut,
    interval: CurveGrain,
    day: str | None,
    zone: str | None,
) -> Curve:
    """Blocking. Raises Trouble."""
    there, now = zone_of(parts, zone, cut.owner), parts.clock.now()
    number = local_day(there, now) if day is None else day_of(day)
    grain = Grain(interval.value)
    first = reports.first(cut)
    before: list[dict[str, int]] = []
    for week in range(1, WEEKS + 1):
        start = start_of_day(there, number - 7 * week)
        if first is not None and first <= start:
            before.append(_day(reports, cut, there, grain, number - 7 * week))
    limits = _bounds(there, grain, number)
    today = _day(reports, cut, there, grain, number)
    points = tuple(
        CurvePoint(
            at,
            wall(there, at),
            today[label] if at <= now else None,
            median(one.get(label, 0) for one in before) if before else None,
        )
        for label, (at, _) in zip(_labels(there, limits), pairwise(limits), strict=True)
    )
    return Curve(day_text(number), there.name, interval, len(before), points)


def _bounds(there: Zone, grain: Grain, day: int) -> list[InstantUs]:
    return bounds(there, grain, start_of_day(there, day), start_of_day(there, day + 1), MOST)


def _labels(there: Zone, limits: list[InstantUs]) -> list[str]:
    """Each interval's time on the wall; an hour that comes twice is another the second time."""
    seen: Counter[str] = Counter()
    labels: list[str] = []
    for at in limits[:-1]:
        clock = wall(there, at)[11:16]
        labels.append(f"{clock}/{seen[clock]}")
        seen[clock] += 1
    return labels


def _day(reports: Reports, cut: Cut, there: Zone, grain: Grain, day: int) -> dict[str, int]:
    """What was offered in each interval of a local day, by its label."""
    limits = _bounds(there, grain, day)
    found = reports.offered(cut, limits[0], limits[-1])
    return {
        label: sum(count for quarter, count in found.items() if at <= quarter < end)
        for label, (at, end) in zip(_labels(there, limits), pairwise(limits), strict=True)
    }
