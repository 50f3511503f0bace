"""How clients look to agents: names, colours, greetings, scripts, who's in the directory.

Nothing that decides needs these, so they aren't in the floor's configuration: whoever shows
them takes them from the documents in force (the settings stream's `DefinitionsApplied`).
"""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec import UNSET, Struct, UnsetType

from roost.definitions.documents import CallingOut, Centre, ClientDocument
from roost.definitions.prompt_documents import Prompts
from roost.kernel.ids import ClientId, EntryId, QueueId


class Listed(Struct, frozen=True):
    """An entry of a client's directory."""

    id: EntryId
    name: str
    number: str


class Code(Struct, frozen=True):
    """A wrap-up code with the words that agents read."""

    code: str
    label: str


class QueueLook(Struct, frozen=True):
    """What agents read when a contact of this queue arrives."""

    queue: QueueId
    greeting: str
    script: str


class ClientLook(Struct, frozen=True):
    """A client to agents. `colour` is "#rrggbb", or empty; `logo` the digest of a picture that
    lies in the settings' vault (`application.logo_id`), or empty."""

    client: ClientId
    name: str
    colour: str
    logo: str
    greeting: str
    script: str
    queues: tuple[QueueLook, ...]
    directory: tuple[Listed, ...]
    calling_out: tuple[str, ...]  # how numbers begin that may be dialled besides
    codes: tuple[Code, ...]
    zone: str = ""  # IANA; empty: the centre's
    announcements: dict[str, str] = {}  # what callers hear in a mode, in words

    def of(self, queue: QueueId | None) -> QueueLook:
        """What to say for this queue: its own words, or the client's."""
        for one in self.queues:
            if one.queue == queue:
                return one
        return QueueLook(queue or QueueId(""), self.greeting, self.script)


class Looks(Struct, frozen=True):
    """The centre's name, and its clients as agents see them."""

    centre: str = ""
    skills: dict[str, str] = {}
    teams: dict[str, str] = {}
    clients: dict[ClientId, ClientLook] = {}
    zone: str = ""  # IANA; empty before the first definitions

    def zone_of(self, client: ClientId | None) -> str:
        """Whose days and hours a client's figures are told in; the centre's for the operator."""
        own = None if client is None else self.clients.get(client)
        return (own.zone if own is not None else "") or self.zone


NOTHING: Final = Looks()


def looks(documents: Mapping[str, str]) -> Looks:
    """From `DefinitionsApplied.documents`, of this release or an earlier one."""
    clients: dict[ClientId, ClientLook] = {}
    for file, text in documents.items():
        parts = file.split("/")
        if len(parts) == 3 and parts[0] == "clients" and parts[2] == "client.yaml":
            client = ClientId(parts[1])
            document = msgspec.json.decode(text, type=ClientDocument)
            clients[client] = _client(client, document, documents)
    centre = documents.get("centre.yaml")
    if centre is None:
        return Looks(clients=clients)
    shared = msgspec.json.decode(centre, type=Centre)
    teams = {
        team: words if isinstance(words, str) else words.name
        for team, words in shared.teams.items()
    }
    return Looks(shared.name, shared.skills, teams, clients, shared.zone)


def _client(client: ClientId, document: ClientDocument, documents: Mapping[str, str]) -> ClientLook:
    desk, allowed = document.desk, document.calling_out
    shown = () if allowed is CallingOut.NONE else document.directory.items()
    greeting = script = colour = logo = ""
    if desk is not UNSET:
        greeting, script, colour = _text(desk.greeting), _text(desk.script), _text(desk.colour)
        logo = _digest(documents.get(f"clients/{client}/{desk.logo}", ""))
    return ClientLook(
        client=client,
        name=document.name,
        colour=colour.lower(),
        logo=logo,
        greeting=greeting,
        script=script,
        queues=tuple(
            QueueLook(
                QueueId(f"{client}/{name}"),
                _text(queue.desk.greeting, greeting) if queue.desk is not UNSET else greeting,
                _text(queue.desk.script, script) if queue.desk is not UNSET else script,
            )
            for name, queue in document.queues.items()
        ),
        directory=tuple(Listed(EntryId(entry), one.name, one.number) for entry, one in shown),
        calling_out=tuple(allowed) if isinstance(allowed, list) else (),
        codes=tuple(Code(one.code, one.label) for one in document.wrap_up_codes),
        zone=_text(document.zone),
        announcements={name: words_of(said) for name, said in document.announcements.items()},
    )


def words_of(prompts: Prompts) -> str:
    """What's spoken; a recording by its name, music not at all."""
    said: list[str] = []
    for one in prompts if isinstance(prompts, list) else [prompts]:
        if isinstance(one, str):
            said.append(one)
        else:
            said += [text for text in (one.say, one.recording) if text is not UNSET]
    return " ".join(said)


def _text(value: str | UnsetType, otherwise: str = "") -> str:
    return otherwise if value is UNSET else value


class _File(Struct):
    sha256: str = ""


def _digest(text: str) -> str:
    return msgspec.json.decode(text, type=_File).sha256 if text else ""
