"""Televisions: a code on the screen, typed by a supervisor, gives it a wallboard to show.

The television has no login. It asks for a code and gets a secret of its own as a cookie that no
page can read; once somebody types the code, that secret reads one scope, until it's revoked. So
the secret is never shown, sent twice, or kept here as anything but a hash.
"""

import asyncio
from typing import Annotated, Any, Final

from litestar import Request, Response, delete, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody, PathParameter
from msgspec import Meta, Struct

from roost.kernel.ids import OPERATOR, ClientId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import SECOND, InstantUs
from roost.office.audit.messages import WallboardChanged
from roost.ports.wallboards import Board, BoardScope
from roost.web.attempts import Attempts
from roost.web.audit import Notes
from roost.web.feed import Feeds
from roost.web.follow import Follower
from roost.web.gate import SECRET_SIZE, board_cookie_name, kept, shown
from roost.web.limits import BOARD_COOKIE, CODE_LENGTH, CODE_TIME
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found, refused
from roost.web.session import source_of

LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 that aren't taken for one another
Typed = Annotated[
    str, Meta(min_length=CODE_LENGTH, max_length=CODE_LENGTH + 8, pattern=r"^[A-Za-z0-9 -]+$")
]
BoardName = Annotated[str, Meta(min_length=1, max_length=60, pattern=r"^[^\x00-\x1f]+$")]
Of = Annotated[str, Meta(max_length=64)]
BoardId = Annotated[str, PathParameter(pattern=r"^W[0-9]{1,9}$", description="As `W3`")]


class Code(Struct, frozen=True):
    """For the screen, until `until`. Its secret is the cookie."""

    code: str
    until: InstantUs


class TelevisionNow(Struct, frozen=True):
    """How far a television is: with a `board` it shows it, with a `code` it waits for somebody
    to type it, with neither it asks for a new one."""

    board: str | None
    name: str | None
    code: str | None
    until: InstantUs | None


class NewBoard(Struct, frozen=True, forbid_unknown_fields=True):
    """`of` is the client or the team, empty for the centre. `agents`: show agents' states, too
    (never a client's board)."""

    code: Typed
    name: BoardName
    scope: BoardScope
    of: Of = ""
    agents: bool = False


class BoardRow(Struct, frozen=True):
    board: str
    name: str
    scope: BoardScope
    of: str
    agents: bool
    made: InstantUs
    by: str


def _row(board: Board) -> BoardRow:
    of = board.team if board.scope is BoardScope.TEAM else str(board.owner)
    of = "" if board.scope is BoardScope.CENTRE else of
    return BoardRow(f"W{board.id}", board.name, board.scope, of, board.agents, board.made, board.by)


class Guesses(Attempts):
    """Codes typed wrongly, by account and by address: after five the next waits."""


@post("/api/wallboards/codes", status_code=201, summary="A television asks for a code")
async def ask_for_code(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> Response[Code]:
    """Without a login. Refused: too_many_codes, already_paired."""
    before = request.cookies.get(board_cookie_name(parts.settings))
    if before is not None:
        board = await asyncio.to_thread(parts.accounts.wallboards.board, kept(before))
        if board is not None:
            raise Trouble(409, "already_paired", {"name": board.name})
    secret = shown(parts.randomness.secret(SECRET_SIZE))
    drawn = parts.randomness.secret(CODE_LENGTH)
    code = "".join(LETTERS[byte % len(LETTERS)] for byte in drawn)
    now = parts.clock.now()
    until = InstantUs(now + CODE_TIME)
    opened = await asyncio.to_thread(
        parts.accounts.wallboards.open, code, kept(secret), source_of(request), now, until
    )
    if opened is not None:
        raise Trouble(429, opened.code, headers={"Retry-After": str(CODE_TIME // SECOND)})
    cookie = Cookie(
        key=board_cookie_name(parts.settings),
        value=secret,
        path="/",
        httponly=True,
        secure=parts.settings.secure,
        samesite="strict",
        max_age=BOARD_COOKIE // SECOND,
    )
    return Response(Code(code, until), status_code=201, cookies=[cookie])


@get("/api/wallboards/codes", summary="Whether the code was typed")
async def code_typed(
    request: Request[Any, Any, Any], parts: NamedDependency[Parts]
) -> TelevisionNow:
    """A television asks again until it's paired."""
    cookie = request.cookies.get(board_cookie_name(parts.settings))
    if cookie is None:
        return TelevisionNow(None, None, None, None)
    secret, boards = kept(cookie), parts.accounts.wallboards
    board = await asyncio.to_thread(boards.board, secret)
    if board is not None:
        return TelevisionNow(f"W{board.id}", board.name, None, None)
    pairing = await asyncio.to_thread(boards.pairing, secret, parts.clock.now())
    if pairing is None:
        return TelevisionNow(None, None, None, None)
    return TelevisionNow(None, None, pairing.code, pairing.until)


@get("/api/wallboards", summary="Paired televisions")
async def list_boards(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
) -> list[BoardRow]:
    """As far as the caller's teams go."""
    boards = await asyncio.to_thread(parts.accounts.wallboards.listing)
    return [_row(board) for board in boards if _within(caller, follower, board)]


@post("/api/wallboards", summary="Pair a television")
async def pair(
    request: Request[Any, Any, Any],
    data: JSONBody[NewBoard],
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    guesses: NamedDependency[Guesses],
) -> BoardRow:
    """With the code that it shows. Refused: no_such_code, too_many_wallboards,
    unknown_client, unknown_team."""
    board = _wanted(data, caller, follower, parts.clock.now())
    code = "".join(letter for letter in data.code.upper() if letter.isalnum())
    who, source, now = caller.account.id, source_of(request), parts.clock.now()
    wait = guesses.wait_s(who, source, now)
    if wait > 0:
        raise Trouble(429, "too_many_failures", {"seconds": str(wait)}, {"Retry-After": str(wait)})
    paired = await asyncio.to_thread(parts.accounts.wallboards.pair, code, board, now)
    if isinstance(paired, Refusal):
        if paired.code == "no_such_code":
            guesses.failed(who, source, now)
        raise refused(paired)
    try:
        await notes.note(caller, _changed(paired, "paired"))
    except Trouble:
        await asyncio.to_thread(parts.accounts.wallboards.revoke, paired.id)
        raise
    return _row(paired)


@delete("/api/wallboards/{board:str}", status_code=204, summary="Revoke a television")
async def revoke(
    board: BoardId,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    notes: NamedDependency[Notes],
    feeds: NamedDependency[Feeds],
) -> None:
    """At once: what it shows goes dark."""
    boards = await asyncio.to_thread(parts.accounts.wallboards.listing)
    found = next((one for one in boards if f"W{one.id}" == board), None)
    if found is None or not _within(caller, follower, found):
        raise not_found()
    await notes.note(caller, _changed(found, "revoked"))
    await asyncio.to_thread(parts.accounts.wallboards.revoke, found.id)
    feeds.look_again(board)


def _wanted(data: NewBoard, caller: Caller, follower: Follower, now: InstantUs) -> Board:
    """What's asked for, if the caller may. Raises Trouble."""
    live, owner, team = follower.live, OPERATOR, ""
    match data.scope:
        case BoardScope.CLIENT:
            owner = Owner(data.of)
            known = ClientId(data.of) in live.clients
            if not known or not follower.sights.of(caller.horizon).sees(data.of):
                raise Trouble(409, "unknown_client", {"client": data.of})
        case BoardScope.TEAM:
            team = data.of
            if not follower.sights.has_team(caller.horizon, team):
                raise Trouble(409, "unknown_team", {"team": team})
        case BoardScope.CENTRE:
            if not caller.horizon.whole:
                raise Trouble(403, "not_permitted")
    agents = data.agents and data.scope is not BoardScope.CLIENT
    return Board(0, data.scope, owner, team, data.name, agents, now, caller.account.id)


def _within(caller: Caller, follower: Follower, board: Board) -> bool:
    sight = follower.sights.of(caller.horizon)
    match board.scope:
        case BoardScope.CLIENT:
            return sight.sees(board.owner)
        case BoardScope.TEAM:
            return sight.sees_team(board.team)
        case BoardScope.CENTRE:
            return caller.horizon.whole


def _changed(board: Board, how: Any) -> WallboardChanged:
    return WallboardChanged(owner=board.owner, board=f"W{board.id}", how=how)


ROUTES: Final = (ask_for_code, code_typed, list_boards, pair, revoke)
