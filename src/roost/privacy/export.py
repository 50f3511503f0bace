"""What there is of a person as one file that they can be given: a zip with JSON and sound.

    person.json                 contacts with their times and texts, tasks, where else it lies
    recordings/CLIENT-17.wav    each contact's recording: the caller left, agents right

Agents stand in it by their ids: they're persons, too.
"""

import zipfile
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from roost.kernel.ids import Owner, VaultId, owner_of
from roost.kernel.time import InstantUs
from roost.ports.log import Vault
from roost.ports.recordings import Recordings
from roost.privacy.persons import Kept, PersonFound
from roost.privacy.places import Named

CHUNK: Final = 256 * 1024


class Text(Struct, frozen=True):
    """A value in words, and as what it was kept."""

    what: str
    text: str


class OneContact(Struct, frozen=True):
    contact: str
    called: str
    arrived_us: InstantUs
    ended_us: InstantUs | None
    outbound: bool
    queue: str | None
    outcome: str | None
    reason: str
    codes: tuple[str, ...]
    waited_us: int
    talk_us: int
    texts: tuple[Text, ...]
    recording: str | None


class PersonExport(Struct, frozen=True):
    """`person.json`. Instants are microseconds since 1970, UTC."""

    client: str
    number: str
    contacts: tuple[OneContact, ...]
    going_on: tuple[str, ...]
    tasks: tuple[str, ...]
    of_tasks: tuple[Text, ...]
    elsewhere: tuple[Text, ...]
    lists: tuple[str, ...]


def written(found: PersonFound, vault: Vault, recordings: Recordings, file: BinaryIO) -> int:
    """Writes the zip; how many recordings are in it. Blocking. Raises OSError, LogFailed."""
    owner = owner_of(found.client)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as out:
        heard = {one.ref for one in found.contacts if _recorded(out, one, found, recordings)}
        about = PersonExport(
            found.client,
            found.number,
            tuple(_contact(one, owner, vault, one.ref in heard) for one in found.contacts),
            found.going_on,
            found.tasks,
            _texts(found.of_tasks, owner, vault),
            _texts(found.elsewhere, owner, vault),
            found.lists,
        )
        out.writestr("person.json", msgspec.json.format(msgspec.json.encode(about)))
    return len(heard)


def _recorded(out: zipfile.ZipFile, one: Kept, found: PersonFound, recordings: Recordings) -> bool:
    """Whether there was sound to write."""
    sound = recordings.open(found.client, one.recordings) if one.recordings else None
    if sound is None:
        return False
    try:
        with out.open(_sound_of(one), "w", force_zip64=True) as into:
            for start in range(0, sound.size, CHUNK):
                into.write(sound.read(start, CHUNK))
    finally:
        sound.close()
    return True


def _sound_of(one: Kept) -> str:
    return f"recordings/{one.ref}.wav"


def _contact(one: Kept, owner: Owner, vault: Vault, heard: bool) -> OneContact:
    about = one.record.summary
    return OneContact(
        one.ref,
        about.number,
        about.arrived,
        about.ended,
        about.outbound,
        about.queue,
        None if about.outcome is None else about.outcome.value,
        about.reason,
        about.codes,
        about.waited_us,
        about.talk_us,
        _texts(one.values, owner, vault),
        _sound_of(one) if heard else None,
    )


def _texts(named: tuple[Named, ...], owner: Owner, vault: Vault) -> tuple[Text, ...]:
    return tuple(Text(one.what, _text(vault, owner, one.id)) for one in named)


def _text(vault: Vault, owner: Owner, place: VaultId) -> str:
    value = vault.reveal(owner, place)
    return "" if value is None else value.decode(errors="replace")
