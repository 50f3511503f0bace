"""Alerts on the live floor: the rules in force, judged by the figures that pages show.

What is raised now is a view's rows. That it was raised, and when it was over, goes into the book
of alerts; a web process that starts goes on from what stands there. A rule that was only about to
be raised needs its time again.
"""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Final

import structlog

from roost.floor.alert_rules import AlertMeasure, AlertRule
from roost.floor.definition import Floor
from roost.kernel.ids import OPERATOR, Owner
from roost.kernel.time import SECOND, DurationUs, InstantUs
from roost.office.alerts.judging import AlertState, judge
from roost.office.alerts.messages import AlertCleared, AlertRaised, ClearedBy
from roost.ports.alerts import AlertBook
from roost.ports.log import LogFailed
from roost.web.limits import MOST_ALERT_NEWS
from roost.web.live import ALL, Live, QueueLive
from roost.web.permissions import View
from roost.web.project import Audience, change
from roost.web.rows import AlertRow, Presence, QueueRow, TotalsRow

EVERY: Final = DurationUs(SECOND)
_log: Final = structlog.get_logger("roost.web")


class Alerting:
    """Keeps `live.alerts`, marks the rows that changed, and tells the book."""

    def __init__(self, live: Live, book: AlertBook) -> None:
        self._live = live
        self._book = book
        self._floor: Floor | None = None
        self._rules: dict[str, AlertRule] = {}
        self._states: Mapping[str, AlertState] = {}
        self._raised: dict[str, AlertRaised] = {}  # as they were told, for the end of each
        self._news: list[tuple[InstantUs, AlertRaised | AlertCleared]] = []
        self._telling: asyncio.Task[None] | None = None
        self._judged = InstantUs(0)

    def resume(self) -> None:
        """Go on from what the book says is raised. Blocking."""
        standing = self._book.standing()
        self._raised = {name: one.event for name, one in standing.items()}
        self._states = {name: AlertState(one.event.since, one.at) for name, one in standing.items()}

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
        for name in judged.raised:
            since = judged.states[name].since
            raised = self._raised[name] = _raised(self._rules[name], figures[name], since)
            self._news.append((now, raised))
        for name in judged.cleared:
            self._clear(name, now, figures.get(name))
        self._states = judged.states
        rows: dict[str, AlertRow] = {}
        for name, state in judged.states.items():
            if state.raised is not None:
                rows[name] = _row(self._rules[name], figures[name], state.raised)
        self._begin_telling()
        before = self._live.alerts
        self._live.alerts = rows
        for name in before.keys() | rows.keys():
            if before.get(name) != rows.get(name):
                self._live.dirty.add((View.ALERTS, name))

    def _clear(self, name: str, now: InstantUs, figure: int | None) -> None:
        raised, state = self._raised.pop(name, None), self._states[name]
        if raised is None or state.raised is None:
            return
        why = ClearedBy.BACK if name in self._rules else ClearedBy.RULE_GONE
        self._news.append((now, _cleared(raised, figure, state.raised, why)))

    # --- the book ---

    def _begin_telling(self) -> None:
        """Beside the following: a slow disk never holds the views up."""
        if self._news and (self._telling is None or self._telling.done()):
            news, self._news = self._news, []
            self._telling = asyncio.create_task(self._tell(news), name="alerts")

    async def told(self) -> None:
        """Until what has been raised and cleared so far is in the book, or couldn't be."""
        while self._telling is not None and not self._telling.done():
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell(self, news: list[tuple[InstantUs, AlertRaised | AlertCleared]]) -> None:
        """What can't be written now is tried again when judged next; beyond MOST_ALERT_NEWS the
        oldest is lost."""
        try:
            standing = await asyncio.to_thread(self._book.note, news)
        except LogFailed:
            _log.exception("alerts_not_told")
            self._news = [*news, *self._news][-MOST_ALERT_NEWS:]
            return
        for name, state in self._states.items():  # another process may have seen it first
            one = standing.get(name)
            if one is not None and state.raised not in (None, one.at):
                self._states = {**self._states, name: AlertState(state.since, one.at)}

    # --- figures ---

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


def _raised(rule: AlertRule, figure: int | None, since: InstantUs) -> AlertRaised:
    return AlertRaised(
        owner=OPERATOR if rule.client is None else Owner(rule.client),
        alert=rule.id,
        measure=rule.measure,
        above=rule.above,
        threshold=rule.threshold,
        figure=figure,
        to=rule.to,
        queue=rule.queue,
        team=rule.team,
        since=since,
    )


def _cleared(
    raised: AlertRaised, figure: int | None, at: InstantUs, why: ClearedBy
) -> AlertCleared:
    return AlertCleared(
        owner=raised.owner,
        alert=raised.alert,
        measure=raised.measure,
        above=raised.above,
        threshold=raised.threshold,
        figure=figure,
        to=raised.to,
        queue=raised.queue,
        team=raised.team,
        raised=at,
        why=why,
    )
