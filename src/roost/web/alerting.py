"""Alerts on the live floor: the rules in force, judged by the figures that pages show.

What is raised now is a view's rows, nothing more: the log has the events that it follows from. A
web process that starts judges anew, so a rule needs its time again before it's raised.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from roost.floor.alert_rules import AlertMeasure, AlertRule
from roost.floor.definition import Floor
from roost.kernel.ids import OPERATOR, Owner
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.office.alerts.judging import AlertState, judge
from roost.web.live import ALL, Live, QueueLive
from roost.web.permissions import View
from roost.web.project import Audience, change
from roost.web.rows import AlertRow, Presence, QueueRow, TotalsRow

EVERY: Final = DurationUs(SECOND)


class Alerting:
    """Keeps `live.alerts`, and marks the rows that changed."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._floor: Floor | None = None
        self._rules: dict[str, AlertRule] = {}
        self._states: Mapping[str, AlertState] = {}
        self._judged = InstantUs(0)

    def tick(self, now: InstantUs) -> None:
        """At most once a second."""
        floor = self._live.floor
        if floor is None or (now - self._judged < EVERY and floor is self._floor):
            return
        self._judged = now
        if floor is not self._floor:
            self._floor = floor
            self._rules = {rule.id: rule for rule in floor.alerts}
        figures = {rule.id: self._figure(rule, now) for rule in self._rules.values()}
        judged = judge(tuple(self._rules.values()), self._states, now, figures)
        self._states = judged.states
        rows: dict[str, AlertRow] = {}
        for name, state in judged.states.items():
            if state.raised is not None:
                rows[name] = _row(self._rules[name], figures[name], state.raised)
        before = self._live.alerts
        self._live.alerts = rows
        for name in before.keys() | rows.keys():
            if before.get(name) != rows.get(name):
                self._live.dirty.add((View.ALERTS, name))

    def _figure(self, rule: AlertRule, now: InstantUs) -> int | None:
        if rule.measure is AlertMeasure.READY:
            return self._ready(rule)
        if rule.team:
            return None
        row = self._row_of(rule)
        if row is None:
            return None
        match rule.measure:
            case AlertMeasure.WAITING:
                return row.waiting
            case AlertMeasure.LONGEST_WAIT:
                since = row.longest_since
                return 0 if since is None else max(0, now - since) // SECOND
            case AlertMeasure.SERVICE_LEVEL:
                return None if row.service_level is None else round(row.service_level)
            case AlertMeasure.ABANDONED:
                return row.abandoned

    def _row_of(self, rule: AlertRule) -> QueueRow | TotalsRow | None:
        if rule.queue is not None:
            audience = Audience(OPERATOR, View.QUEUES)
            key = str(rule.queue)
        else:
            owner = OPERATOR if rule.client is None else Owner(rule.client)
            audience = Audience(owner, View.TOTALS)
            key = ALL if rule.client is None else str(rule.client)
        row = change(self._live, audience, key, 0).row
        return row if isinstance(row, QueueRow | TotalsRow) else None

    def _ready(self, rule: AlertRule) -> int:
        """Agents who could take what the rule is about."""
        assert self._floor is not None
        staff = {one.id: one for one in self._floor.agents}
        count = 0
        for agent in self._live.agents.values():
            one = staff.get(agent.id)
            if agent.presence is not Presence.READY or one is None:
                continue
            of_team = not rule.team or one.team == rule.team
            of_client = rule.client is None or rule.client in one.clients
            count += of_team and of_client and self._serves(one.skills, rule)
        return count

    def _serves(self, skills: Iterable[object], rule: AlertRule) -> bool:
        queue: QueueLive | None = None
        if rule.queue is not None:
            queue = self._live.queues.get(rule.queue)
        if queue is None or self._floor is None:
            return True
        needs = next((one.skills for one in self._floor.queues if one.id == queue.id), ())
        levels = {getattr(one, "skill", ""): getattr(one, "level", 0) for one in skills}
        return all(levels.get(need.skill, 0) >= need.level for need in needs)


def _row(rule: AlertRule, figure: int | None, raised: InstantUs) -> AlertRow:
    return AlertRow(
        rule.id,
        rule.client,
        rule.queue,
        rule.team,
        rule.measure,
        rule.above,
        rule.threshold,
        figure,
        raised,
        tuple(rule.to),
        rule.what_to_do,
    )
