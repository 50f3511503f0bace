"""The feed: the log by topic and the live views, by pages and by websocket.

A feed is a place in the log, nothing else: what it hasn't been sent isn't kept for it. While
a client reads slowly its own sending waits; no other feed notices. Whoever takes longer than
FEED_SEND for one message is told to resume from its cursor, and neither misses nor repeats an
event by it. See `topics.py` for the messages.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any, Final, cast

import msgspec
import structlog
from litestar import Response, WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.exceptions import WebSocketDisconnect
from litestar.params import QueryParameter
from msgspec import Struct

from roost.kernel.time import MINUTE, SECOND, InstantUs
from roost.web.boards import NOTHING, Board
from roost.web.doorway import BARE_SEND
from roost.web.follow import Channel, Follower, Item, Place
from roost.web.gate import Gate
from roost.web.limits import (
    DOORS_EVERY,
    FEED_CHECK,
    FEED_HEARTBEAT,
    FEED_PAGE,
    FEED_SEND,
    MOST_FEEDS,
    MOST_FEEDS_ACCOUNT,
    MOST_MESSAGE,
    MOST_MESSAGES,
    MOST_PAGE,
)
from roost.web.parts import Parts
from roost.web.permissions import TOPICS, VIEWS, Caller, Verdict, View, judge
from roost.web.problems import Trouble
from roost.web.project import Audience, audience
from roost.web.sight import Sight
from roost.web.topics import Alive, Bye, FeedEvent, Heartbeat, Hello, Topic

_log: Final = structlog.get_logger("roost.web")
_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Alive).decode

Socket = WebSocket[Any, Any, Any]
Cursor = Annotated[
    str | None,
    QueryParameter(
        name="after",
        max_length=64,
        pattern=r"^(now|start|[A-Za-z0-9_-]{43})$",
        description="Where to go on: a cursor, `start`, or `now`",
    ),
]
#: Names by comma.
Names = Annotated[str | None, QueryParameter(max_length=200, pattern=r"^[a-z]*(,[a-z]+)*$")]

# Websocket close codes (RFC 6455, 7.4.2: 4000 and above are ours)
TOO_SLOW: Final = 4408
LOGGED_OUT: Final = 4401
BAD_MESSAGE: Final = 1008
TOO_BIG: Final = 1009


class Page(Struct, frozen=True):
    """Events after a cursor, in order; `cursor` is where to go on, `more` whether there are
    more already."""

    events: tuple[FeedEvent, ...]
    cursor: str
    more: bool


class Snapshot(Struct, frozen=True):
    """All rows of the views asked for, and the feed's place that they show."""

    cursor: str
    at: InstantUs
    rows: tuple[msgspec.Raw, ...]


def views_of(caller: Caller, named: str | None) -> list[View]:
    """The views asked for (all that are permitted, if none is named). Raises Trouble."""
    permitted = [
        view
        for view, rule in VIEWS.items()
        if judge(rule, caller) is Verdict.YES
        and (view is not View.DESK or caller.account.agent is not None)
    ]
    if named is None:
        return permitted
    wanted = [name for name in named.split(",") if name]
    known = {view.value: view for view in View}
    for name in wanted:
        if name not in known:
            raise Trouble(400, "invalid_input", {"detail": f"there is no view {name}"})
        if known[name] not in permitted:
            raise Trouble(403, "not_permitted")
    return [known[name] for name in dict.fromkeys(wanted)]


def topics_of(caller: Caller, named: str | None) -> frozenset[Topic]:
    """The topics asked for (all that are permitted, if none is named). Raises Trouble."""
    permitted = [topic for topic, rule in TOPICS.items() if judge(rule, caller) is Verdict.YES]
    if named is None:
        return frozenset(permitted)
    wanted = [name for name in named.split(",") if name]
    known = {topic.value: topic for topic in Topic}
    for name in wanted:
        if name not in known:
            raise Trouble(400, "invalid_input", {"detail": f"there is no topic {name}"})
        if known[name] not in permitted:
            raise Trouble(403, "not_permitted")
    return frozenset(known[name] for name in wanted)


def _audience(caller: Caller, follower: Follower, view: View) -> Audience:
    sight = follower.sights.of(caller.horizon)
    return audience(view, sight, caller.account.agent, caller.account.role)


def _begin(caller: Caller, follower: Follower, after: str | None, default: str) -> Place:
    after = after or default
    if after == "start":
        return Place(0, 0, 0)
    if after == "now":
        return follower.present(caller.owner)
    place = follower.place(caller.owner, after)
    if place is None:
        raise Trouble(400, "bad_cursor")
    return place


@get("/api/live", summary="The live views")
async def live(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    views: Names = None,
) -> Response[bytes]:
    """All rows of the views (`desk,queues,agents,contacts,totals,money`) as they are now."""
    rows: list[bytes] = []
    for view in views_of(caller, views):
        rows.extend(follower.boards.rows(_audience(caller, follower, view)))
    cursor = follower.cursor(caller.owner, follower.present(caller.owner))
    raw = tuple(msgspec.Raw(row) for row in rows)
    body = _encode(Snapshot(cursor, parts.clock.now(), raw))
    return Response(body, media_type="application/json")


@get("/api/feed", summary="The feed by pages")
async def pages(
    caller: NamedDependency[Caller],
    follower: NamedDependency[Follower],
    after: Cursor = None,
    topics: Names = None,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)] = 100,
) -> Response[bytes]:
    """The events after a cursor (from the log's start if none is given), by topic."""
    place = _begin(caller, follower, after, "start")
    wanted, sight = topics_of(caller, topics), follower.sights.of(caller.horizon)
    items: list[Item] = []
    more = True
    while more and len(items) < limit:
        before = place.position
        page = await follower.page(sight, place, limit - len(items))
        more = place.position > before
        items.extend(item for item in page if item.topic in wanted)
    more = more and place.position < await follower.end()
    events = tuple(msgspec.Raw(item.message.encode()) for item in items)
    body = _encode({"events": events, "cursor": follower.cursor(caller.owner, place), "more": more})
    return Response(body, media_type="application/json")


class Feeds:
    """The open websockets, bounded for the process and for each account."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._again: dict[str, set[Callable[[], None]]] = {}

    def enter(self, caller: Caller) -> None:
        """Raises Trouble: too_many_feeds."""
        account = caller.account.id
        if self._open.total() >= MOST_FEEDS or self._open[account] >= MOST_FEEDS_ACCOUNT:
            raise Trouble(503, "too_many_feeds", headers={"Retry-After": "10"})
        self._open[account] += 1

    def of(self, account: str) -> int:
        """How many an account has open."""
        return self._open[account]

    def look_again(self, account: str) -> None:
        """What an account may has changed: its feeds ask at once. Other processes' feeds do
        when `follow` has read of it there."""
        for ask in list(self._again.get(account, ())):
            ask()

    async def follow(self, parts: Parts) -> None:
        """Until it's cancelled: what any process has changed, each DOORS_EVERY."""
        last = -1
        while True:
            try:
                last, changed = await asyncio.to_thread(parts.accounts.changed, last)
            except Exception:  # a locked file, say: the feeds' own checks go on
                _log.exception("doors_unread")
                changed = []
            for account in changed:
                self.look_again(account)
            await asyncio.sleep(DOORS_EVERY / SECOND)

    def asking(self, account: str, ask: Callable[[], None]) -> None:
        self._again.setdefault(account, set()).add(ask)

    def asked(self, account: str, ask: Callable[[], None]) -> None:
        self._again[account].discard(ask)
        if not self._again[account]:
            del self._again[account]

    def leave(self, caller: Caller) -> None:
        self._open[caller.account.id] -= 1
        if not self._open[caller.account.id]:
            del self._open[caller.account.id]


@websocket("/api/feed")
async def feed(
    socket: Socket,
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    gate: NamedDependency[Gate],
    feeds: NamedDependency[Feeds],
    after: Cursor = None,
    topics: Names = None,
    views: Names = None,
) -> None:
    """Rows of the views at once and whenever they change; events of the topics from the
    cursor (or from now) on."""
    place = _begin(caller, follower, after, "now")
    wanted = topics_of(caller, topics or "")
    shown = views_of(caller, views or "")
    feeds.enter(caller)
    try:
        await socket.accept()
        one = _Feed(socket, caller, parts, follower, gate, place, wanted, shown)
        feeds.asking(caller.account.id, one.ask)
        try:
            await one.run()
        finally:
            feeds.asked(caller.account.id, one.ask)
    finally:
        feeds.leave(caller)


class _Ended(Exception):
    """The feed is over: with a word to the client, or because it's gone."""

    def __init__(self, close: int, code: str = "") -> None:
        super().__init__(code)
        self.close = close
        self.code = code


class _Feed:
    """One websocket's feed: one task sends, one listens."""

    def __init__(
        self,
        socket: Socket,
        caller: Caller,
        parts: Parts,
        follower: Follower,
        gate: Gate,
        place: Place,
        topics: frozenset[Topic],
        views: list[View],
    ) -> None:
        self._socket, self._caller, self._parts = socket, caller, parts
        self._follower, self._gate = follower, gate
        self._place, self._topics, self._views = place, topics, views
        self._boards: list[Board] = []
        self._seen: list[int] = []
        self._channel: Channel | None = None
        self._sight: Sight | None = None
        self._waker = asyncio.Event()
        spread = int.from_bytes(caller.secret[:4], "big") % FEED_CHECK  # who come together
        self._checked = InstantUs(parts.clock.now() - spread)  # don't ask again together
        self._floor: object = self  # none yet
        self._out: Any = cast("Any", socket.scope).get(BARE_SEND, socket.send)
        self._sent = 0  # messages begun
        self._sending = False
        self._too_slow = False

    def ask(self) -> None:
        """Whether the caller is still let in, now."""
        self._checked = InstantUs(0)
        self._waker.set()

    def _look(self) -> None:
        """At what the caller sees now: other definitions may have moved teams and clients. A
        board that wasn't looked at before is sent whole."""
        if self._floor is self._follower.live.floor:
            return
        self._floor = self._follower.live.floor
        sight = self._follower.sights.of(self._caller.horizon)
        if sight == self._sight:
            return
        self._sight = sight
        before = dict(zip(self._boards, self._seen, strict=True))
        self._look_away()
        self._boards = [
            self._follower.boards.board(_audience(self._caller, self._follower, view))
            for view in self._views
        ]
        self._seen = [before.get(board, NOTHING) for board in self._boards]
        self._channel = self._follower.channel(sight) if self._topics else None
        for one in (*self._boards, self._channel):
            if one is not None:
                one.wakers.add(self._waker)

    def _look_away(self) -> None:
        for one in (*self._boards, self._channel):
            if one is not None:
                one.wakers.discard(self._waker)

    async def run(self) -> None:
        """Until either side ends it."""
        self._look()
        listening = asyncio.create_task(self._listen())
        listening.add_done_callback(lambda _: self._waker.set())
        watching = asyncio.create_task(self._watch(asyncio.current_task()))
        try:
            await self._send_all(listening)
        except _Ended as ended:
            await self._say_bye(ended)
        except (WebSocketDisconnect, OSError):  # it's gone
            return
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._too_slow or task is None:
                raise
            task.uncancel()
            await self._say_bye(_Ended(TOO_SLOW, "too_slow"))
        finally:
            listening.cancel()
            watching.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            self._look_away()

    async def _watch(self, sender: "asyncio.Task[None] | None") -> None:
        """Ends the sending when one message takes longer than FEED_SEND. A timer for each of
        them would cost as much as the message."""
        while sender is not None:
            before = self._sent
            await asyncio.sleep(FEED_SEND / SECOND)
            if self._sending and self._sent == before:
                self._too_slow = True
                sender.cancel()
                return

    async def _send_all(self, listening: "asyncio.Task[None]") -> None:
        hello = Hello(self._parts.clock.now(), FEED_HEARTBEAT)
        await self._send(_encode(hello).decode())
        while True:
            self._waker.clear()
            await self._still_let_in()
            self._look()
            while await self._send_rows() or await self._send_events():
                pass
            if listening.done():
                listening.result()  # its _Ended, if it had a reason
                return
            try:
                async with asyncio.timeout(FEED_HEARTBEAT / SECOND):
                    await self._waker.wait()
            except TimeoutError:
                await self._still_let_in()
                await self._beat()

    async def _still_let_in(self) -> None:
        """By time, not when it's quiet: a busy feed never is."""
        now = self._parts.clock.now()
        if now - self._checked < FEED_CHECK:
            return
        self._checked = now
        caller = await self._gate.again(self._caller)
        if caller is None:
            raise _Ended(LOGGED_OUT, "logged_out")
        if caller != self._caller:
            self._caller, self._floor = caller, self

    async def _beat(self) -> None:
        now = self._parts.clock.now()
        cursor = self._follower.cursor(self._caller.owner, self._place)
        await self._send(_encode(Heartbeat(now, cursor)).decode())

    async def _send_rows(self) -> bool:
        """One message of changed rows for each view that has any; whether there's more."""
        more = False
        for index, board in enumerate(self._boards):
            if board.version == self._seen[index]:
                continue
            changes = board.since(self._seen[index])
            self._seen[index] = changes.seen
            await self._send(changes.text)
            more = more or changes.more
        return more

    async def _send_events(self) -> bool:
        """The next events, one message each; whether there may be more."""
        if self._channel is None or self._sight is None:
            return False
        ahead: Place | None = None
        if self._place.position >= self._channel.begins:
            items = self._channel.after(self._place.position, FEED_PAGE)
            more = len(items) == FEED_PAGE
        else:
            ahead = self._place.copy()
            items = await self._follower.page(self._sight, ahead, FEED_PAGE)
            more = ahead.position > self._place.position
        for item in items:
            if item.topic in self._topics:
                await self._send(item.message)
            self._place = Place(item.position, item.number, item.position)  # never before it's sent
        if ahead is not None:
            self._place = ahead
        return more

    async def _send(self, message: str) -> None:
        await self._still_let_in()
        self._sent += 1
        self._sending = True
        await self._out({"type": "websocket.send", "text": message})
        self._sending = False

    async def _listen(self) -> None:
        """A client only ever says that it's there; anything else ends the feed."""
        window, count = self._parts.clock.now(), 0
        while True:
            try:
                message = await self._socket.receive_data(mode="text")
            except WebSocketDisconnect:
                return
            now = self._parts.clock.now()
            if now - window >= MINUTE:
                window, count = now, 0
            count += 1
            if len(message) > MOST_MESSAGE:
                raise _Ended(TOO_BIG, "too_large")
            try:
                _decode(message)
            except msgspec.MsgspecError:
                raise _Ended(BAD_MESSAGE, "invalid_input") from None
            if count > MOST_MESSAGES:
                raise _Ended(BAD_MESSAGE, "too_many_messages")

    async def _say_bye(self, ended: _Ended) -> None:
        cursor = self._follower.cursor(self._caller.owner, self._place)
        try:
            async with asyncio.timeout(1):
                await self._socket.send_text(_encode(Bye(ended.code, cursor)).decode())
                await self._socket.close(ended.close, ended.code)
        except (TimeoutError, WebSocketDisconnect, RuntimeError):
            return


ROUTES: Final = (live, pages, feed)
