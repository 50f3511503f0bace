"""The live engine: one asyncio task's worth of deciding, one writer thread that commits.

    engine = LiveEngine(room, stream, store.writer, store.reader(), clock, perform)
    await engine.open()           # claims the stream, restores: state and epoch are there
    engine.begin()                # sends unfinished effects, takes commands
    answer = await engine.submit(command, actor, id, puts)
    engine.load                   # 0..1; telephony refuses new calls from 0.8 on
    await engine.stop()

`submit` is `ports.commands.Submit`. A command is decided at once, in memory, into the open
group. While the writer commits one group, the next one collects; a group never holds more than
MOST_EVENTS events, what doesn't fit waits in a bounded line. Only when a group is committed do
its effects leave (through `perform(effect, epoch)`, called on the loop's thread) and its answers
go back. `Wake` effects become timers.

When a commit fails, everything that wasn't committed is dropped: those commands are answered
Unavailable (trying again with the same id is safe), the state is restored from the log, and
only then new commands are taken. When the stream has another writer (`Deposed`), or an event
couldn't be folded, the engine stops for good and tells why through `stopped`.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final, Generic, TypeVar

from roost.engine.groups import Group, acts
from roost.engine.hooks import SILENT, Hooks
from roost.engine.remembered import TIMER_PREFIX, Remembered
from roost.engine.restore import restore
from roost.engine.step import Engine, FoldFailed, Perform, Step
from roost.engine.timers import Timers, TooManyTimers
from roost.kernel.actor import CLOCK, Actor
from roost.kernel.ids import CommandId, StreamName
from roost.kernel.messages import Command, Effect, VaultPut, Wake
from roost.kernel.room import Room
from roost.kernel.time import NEVER
from roost.ports.clock import Clock
from roost.ports.commands import Answer, Done, Refused, Unavailable
from roost.ports.log import Batch, Deposed, LogFailed, LogReader, LogWriter
from roost.ports.snapshots import Snapshots

State = TypeVar("State")

MOST_EVENTS: Final = 200  # in one group
MOST_WAITING: Final = 2_000  # commands that wait for room in a group
LINGER_S: Final = 0.002  # how long a group collects under load; never beyond 5 ms
BUSY_GROUP: Final = 8  # commands in the last group that count as load
MEND_FIRST_S: Final = 0.05  # the first wait between attempts to restore
MEND_LONGEST_S: Final = 2.0
SLOW_ANSWER_S: Final = 0.5  # from a decision to its answer: as bad as a full line (SIP's T1)
SMOOTH: Final = 0.2  # the newest group's share in the measured delay
SWITCH_INTERVAL_S: Final = 0.0005  # see `start`


_Waiting = tuple[float, Command, Actor, CommandId, Sequence[VaultPut], "asyncio.Future[Answer]"]
"""A command that waits for room in a group, since that time of the loop."""


class LiveEngine(Generic[State]):
    """A room alive in this process, as the one writer of its stream."""

    def __init__(
        self,
        room: Room[State],
        stream: StreamName,
        open_writer: Callable[[StreamName], LogWriter],
        reader: LogReader,
        clock: Clock,
        perform: Perform,
        *,
        snapshots: Snapshots | None = None,
        hooks: Hooks = SILENT,
        most_waiting: int = MOST_WAITING,
        slow_answer_s: float = SLOW_ANSWER_S,
    ) -> None:
        self.timers = Timers()
        self.why_not: str | None = "not started"  # why no command is taken; None: they are
        self._room = room
        self._stream = stream
        self._open_writer = open_writer
        self._reader = reader
        self._clock = clock
        self._perform = perform
        self._snapshots = snapshots
        self._hooks = hooks
        self._most_waiting = most_waiting
        self._engine: Engine[State] = Engine(room, stream)
        self._remembered = Remembered()
        self._inflight: dict[CommandId, asyncio.Future[Answer]] = {}
        self._waiting: deque[_Waiting] = deque()
        self._open = Group()
        self._committing: Group | None = None
        self._last_group = 0
        self._slow_answer_s = slow_answer_s
        self._delay_s = 0.0  # from a group's first decision to its answers, smoothed
        self._measured = 0.0  # when that was
        self._flush: asyncio.Handle | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._alarm_at = NEVER
        self._ticks = 0
        self._writer: LogWriter | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._rest: asyncio.Event | None = None
        self._mending: asyncio.Task[None] | None = None
        self._gone = False

    # --- life ---

    async def start(self) -> None:
        """`open`, then `begin`."""
        await self.open()
        self.begin()

    async def open(self) -> None:
        """Claim the stream and restore the state; effects and commands wait for `begin`, so that
        the world can be put in place with this epoch first. An earlier writer is deposed from
        here on. Raises LogFailed, FoldFailed, UnknownEvent."""
        # The writer thread asks for the interpreter several times a group. At CPython's 5 ms
        # each of these could cost that long while this thread is busy.
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        self._loop = asyncio.get_running_loop()
        self._rest = asyncio.Event()
        self._rest.set()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"log-{self._stream}")
        self._writer = await self._in_thread(self._open_writer, self._stream)
        await self._restore()

    def begin(self) -> None:
        """Send what was unfinished, and take commands from now on."""
        engine = self._engine
        self.why_not = None
        self._send(self._room.unfinished(engine.state, max(self._clock.now(), engine.at)))
        self._set_alarm()

    async def stop(self) -> None:
        """Take no more commands, commit what's open, close the writer."""
        if self.why_not is None:
            self.why_not = "stopping"
        if self._mending is not None:
            self._mending.cancel()
        self._turn_away_waiting("stopping")
        self._begin_commit()
        while self._committing is not None or self._open.answers or self._open.steps:
            assert self._rest is not None
            self._rest.clear()
            await self._rest.wait()
        self._close_down()
        if self._writer is not None:
            await self._in_thread(self._writer.close)
        if self._thread is not None:
            self._thread.shutdown(wait=True)

    @property
    def state(self) -> State:
        """The state in memory, for reading only. It may hold what isn't committed yet."""
        return self._engine.state

    @property
    def number(self) -> int:
        """The number of the last event decided."""
        return self._engine.number

    @property
    def epoch(self) -> int:
        return self._engine.epoch

    @property
    def ignored(self) -> dict[str, int]:
        """Refused reactions, by code."""
        return self._engine.ignored

    @property
    def load(self) -> float:
        """0 idle, 1 commands are turned away: how full the line of waiting commands is, or how
        long its oldest waits or answers take of SLOW_ANSWER_S, whichever is most. While no
        command is taken at all it's 1."""
        if self.why_not is not None:
            return 1.0
        now, slow = self._loop.time(), self._slow_answer_s
        oldest = self._committing or self._open
        delay = self._delay_s if now - self._measured < slow else 0.0  # an old one says nothing
        if oldest.steps:
            delay = max(delay, now - oldest.since)
        if self._waiting:
            delay = max(delay, now - self._waiting[0][0])
        return min(1.0, max(len(self._waiting) / self._most_waiting, delay / slow))

    # --- commands ---

    async def submit(
        self,
        command: Command,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
    ) -> Answer:
        """Decide a command; the answer comes when its events are committed."""
        known = self._remembered.get(id)
        if known is not None:
            return known
        running = self._inflight.get(id)
        if running is not None:
            return await asyncio.shield(running)
        if self.why_not is not None:
            return Unavailable(self.why_not)
        if self._waiting or not self._room_left():
            if len(self._waiting) >= self._most_waiting:
                return Unavailable("busy")
            future = self._expect(id)
            self._waiting.append((self._loop.time(), command, actor, id, puts, future))
            self._schedule()
            return await asyncio.shield(future)
        future = self._expect(id)
        self._decide(command, actor, id, puts, future)
        return await asyncio.shield(future)

    # --- time ---

    def tick(self) -> None:
        """Give the commands whose time has come. Called by the engine's own alarm."""
        now = self._clock.now()
        while self.why_not is None and self._room_left():
            due = self.timers.due(now, 1)
            if not due:
                break
            self._ticks += 1
            cause = CommandId(f"{TIMER_PREFIX}{self._engine.epoch}-{self._ticks}")
            self._decide(due[0], CLOCK, cause, (), None)
        self._set_alarm()

    def _expect(self, id: CommandId) -> "asyncio.Future[Answer]":
        future: asyncio.Future[Answer] = self._loop.create_future()
        self._inflight[id] = future
        return future

    def _room_left(self) -> bool:
        return self._open.events < MOST_EVENTS

    def _decide(
        self,
        command: Command,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut],
        future: "asyncio.Future[Answer] | None",
    ) -> None:
        """Run one command to rest, into the open group."""
        try:
            step = self._engine.step(self._clock.now(), command, actor, id, puts)
        except FoldFailed as trouble:
            self._answer(future, id, Unavailable("fold_failed"))
            self._give_up(f"fold_failed: {trouble}")
            return
        for incident in step.incidents:
            self._hooks.tell(self._hooks.incident, incident)
        if step.refusal is not None:
            answer: Answer = Refused(step.refusal)
        else:
            answer = Done(step.number, step.contact)
        group = self._open
        if step.envelopes or step.puts or step.drops or acts(step):
            group.weighs = True
        elif not group.weighs and self._committing is None:
            # Nothing to store and nothing uncommitted that this could rest on.
            self._leave([step])
            self._remember(id, answer)
            self._answer(future, id, answer)
            return
        group.add(step, future, id, answer, self._loop.time())
        self._schedule()

    def _remember(self, id: CommandId, answer: Answer) -> None:
        if not id.startswith(TIMER_PREFIX):
            self._remembered.add(id, answer)

    def _answer(
        self, future: "asyncio.Future[Answer] | None", id: CommandId, answer: Answer
    ) -> None:
        if future is None:
            return
        self._inflight.pop(id, None)
        if not future.done():
            future.set_result(answer)

    # --- groups ---

    def _schedule(self) -> None:
        """Hand the open group over soon: at the end of this turn of the loop when it's quiet,
        a little later under load, so that fewer and fuller groups are committed."""
        if self._flush is not None or self._committing is not None:
            return
        if self._last_group < BUSY_GROUP or not self._room_left():
            self._flush = self._loop.call_soon(self._begin_commit)
        else:
            self._flush = self._loop.call_later(LINGER_S, self._begin_commit)

    def _begin_commit(self) -> None:
        if self._flush is not None:
            self._flush.cancel()
            self._flush = None
        if self._committing is not None or not self._open.steps:
            return
        group, self._open = self._open, Group()
        self._committing = group
        assert self._writer is not None
        assert self._thread is not None
        if not group.weighs:
            self._loop.call_soon(self._committed, group, None)
            return
        done = self._loop.run_in_executor(self._thread, self._writer.append, group.batch())
        done.add_done_callback(lambda future: self._committed(group, future.exception()))

    def _committed(self, group: Group, trouble: BaseException | None) -> None:
        if self._committing is not group:
            return  # given up meanwhile
        self._committing = None
        if isinstance(trouble, Deposed):
            self._fail(group, "deposed")
            self._give_up(f"deposed: {trouble}")
            return
        if trouble is not None:
            self._fail(group, "log_failed")
            self._begin_mending(trouble)
            return
        self._last_group = len(group.steps)
        self._measured = self._loop.time()
        self._delay_s += SMOOTH * (self._measured - group.since - self._delay_s)
        if group.events:
            self._hooks.tell(self._hooks.committed, group.steps[-1].number)
        self._leave(group.steps)
        for future, cause, answer in group.answers:
            self._remember(cause, answer)
            self._answer(future, cause, answer)
        self._go_on()
        if self._rest is not None:
            self._rest.set()

    def _go_on(self) -> None:
        """After a commit: timers first, then what waits, then the next group."""
        self.tick()
        while self._waiting and self._room_left() and self.why_not is None:
            self._decide(*self._waiting.popleft()[1:])
        if self._open.steps:
            self._schedule()

    def _leave(self, steps: Sequence[Step]) -> None:
        """Committed: the effects may leave."""
        for step in steps:
            if step.effects:
                self._send(step.effects)

    def _send(self, effects: Sequence[Effect]) -> None:
        epoch = self._engine.epoch
        for effect in effects:
            try:
                if isinstance(effect, Wake):
                    self.timers.wake(effect)
                else:
                    self._perform(effect, epoch)
            except TooManyTimers:
                self._give_up("too_many_timers: some rule sets them without end")
                return
            except Exception as trouble:
                self._hooks.tell(
                    self._hooks.trouble, f"effect {type(effect).__name__}: {trouble!r}"
                )
        self._set_alarm()

    def _set_alarm(self) -> None:
        at = self.timers.next_at()
        if at == self._alarm_at or self.why_not is not None:
            return
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        self._alarm_at = at
        if at < NEVER:
            delay = max(0, at - self._clock.now()) / 1_000_000
            self._alarm = self._loop.call_later(delay, self._ring)

    def _ring(self) -> None:
        self._alarm, self._alarm_at = None, NEVER
        if self._room_left():  # else a commit is under way, and `_go_on` ticks after it
            self.tick()

    # --- trouble ---

    def _fail(self, group: Group, why: str) -> None:
        for future, cause, _ in group.answers:
            self._answer(future, cause, Unavailable(why))

    def _turn_away_waiting(self, why: str) -> None:
        while self._waiting:
            _, _, _, cause, _, future = self._waiting.popleft()
            self._answer(future, cause, Unavailable(why))

    def _drop_all(self, why: str) -> None:
        """Nothing uncommitted was ever seen outside, so it may simply go."""
        if self._committing is not None:
            self._fail(self._committing, why)
            self._committing = None
        self._fail(self._open, why)
        self._open = Group()
        self._turn_away_waiting(why)
        if self._rest is not None:
            self._rest.set()

    def _close_down(self) -> None:
        for handle in (self._flush, self._alarm):
            if handle is not None:
                handle.cancel()
        self._flush = self._alarm = None

    def _give_up(self, why: str) -> None:
        """Stop for good."""
        if self._gone:
            return
        self._gone = True
        self.why_not = why.split(":", 1)[0]
        self._drop_all(self.why_not)
        self._close_down()
        self._hooks.tell(self._hooks.stopped, why)

    def _begin_mending(self, trouble: BaseException) -> None:
        stopping = self.why_not is not None
        self.why_not = "log_failed"
        self._hooks.tell(self._hooks.trouble, f"commit failed: {trouble!r}")
        self._drop_all("log_failed")
        self._close_down()
        if stopping:
            return
        self._mending = self._loop.create_task(self._mend())

    async def _mend(self) -> None:
        """Restore from the log until it works, then take commands again."""
        wait = MEND_FIRST_S
        while True:
            try:
                assert self._writer is not None
                # An empty append: is the stream still ours, and can be written to again?
                await self._in_thread(self._writer.append, Batch(()))
                await self._restore()
                self.begin()
                return
            except Deposed as deposed:
                self._give_up(f"deposed: {deposed}")
                return
            except (LogFailed, OSError) as trouble:
                self._hooks.tell(self._hooks.trouble, f"log not back yet: {trouble!r}")
            except Exception as trouble:
                self._give_up(f"fold_failed: {trouble!r}")
                return
            await asyncio.sleep(wait)
            wait = min(wait * 2, MEND_LONGEST_S)

    async def _restore(self) -> None:
        assert self._writer is not None
        remembered = Remembered()
        engine = await self._in_thread(
            restore, self._room, self._stream, self._reader, self._snapshots, remembered.restore
        )
        engine.epoch = self._writer.epoch
        self._engine, self._remembered = engine, remembered
        self.timers.clear()
        self._alarm_at = NEVER

    async def _in_thread(self, call: Callable[..., "Result"], *arguments: object) -> "Result":
        assert self._thread is not None
        return await self._loop.run_in_executor(self._thread, call, *arguments)


Result = TypeVar("Result")
