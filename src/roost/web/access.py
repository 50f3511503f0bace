"""Accounts and API tokens."""

import asyncio
from typing import Annotated, Final, Literal

from litestar import delete, get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import DAY, DurationUs, InstantUs
from roost.office.audit.messages import AccountChanged
from roost.ports.accounts import Account, Role, Token
from roost.web.audit import Notes
from roost.web.feed import Feeds
from roost.web.follow import Follower
from roost.web.gate import SECRET_SIZE, TOKEN_PREFIX, kept, shown
from roost.web.limits import LONGEST_TOKEN
from roost.web.parts import Parts
from roost.web.permissions import NOT_FOR_TOKENS, Caller, Scope
from roost.web.problems import Trouble, not_found, refused
from roost.web.session import Logins, Password

How = Literal["made", "password", "teams", "disabled", "enabled", "token made", "token revoked"]
Label = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
AccountName = Annotated[str, Meta(min_length=1, max_length=50, pattern=r"^[^\x00-\x1f/]+$")]
Days = Annotated[int, Meta(ge=1, le=LONGEST_TOKEN // DAY)]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
Team = Annotated[str, Meta(min_length=1, max_length=64)]
Teams = Annotated[tuple[Team, ...], Meta(max_length=50)]
AccountId = Annotated[str, PathParameter(pattern=r"^U[0-9]{1,9}$", description="As `U7`")]


class NewToken(Struct, frozen=True, forbid_unknown_fields=True):
    """`scopes` must be some of one's own; `account` and `accounts.manage` are never a
    token's."""

    label: Label
    scopes: Annotated[frozenset[Scope], Meta(min_length=1)]
    days: Days = 90


class TokenRow(Struct, frozen=True):
    token: int
    label: str
    scopes: tuple[str, ...]
    made: InstantUs
    until: InstantUs


class MadeToken(Struct, frozen=True):
    """`secret` is shown this once; only its hash is kept."""

    secret: str
    token: TokenRow


class NewAccount(Struct, frozen=True, forbid_unknown_fields=True):
    """`client` is empty for the operator's people; `agent` is whom the account is on the
    floor; `teams` are those that a supervisor is bound to (none: all)."""

    name: AccountName
    role: Role
    password: Password
    client: Code | None = None
    agent: Code | None = None
    teams: Teams = ()


class BoundTo(Struct, frozen=True, forbid_unknown_fields=True):
    """The teams that a supervisor sees and commands; none: all."""

    teams: Teams


class Reset(Struct, frozen=True, forbid_unknown_fields=True):
    password: Password


class AccountRow(Struct, frozen=True):
    account: str
    client: ClientId | None
    name: str
    role: Role
    agent: AgentId | None
    disabled: bool
    teams: tuple[str, ...]


def _token_row(token: Token) -> TokenRow:
    return TokenRow(token.id, token.label, tuple(sorted(token.scopes)), token.made, token.until)


def _account_row(account: Account) -> AccountRow:
    client = None if account.owner == OPERATOR else ClientId(account.owner)
    return AccountRow(
        account.id,
        client,
        account.name,
        account.role,
        account.agent,
        account.disabled,
        account.teams,
    )


def _changed(account: Account, how: How) -> AccountChanged:
    return AccountChanged(owner=account.owner, account=account.id, how=how)


async def _note(id: str, how: How, caller: Caller, parts: Parts, notes: Notes) -> None:
    """That an account is being changed. Raises Trouble, also for one that isn't there."""
    everybody = await asyncio.to_thread(parts.accounts.listing, None)
    account = next((one for one in everybody if one.id == id), None)
    if account is None:
        raise not_found()
    await notes.note(caller, _changed(account, how))


def _check_teams(teams: Teams, follower: Follower) -> None:
    """Raises Trouble for a team that nobody is in."""
    known = {agent.team for agent in follower.live.agents.values()}
    for team in teams:
        if team not in known:
            raise Trouble(409, "unknown_team", {"team": team})


@get("/api/tokens", summary="One's tokens in force")
async def list_tokens(
    caller: NamedDependency[Caller], parts: NamedDependency[Parts]
) -> list[TokenRow]:
    """Without their secrets, which nobody knows any more."""
    now = parts.clock.now()
    tokens = await asyncio.to_thread(parts.accounts.tokens, caller.account.id, now)
    return [_token_row(token) for token in tokens]


@post("/api/tokens", summary="Make a token")
async def make_token(
    data: JSONBody[NewToken],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
) -> MadeToken:
    """A bearer for a program, with some of one's own scopes."""
    if not data.scopes <= caller.scopes - NOT_FOR_TOKENS:
        raise Trouble(403, "not_permitted")
    await notes.note(caller, _changed(caller.account, "token made"))
    secret = TOKEN_PREFIX + shown(parts.randomness.secret(SECRET_SIZE))
    now = parts.clock.now()
    token = await asyncio.to_thread(
        parts.accounts.add_token,
        caller.account.id,
        data.label,
        frozenset(scope.value for scope in data.scopes),
        kept(secret),
        now,
        InstantUs(now + DurationUs(data.days * DAY)),
    )
    if isinstance(token, Refusal):
        raise refused(token)
    return MadeToken(secret, _token_row(token))


@delete("/api/tokens/{token:int}", status_code=204, summary="Revoke a token")
async def revoke_token(
    token: Annotated[int, PathParameter(ge=1, le=10**9)],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    notes: NamedDependency[Notes],
    feeds: NamedDependency[Feeds],
) -> None:
    """At once, with the feeds that it opened."""
    await notes.note(caller, _changed(caller.account, "token revoked"))
    if not await asyncio.to_thread(parts.accounts.revoke_token, caller.account.id, token):
        raise not_found()
    feeds.look_again(caller.account.id)


@get("/api/accounts", summary="All accounts")
async def list_accounts(parts: NamedDependency[Parts]) -> list[AccountRow]:
    """The operator's and the clients'."""
    return [_account_row(one) for one in await asyncio.to_thread(parts.accounts.listing, None)]


@post("/api/accounts", summary="Make an account")
async def make_account(
    data: JSONBody[NewAccount],
    parts: NamedDependency[Parts],
    logins: NamedDependency[Logins],
    follower: NamedDependency[Follower],
    caller: NamedDependency[Caller],
    notes: NamedDependency[Notes],
) -> AccountRow:
    """Refused: unknown_client, unknown_agent, unknown_team, name_taken, password_weak,
    role_not_for_owner, teams_not_for_role."""
    if data.client is not None and ClientId(data.client) not in follower.live.clients:
        raise Trouble(409, "unknown_client", {"client": data.client})
    if data.agent is not None and AgentId(data.agent) not in follower.live.agents:
        raise Trouble(409, "unknown_agent", {"agent": data.agent})
    _check_teams(data.teams, follower)
    owner = OPERATOR if data.client is None else Owner(data.client)
    agent = None if data.agent is None else AgentId(data.agent)
    account = await logins.slowly(
        parts.accounts.create, owner, data.name, data.role, agent, data.password, data.teams
    )
    if isinstance(account, Refusal):
        raise refused(account)
    try:
        await notes.note(caller, _changed(account, "made"))
    except Trouble:  # nobody shall be in whom nobody let in
        await asyncio.to_thread(parts.accounts.set_disabled, account.id, True)
        raise
    return _account_row(account)


@post("/api/accounts/{account:str}/password", status_code=204, summary="Set a password")
async def set_password(
    account: AccountId,
    data: JSONBody[Reset],
    parts: NamedDependency[Parts],
    logins: NamedDependency[Logins],
    caller: NamedDependency[Caller],
    notes: NamedDependency[Notes],
    feeds: NamedDependency[Feeds],
) -> None:
    """Ends all sessions of the account."""
    await _note(account, "password", caller, parts, notes)
    refusal = await logins.slowly(parts.accounts.set_password, account, data.password)
    if refusal is not None:
        raise not_found() if refusal.code == "not_found" else refused(refusal)
    feeds.look_again(account)


@post("/api/accounts/{account:str}/teams", status_code=204, summary="Bind to teams")
async def set_teams(
    account: AccountId,
    data: JSONBody[BoundTo],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    caller: NamedDependency[Caller],
    notes: NamedDependency[Notes],
    feeds: NamedDependency[Feeds],
) -> None:
    """What a supervisor sees and commands, from the next request on. Refused: unknown_team,
    teams_not_for_role."""
    _check_teams(data.teams, follower)
    await _note(account, "teams", caller, parts, notes)
    refusal = await asyncio.to_thread(parts.accounts.set_teams, account, data.teams)
    if refusal is not None:
        raise not_found() if refusal.code == "not_found" else refused(refusal)
    feeds.look_again(account)


@post("/api/accounts/{account:str}/disable", status_code=204, summary="Shut an account")
async def disable(
    account: AccountId,
    parts: NamedDependency[Parts],
    caller: NamedDependency[Caller],
    notes: NamedDependency[Notes],
    feeds: NamedDependency[Feeds],
) -> None:
    """Ends its sessions; its tokens don't work until it's enabled again."""
    await _note(account, "disabled", caller, parts, notes)
    if not await asyncio.to_thread(parts.accounts.set_disabled, account, True):
        raise not_found()
    feeds.look_again(account)


@post("/api/accounts/{account:str}/enable", status_code=204, summary="Open an account again")
async def enable(
    account: AccountId,
    parts: NamedDependency[Parts],
    caller: NamedDependency[Caller],
    notes: NamedDependency[Notes],
) -> None:
    """Its tokens work again; its sessions are gone."""
    await _note(account, "enabled", caller, parts, notes)
    if not await asyncio.to_thread(parts.accounts.set_disabled, account, False):
        raise not_found()


ROUTES: Final = (
    list_tokens,
    make_token,
    revoke_token,
    list_accounts,
    make_account,
    set_password,
    set_teams,
    disable,
    enable,
)
