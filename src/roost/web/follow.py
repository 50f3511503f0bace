"""Following the cell's log: one reader for the whole process, whoever looks on.

It folds the live views, refreshes the boards, and keeps the newest events at hand in one
channel for each audience of the feed. A feed that is further behind reads the log itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, TypeVar, TypeVarTuple

import msgspec
import structlog
from msgspec import Struct

from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import OPERATOR, ClientId, ContactId, Owner
from roost.kernel.purview import WHOLE
from roost.kernel.time import HOUR, SECOND, DurationUs, InstantUs
from roost.ports.log import LogFailed
from roost.web import live_tasks, live_waits, resuming
from roost.web.alerting import Alerting
from roost.web.boards import Boards
from roost.web.cursors import Cursors
from roost.web.limits import (
    FOLLOW_BATCH,
    FOLLOW_DEADLINE,
    FOLLOW_PAUSE,
    KEEP_AT_END,
    KEEP_EVERY,
    MOST_RECENT_EVENTS,
)
from roost.web.live import Live
from roost.web.parts import Parts
from roost.web.rows import ref_of
from roost.web.sight import Sight, Sights
from roost.web.topics import (
    CLIENT_SEES,
    FeedEvent,
    Topic,
    agent_of,
    body_for_client,
    body_for_operator,
    is_for_client,
    topic_of,
)

_log: Final = structlog.get_logger("roost.web")
_encode: Final = msgspec.json.Encoder().encode
Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")
EARNED_EVERY: Final = DurationUs(2 * SECOND)
MOST_COUNTS: Final = 100_000  # contacts whose count is remembered for the feed
CURSOR: Final = "feed"


class Item(Struct, frozen=True, gc=False):
    """One event of a channel: after which position it comes, and its encoded message."""

    position: int
    number: int
    topic: Topic
    message: str


@dataclass
class Place:
    """Where a feed stands: how far the log was read for it (`position`), how many events its
    audience has seen, and the position of the last of those (`shown`), which its cursors
    carry: what others do doesn't move a client's cursor."""

    position: int
    number: int
    shown: int

    def copy(self) -> "Place":
        return Place(self.position, self.number, self.shown)


_START: Final = Place(0, 0, 0)


class Channel:
    """The newest events that people of one sight may see, encoded once for all of them."""

    def __init__(self, sight: Sight, begins: int) -> None:
        self.sight: Final = sight
        self.items: list[Item] = []
        self.begins = begins  # all visible events after this position are in `items`
        self.wakers: set[asyncio.Event] = set()

    def add(self, item: Item) -> None:
        self.items.append(item)
        if len(self.items) >= 2 * MOST_RECENT_EVENTS:
            self.begins = self.items[MOST_RECENT_EVENTS - 1].position
            del self.items[:MOST_RECENT_EVENTS]

    def after(self, position: int, most: int) -> list[Item]:
        """The next items; only right when the position isn't before `begins`."""
        low, high = 0, len(self.items)
        while low < high:
            middle = (low + high) // 2
            if self.items[middle].position <= position:
                low = middle + 1
            else:
                high = middle
        return self.items[low : low + most]


class Follower:
    """`changed` wakes whoever waits for a position; `hint` says that there's more to read."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.live = Live(parts.settings.zone)
        self.boards = Boards(self.live)
        self.sights = Sights(self.live)
        self.alerting = Alerting(self.live, parts.alerts)
        self.cursors = Cursors(parts.key)
        self.position = 0
        self.last = 0
        self.caught_up = False
        self.wrong = ""
        self._reader = ThreadPoolExecutor(1, "log-reader")
        self._hint = asyncio.Event()
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self._channels: dict[Sight, Channel] = {}
        self._newest: dict[Owner, Place] = {}  # each client's last visible event
        self._earned_at = InstantUs(0)
        self._money: asyncio.Task[None] | None = None
        self._kept = 0  # the position of what was kept last
        self.folded = 0  # events taken from the log by this process

    # --- following ---

    def hint(self) -> None:
        """There's more in the log: look now."""
        self._hint.set()

    async def run(self) -> None:
        """Until cancelled. A log that can't be read is told by health and tried again."""
        await self._resume()
        await self._resume_alerts()
        try:
            while True:
                self._hint.clear()
                try:
                    more = await self.once()
                    self.wrong = ""
                except Exception as error:
                    _log.exception("follow_failed")
                    self.wrong = type(error).__name__
                    more = False
                if not more:
                    await self._pause()
        finally:
            if self._money is not None:
                self._money.cancel()
            if self.position - self._kept >= KEEP_AT_END:
                self._reader.submit(self._keep, self.position, self._standing())
            self._reader.shutdown(wait=True)

    async def once(self) -> bool:
        """Read and fold one batch; whether there may be more."""
        rows = await self.read(self.position, FOLLOW_BATCH)
        envelopes = await self._in_reader(self._decode, rows)
        for stored, envelope in zip(rows, envelopes, strict=True):
            self._take(stored, envelope)
        self.last = max(self.last, self.position)
        if len(rows) < FOLLOW_BATCH:
            self.caught_up = True
            now = self._parts.clock.now()
            self.live.turn(now)
            self.alerting.tick(now)
            self._begin_counting_money()
        if self.caught_up:
            self.boards.refresh(self._parts.clock.now())
        if self.position - self._kept >= KEEP_EVERY:
            self._kept = self.position
            await self._in_reader(self._keep, self.position, self._standing())
        self._wake()
        return len(rows) == FOLLOW_BATCH

    async def _resume(self) -> None:
        """Go on from what was kept, if anything fits."""
        kept = self._parts.snapshots
        if kept is None:
            return
        stream = self._parts.stream
        try:
            last = await self.end()
            fits = await self._in_reader(resuming.found, kept, stream, self.live.zone.name, last)
        except Exception:  # whatever it is: then the log is folded from its start
            _log.exception("resume_failed")
            return
        if fits is None:
            return
        self.position, standing = fits
        self._kept = self.position
        self.live.resume(
            standing.day,
            standing.floor,
            standing.queues,
            standing.agents,
            standing.contacts,
            standing.recent,
            standing.counted,
        )
        self.live.told = standing.told
        self.live.modes = standing.modes
        live_tasks.resume(self.live, standing.tasks)
        live_waits.resume(self.live, standing.estimates, standing.at)
        self._newest = {
            owner: Place(position, number, position)
            for owner, (position, number) in standing.newest.items()
        }
        self.live.counts = standing.counts
        for channel in self._channels.values():
            channel.begins = self.position  # somebody looks already; what's before is in the log

    async def _resume_alerts(self) -> None:
        try:
            await self._in_reader(self.alerting.resume)
        except Exception:  # whatever it is: then each rule needs its time again
            _log.exception("alerts_resume_failed")

    def _standing(self) -> bytes:
        newest = {owner: (place.shown, place.number) for owner, place in self._newest.items()}
        return resuming.standing_of(self.live, newest, self.live.counts)

    def _keep(self, position: int, state: bytes) -> None:
        kept = self._parts.snapshots
        if kept is None:
            return
        try:
            resuming.keep(kept, self._parts.stream, position, self._parts.clock.now(), state)
        except LogFailed:
            _log.exception("keep_failed")

    async def read(self, after: int, limit: int) -> list[Stored]:
        """Rows of the log, off the event loop."""
        return await self._in_reader(self._parts.log.read, self._parts.stream, after, limit)

    async def end(self) -> int:
        """The log's last number, asked now."""
        self.last = await self._in_reader(self._parts.log.last, self._parts.stream)
        return self.last

    async def reached(self, position: int) -> bool:
        """Wait until the views show this position, at most FOLLOW_DEADLINE."""
        if self.position >= position:
            return True
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((position, future))
        self.hint()
        try:
            async with asyncio.timeout(FOLLOW_DEADLINE / SECOND):
                await future
        except TimeoutError:
            return False
        finally:
            self._waiting = [entry for entry in self._waiting if entry[1] is not future]
        return True

    async def _in_reader(self, work: Callable[[*Arguments], Result], *given: *Arguments) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._reader, work, *given)

    def _decode(self, rows: Sequence[Stored]) -> list[Envelope]:
        return [self._parts.decoder.envelope(row) for row in rows]

    async def _pause(self) -> None:
        """Not by `wait_for`: before 3.12 it loses a cancellation that comes with the hint."""
        wait = self.boards.wait_us(self._parts.clock.now())
        pause = FOLLOW_PAUSE if wait is None else min(FOLLOW_PAUSE, wait)
        try:
            async with asyncio.timeout(pause / SECOND):
                await self._hint.wait()
        except TimeoutError:
            return

    def _wake(self) -> None:
        for position, future in self._waiting:
            if position <= self.position and not future.done():
                future.set_result(None)

    def _take(self, stored: Stored, envelope: Envelope) -> None:
        self.live.fold(envelope)
        self.folded += 1
        self.position = stored.number
        count = getattr(envelope.body, "count", None)
        begun = stored.type in ("calls.CallArrived", "calls.CallMade", "calls.CallbackPromised")
        if begun and stored.contact and count is not None:
            self.live.counts[stored.contact] = count
            if len(self.live.counts) > MOST_COUNTS:
                del self.live.counts[next(iter(self.live.counts))]
        number = stored.number
        if stored.type in CLIENT_SEES and stored.owner != OPERATOR:
            newest = self._newest.setdefault(stored.owner, Place(0, 0, 0))
            newest.number += 1
            newest.position = newest.shown = stored.number
            number = newest.number
        self._offer(stored, number)

    def _offer(self, stored: Stored, number: int) -> None:
        """To every channel that it's for: encoded once for the operator's people and once for
        the client, however many channels there are. `number` is the client's."""
        made: dict[Owner, Item] = {}
        for sight, channel in self._channels.items():
            if not self._is_for(sight, stored):
                continue
            item = made.get(sight.owner)
            if item is None:
                own = stored.number if sight.owner == OPERATOR else number
                item = made[sight.owner] = self._item(sight.owner, stored, own, self.live.counts)
            channel.add(item)
            for waker in channel.wakers:
                waker.set()

    def _is_for(self, sight: Sight, stored: Stored) -> bool:
        """A client's people see their own events; the operator's those of the clients that
        they see, and what concerns the agents of their teams."""
        if sight.owner != OPERATOR:
            return is_for_client(stored.type, stored.owner, sight.owner)
        if stored.owner != OPERATOR:
            return sight.sees(stored.owner)
        if not sight.teams and sight.agent is None:
            return True
        agent = agent_of(stored)
        live = None if agent is None else self.live.agents.get(agent)
        seen = live is not None and sight.sees_agent(live.id, live.team, live.lent)
        return agent is None or seen

    def _begin_counting_money(self) -> None:
        """Beside the following: a slow or broken projection never holds the views up."""
        now = self._parts.clock.now()
        if now - self._earned_at >= EARNED_EVERY and (self._money is None or self._money.done()):
            self._earned_at = now
            self._money = asyncio.create_task(self._count_money(now), name="money")

    async def _count_money(self, now: InstantUs) -> None:
        since = InstantUs(now - now % HOUR)
        try:
            earned = await asyncio.to_thread(self._parts.views.records(WHOLE).earned, since, now)
        except Exception:
            _log.exception("earned_failed")
            return
        self.live.set_earned(since, earned)
        self.hint()

    # --- the feed ---

    def channel(self, sight: Sight) -> Channel:
        """The newest events of a sight, kept from the first time that anybody asks, as long as
        its like is looked at: other definitions give bounded people another one."""
        channel = self._channels.get(sight)
        if channel is None:
            bounded = [one for one in self._channels if one.clients is not None]
            for gone in [one for one in bounded if not self._channels[one].wakers]:
                del self._channels[gone]
            channel = self._channels[sight] = Channel(sight, self.position)
        return channel

    def present(self, owner: Owner) -> Place:
        """Where an owner's feed stands now."""
        if owner == OPERATOR:
            return Place(self.position, self.position, self.position)
        newest = self._newest.get(owner, _START)
        return Place(self.position, newest.number, newest.shown)

    def cursor(self, owner: Owner, place: Place) -> str:
        return self.cursors.seal(owner, CURSOR, place.shown, place.number)

    def place(self, owner: Owner, cursor: str) -> Place | None:
        """The place of a cursor; None for one that isn't this owner's. A client that has seen
        everything goes on at the log's end, however long ago its last event was."""
        opened = self.cursors.open(owner, CURSOR, cursor)
        if opened is None:
            return None
        shown, number, _ = opened
        if owner != OPERATOR and number == self._newest.get(owner, _START).number:
            return self.present(owner)
        return Place(shown, number, shown)

    async def page(self, sight: Sight, place: Place, most: int) -> list[Item]:
        """The next events of a sight from the log itself; `place` is moved to behind them. Never
        further than the views: what they don't show yet has no name yet."""
        known, owner = self.position, sight.owner
        rows = [row for row in await self.read(place.position, FOLLOW_BATCH) if row.number <= known]
        visible = [row for row in rows if self._is_for(sight, row)]
        whole = len(visible) <= most
        visible = visible[:most]
        counts = await self._counts_of(visible)
        items: list[Item] = []
        for row in visible:
            number = row.number if owner == OPERATOR else place.number + 1
            place.position, place.number, place.shown = row.number, number, row.number
            items.append(self._item(owner, row, number, counts))
        if whole and rows:
            place.position = rows[-1].number
        return items

    async def _counts_of(self, rows: Sequence[Stored]) -> dict[ContactId, int]:
        wanted = {row.contact for row in rows if row.contact is not None}
        counts = {one: self.live.counts[one] for one in wanted if one in self.live.counts}
        missing = sorted(wanted - counts.keys())
        if missing:
            counts |= await asyncio.to_thread(self._parts.views.records(WHOLE).counts, missing)
        return counts

    def _client_of(self, stored: Stored) -> ClientId | None:
        """Whose contact an event is about. A shared agent's events are the operator's: then it's
        the contact's own client, as long as the live views know it."""
        if stored.owner != OPERATOR:
            return ClientId(stored.owner)
        contact = None if stored.contact is None else self.live.contacts.get(stored.contact)
        return None if contact is None else contact.client

    def _item(
        self, owner: Owner, stored: Stored, number: int, counts: dict[ContactId, int]
    ) -> Item:
        count = None if stored.contact is None else counts.get(stored.contact)
        client = self._client_of(stored)
        topic = topic_of(stored.type)
        message = FeedEvent(
            cursor=self.cursors.seal(owner, CURSOR, stored.number, number),
            number=number,
            topic=topic,
            type=stored.type,
            at=stored.at,
            client=None if stored.owner == OPERATOR else stored.owner,
            contact=None if count is None or client is None else ref_of(client, count),
            body=body_for_operator(stored) if owner == OPERATOR else body_for_client(stored),
        )
        return Item(stored.number, number, topic, _encode(message).decode())
