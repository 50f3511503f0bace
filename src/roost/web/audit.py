"""The audit trail: noting before it happens, and reading what was noted.

    await notes.note(caller, NumberShown(owner=client, ref=ref))

Call it before the thing is handed out or the command is given; it returns when that's committed.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Annotated, Final, cast

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from msgspec import Struct

from roost.kernel.envelope import Stored
from roost.kernel.ids import OPERATOR, ClientId
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs
from roost.office.audit.messages import AUDIT, AUDIT_EVENTS
from roost.ports.accounts import Account
from roost.ports.log import LogFailed
from roost.web.backwards import backwards, last_before
from roost.web.cursors import Cursors
from roost.web.follow import Follower
from roost.web.limits import (
    AUDIT_BATCH,
    AUDIT_BATCHES,
    AUDIT_ONCE,
    MOST_AUDIT_RECENT,
    MOST_PAGE,
)
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble

CURSOR: Final = "audit"
_KINDS: Final[Mapping[str, str]] = {name.partition(".")[2]: name for name in AUDIT_EVENTS}
_OWN: Final = frozenset({"owner", "contact", "mac"})  # in the envelope already

After = Annotated[str | None, QueryParameter(max_length=64, pattern=r"^[A-Za-z0-9_-]{43}$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)]
Kind = Annotated[
    str | None, QueryParameter(max_length=40, description=f"One of: {', '.join(_KINDS)}")
]
Who = Annotated[str | None, QueryParameter(max_length=40, pattern=r"^[A-Za-z0-9:/ _-]+$")]
Whose = Annotated[str | None, QueryParameter(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]
When = Annotated[int | None, QueryParameter(ge=0, le=2**53 - 1)]


class Noted(Struct, frozen=True):
    """One thing that somebody did. `actor` is an account (`U7`), a token of one (`U7/t2`) or
    the command line; its `name` is for the operator alone, or for the client whose account it is.
    `client` is whose thing it was, null: the operator's. `account` is what the account that it's
    about is called, for the same people."""

    at: InstantUs
    actor: str
    name: str | None
    what: str
    client: ClientId | None
    about: dict[str, str]
    account: str | None = None


class NotedPage(Struct, frozen=True):
    """The newest first. A page may hold fewer than asked for; `cursor` is null when nothing is
    left."""

    noted: tuple[Noted, ...]
    cursor: str | None


class Notes:
    """What endpoints note by."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._recent: OrderedDict[tuple[str, Event], InstantUs] = OrderedDict()

    async def note(self, caller: Caller, event: Event) -> None:
        """Committed when this returns. Raises Trouble: not_noted; then it must not happen."""
        try:
            await asyncio.to_thread(self._parts.audit.note, caller.actor, event)
        except LogFailed:
            raise Trouble(503, "not_noted", headers={"Retry-After": "5"}) from None

    async def note_once(self, caller: Caller, event: Event) -> None:
        """The same of the same caller within AUDIT_ONCE is one: a player asks for a sound by
        parts. Raises Trouble: not_noted."""
        key, now = (caller.actor.id, event), self._parts.clock.now()
        before = self._recent.get(key)
        if before is not None and now - before < AUDIT_ONCE:
            return
        await self.note(caller, event)
        self._recent[key] = now
        self._recent.move_to_end(key)
        while len(self._recent) > MOST_AUDIT_RECENT:
            self._recent.popitem(last=False)


@get("/api/audit", summary="Who looked and who changed")
async def audit(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    what: Kind = None,
    actor: Who = None,
    ref: FromQuery[Annotated[str | None, msgspec.Meta(max_length=120)]] = None,
    client: Whose = None,
    since: When = None,
    until: When = None,
    after: After = None,
    limit: Limit = 50,
) -> NotedPage:
    """The newest first. A client's people see what was done with what's theirs. An `actor` is meant
    with their tokens; `client=operator` is what concerns no client; `since` is in, `until` is
    not."""
    if what is not None and what not in _KINDS:
        raise Trouble(400, "invalid_input", {"detail": f"what: there is no {what}"})
    upto: int | None = None
    if after is not None:
        opened = follower.cursors.open(caller.owner, CURSOR, after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        upto = opened[0]
    asked = _Asked(caller, what, actor, ref, client, InstantUs(since or 0), until)
    return await asyncio.to_thread(_page, parts, follower.cursors, asked, upto, limit)


class _Asked(Struct, frozen=True):
    caller: Caller
    what: str | None
    actor: str | None
    ref: str | None
    client: str | None
    since: InstantUs
    until: int | None

    def fits(self, row: Stored) -> bool:
        if self.caller.client is not None and row.owner != self.caller.owner:
            return False
        if self.what is not None and row.type != _KINDS[self.what]:
            return False
        if self.client is not None and row.owner != self.client:
            return False
        who = row.actor.partition(":")[2]
        return self.actor is None or who == self.actor or who.startswith(f"{self.actor}/")


def _page(parts: Parts, cursors: Cursors, asked: _Asked, upto: int | None, limit: int) -> NotedPage:
    """Backwards from a place, by batches: at most AUDIT_BATCHES of them for one page."""
    people = {account.id: account for account in parts.accounts.listing(None)}

    def take(row: Stored) -> Noted | None:
        if not asked.fits(row):
            return None
        one = _noted(row, asked.caller, people)
        return one if asked.ref is None or one.about.get("ref") == asked.ref else None

    if upto is not None:
        end = upto
    elif asked.until is not None:
        end = last_before(parts.log, AUDIT, InstantUs(asked.until))
    else:
        end = parts.log.last(AUDIT)
    found, end = backwards(
        parts.log, AUDIT, end, take, limit, AUDIT_BATCH, AUDIT_BATCHES, asked.since
    )
    cursor = cursors.seal(asked.caller.owner, CURSOR, end, 0) if end > 0 else None
    return NotedPage(tuple(found), cursor)


def _noted(row: Stored, caller: Caller, people: Mapping[str, Account]) -> Noted:
    body: dict[str, object] = msgspec.json.decode(row.body)
    about = {k: _plain(v) for k, v in body.items() if k not in _OWN and v is not None}
    actor = row.actor.partition(":")[2]

    def called(id: str) -> str | None:
        account = people.get(id)
        mine = account is not None and caller.client in (None, account.owner)
        return account.name if mine and account is not None else None

    return Noted(
        row.at,
        actor,
        called(actor.partition("/")[0]),
        row.type.partition(".")[2],
        None if row.owner == OPERATOR else ClientId(row.owner),
        about,
        called(about.get("account", "")),
    )


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in cast("list[object]", value))
    return str(value)


ROUTES: Final = (audit,)
