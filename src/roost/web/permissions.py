"""Who may do what: the types, and the one place that decides.

What's permitted stands in `permissions.yaml` beside this module, for a person to review: it's
loaded once, and an unknown scope, role, view, topic or reach in it stops the program. A role is
a set of scopes; a token has some of its account's. Whose things somebody reaches is their
`Horizon`; anything beyond it is *not found* to them, in the same words and bytes as what never
was.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, cast

import msgspec
import yaml
from msgspec import Struct

from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner
from roost.ports.accounts import Account, Role
from roost.web.topics import Topic

FILE: Final = Path(__file__).with_name("permissions.yaml")


class Scope(StrEnum):
    ACCOUNT = "account"
    DESK = "desk"
    QUEUES_READ = "queues.read"
    AGENTS_READ = "agents.read"
    FLOOR_READ = "floor.read"
    FLOOR_COMMAND = "floor.command"
    FLOOR_WATCH = "floor.watch"
    CONTACTS_READ = "contacts.read"
    PERSONAL_READ = "personal.read"
    REPORTS_READ = "reports.read"
    RECORDINGS_READ = "recordings.read"
    INVOICES_READ = "invoices.read"
    INVOICES_MANAGE = "invoices.manage"
    STATEMENTS_ANSWER = "statements.answer"
    SETTINGS_READ = "settings.read"
    SIMULATE = "simulate"
    WALLBOARDS_MANAGE = "wallboards.manage"
    ACCOUNTS_MANAGE = "accounts.manage"
    AUDIT_READ = "audit.read"
    PERSONS_MANAGE = "persons.manage"


class Reach(StrEnum):
    """Whose things; see `permissions.yaml`."""

    ANYONE = "anyone"
    OWN = "own"
    TEAM = "team"
    CLIENT = "client"
    CENTRE = "centre"


class View(StrEnum):
    """A live view: rows by key, replaced as they change."""

    DESK = "desk"  # one row: whom the caller is on the floor
    QUEUES = "queues"
    AGENTS = "agents"
    CONTACTS = "contacts"
    TOTALS = "totals"
    MONEY = "money"
    ALERTS = "alerts"
    TASKS = "tasks"
    MODES = "modes"


class Rule(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    reach: Reach
    scope: Scope | None = None


class RoleRule(Struct, frozen=True, gc=False, forbid_unknown_fields=True):
    """What a role may do, and how far at most. Least by default: its own things."""

    scopes: frozenset[Scope]
    reach: Reach = Reach.OWN


class Permissions(Struct, frozen=True, forbid_unknown_fields=True):
    """The file's shape."""

    scopes: dict[Scope, str]
    not_for_tokens: frozenset[Scope]
    roles: dict[Role, RoleRule]
    endpoints: dict[str, Rule]
    views: dict[View, Rule]
    topics: dict[Topic, Rule]


class _Loader(yaml.SafeLoader):
    """YAML whose mappings name nothing twice: the later row would silently win."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        found = cast("dict[Any, Any]", super().construct_mapping(node, deep))
        if len(found) != len(node.value):
            raise yaml.YAMLError(f"something is named twice:\n{node.start_mark}")
        return found


def load(text: str) -> Permissions:
    """Raises ValueError for what isn't a whole and plain table."""
    try:
        found = msgspec.convert(yaml.load(text, _Loader), Permissions)  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None
    wholes = ((found.scopes, Scope), (found.roles, Role), (found.views, View))
    for given, kinds in (*wholes, (found.topics, Topic)):
        missing = sorted(set(kinds) - set(given))
        if missing:
            raise ValueError(f"{FILE.name} has no row for {', '.join(missing)}")
    return found


_PERMISSIONS: Final = load(FILE.read_text(encoding="utf-8"))

#: What each role may do.
ROLES: Final[Mapping[Role, frozenset[Scope]]] = {
    role: rule.scopes for role, rule in _PERMISSIONS.roles.items()
}
#: What each scope is for.
SCOPES: Final[Mapping[Scope, str]] = _PERMISSIONS.scopes
#: How far each role sees at most.
REACHES: Final[Mapping[Role, Reach]] = {
    role: rule.reach for role, rule in _PERMISSIONS.roles.items()
}
NOT_FOR_TOKENS: Final = _PERMISSIONS.not_for_tokens
#: Every endpoint, by method and path. One without a row is refused, and fails a test.
ENDPOINTS: Final[Mapping[str, Rule]] = _PERMISSIONS.endpoints
VIEWS: Final[Mapping[View, Rule]] = _PERMISSIONS.views
TOPICS: Final[Mapping[Topic, Rule]] = _PERMISSIONS.topics


class Horizon(Struct, frozen=True, gc=False):
    """How far somebody sees: what `owner` has (the operator: everything), of that only what
    these teams work with (none named: all), or only what is this one agent's."""

    owner: Owner
    teams: tuple[str, ...] = ()
    agent: AgentId | None = None

    @property
    def whole(self) -> bool:
        """The operator's, without bounds."""
        return self.owner == OPERATOR and not self.teams and self.agent is None


NOBODY: Final = AgentId("")  # an account that reaches its own and is nobody on the floor


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
    def horizon(self) -> Horizon:
        """By the role's reach. A client's people never see beyond their client."""
        match REACHES[self.account.role]:
            case Reach.OWN | Reach.ANYONE:
                return Horizon(self.owner, (), self.account.agent or NOBODY)
            case Reach.TEAM | Reach.CLIENT:
                return Horizon(self.owner, self.account.teams)
            case Reach.CENTRE:
                return Horizon(self.owner)

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
    if rule.reach in (Reach.TEAM, Reach.CENTRE) and caller.owner != OPERATOR:
        return Verdict.NO
    return Verdict.YES


def reaches(caller: Caller, owner: str) -> bool:
    """Whether what this owner has exists at all, as far as this caller is concerned."""
    return caller.owner in (OPERATOR, owner)


def scopes_of_token(account: Account, wanted: frozenset[str]) -> frozenset[Scope]:
    """What a token is good for today: its scopes, as far as its account still has them. What
    was made before `agents.read` was a scope of its own has it by `floor.read`."""
    if Scope.FLOOR_READ.value in wanted:
        wanted |= {Scope.AGENTS_READ.value}
    return frozenset(
        scope for scope in ROLES[account.role] - NOT_FOR_TOKENS if scope.value in wanted
    )
