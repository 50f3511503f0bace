"""ports.alerts.AlertBook on any store: the stream `alerts`, appended to by turns.

Every web process judges, and each tells what it sees. Whoever appends has claimed the stream and
read it to its end since: so what's told twice is written once. As with the audit trail, a killed
process holds nothing.
"""

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

import msgspec

from roost.kernel.actor import Actor, ActorKind
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.time import InstantUs
from roost.office.alerts.messages import ALERT_EVENTS, ALERTS, AlertCleared, AlertRaised
from roost.office.alerts.standing import Standing, fold, is_news
from roost.ports.alerts import News
from roost.ports.log import Batch, Deposed, LogFailed, LogReader, LogWriter

TURNS: Final = 20  # claims before it's given up: others are appending all the time
READ: Final = 1_000  # events at a time
JUDGE: Final = Actor(ActorKind.CLOCK, "alerts")
_NAMES: Final = {kind: name for name, kind in ALERT_EVENTS.items()}


class StreamAlerts:
    """`writer` claims a stream."""

    def __init__(self, writer: Callable[[StreamName], LogWriter], reader: LogReader) -> None:
        self._claim, self._reader = writer, reader
        self._writer: LogWriter | None = None
        self._standing: dict[str, Standing] = {}
        self._position = 0
        self._lock = Lock()

    def standing(self) -> Mapping[str, Standing]:
        """Read to the end first."""
        with self._lock:
            self._read()
            return dict(self._standing)

    def note(self, news: News) -> Mapping[str, Standing]:
        """One commit. Raises LogFailed."""
        with self._lock:
            for _ in range(TURNS):
                if self._writer is None:
                    self._writer = self._claim(ALERTS)
                    self._read()
                batch = self._batch(self._writer.last, news)
                try:
                    if batch.events:
                        self._writer.append(batch)
                except Deposed:
                    self._let_go()
                except LogFailed:
                    self._let_go()
                    raise
                else:
                    self._read()
                    return dict(self._standing)
        raise LogFailed(f"{ALERTS}: others appended {TURNS} times meanwhile")

    def close(self) -> None:
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _read(self) -> None:
        while rows := self._reader.read(ALERTS, self._position, READ):
            for row in rows:
                event = msgspec.json.decode(row.body, type=ALERT_EVENTS[row.type])
                fold(self._standing, row.at, event)
            self._position = rows[-1].number

    def _batch(self, last: int, news: News) -> Batch:
        standing = dict(self._standing)
        events: list[Envelope] = []
        for at, event in news:
            if is_news(standing, event):
                fold(standing, at, event)
                events.append(_envelope(last + 1 + len(events), at, event))
        return Batch(tuple(events))


def _envelope(number: int, at: InstantUs, event: AlertRaised | AlertCleared) -> Envelope:
    return Envelope(
        stream=ALERTS,
        number=number,
        type=_NAMES[type(event)],
        version=event.VERSION,
        owner=event.owner,
        contact=None,
        at=at,
        actor=str(JUDGE),
        cause="",
        body=event,
    )
