"""The stream `office`: commands decided on its very end, appended by turns.

Whoever gives a command claims the stream, folds what others appended, decides, and appends; who
was faster deposes them, and they decide again on what is there now. So a number can't be taken
twice, nor a statement confirmed that was just frozen again.
"""

from collections.abc import Callable, Iterable, Sequence
from threading import Lock
from typing import Final

import msgspec

from roost.adapters.store.turns import Claim, Turns
from roost.kernel.actor import Actor
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import CommandId
from roost.kernel.messages import Command, Decision, Event, Refusal, VaultPut
from roost.office.accounts.messages import OFFICE, OFFICE_EVENTS
from roost.office.room import Ledger, decide, fold
from roost.ports.clock import Clock
from roost.ports.commands import Done, Refused, Unavailable
from roost.ports.log import Batch, Deposed, LogFailed, LogReader

READ: Final = 1_000  # events at a time
REMEMBERED: Final = 1_000  # commands that may be repeated and are done once
_NAMES: Final = {kind: name for name, kind in OFFICE_EVENTS.items()}

Make = Callable[[int], Command | Refusal]
"""A command for the stream as it is up to a number."""
Also = Callable[[Event], Iterable[Event]]
"""What an event brings with it in the same commit."""


def nothing(_: Event) -> Iterable[Event]:
    """Nothing more."""
    return ()


class StreamOffice:
    """`writer` claims a stream. Blocking, thread-safe."""

    def __init__(self, writer: Claim, reader: LogReader, clock: Clock) -> None:
        self._turns, self._reader, self._clock = Turns(OFFICE, writer), reader, clock
        self._ledger = Ledger()
        self._position = 0
        self._seen: dict[str, int] = {}
        self._lock = Lock()

    def give(
        self,
        make: Make,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
        also: Also = nothing,
    ) -> Done | Refused | Unavailable:
        """One commit, or a refusal; the same id again is done once."""
        with self._lock:
            answer: Done | Refused = Done(0)

            def batch(last: int) -> Batch:
                nonlocal answer
                self._read()
                if self._position > last:
                    raise Deposed(f"{OFFICE} goes on after {last}")
                if id in self._seen:
                    answer = Done(self._seen[id])
                    return Batch(())
                found = self._decided(make(last), actor, also)
                if isinstance(found, Refusal):
                    answer = Refused(found)
                    return Batch(())
                answer = Done(last + len(found))
                events = [self._envelope(last + n, actor, id, e) for n, e in enumerate(found, 1)]
                return Batch(tuple(events), puts)

            try:
                self._turns.append(batch)
            except LogFailed as trouble:
                return Unavailable(str(trouble))
            return answer

    def _decided(
        self, command: Command | Refusal, actor: Actor, also: Also
    ) -> list[Event] | Refusal:
        if isinstance(command, Refusal):
            return command
        found = decide(self._ledger, self._clock.now(), actor, command)
        if isinstance(found, Refusal):
            return found
        assert isinstance(found, Decision)
        return [one for event in found.events for one in (event, *also(event))]

    def ledger(self) -> Ledger:
        """The state at the stream's end; to be read only."""
        with self._lock:
            self._read()
            return self._ledger

    def close(self) -> None:
        """The stream is there for others anyway."""
        with self._lock:
            self._turns.let_go()

    def _read(self) -> None:
        while rows := self._reader.read(OFFICE, self._position, READ):
            for row in rows:
                fold(self._ledger, decoded(row))
                if row.cause:
                    self._seen[row.cause] = row.number
            self._position = rows[-1].number
        while len(self._seen) > REMEMBERED:
            del self._seen[next(iter(self._seen))]

    def _envelope(self, number: int, actor: Actor, id: CommandId, event: Event) -> Envelope:
        return Envelope(
            stream=OFFICE,
            number=number,
            type=_NAMES[type(event)],
            version=event.VERSION,
            owner=event.owner,
            contact=event.contact,
            at=self._clock.now(),
            actor=str(actor),
            cause=id,
            body=event,
        )


def decoded(row: Stored) -> Envelope:
    """A row of the stream as an envelope. Raises msgspec.ValidationError."""
    body = msgspec.json.decode(row.body, type=OFFICE_EVENTS[row.type])
    return Envelope(
        row.stream,
        row.number,
        row.type,
        row.version,
        row.owner,
        row.contact,
        row.at,
        row.actor,
        row.cause,
        body,
    )
