"""`ports.persons` over the vault and the owners' keys."""

import hmac
import re
from collections.abc import Callable
from typing import Final

from roost.kernel.ids import ClientId, Owner, VaultId, owner_of
from roost.ports.log import Vault

SIZE: Final = 16  # bytes of a token: two numbers of one client never share one by chance
NUMBER: Final = re.compile(r"[+0-9 ().\-/]+")
NOBODY: Final = frozenset({"", "anonymous", "unknown", "restricted", "private", "unavailable"})


class KeyedPersons:
    """Tokens by client. `key_of` gives an owner's index key; None when the owner has none."""

    def __init__(self, vault: Vault, key_of: Callable[[Owner], bytes | None]) -> None:
        self._vault = vault
        self._key_of = key_of

    def of(self, client: ClientId, id: VaultId) -> str | None:
        """The token of a number that lies in the vault."""
        value = self._vault.reveal(owner_of(client), id)
        return None if value is None else self.token(client, value.decode(errors="replace"))

    def token(self, client: ClientId, number: str) -> str | None:
        """The token of a number as somebody writes it."""
        plain, key = normal(number), self._key_of(owner_of(client))
        if plain in NOBODY or key is None:
            return None
        return hmac.digest(key, plain.encode(), "sha256")[:SIZE].hex()


def normal(number: str) -> str:
    """A number without what only makes it readable: "+86 138-0013 8000" → "8613800138000". A
    name (a SIP user's) in small letters."""
    text = number.strip()
    if NUMBER.fullmatch(text):
        return "".join(letter for letter in text if letter.isdigit())
    return text.casefold()
