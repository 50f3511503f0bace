"""Boards: the rows of one view for one audience, encoded once, with what has changed since.

A subscriber only keeps the last change that it has seen; however slow it is, what it still
has to be told is never more than the board's rows and MOST_GONE removals, and nothing of it
is kept for it. Beyond that it gets the whole board again.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

import msgspec
from msgspec import Struct

from roost.kernel.ids import OPERATOR, AgentId
from roost.kernel.time import DurationUs, InstantUs
from roost.web.limits import COALESCE, WAKE_AT_ONCE
from roost.web.live import Key, Live
from roost.web.permissions import View
from roost.web.project import Audience, change, keys
from roost.web.topics import Rows

MOST_GONE: Final = 1_000
NOTHING: Final = -1  # the version of somebody who hasn't seen the board yet
MOST_ROWS: Final = 500  # of one message

_encode: Final = msgspec.json.Encoder().encode


class Changes(Struct, frozen=True, gc=False):
    """A board's changes as the message that tells them. `seen` is the version that it leads
    to; `more`: that isn't all yet."""

    text: str
    seen: int
    more: bool


class Board:
    """`version` counts this board's own changes, so it tells nothing of anybody else's."""

    def __init__(self, live: Live, audience: Audience) -> None:
        self.audience: Final = audience
        self.wakers: set[asyncio.Event] = set()
        self.version = 0
        self._live = live
        self._rows: dict[str, bytes] = {}  # as last encoded, without their version
        self._changed: OrderedDict[str, tuple[int, bytes]] = OrderedDict()  # the newest last
        self._gone: OrderedDict[str, None] = OrderedDict()
        self._forgotten = 0  # the newest removal that is no longer kept
        self._made: dict[int, Changes] = {}  # of this version, by what was seen before
        self._made_at = 0
        self.refresh(list(keys(live, audience)))

    def refresh(self, touched: list[str]) -> None:
        """Encode these rows again, and wake those who look if any really changed."""
        before = self.version
        for key in touched:
            self._refresh(key)
        if self.version != before:
            _wake(list(self.wakers))

    def _refresh(self, key: str) -> None:
        fresh = change(self._live, self.audience, key, 0)
        plain = _encode(fresh)
        if fresh.row is None:
            if key not in self._rows:
                return
            del self._rows[key]
            self._gone[key] = None
        elif self._rows.get(key) == plain:
            return
        else:
            self._rows[key] = plain
            self._gone.pop(key, None)
        self.version += 1
        fresh = msgspec.structs.replace(fresh, version=self.version)
        self._changed[key] = (self.version, _encode(fresh))
        self._changed.move_to_end(key)
        while len(self._gone) > MOST_GONE:
            oldest, _ = self._gone.popitem(last=False)
            version, _ = self._changed.pop(oldest)
            self._forgotten = max(self._forgotten, version)

    def since(self, seen: int) -> Changes:
        """What has changed after a version (NOTHING: all rows), at most MOST_ROWS of it, the
        oldest first. Made once for all who have seen the same."""
        if self._made_at != self.version:
            self._made_at = self.version
            self._made.clear()
        made = self._made.get(seen)
        if made is None:
            made = self._made[seen] = self._since(seen)
        return made

    def _since(self, seen: int) -> Changes:
        whole = seen < self._forgotten
        rows: list[tuple[int, bytes]] = []
        for key, (version, row) in reversed(self._changed.items()):
            if not whole and version <= seen:
                break
            if not whole or key in self._rows:
                rows.append((version, row))
        rows.reverse()
        part = rows if whole else rows[:MOST_ROWS]
        more = len(part) < len(rows)
        at = part[-1][0] if more else self.version
        told = Rows(self.audience.view, whole, tuple(msgspec.Raw(row) for _, row in part))
        return Changes(_encode(told).decode(), at, more)

    def rows(self, late: Iterable[str] = ()) -> list[bytes]:
        """All rows now; those of the keys in `late` as they'll be shown soon."""
        rows = {key: self._changed[key][1] for key in self._rows}
        for key in late:
            fresh = change(self._live, self.audience, key, self.version)
            if fresh.row is None:
                rows.pop(key, None)
            else:
                rows[key] = _encode(fresh)
        return list(rows.values())


def _wake(wakers: list[asyncio.Event]) -> None:
    """Some now and the rest in the loop's next rounds: what comes in meanwhile, and a desk's own
    row, needn't wait until a figure has gone out to everybody."""
    for waker in wakers[:WAKE_AT_ONCE]:
        waker.set()
    rest = wakers[WAKE_AT_ONCE:]
    if rest:
        asyncio.get_running_loop().call_soon(_wake, rest)


class Boards:
    """All boards that anybody has asked for. Their number is bounded by what there is: views
    for each owner and each set of clients and teams that somebody is bound to, and one desk an
    agent; with other definitions those that nobody looks at any more are forgotten."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._floor = live.floor
        self._boards: dict[View, dict[Audience, Board]] = {view: {} for view in View}
        self._shown: OrderedDict[Key, InstantUs] = OrderedDict()  # when last; the oldest first
        self._late: dict[Key, None] = {}  # changed again within COALESCE

    def board(self, audience: Audience) -> Board:
        boards = self._boards[audience.view]
        board = boards.get(audience)
        if board is None:
            board = boards[audience] = Board(self._live, audience)
        return board

    def rows(self, audience: Audience) -> list[bytes]:
        """All rows now: also what isn't shown yet because it has just been."""
        late = [key for view, key in self._late if view is audience.view]
        return self.board(audience).rows(late)

    def refresh(self, now: InstantUs) -> None:
        """Bring every board up to the read model's state: a row at once, and then at most ten
        times a second, however often it changes. A desk's own row never waits."""
        self._live.free.settle(self._live)
        dirty = self._live.dirty
        if self._live.floor is not self._floor:
            self._floor = self._live.floor
            self._forget()
        while self._shown:
            key, at = next(iter(self._shown.items()))
            if now - at < COALESCE:
                break
            del self._shown[key]
        if not dirty and not self._late:
            return
        self._live.dirty = set()
        dirty.update(self._late)
        self._late = {}
        touched: dict[View, list[str]] = {}
        for one in sorted(dirty):
            view, key = one
            if view is not View.DESK:
                if one in self._shown:
                    self._late[one] = None
                    continue
                self._shown[one] = now
            touched.setdefault(view, []).append(key)
        self._show(touched)

    def wait_us(self, now: InstantUs) -> DurationUs | None:
        """How long until a row that waits may be shown; None: none waits."""
        if not self._late:
            return None
        first = min(self._shown.get(one, now) for one in self._late)
        return DurationUs(max(0, first + COALESCE - now))

    def _show(self, touched: dict[View, list[str]]) -> None:
        for view, named in touched.items():
            boards = self._boards[view]
            if view is View.DESK:
                for agent in named:
                    board = boards.get(Audience(OPERATOR, view, AgentId(agent)))
                    if board is not None:
                        board.refresh([agent])
                continue
            for board in boards.values():
                board.refresh(named)

    def _forget(self) -> None:
        """Whoever is bound to clients by their team may see other ones from now on."""
        for boards in self._boards.values():
            for audience in [one for one, board in boards.items() if not board.wakers]:
                del boards[audience]
