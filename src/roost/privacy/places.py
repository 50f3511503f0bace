"""Where a contact's personal values lie: whatever its events name that's in its owner's vault."""

from collections.abc import Iterator
from typing import Final, cast

import msgspec
from msgspec import Struct

from roost.kernel.envelope import Stored
from roost.kernel.ids import Owner, StreamName, VaultId
from roost.ports.log import LogReader, Vault

AT_ONCE: Final = 2_000
LONGEST: Final = 200  # letters of an id


class Named(Struct, frozen=True):
    """A value, and as what the events name it: `caller`, `note`, `number`, `value`, a variable."""

    id: VaultId
    what: str


def named_in(rows: Iterator[Stored], owner: Owner, vault: Vault) -> list[Named]:
    """What these events name that is there, in their order."""
    found: dict[VaultId, Named] = {}
    for row in rows:
        if row.owner != owner:
            continue
        for what, text in _texts("", msgspec.json.decode(row.body)):
            place = VaultId(text)
            if place not in found and vault.reveal(owner, place) is not None:
                found[place] = Named(place, what)
    return list(found.values())


def _texts(name: str, value: object) -> Iterator[tuple[str, str]]:
    """Every text in a body, with the name of the field that it stands in."""
    if isinstance(value, str):
        if 0 < len(value) <= LONGEST:
            yield name, value
    elif isinstance(value, list):
        for one in cast("list[object]", value):
            yield from _texts(name, one)
    elif isinstance(value, dict):
        for key, one in cast("dict[str, object]", value).items():
            yield from _texts(key, one)


def events_at(log: LogReader, stream: StreamName, numbers: list[int]) -> Iterator[Stored]:
    """These events; the ones that aren't there are left out."""
    for number in numbers:
        yield from log.read(stream, number - 1, 1)


def events_of(log: LogReader, stream: StreamName, owner: Owner, area: str) -> Iterator[Stored]:
    """Every event of an owner in one area (`tasks.`), from the first on."""
    after = 0
    while rows := log.read(stream, after, AT_ONCE):
        after = rows[-1].number
        yield from (row for row in rows if row.owner == owner and row.type.startswith(area))
