"""Boards: the rows of one view for one audience, encoded once, with what has changed since.

A subscriber only keeps the last change that it has seen; however slow it is, what it still
has to be told is never more than the board's rows and MOST_GONE removals, and nothing of it
is kept for it. Beyond that it gets the whole board again.
"""

import asyncio
from collections import OrderedDict
from typing import Final

import msgspec
from msgspec import Struct

from roost.web.live import Live
from roost.web.permissions import View
from roost.web.project import Audience, change, keys

MOST_GONE: Final = 1_000
NOTHING: Final = -1  # the version of somebody who hasn't seen the board yet
MOST_ROWS: Final = 500  # of one message

_encode: Final = msgspec.json.Encoder().encode


class Changes(Struct, frozen=True, gc=False):
    """Encoded RowChanged values, to be joined into one message. `whole`: they replace all."""

    view: View
    rows: tuple[bytes, ...]
    whole: bool
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
        self.refresh(list(keys(live, audience)))

    def refresh(self, touched: list[str]) -> None:
        """Encode these rows again, and wake those who look if any really changed."""
        before = self.version
        for key in touched:
            self._refresh(key)
        if self.version != before:
            for waker in self.wakers:
                waker.set()

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
        oldest first."""
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
        return Changes(self.audience.view, tuple(row for _, row in part), whole, at, more)

    def rows(self) -> list[bytes]:
        """All rows now."""
        return [self._changed[key][1] for key in self._rows]


class Boards:
    """All boards that anybody has asked for. Their number is bounded by what there is: views
    for each owner and each set of clients and teams that somebody is bound to, and one desk an
    agent; with other definitions those that nobody looks at any more are forgotten."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._floor = live.floor
        self._boards: dict[View, dict[Audience, Board]] = {view: {} for view in View}

    def board(self, audience: Audience) -> Board:
        boards = self._boards[audience.view]
        board = boards.get(audience)
        if board is None:
            board = boards[audience] = Board(self._live, audience)
        return board

    def refresh(self) -> None:
        """Bring every board up to the read model's state."""
        dirty = self._live.dirty
        if not dirty:
            return
        self._live.dirty = set()
        if self._live.floor is not self._floor:
            self._floor = self._live.floor
            self._forget()
        touched: dict[View, list[str]] = {}
        for view, key in sorted(dirty):
            touched.setdefault(view, []).append(key)
        for view, named in touched.items():
            for audience, board in self._boards[view].items():
                if audience.agent is None:
                    board.refresh(named)
                elif audience.agent in named:
                    board.refresh([audience.agent])

    def _forget(self) -> None:
        """Whoever is bound to clients by their team may see other ones from now on."""
        for boards in self._boards.values():
            for audience in [one for one, board in boards.items() if not board.wakers]:
                del boards[audience]
