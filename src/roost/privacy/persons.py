"""A person's data on request. A person is one client's, and known by a number.

    people = People(...)
    found = people.find(client, "138 0013 8000")     # None: the client knows no such number
    people.export(found, file)                       # a zip: person.json and every recording
    people.erase(found)

What's found: the contacts in which the number called or was called, with everything that their
events name in the vault (notes, digits, what a web request answered) and their recordings; what is
or was to be done for the number; and the number itself wherever else it lies in the client's vault
(as somebody to whom a call was transferred). What can't be found so: what an agent wrote about the
person in somebody else's contact.
"""

from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec
from msgspec import Struct

from roost.kernel.envelope import Stored
from roost.kernel.ids import ClientId, Owner, StreamName, TaskId, VaultId, owner_of
from roost.kernel.purview import Purview
from roost.ports.log import LogReader, Vault, VaultRows
from roost.ports.persons import Persons
from roost.ports.recordings import Recordings, Side
from roost.ports.records import (
    ContactFilter,
    ContactRecord,
    ContactSummary,
    PersonsForgotten,
    Place,
    Records,
)
from roost.ports.views import Views
from roost.privacy.places import Named, events_at, events_of, named_in

MOST_CONTACTS: Final = 10_000  # of one number; more isn't a person
PAGE: Final = 200
ROWS: Final = 1_000
TASKS: Final = "tasks."
LONGEST: Final = 128  # bytes of a number, as somebody writes it


class Kept(Struct, frozen=True):
    """One contact's: what its events name, and its recordings."""

    record: ContactRecord
    values: tuple[Named, ...]
    recordings: tuple[Side, ...]

    @property
    def ref(self) -> str:
        return f"{self.record.summary.client}-{self.record.summary.count}"


class PersonFound(Struct, frozen=True):
    """`going_on` are contacts that haven't ended: they're left alone. `tasks` with what their
    events name; `elsewhere` is where the number lies beside them; `lists` names the client's lists
    of callers that hold it, which are definitions."""

    client: ClientId
    number: str
    token: str
    contacts: tuple[Kept, ...]
    going_on: tuple[str, ...]
    tasks: tuple[TaskId, ...]
    of_tasks: tuple[Named, ...]
    elsewhere: tuple[Named, ...]
    lists: tuple[str, ...]

    @property
    def ids(self) -> tuple[VaultId, ...]:
        """Every value, once."""
        named = [*(one for kept in self.contacts for one in kept.values)]
        return tuple(dict.fromkeys(one.id for one in (*named, *self.of_tasks, *self.elsewhere)))

    @property
    def recordings(self) -> tuple[Side, ...]:
        return tuple(side for kept in self.contacts for side in kept.recordings)


class Erased(Struct, frozen=True):
    """How much is gone."""

    contacts: int
    values: int
    recordings: int


class TooMany(Exception):
    """So many contacts belong to no person; a switchboard's number, say."""


class Normal(Protocol):
    def __call__(self, number: str, /) -> str: ...


class People:
    """One centre's. Blocking. Raises LogFailed, KeysUnusable, OSError."""

    def __init__(
        self,
        stream: StreamName,
        log: LogReader,
        views: Views,
        persons: Persons,
        vault: Vault,
        rows: VaultRows,
        recordings: Recordings,
        forgotten: PersonsForgotten,
        normal: Normal,
        lists_with: Callable[[ClientId, str], Sequence[str]],
    ) -> None:
        """`lists_with` names the client's lists of callers that hold a number."""
        self._stream, self._log, self._views, self._persons = stream, log, views, persons
        self._vault, self._rows, self._recordings = vault, rows, recordings
        self._forgotten, self._normal, self._lists_with = forgotten, normal, lists_with

    # --- finding ---

    def find(self, client: ClientId, number: str) -> PersonFound | None:
        """None when the number is nobody's, or the client has no key. Raises TooMany."""
        token = self._persons.token(client, number)
        if token is None:
            return None
        kept, going_on, known = list[Kept](), list[str](), set[VaultId | None]()
        for summary in self._contacts(client, token):
            if summary.ended is None:
                going_on.append(f"{client}-{summary.count}")
                known.add(summary.caller)
            elif (one := self.contact(client, summary.count)) is not None:
                kept.append(one)
        plain, owner = self._normal(number), owner_of(client)
        equal = self._equal(owner, plain)
        tasks, of_tasks = self._tasks(owner, equal, kept)
        known |= {one.id for each in kept for one in each.values} | {one.id for one in of_tasks}
        elsewhere = tuple(Named(place, "number") for place in equal if place not in known)
        lists = tuple(self._lists_with(client, plain))
        return PersonFound(
            client,
            number,
            token,
            tuple(kept),
            tuple(going_on),
            tasks,
            of_tasks,
            elsewhere,
            lists,
        )

    def contact(self, client: ClientId, count: int) -> Kept | None:
        """What there is of one contact."""
        record = self._records(client).contact(client, count)
        if record is None:
            return None
        numbers = [moment.number for moment in record.history]
        rows = events_at(self._log, self._stream, numbers)
        values = named_in(rows, owner_of(client), self._vault)
        tracks = tuple(
            Side(track.file, track.started, track.agent is None)
            for track in record.tracks
            if track.file
        )
        return Kept(record, tuple(values), tracks)

    def _records(self, client: ClientId) -> Records:
        return self._views.records(Purview(owner_of(client)))

    def _contacts(self, client: ClientId, token: str) -> list[ContactSummary]:
        found, after = list[ContactSummary](), None
        which = ContactFilter(owner=client, person=token)
        while page := self._records(client).contacts(which, after, PAGE):
            found += page
            if len(found) > MOST_CONTACTS:
                raise TooMany
            after = Place(page[-1].arrived, page[-1].client, page[-1].count)
        return found

    def _equal(self, owner: Owner, plain: str) -> list[VaultId]:
        """Every value of the owner that is this number."""
        found, after = list[VaultId](), VaultId("")
        while values := self._rows.values(owner, after, ROWS):
            after = values[-1][0]
            for place, value in values:
                text = value[:LONGEST].decode(errors="replace")
                if self._normal(text) == plain:
                    found.append(place)
        return found

    def _tasks(
        self, owner: Owner, equal: Sequence[VaultId], kept: Sequence[Kept]
    ) -> tuple[tuple[TaskId, ...], tuple[Named, ...]]:
        """The tasks for this number, and those that the contacts were about or for."""
        wanted = {task for one in kept for task in one.record.summary.tasks}
        numbers, rows = set(equal), list(events_of(self._log, self._stream, owner, TASKS))
        by_task = [(row, _task_of(row)) for row in rows]
        for row, task in by_task:
            if task is not None and any(f'"{number}"'.encode() in row.body for number in numbers):
                wanted.add(task)
        mine = iter([row for row, task in by_task if task in wanted])
        return tuple(sorted(wanted)), tuple(named_in(mine, owner, self._vault))

    # --- changing ---

    def erase(self, found: PersonFound) -> Erased:
        """Everything that was found but the lists; again, it erases what's left."""
        recordings = sum(self._recordings.erase(found.client, one.file) for one in found.recordings)
        values = self._rows.erase(owner_of(found.client), found.ids)
        contacts = self._forgotten.forget(found.client, found.token)
        return Erased(contacts, values, recordings)

    def correct(self, client: ClientId, count: int, place: VaultId, value: str) -> bool:
        """Another text in a value's place; False where there's none. Where it's the caller's number
        the contact is found by the new one."""
        if not self._rows.correct(owner_of(client), place, value.encode()):
            return False
        record = self._records(client).contact(client, count)
        if record is not None and record.summary.caller == place:
            self._forgotten.known_as(client, count, self._persons.token(client, value))
        return True


class _Task(Struct):
    task: TaskId | None = None


_task: Final = msgspec.json.Decoder(_Task).decode


def _task_of(row: Stored) -> TaskId | None:
    """Which task an event is about."""
    return _task(row.body).task
