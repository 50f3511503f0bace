"""From (state, time, figures) to what is raised and cleared. No clock and no memory of its own.

    quiet ── beyond the threshold ──► pending ── for long enough ──► raised
      ▲                                  │                             │
      └───────── not beyond it ──────────┘        back at clears_at ───┘

Between threshold and clears_at a raised one stays raised: it doesn't come and go with every
contact. A figure that has no meaning now (a service level without contacts) is beyond nothing.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from roost.floor.alert_rules import AlertRule
from roost.kernel.time import DurationUs, InstantUs


class AlertState(Struct, frozen=True, gc=False):
    """`since`: beyond the threshold; `raised`: when it was raised, None while it's pending."""

    since: InstantUs
    raised: InstantUs | None = None


class Judged(Struct, frozen=True, gc=False):
    """The states that follow (a quiet rule has none), and which rules changed."""

    states: dict[str, AlertState]
    raised: tuple[str, ...] = ()
    cleared: tuple[str, ...] = ()
    next_us: DurationUs | None = None  # until a pending one would be raised


def beyond(rule: AlertRule, figure: int | None) -> bool:
    if figure is None:
        return False
    return figure > rule.threshold if rule.above else figure < rule.threshold


def _is_back(rule: AlertRule, figure: int | None) -> bool:
    if figure is None:
        return True
    return figure <= rule.clears_at if rule.above else figure >= rule.clears_at


def judge(
    rules: Sequence[AlertRule],
    states: Mapping[str, AlertState],
    now: InstantUs,
    figures: Mapping[str, int | None],
) -> Judged:
    """`figures` by rule. States of rules that aren't there any more are cleared."""
    after: dict[str, AlertState] = {}
    raised: list[str] = []
    next_us: DurationUs | None = None
    for rule in rules:
        state, figure = states.get(rule.id), figures.get(rule.id)
        if state is not None and state.raised is not None:
            if not _is_back(rule, figure):
                after[rule.id] = state
            continue
        if not beyond(rule, figure):
            continue
        since = now if state is None else state.since
        left = since + rule.for_us - now
        if left <= 0:
            after[rule.id] = AlertState(since, now)
            raised.append(rule.id)
        else:
            after[rule.id] = AlertState(since)
            next_us = DurationUs(left if next_us is None else min(next_us, left))
    cleared = tuple(
        one for one, state in states.items() if state.raised is not None and one not in after
    )
    return Judged(after, tuple(raised), cleared, next_us)
