"""A centre's persons, from its files: what `roost persons` and web work with."""

from pathlib import Path

import msgspec

from roost.adapters.store.persons import KeyedPersons, normal
from roost.adapters.views.forgetting import ViewsPersonsForgotten
from roost.definitions.application import callers_id
from roost.kernel.ids import ClientId, StreamName, owner_of
from roost.ports.recordings import Recordings
from roost.ports.views import Views
from roost.privacy.persons import People
from roost.processes.places import SETTINGS
from roost.processes.stores import Store


def people_of(
    store: Store,
    cell: StreamName,
    persons: KeyedPersons,
    views: Views,
    recordings: Recordings,
    place: Path | str,
) -> People:
    """`place` is where the views lie."""
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
        views,
        persons,
        store.vault(cell),
        store.vault_rows(cell),
        recordings,
        ViewsPersonsForgotten(place),
        normal,
        lists_with,
    )
