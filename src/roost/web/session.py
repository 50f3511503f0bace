"""Logging in and out, and who one is."""

import asyncio
from typing import Annotated, Any, Final

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta, Struct

from roost.kernel.ids import OPERATOR, AgentId, ClientId, Owner
from roost.kernel.time import SECOND, InstantUs
from roost.ports.accounts import LONGEST_PASSWORD, Account, Role
from roost.web.attempts import Attempts
from roost.web.feed import Feeds
from roost.web.gate import SECRET_SIZE, Gate, cookie_name, kept, shown
from roost.web.limits import (
    MOST_PASSWORD_CHECKS,
    MOST_WAITING_CHECKS,
    SESSION_LENGTH,
)
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, refused

Password = Annotated[str, Meta(min_length=1, max_length=LONGEST_PASSWORD)]
Name = Annotated[
    str, Meta(min_length=1, max_length=150, pattern=r"^[^\x00-\x1f/]+(/[^\x00-\x1f/]+)?$")
]


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """`name` is `client/name` for a client's people."""

    name: Name
    password: Password


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    old: Password
    new: Password


class Me(Struct, frozen=True):
    """Who the caller is and what it may do. A client's people have no number in the centre: they're
    called by what they log in with."""

    account: str
    name: str
    role: Role
    client: ClientId | None
    agent: AgentId | None
    scopes: tuple[str, ...]
    token: int | None
    teams: tuple[str, ...]  # those that a supervisor is bound to; none: all
    now: InstantUs  # the centre's clock, for a page's own
    zone: str  # the centre's, which days and times are shown in


class Logins:
    """Password checks: bounded, off the event loop, with failures counted."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._attempts: Final = Attempts()
        self._checks: Final = asyncio.Semaphore(MOST_PASSWORD_CHECKS)
        self._waiting = 0

    async def check(self, owner: Owner, name: str, password: str, source: str) -> Account:
        """The account. Raises Trouble: login_failed, too_many_failures, too_busy."""
        full, now = f"{owner}/{name}", self._parts.clock.now()
        wait = self._attempts.wait_s(full, source, now)
        if wait > 0:
            raise Trouble(
                429, "too_many_failures", {"seconds": str(wait)}, {"Retry-After": str(wait)}
            )
        account = await self.slowly(self._parts.accounts.check, owner, name, password)
        if account is None:
            self._attempts.failed(full, source, self._parts.clock.now())
            raise Trouble(401, "login_failed")
        self._attempts.succeeded(full)
        return account

    async def slowly(self, work: Any, *given: Any) -> Any:
        """Something that hashes a password: in a thread, few at once."""
        if self._waiting >= MOST_WAITING_CHECKS:
            raise Trouble(503, "too_busy", {"seconds": "5"}, {"Retry-After": "5"})
        self._waiting += 1
        try:
            async with self._checks:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1


def split_name(full: str) -> tuple[Owner, str]:
    """`power-grid/li` is a client's Li, `li` the operator's."""
    owner, slash, name = full.partition("/")
    return (Owner(owner), name) if slash else (OPERATOR, owner)


def source_of(request: Request[Any, Any, Any]) -> str:
    """The address that a request came from."""
    return request.client.host if request.client is not None else ""


def _me(parts: Parts, caller: Caller) -> Me:
    account = caller.account
    scopes = tuple(sorted(scope.value for scope in caller.scopes))
    now = parts.clock.now()
    return Me(
        account.id if caller.client is None else f"{account.owner}/{account.name}",
        account.name,
        account.role,
        caller.client,
        account.agent,
        scopes,
        caller.token,
        account.teams,
        now,
        parts.settings.zone.name,
    )


@post("/api/session", status_code=200, summary="Log in")
async def log_in(
    request: Request[Any, Any, Any],
    data: JSONBody[Login],
    parts: NamedDependency[Parts],
    logins: NamedDependency[Logins],
    gate: NamedDependency[Gate],
) -> Response[Me]:
    """Opens a session; its cookie is sent back. A session that was open before is closed: its
    secret, which somebody may have planted, is worth nothing afterwards."""
    owner, name = split_name(data.name)
    account = await logins.check(owner, name, data.password, source_of(request))
    _, before = await gate.identify(request)
    if before is not None and before.token is None:
        await asyncio.to_thread(parts.accounts.close_session, before.secret)
    text = shown(parts.randomness.secret(SECRET_SIZE))
    now = parts.clock.now()
    until = InstantUs(now + SESSION_LENGTH)
    await asyncio.to_thread(parts.accounts.open_session, account.id, kept(text), now, until)
    caller = await gate.session_of(text)
    if caller is None:  # disabled in between
        raise Trouble(401, "login_failed")
    return Response(_me(parts, caller), cookies=[_cookie(parts, text, SESSION_LENGTH // SECOND)])


@get("/api/session", summary="Who am I")
async def me(caller: NamedDependency[Caller], parts: NamedDependency[Parts]) -> Me:
    """The caller's account, role and scopes; by session or by token."""
    return _me(parts, caller)


@delete("/api/session", summary="Log out")
async def log_out(
    caller: NamedDependency[Caller], parts: NamedDependency[Parts], feeds: NamedDependency[Feeds]
) -> Response[None]:
    """Ends this session at once, with its feeds. The agent on the floor stays signed in: calls
    don't end because a page was closed."""
    await asyncio.to_thread(parts.accounts.close_session, caller.secret)
    feeds.look_again(caller.account.id)
    return Response(None, status_code=204, cookies=[_cookie(parts, "", 0)])


@post("/api/session/password", status_code=204, summary="Change one's password")
async def change_password(
    request: Request[Any, Any, Any],
    data: JSONBody[NewPassword],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    logins: NamedDependency[Logins],
    feeds: NamedDependency[Feeds],
) -> None:
    """Ends all sessions of the account, this one too."""
    account = caller.account
    await logins.check(account.owner, account.name, data.old, source_of(request))
    refusal = await logins.slowly(parts.accounts.set_password, account.id, data.new)
    if refusal is not None:
        raise refused(refusal)
    feeds.look_again(account.id)


def _cookie(parts: Parts, value: str, seconds: int) -> Cookie:
    return Cookie(
        key=cookie_name(parts.settings),
        value=value,
        path="/",
        httponly=True,
        secure=parts.settings.secure,
        samesite="strict",
        max_age=seconds,
    )


ROUTES: Final = (log_in, me, log_out, change_password)
