"""The gate that every request passes: who is it, did it come from our own pages, may it?

A session's secret is the cookie, a token's is a bearer; both are kept as SHA-256 (they're
32 random bytes, so no slow hash is needed). A cookie is sent by the browser whoever made the
page; so a write with a cookie must come from an allowed origin, or carry the header
`Roost-Request: 1`, which no foreign page can set without asking first (and is then refused).
A websocket, which may read with a cookie alone, must always come from an allowed origin
when it comes from a browser.
"""

import asyncio
import base64
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlsplit

from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler

from roost.kernel.time import InstantUs
from roost.ports.accounts import Account, Role
from roost.ports.wallboards import BoardScope
from roost.web.limits import SESSION_IDLE, SESSION_SEEN
from roost.web.parts import Parts, WebSettings
from roost.web.permissions import (
    ENDPOINTS,
    ROLES,
    Caller,
    Reach,
    Scope,
    Verdict,
    judge,
    scopes_of_token,
)
from roost.web.problems import Trouble

Connection = ASGIConnection[Any, Any, Any, Any]
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
SECRET_SIZE: Final = 32  # bytes
MOST_SECRET: Final = 100  # characters of one as it's presented
TOKEN_PREFIX: Final = "roost_"  # noqa: S105 - so that leaked tokens can be found by scanners


def cookie_name(settings: WebSettings) -> str:
    """`__Host-` binds the cookie to this host and to https."""
    return "__Host-roost" if settings.secure else "roost"


def board_cookie_name(settings: WebSettings) -> str:
    """A television's, beside a session's."""
    return "__Host-roost-board" if settings.secure else "roost-board"


def shown(secret: bytes) -> str:
    """A secret as text, once, for its owner."""
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def kept(text: str) -> bytes:
    """What is kept of a secret."""
    return sha256(text.encode()).digest()


class Gate:
    """An app-wide guard. It leaves the caller, if any, in `scope["user"]`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._cookie = cookie_name(parts.settings)
        self._board_cookie = board_cookie_name(parts.settings)

    async def __call__(self, connection: Connection, _: BaseRouteHandler) -> None:
        """Raises Trouble for whoever may not go on."""
        scope: Any = connection.scope
        websocket = scope["type"] == "websocket"
        method = "WS" if websocket else scope["method"]
        rule = ENDPOINTS.get(f"{method} {scope['path_template']}")
        foreign = not self._is_own_page(connection, websocket or method not in SAFE)
        if foreign and (websocket or (rule is not None and rule.reach is Reach.ANYONE)):
            raise Trouble(403, "foreign_origin")
        by_cookie, caller = await self.identify(connection)
        if foreign and by_cookie:
            raise Trouble(403, "foreign_origin")
        scope["user"] = caller
        match judge(rule, caller):
            case Verdict.YES:
                return
            case Verdict.LOG_IN:
                raise Trouble(
                    401, "not_logged_in", headers={"WWW-Authenticate": 'Bearer realm="roost"'}
                )
            case Verdict.NO:
                raise Trouble(403, "not_permitted")

    async def identify(self, connection: Connection) -> tuple[bool, Caller | None]:
        """Whether a cookie was shown, and who it is. A bearer goes before a cookie."""
        kind, _, text = connection.headers.get("authorization", "").partition(" ")
        if kind.lower() == "bearer":
            return False, await self._by_token(text.strip())
        cookie = connection.cookies.get(self._cookie)
        caller = None if cookie is None else await self.session_of(cookie)
        board = connection.cookies.get(self._board_cookie)
        if caller is None and board is not None and len(board) <= MOST_SECRET:
            caller = await self._board(kept(board))
        return cookie is not None or board is not None, caller

    async def again(self, caller: Caller) -> Caller | None:
        """A caller that was let in before, as it is now; None when it no longer may: for feeds
        that stay open."""
        now = self._parts.clock.now()
        if caller.token is not None:
            return await self._token(caller.secret, now)
        if caller.account.role is Role.WALLBOARD:
            return await self._board(caller.secret)
        return await self._session(caller.secret, now)

    async def _board(self, secret: bytes) -> Caller | None:
        board = await asyncio.to_thread(self._parts.accounts.wallboards.board, secret)
        if board is None:
            return None
        teams = (board.team,) if board.scope is BoardScope.TEAM else ()
        account = Account(f"W{board.id}", board.owner, board.name, Role.WALLBOARD, teams=teams)
        chosen = frozenset({Scope.AGENTS_READ}) if board.agents else frozenset[Scope]()
        return Caller(account, ROLES[Role.WALLBOARD] | chosen, secret)

    async def _by_token(self, text: str) -> Caller | None:
        if not text.startswith(TOKEN_PREFIX) or len(text) > MOST_SECRET:
            return None
        return await self._token(kept(text), self._parts.clock.now())

    async def _token(self, secret: bytes, now: InstantUs) -> Caller | None:
        token = await asyncio.to_thread(self._parts.accounts.token, secret, now)
        if token is None:
            return None
        scopes = scopes_of_token(token.account, token.scopes)
        return Caller(token.account, scopes, secret, token.id)

    async def session_of(self, text: str) -> Caller | None:
        """Who a session is, by its secret as the cookie carries it."""
        if len(text) > MOST_SECRET:
            return None
        return await self._session(kept(text), self._parts.clock.now())

    async def _session(self, secret: bytes, now: InstantUs) -> Caller | None:
        accounts = self._parts.accounts
        session = await asyncio.to_thread(accounts.session, secret)
        if session is None or now >= session.until or now - session.seen >= SESSION_IDLE:
            return None
        if now - session.seen >= SESSION_SEEN:
            await asyncio.to_thread(accounts.touch_session, secret, now)
        return Caller(session.account, ROLES[session.account.role], secret)

    def _is_own_page(self, connection: Connection, acts: bool) -> bool:
        """False for what another site's page sent. Reading needs no proof: it can't be read
        across origins, since we send no CORS headers."""
        if not acts:
            return True
        origin = connection.headers.get("origin")
        if origin is not None:
            return self._is_own_origin(origin, connection.headers.get("host", ""))
        if connection.scope["type"] == "websocket":
            return True  # every browser sends an Origin; this is a program
        site = connection.headers.get("sec-fetch-site")
        if site is not None:
            return site == "same-origin"
        return connection.headers.get("roost-request") == "1" or not connection.cookies

    def _is_own_origin(self, origin: str, host: str) -> bool:
        allowed = self._parts.settings.origins
        if allowed:
            return origin in allowed
        try:
            split = urlsplit(origin)
        except ValueError:  # no address at all
            return False
        return split.scheme in ("http", "https") and split.netloc == host and host != ""
