"""The audit trail: what must be noted before it may happen."""

from typing import Protocol

from roost.kernel.actor import Actor
from roost.kernel.messages import Event


class Audit(Protocol):
    def note(self, actor: Actor, event: Event) -> None:
        """Committed when this returns. `event` is one of office.audit's. Blocking, thread-safe.
        Raises ports.log.LogFailed: then it must not happen."""
        ...

    def close(self) -> None: ...
