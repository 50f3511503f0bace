"""The book of alerts: what was raised and cleared, and what still stands."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from roost.kernel.time import InstantUs
from roost.office.alerts.messages import AlertCleared, AlertRaised
from roost.office.alerts.standing import Standing

News = Sequence[tuple[InstantUs, AlertRaised | AlertCleared]]


class AlertBook(Protocol):
    """Blocking, thread-safe. Each raises ports.log.LogFailed."""

    def standing(self) -> Mapping[str, Standing]:
        """What is raised and not over, by its rule."""
        ...

    def note(self, news: News) -> Mapping[str, Standing]:
        """Committed when this returns; then what stands. What another process has told already is
        left out."""
        ...

    def close(self) -> None: ...
