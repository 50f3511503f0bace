"""Who asks, as far as what is stored goes: whose rows there are at all.

Whatever reads clients' rows is reached through a purview, and there's none without an owner: so
nobody can forget to say for whom they ask. What lies outside of it isn't refused, it isn't there.
"""

from typing import Final

from msgspec import Struct

from roost.kernel.ids import OPERATOR, ClientId, Owner


class Purview(Struct, frozen=True, gc=False):
    """A client's people have what their client has. The operator's have everything, or only what
    these `clients` have (None: all; none named: nothing)."""

    owner: Owner
    clients: frozenset[ClientId] | None = None

    def __post_init__(self) -> None:
        assert self.owner, "nobody asks: a purview has an owner"

    @property
    def client(self) -> ClientId | None:
        """The client whose people ask; None for the operator's."""
        return None if self.owner == OPERATOR else ClientId(self.owner)

    def has(self, client: ClientId) -> bool:
        """Whether what this client has is there."""
        if self.client is not None:
            return client == self.client
        return self.clients is None or client in self.clients

    @property
    def whole(self) -> bool:
        """Whether everybody's rows are there."""
        return self.owner == OPERATOR and self.clients is None


WHOLE: Final = Purview(OPERATOR)
"""The operator's own: for what the centre itself asks, and for whoever holds its files."""
