"""A centre's persons, from its files: what `roost persons` and web work with."""

from pathlib import Path

import msgspec

from roost.adapters.store.persons import KeyedPersons, normal
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.views.forgetting import SqlitePersonsForgotten
from roost.definitions.application import callers_id
from roost.kernel.ids import ClientId, StreamName, owner_of
from roost.ports.recordings import Recordings
from roost.ports.records import Records
from roost.privacy.persons import People
from roost.processes.places import SETTINGS


def people_of(
    store: SqliteStore,
    cell: StreamName,
    persons: KeyedPersons,
    records: Records,
    recordings: Recordings,
    views: Path,
) -> People:
    """`records` and `recordings` read the cell's."""
    lists = store.vault(SETTINGS)

    def lists_with(client: ClientId, plain: str) -> list[str]:
        place = callers_id(client, "")
        return [
            at.removeprefix(place)
            for owner, at, value in lists.listing(place)
            if owner == owner_of(client)
            and plain in map(normal, msgspec.json.decode(value, type=list[str]))
        ]

    return People(
        cell,
        store.reader(),
        records,
        persons,
        store.vault(cell),
        store.vault_rows(cell),
        recordings,
        SqlitePersonsForgotten(views),
        normal,
        lists_with,
    )
