"""Who may do what: the one place that decides.

Each endpoint has one row: the scope that it needs and how far it reaches. A role is a set of
scopes; a token has some of its account's. A client's people reach only what their client
owns; anything else is *not found* to them, in the same words and bytes as what never was.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import OPERATOR, ClientId, Owner
from roost.ports.accounts import Account, Role


class Scope(StrEnum):
    ACCOUNT = "account"  # one's own session, password and tokens; never given to a token
    DESK = "desk"  # act as oneself on the floor
    QUEUES_READ = "queues.read"  # live figures of queues
    FLOOR_READ = "floor.read"  # live agents, contacts and totals; the feed
    FLOOR_COMMAND = "floor.command"  # act for another agent
    CONTACTS_READ = "contacts.read"  # what has happened
    PERSONAL_READ = "personal.read"  # numbers and notes of callers
    RECORDINGS_READ = "recordings.read"
    INVOICES_READ = "invoices.read"
    SETTINGS_READ = "settings.read"  # the definitions in force
    ACCOUNTS_MANAGE = "accounts.manage"


#: What each role may do. The only such table.
ROLES: Final[Mapping[Role, frozenset[Scope]]] = {
    Role.AGENT: frozenset({Scope.ACCOUNT, Scope.DESK, Scope.QUEUES_READ}),
    Role.SUPERVISOR: frozenset(
        {
            Scope.ACCOUNT,
            Scope.DESK,
            Scope.QUEUES_READ,
            Scope.FLOOR_READ,
            Scope.FLOOR_COMMAND,
            Scope.CONTACTS_READ,
            Scope.PERSONAL_READ,
            Scope.RECORDINGS_READ,
            Scope.SETTINGS_READ,
        }
    ),
    Role.ADMIN: frozenset(Scope),
    Role.CLIENT_MANAGER: frozenset(
        {
            Scope.ACCOUNT,
            Scope.QUEUES_READ,
            Scope.FLOOR_READ,
            Scope.CONTACTS_READ,
            Scope.PERSONAL_READ,
            Scope.RECORDINGS_READ,
            Scope.INVOICES_READ,
        }
    ),
}

#: What a token may never do, whoever made it: a stolen one must not make others.
NOT_FOR_TOKENS: Final = frozenset({Scope.ACCOUNT, Scope.ACCOUNTS_MANAGE})


class Reach(StrEnum):
    ANYONE = "anyone"  # no login
    SELF = "self"  # one's own account, or whom the account is on the floor
    OWNER = "owner"  # what one's client owns; the operator's people see across
    OPERATOR = "operator"  # the operator's people only


class Rule(Struct, frozen=True, gc=False):
    scope: Scope | None
    reach: Reach


_ANYONE: Final = Rule(None, Reach.ANYONE)
_ACCOUNT: Final = Rule(Scope.ACCOUNT, Reach.SELF)
_DESK: Final = Rule(Scope.DESK, Reach.SELF)
_COMMAND: Final = Rule(Scope.FLOOR_COMMAND, Reach.OPERATOR)
_ACCOUNTS: Final = Rule(Scope.ACCOUNTS_MANAGE, Reach.OPERATOR)
_CONTACTS: Final = Rule(Scope.CONTACTS_READ, Reach.OWNER)
_INVOICES: Final = Rule(Scope.INVOICES_READ, Reach.OWNER)

#: Every endpoint, by method and path. One without a row is refused, and fails a test.
ENDPOINTS: Final[Mapping[str, Rule]] = {
    "GET /api/health": _ANYONE,
    "GET /api/openapi.json": _ANYONE,
    "POST /api/session": _ANYONE,
    "GET /api/session": Rule(None, Reach.SELF),
    "DELETE /api/session": _ACCOUNT,
    "POST /api/session/password": _ACCOUNT,
    "GET /api/tokens": _ACCOUNT,
    "POST /api/tokens": _ACCOUNT,
    "DELETE /api/tokens/{token}": _ACCOUNT,
    "GET /api/accounts": _ACCOUNTS,
    "POST /api/accounts": _ACCOUNTS,
    "POST /api/accounts/{account}/password": _ACCOUNTS,
    "POST /api/accounts/{account}/disable": _ACCOUNTS,
    "POST /api/accounts/{account}/enable": _ACCOUNTS,
    "GET /api/desk": _DESK,
    "WS /api/desk/phone": _DESK,
    "POST /api/desk/sign-in": _DESK,
    "POST /api/desk/sign-out": _DESK,
    "POST /api/desk/ready": _DESK,
    "POST /api/desk/away": _DESK,
    "POST /api/desk/take": _DESK,
    "POST /api/desk/decline": _DESK,
    "POST /api/desk/hold": _DESK,
    "POST /api/desk/unhold": _DESK,
    "POST /api/desk/hang-up": _DESK,
    "POST /api/desk/wrap-up": _DESK,
    "POST /api/desk/extend-wrap-up": _DESK,
    "POST /api/desk/note": _DESK,
    "GET /api/desk/note": _DESK,
    "POST /api/desk/complete": _DESK,
    "POST /api/desk/raise-hand": _DESK,
    "GET /api/desk/messages": _DESK,
    "POST /api/agents/{agent}/away": _COMMAND,
    "POST /api/agents/{agent}/ready": _COMMAND,
    "POST /api/agents/{agent}/sign-out": _COMMAND,
    "POST /api/agents/{agent}/answer-hand": _COMMAND,
    "POST /api/agents/{agent}/message": _COMMAND,
    "POST /api/teams/{team}/message": _COMMAND,
    "GET /api/live": Rule(None, Reach.OWNER),  # each view has its scope: VIEWS
    "GET /api/feed": Rule(Scope.FLOOR_READ, Reach.OWNER),
    "WS /api/feed": Rule(None, Reach.OWNER),  # each view and topic has its scope
    "GET /api/contacts": _CONTACTS,
    "GET /api/contacts/{ref}": _CONTACTS,
    "GET /api/contacts/{ref}/recording": Rule(Scope.RECORDINGS_READ, Reach.OWNER),
    "GET /api/invoices/drafts": _INVOICES,
    "GET /api/invoices/drafts/{client}/{period}": _INVOICES,
    "GET /api/invoices/drafts/{client}/{period}/lines/{line}": _INVOICES,
    "GET /api/definitions": Rule(Scope.SETTINGS_READ, Reach.OPERATOR),
}


class View(StrEnum):
    """A live view: rows by key, replaced as they change."""

    DESK = "desk"  # one row: whom the caller is on the floor
    QUEUES = "queues"
    AGENTS = "agents"
    CONTACTS = "contacts"
    TOTALS = "totals"
    MONEY = "money"


#: What each live view needs, and whom it is for.
VIEWS: Final[Mapping[View, Rule]] = {
    View.DESK: Rule(Scope.DESK, Reach.SELF),
    View.QUEUES: Rule(Scope.QUEUES_READ, Reach.OWNER),
    View.AGENTS: Rule(Scope.FLOOR_READ, Reach.OPERATOR),
    View.CONTACTS: Rule(Scope.FLOOR_READ, Reach.OWNER),
    View.TOTALS: Rule(Scope.FLOOR_READ, Reach.OWNER),
    View.MONEY: Rule(Scope.INVOICES_READ, Reach.OWNER),
}

#: What the feed's topics need.
TOPICS: Final = Rule(Scope.FLOOR_READ, Reach.OWNER)


class Caller(Struct, frozen=True):
    """Whoever sent this request: an account by a session, or by one of its tokens."""

    account: Account
    scopes: frozenset[Scope]
    secret: bytes  # the hash of the session's or the token's secret
    token: int | None = None

    @property
    def owner(self) -> Owner:
        return self.account.owner

    @property
    def client(self) -> ClientId | None:
        """The client whose people these are; None for the operator's."""
        return None if self.owner == OPERATOR else ClientId(self.owner)

    @property
    def actor(self) -> Actor:
        name = self.account.id if self.token is None else f"{self.account.id}/t{self.token}"
        kind = ActorKind.PERSON if self.token is None else ActorKind.TOKEN
        return Actor(kind, name, self.owner, frozenset(scope.value for scope in self.scopes))


class Verdict(StrEnum):
    YES = "yes"
    LOG_IN = "not_logged_in"
    NO = "not_permitted"


def judge(rule: Rule | None, caller: Caller | None) -> Verdict:
    """Whether a rule lets this caller in at all."""
    if rule is None:
        return Verdict.NO
    if rule.reach is Reach.ANYONE:
        return Verdict.YES
    if caller is None:
        return Verdict.LOG_IN
    if rule.scope is not None and rule.scope not in caller.scopes:
        return Verdict.NO
    if rule.reach is Reach.OPERATOR and caller.owner != OPERATOR:
        return Verdict.NO
    return Verdict.YES


def reaches(caller: Caller, owner: str) -> bool:
    """Whether what this owner has exists at all, as far as this caller is concerned."""
    return caller.owner in (OPERATOR, owner)


def scopes_of_token(account: Account, wanted: frozenset[str]) -> frozenset[Scope]:
    """What a token is good for today: its scopes, as far as its account still has them."""
    return frozenset(
        scope for scope in ROLES[account.role] - NOT_FOR_TOKENS if scope.value in wanted
    )
