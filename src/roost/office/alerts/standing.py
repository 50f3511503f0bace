"""What is raised now, folded from the stream: what a restart goes on from."""

from collections.abc import Mapping

from msgspec import Struct

from roost.kernel.time import InstantUs
from roost.office.alerts.messages import AlertCleared, AlertRaised


class Standing(Struct, frozen=True, gc=False):
    """An alert that was raised at `at` and isn't over."""

    at: InstantUs
    event: AlertRaised


def is_news(standing: Mapping[str, Standing], event: AlertRaised | AlertCleared) -> bool:
    """Whether it changes anything: two processes judge the same, and one of them tells it."""
    return isinstance(event, AlertRaised) != (event.alert in standing)


def fold(standing: dict[str, Standing], at: InstantUs, event: AlertRaised | AlertCleared) -> None:
    """Take one event into account."""
    match event:
        case AlertRaised():
            standing[event.alert] = Standing(at, event)
        case AlertCleared():
            standing.pop(event.alert, None)
