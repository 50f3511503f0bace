"""Which outside numbers agents may dial: one rule for whoever puts a number into the vault.

The floor itself never sees a number that somebody typed (it holds only where it lies), so the
API and telephony ask here before they give the floor a `ToNumber` or a `CallOut`.
"""

import re
from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from roost.floor.definition import Client
from roost.kernel.ids import EntryId

MOST_DIGITS: Final = 20
SHORT: Final = 3  # 110, 112, 119, 911, 15: whatever is as short may be an emergency number
SHORTEST_ABROAD: Final = 7  # "+86110" is one, too
EMERGENCY: Final = frozenset({"1122", "1155", "1669", "12122"})  # the longer ones
_FORM: Final = re.compile(r"\+?[0-9]{1,20}")
_VISUAL: Final = str.maketrans("", "", " -.()/")


def dialled(text: str) -> str | None:
    """A number as the trunk dials it, from how people write it: "(0931) 212-3456" becomes
    "09312123456". None when it isn't a number."""
    plain = text.strip().translate(_VISUAL)
    return plain if _FORM.fullmatch(plain) else None


def is_emergency(number: str) -> bool:
    """Whether a number could reach the police, the fire brigade or an ambulance."""
    if number.startswith("+"):
        return len(number) - 1 < SHORTEST_ABROAD
    return len(number) <= SHORT or number in EMERGENCY


class Reach(Struct, frozen=True):
    """Whom agents may call for a client."""

    directory: Mapping[str, str]  # by EntryId
    prefixes: tuple[str, ...] = ()  # how other numbers begin

    def entry_of(self, number: str) -> EntryId | None:
        """The directory's entry that has this number."""
        return next(
            (EntryId(entry) for entry, listed in self.directory.items() if listed == number), None
        )

    def allows(self, number: str) -> bool:
        """Whether it stands in the directory, or begins as the client allows. An emergency
        number must stand there in full."""
        if self.entry_of(number) is not None:
            return True
        if is_emergency(number):
            return number in self.prefixes
        return number.startswith(self.prefixes)


def may_dial(client: Client, number: str) -> bool:
    """Whether agents may dial this number for this client."""
    directory = {str(entry.id): entry.number for entry in client.directory}
    return Reach(directory, client.calling_out).allows(number)
