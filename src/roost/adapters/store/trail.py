"""ports.audit.Audit on any store: a stream that several processes append to, by turns.

Web notes what its people do, the command line what its own user does. Whoever wants to append
claims the stream and so deposes the one before, who claims it again for its next note: compare
and append, without a lock that a killed process could keep.
"""

from collections.abc import Callable
from threading import Lock
from typing import Final

from roost.kernel.actor import Actor
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.messages import Event
from roost.office.audit.messages import AUDIT, AUDIT_EVENTS
from roost.ports.clock import Clock
from roost.ports.log import Batch, Deposed, LogFailed, LogWriter

TURNS: Final = 20  # claims before it's given up: others are appending all the time
_NAMES: Final = {kind: name for name, kind in AUDIT_EVENTS.items()}


class StreamTrail:
    """`writer` claims a stream."""

    def __init__(self, writer: Callable[[StreamName], LogWriter], clock: Clock) -> None:
        self._claim, self._clock = writer, clock
        self._writer: LogWriter | None = None
        self._lock = Lock()

    def note(self, actor: Actor, event: Event) -> None:
        """One commit. Raises LogFailed."""
        with self._lock:
            for _ in range(TURNS):
                self._writer = self._writer or self._claim(AUDIT)
                number = self._writer.last + 1
                try:
                    self._writer.append(Batch((self._envelope(number, actor, event),)))
                except Deposed:
                    self._let_go()
                except LogFailed:
                    self._let_go()
                    raise
                else:
                    return
        raise LogFailed(f"{AUDIT}: others appended {TURNS} times meanwhile")

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _envelope(self, number: int, actor: Actor, event: Event) -> Envelope:
        return Envelope(
            stream=AUDIT,
            number=number,
            type=_NAMES[type(event)],
            version=event.VERSION,
            owner=event.owner,
            contact=None,
            at=self._clock.now(),
            actor=str(actor),
            cause="",
            body=event,
        )
