"""ports.audit.Audit on any store: a stream that several processes append to, by turns.

Web notes what its people do, the command line what its own user does.
"""

from threading import Lock
from typing import Final

from roost.adapters.store.chain import Chain
from roost.adapters.store.turns import Claim, Turns
from roost.kernel.actor import Actor
from roost.kernel.envelope import Envelope
from roost.kernel.messages import Event
from roost.office.audit.messages import AUDIT, AUDIT_EVENTS
from roost.ports.clock import Clock
from roost.ports.log import Batch

_NAMES: Final = {kind: name for name, kind in AUDIT_EVENTS.items()}


class StreamTrail:
    """`writer` claims a stream; `chain` is the store's, of this stream."""

    def __init__(self, writer: Claim, clock: Clock, chain: Chain) -> None:
        self._turns, self._clock = Turns(AUDIT, writer), clock
        self._chain, self._lock = chain, Lock()

    def note(self, actor: Actor, event: Event) -> None:
        """One commit. Raises LogFailed."""
        with self._lock:
            self._turns.append(lambda last: Batch((self._chained(last + 1, actor, event),)))

    def close(self) -> None:
        with self._lock:
            self._turns.let_go()

    def _chained(self, number: int, actor: Actor, event: Event) -> Envelope:
        return self._chain.sealed(self._envelope(number, actor, event))

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
