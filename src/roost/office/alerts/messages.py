"""What the stream `alerts` says: a rule was raised, and cleared again.

`owner` is whose the rule is: a client's, or the operator's for the centre and its teams. Each
stands by itself: a reader needs neither the rule, which may have changed since, nor the event of
before. Nothing personal.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from roost.floor.alert_rules import AlertMeasure
from roost.kernel.ids import OPERATOR, ClientId, QueueId, StreamName
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs

ALERTS: Final = StreamName("alerts")


class ClearedBy(StrEnum):
    """Why an alert is over."""

    BACK = "back"  # the figure is back at `clears_at`, or has no meaning any more
    RULE_GONE = "rule_gone"  # the definitions in force have no such rule


class _OfRule(Event, frozen=True, gc=False, kw_only=True):
    alert: str
    measure: AlertMeasure
    above: bool  # raised above the threshold; else below it
    threshold: int
    figure: int | None
    to: tuple[str, ...]  # the roles that get it
    queue: QueueId | None = None
    team: str = ""

    @property
    def client(self) -> ClientId | None:
        return None if self.owner == OPERATOR else ClientId(self.owner)


class AlertRaised(_OfRule, frozen=True, gc=False, kw_only=True):
    """A rule was raised: `figure` had been beyond its threshold since `since`."""

    since: InstantUs


class AlertCleared(_OfRule, frozen=True, gc=False, kw_only=True):
    """It's over: raised at `raised`; `figure` is the measure's at the end."""

    raised: InstantUs
    why: ClearedBy


ALERT_EVENTS: Final[Mapping[str, type[AlertRaised | AlertCleared]]] = {
    "alerts.AlertRaised": AlertRaised,
    "alerts.AlertCleared": AlertCleared,
}
"""Every event of the stream, by its type in the envelope."""
