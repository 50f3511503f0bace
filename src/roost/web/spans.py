"""What's written in a query as a time or a zone."""

from datetime import date
from typing import Final

from roost.definitions.times import EPOCH_DAY, zone, zone_names
from roost.kernel.ids import ClientId
from roost.kernel.time import InstantUs, Zone
from roost.office.measures.intervals import at_wall
from roost.web.parts import Parts
from roost.web.problems import Trouble

EARLIEST: Final = 1971
LATEST: Final = 2100


def zone_of(parts: Parts, named: str | None, client: ClientId | None) -> Zone:
    """The zone that's asked for; else the client's, else the centre's. Blocking. Raises
    Trouble: unknown_zone."""
    if named is None:
        named = parts.looks.now().zone_of(client)
        if not named:
            return parts.settings.zone
    if named not in zone_names():
        raise Trouble(400, "unknown_zone", {"zone": named})
    return zone(named)


def instant_of(there: Zone, text: str) -> InstantUs:
    """An instant: µs, or a local day, or a local minute. Raises Trouble: invalid_input."""
    if text.isascii() and text.isdigit():
        return InstantUs(min(int(text), 2**53 - 1))
    day = day_of(text[:10])
    clock = text[11:]
    hour, minute = (int(clock[:2]), int(clock[3:])) if clock else (0, 0)
    if hour > 23 or minute > 59:
        raise Trouble(400, "invalid_input", {"detail": text})
    return at_wall(there, day, hour * 60 + minute)


def day_of(text: str) -> int:
    """A day as its number since 1970. Raises Trouble: invalid_input."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise Trouble(400, "invalid_input", {"detail": text}) from None
    if not EARLIEST <= found.year < LATEST:
        raise Trouble(400, "invalid_input", {"detail": text})
    return (found - EPOCH_DAY).days
