"""Televisions that show a wallboard: paired by a code, revoked at any time. Blocking.

A television without a login asks for a code and keeps a secret of its own; whoever may types the
code, and from then on that secret is good for reading one scope. Only a hash of it is kept.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs


class BoardScope(StrEnum):
    CENTRE = "centre"
    CLIENT = "client"
    TEAM = "team"


class Board(Struct, frozen=True, gc=False):
    """`owner` is the client of a client's board, else the operator; `team` a team's. `agents`:
    it shows the states of agents, too."""

    id: int
    scope: BoardScope
    owner: Owner
    team: str
    name: str
    agents: bool
    made: InstantUs
    by: str  # the account that paired it


class Pairing(Struct, frozen=True, gc=False):
    """A code that a television shows."""

    code: str
    until: InstantUs


class Wallboards(Protocol):
    def open(
        self, code: str, secret: bytes, source: str, at: InstantUs, until: InstantUs
    ) -> Refusal | None:
        """Refused: too_many_codes, beyond MOST_CODES in all or MOST_CODES_SOURCE from one
        address that nobody has typed yet."""
        ...

    def pairing(self, secret: bytes, at: InstantUs) -> Pairing | None:
        """The code of a television that isn't paired yet."""
        ...

    def pair(self, code: str, board: Board, at: InstantUs) -> Board | Refusal:
        """The board with its id; the code is used up. Refused: no_such_code,
        too_many_wallboards."""
        ...

    def board(self, secret: bytes) -> Board | None:
        """The board that a television is, unless it was revoked."""
        ...

    def listing(self) -> list[Board]: ...

    def revoke(self, id: int) -> bool: ...


MOST_BOARDS = 500  # paired at a time
MOST_CODES = 200
MOST_CODES_SOURCE = 10
