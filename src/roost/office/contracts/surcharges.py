"""Night, rest days, holidays: which of a line's surcharges an instant falls under.

They go by the moment of connection; exact time may be split where one begins or ends (BILLING, 2).
"""

from bisect import bisect_right
from decimal import Decimal

from roost.kernel.time import DAY, InstantUs, Zone
from roost.office.contracts.model import Line, Surcharge


def surcharge_at(line: Line, zone: Zone, at: InstantUs) -> str:
    """The name of the first surcharge that fits an instant; empty where none does."""
    if not line.surcharges:
        return ""
    day, within = divmod(zone.local(at), DAY)
    kind = None if line.calendar is None else line.calendar.kind(day)
    for one in line.surcharges:
        if _on_wall(one, within) and (not one.kinds or kind in one.kinds):
            return one.name
    return ""


def _on_wall(one: Surcharge, within: int) -> bool:
    if one.from_us == one.until_us:
        return True
    if one.from_us < one.until_us:
        return one.from_us <= within < one.until_us
    return within >= one.from_us or within < one.until_us


def split(line: Line, zone: Zone, start: InstantUs, end: InstantUs) -> dict[str, int]:
    """A span of time by its surcharges, in microseconds; the parts sum to the span."""
    found: dict[str, int] = {}
    at = start
    while at < end:
        name = surcharge_at(line, zone, at)
        following = min(end, _next_change(line, zone, at))
        found[name] = found.get(name, 0) + following - at
        at = following
    return found


def _next_change(line: Line, zone: Zone, at: InstantUs) -> InstantUs:
    """The next instant at which another surcharge may hold: midnight, a span's beginning or end,
    or a change of the clocks."""
    within = zone.local(at) % DAY
    edges = {int(DAY)}
    for one in line.surcharges:
        edges |= {int(one.from_us), int(one.until_us)}
    following = at + min(edge for edge in edges if edge > within) - within
    change = bisect_right(zone.starts, at)
    if change < len(zone.starts):
        following = min(following, zone.starts[change])
    return InstantUs(following)


def rate_of(line: Line, name: str) -> str:
    """The line's rate under a surcharge, exactly: 0.90 and 50 % are 1.35."""
    for one in line.surcharges:
        if one.name == name:
            exact = Decimal(line.rate) * (100 + Decimal(one.percent)) / 100
            return _least(exact, len(line.rate.partition(".")[2]))
    return line.rate


def _least(exact: Decimal, places: int) -> str:
    """Without needless zeros, but with as many places as the rate has."""
    text = f"{exact:f}"
    whole, _, fraction = text.partition(".")
    fraction = fraction.rstrip("0").ljust(places, "0")
    return f"{whole}.{fraction}" if fraction else whole
