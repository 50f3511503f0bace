"""Who may log in: accounts, sessions, API tokens. Blocking.

A name is unique within its owner; to log in, a client's people write `client/name`. What
lets somebody in (passwords, session and token secrets) is kept as a hash only.
"""

from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import AgentId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import InstantUs
from roost.ports.wallboards import Wallboards


class Role(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "operator-admin"
    FINANCE = "finance"
    CLIENT_MANAGER = "client-manager"
    WALLBOARD = "wallboard"  # a paired television; no account has it


class Account(Struct, frozen=True, gc=False):
    """`agent` is whom this person is on the floor; only the operator's people are anybody.
    `teams` bounds a supervisor to these; a small centre's has none named, and so all of them."""

    id: str  # "U7"
    owner: Owner
    name: str
    role: Role
    agent: AgentId | None = None
    disabled: bool = False
    teams: tuple[str, ...] = ()


class Session(Struct, frozen=True, gc=False):
    account: Account
    opened: InstantUs
    seen: InstantUs  # to the minute
    until: InstantUs


class Token(Struct, frozen=True, gc=False):
    """An API token acts for its account, with fewer scopes. `id` counts within the account."""

    id: int
    account: Account
    label: str
    scopes: frozenset[str]
    made: InstantUs
    until: InstantUs


class Accounts(Protocol):
    @property
    def wallboards(self) -> Wallboards: ...

    def create(
        self,
        owner: Owner,
        name: str,
        role: Role,
        agent: AgentId | None,
        password: str,
        teams: tuple[str, ...] = (),
    ) -> Account | Refusal:
        """Refused: name_taken, password_weak, role_not_for_owner, teams_not_for_role."""
        ...

    def check(self, owner: Owner, name: str, password: str) -> Account | None:
        """The account, if the password is right and it isn't disabled. Costs the same work
        whether the name exists or not."""
        ...

    def listing(self, owner: Owner | None) -> list[Account]: ...

    def set_password(self, account: str, password: str) -> Refusal | None:
        """Ends the account's sessions. Refused: password_weak, not_found."""
        ...

    def set_teams(self, account: str, teams: tuple[str, ...]) -> Refusal | None:
        """From the next request on; feeds follow. Refused: not_found, teams_not_for_role."""
        ...

    def set_disabled(self, account: str, disabled: bool) -> bool:
        """Whether there is such an account. Disabling ends its sessions."""
        ...

    def open_session(self, account: str, secret: bytes, at: InstantUs, until: InstantUs) -> None:
        """At most MOST_SESSIONS an account: beyond it the oldest ends."""
        ...

    def session(self, secret: bytes) -> Session | None: ...

    def touch_session(self, secret: bytes, at: InstantUs) -> None: ...

    def close_session(self, secret: bytes) -> None: ...

    def add_token(
        self,
        account: str,
        label: str,
        scopes: frozenset[str],
        secret: bytes,
        at: InstantUs,
        until: InstantUs,
    ) -> Token | Refusal:
        """Refused: too_many_tokens, beyond MOST_TOKENS in force."""
        ...

    def token(self, secret: bytes, at: InstantUs) -> Token | None:
        """The token in force at this instant."""
        ...

    def tokens(self, account: str, at: InstantUs) -> list[Token]: ...

    def revoke_token(self, account: str, id: int) -> bool: ...

    def changed(self, after: int) -> tuple[int, list[str]]:
        """Whose doors another process, or this one, has changed since: sessions ended, tokens
        revoked, accounts disabled, other teams, wallboards let go (`W3`). With the number to ask
        from next; -1 asks for that alone."""
        ...

    def close(self) -> None: ...


MOST_SESSIONS = 20  # of one account at a time
MOST_TOKENS = 50  # of one account in force
SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
