"""ports.alerts.AlertBook on any store: the stream `alerts`, appended to by turns.

Every web process judges, and each tells what it sees. Whoever appends has claimed the stream and
read it to its end since: so what's told twice is written once. As with the audit trail, a killed
process holds nothing.
"""

from collections.abc import Mapping
from threading import Lock
from typing import Final

import msgspec

from roost.adapters.store.turns import Claim, Turns
from roost.kernel.actor import Actor, ActorKind
from roost.kernel.envelope import Envelope
from roost.kernel.time import InstantUs
from roost.office.alerts.messages import ALERT_EVENTS, ALERTS, AlertCleared, AlertRaised
from roost.office.alerts.standing import Standing, fold, is_news
from roost.ports.alerts import News
from roost.ports.log import Batch, LogReader

READ: Final = 1_000  # events at a time
JUDGE: Final = Actor(ActorKind.CLOCK, "alerts")
_NAMES: Final = {kind: name for name, kind in ALERT_EVENTS.items()}


class StreamAlerts:
    """`writer` claims a stream."""

    def __init__(self, writer: Claim, reader: LogReader) -> None:
        self._turns, self._reader = Turns(ALERTS, writer), reader
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
            self._turns.append(lambda last: self._batch(last, news))
            self._read()
            return dict(self._standing)

    def close(self) -> None:
        with self._lock:
            self._turns.let_go()

    def _read(self) -> None:
        while rows := self._reader.read(ALERTS, self._position, READ):
            for row in rows:
                event = msgspec.json.decode(row.body, type=ALERT_EVENTS[row.type])
                fold(self._standing, row.at, event)
            self._position = rows[-1].number

    def _batch(self, last: int, news: News) -> Batch:
        self._read()
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
