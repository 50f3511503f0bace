"""Which outside numbers agents may dial: one rule for whoever puts a number into the vault.

The floor itself never sees a number that somebody typed (it holds only where it lies), so the
API and telephony ask here before they give the floor a `ToNumber` or a `CallOut`.
"""

import re
from typing import Final

from roost.floor.definition import Client

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


def may_dial(client: Client, number: str) -> bool:
    """Whether agents may dial this number for this client: it stands in the directory, or
    begins as the client allows. An emergency number must stand there in full."""
    if any(entry.number == number for entry in client.directory):
        return True
    if is_emergency(number):
        return number in client.calling_out
    return any(number.startswith(prefix) for prefix in client.calling_out)
