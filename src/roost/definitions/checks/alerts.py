"""`alerts` of centre.yaml and client.yaml: rules that can be raised, and cleared again."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET

from roost.definitions.alert_documents import AlertDocument
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.floor.alert_rules import AlertMeasure


def check_alerts(draft: Draft) -> Iterator[Problem]:
    """Every rule by itself, and what it's about."""
    centre = draft.centre
    if centre is not None:
        for name, alert in centre.document.alerts.items():
            yield from _rule(centre, name, alert)
            where = ("alerts", name, "team")
            if alert.team and alert.team not in centre.document.teams:
                mend = did_you_mean(alert.team, centre.document.teams)
                yield centre.wrong(where, "unknown-team", f"unknown team {alert.team!r}", mend)
            elif alert.team and alert.measure is not AlertMeasure.READY:
                what = f"{alert.measure.value} isn't a team's: contacts wait in queues"
                mend = "Leave the team out, or use the measure ready"
                yield centre.wrong(where, "not-a-teams", what, mend)
    for source in draft.clients.values():
        for name, alert in source.document.alerts.items():
            yield from _rule(source, name, alert)
            if alert.queue and alert.queue not in source.document.queues:
                mend = did_you_mean(alert.queue, source.document.queues)
                what = f"unknown queue {alert.queue!r}"
                yield source.wrong(("alerts", name, "queue"), "unknown-queue", what, mend)


def _rule(source: Source[Any], name: str, alert: AlertDocument) -> Iterator[Problem]:
    path = ("alerts", name)
    if (alert.above is UNSET) == (alert.below is UNSET):
        mend = "Write one of `above` and `below`"
        yield source.wrong_key(path, "no-threshold", "no one threshold", mend)
        return
    if not alert.to:
        what, mend = "an alert that nobody gets", "Write who: `to: [supervisor]`"
        yield source.wrong((*path, "to"), "for-nobody", what, mend)
    back = alert.clears_at
    if back is UNSET:
        return
    above, below = alert.above, alert.below
    never = (above is not UNSET and back > above) or (below is not UNSET and back < below)
    if never:
        what = "it would be cleared before it's raised"
        mend = "`clears_at` lies on the good side of the threshold"
        yield source.wrong((*path, "clears_at"), "clears-beyond", what, mend)
