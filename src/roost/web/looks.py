"""What the pages call things: clients, queues, codes, directories, by the definitions in force."""

from threading import Lock
from typing import Final

from msgspec import Struct

from roost.definitions.application import logo_id
from roost.definitions.looks import NOTHING, Looks, looks
from roost.definitions.messages import SETTINGS_EVENTS, DefinitionsApplied
from roost.engine.bodies import Decoder
from roost.kernel.envelope import Stored
from roost.kernel.ids import ClientId, StreamName, owner_of
from roost.ports.log import LogReader, Vault

SETTINGS: Final = StreamName("settings")
BATCH: Final = 500
DECODER: Final = Decoder(SETTINGS_EVENTS, {})
APPLIED: Final = next(name for name, kind in SETTINGS_EVENTS.items() if kind is DefinitionsApplied)


class Picture(Struct, frozen=True):
    """A logo, with its type for a browser."""

    content: bytes
    type: str


class LooksInForce:
    """Reads on in the settings stream whenever it's asked. Blocking; any thread."""

    def __init__(self, log: LogReader, people: Vault | None) -> None:
        self._log = log
        self._vault = people
        self._lock = Lock()
        self._number = 0
        self._looks = NOTHING

    def now(self) -> Looks:
        """What's in force now; nothing at all before the first definitions."""
        with self._lock:
            newest: Stored | None = None
            while rows := self._log.read(SETTINGS, self._number, BATCH):
                self._number = rows[-1].number
                newest = next((row for row in reversed(rows) if row.type == APPLIED), newest)
            if newest is not None:
                applied = DECODER.event(newest.type, newest.version, newest.body)
                assert isinstance(applied, DefinitionsApplied)
                self._looks = looks(applied.documents)
            return self._looks

    def logo(self, client: ClientId) -> Picture | None:
        """A client's logo, if it has one."""
        if self._vault is None:
            return None
        value = self._vault.reveal(owner_of(client), logo_id(client))
        return None if value is None else Picture(value, picture_type(value))


def picture_type(content: bytes) -> str:
    """By its first bytes; definitions let nothing else in."""
    if content.startswith(b"\x89PNG"):
        return "image/png"
    return "image/webp" if content.startswith(b"RIFF") else "image/jpeg"
