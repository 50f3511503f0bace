"""The index of callers: who rang, without saying who it is. Blocking.

A person belongs to one client, so each client has an index of its own: an HMAC of the number
under a key derived from the client's. Equal numbers of one client are equal tokens; those of two
clients have nothing in common, and once a client's key is destroyed nobody can make them again.
"""

from typing import Protocol

from roost.kernel.ids import ClientId, VaultId


class Persons(Protocol):
    def of(self, client: ClientId, id: VaultId, /) -> str | None:
        """The token of a number that lies in the vault; None when it's gone, or is nobody's."""
        ...

    def token(self, client: ClientId, number: str, /) -> str | None:
        """The token of a number as somebody writes it; None when it can't be anybody's."""
        ...
