"""Alerts as a page shows them: the rules in force, and what was raised before.

What is raised now is the live view `alerts`. All of it goes to the roles that a rule names, as far
as they see what it's about.
"""

import asyncio
from typing import Annotated, Final

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from msgspec import Struct

from roost.floor.alert_rules import AlertMeasure
from roost.kernel.envelope import Stored
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.alerts.messages import ALERTS, AlertCleared, ClearedBy
from roost.web.backwards import backwards
from roost.web.follow import Follower
from roost.web.limits import ALERT_BATCH, ALERT_BATCHES, MOST_PAGE
from roost.web.parts import Parts
from roost.web.permissions import Caller, View
from roost.web.problems import Trouble
from roost.web.project import Audience, audience

CURSOR: Final = "alerts"
CLEARED: Final = "alerts.AlertCleared"

After = Annotated[str | None, QueryParameter(max_length=64, pattern=r"^[A-Za-z0-9_-]{43}$")]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST_PAGE)]
Rule = Annotated[str | None, QueryParameter(max_length=200)]
Whose = Annotated[str | None, QueryParameter(max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class AlertRuleLine(Struct, frozen=True):
    """A rule in force: raised when the measure has been beyond the threshold for `for_us`, cleared
    when it's back at `clears_at`. About a queue, a client, a team, or (none of them) the centre.
    `to` are the roles that get it."""

    alert: str
    client: ClientId | None
    queue: QueueId | None
    team: str
    measure: AlertMeasure
    above: bool
    threshold: int
    clears_at: int
    for_us: DurationUs
    to: tuple[str, ...]
    what_to_do: str


class PastAlert(Struct, frozen=True):
    """An alert that's over: raised at `raised`, cleared at `cleared`. `why`: the figure was `back`,
    or the rule was no longer in force (`rule_gone`). `threshold` is that of then."""

    alert: str
    client: ClientId | None
    queue: QueueId | None
    team: str
    measure: AlertMeasure
    above: bool
    threshold: int
    raised: InstantUs
    cleared: InstantUs
    why: ClearedBy


class PastAlerts(Struct, frozen=True):
    """What was cleared last comes first. A page may hold fewer than asked for; `cursor` is null
    when nothing is left."""

    past: tuple[PastAlert, ...]
    cursor: str | None


def _audience(follower: Follower, caller: Caller) -> Audience:
    sight = follower.sights.of(caller.horizon)
    return audience(View.ALERTS, sight, None, caller.account.role)


@get("/api/alerts", summary="The rules by which somebody is called")
async def alert_rules(
    caller: NamedDependency[Caller], follower: NamedDependency[Follower]
) -> list[AlertRuleLine]:
    """Those in force that go to the caller's role."""
    floor = follower.live.floor
    mine = _audience(follower, caller)
    return [
        AlertRuleLine(
            one.id,
            one.client,
            one.queue,
            one.team,
            one.measure,
            one.above,
            one.threshold,
            one.clears_at,
            one.for_us,
            one.to,
            one.what_to_do,
        )
        for one in (() if floor is None else floor.alerts)
        if mine.gets(one.to, one.team, one.client)
    ]


@get("/api/alerts/past", summary="Alerts that are over")
async def past_alerts(
    caller: NamedDependency[Caller],
    parts: NamedDependency[Parts],
    follower: NamedDependency[Follower],
    alert: Rule = None,
    client: Whose = None,
    after: After = None,
    limit: Limit = 50,
) -> PastAlerts:
    """When each was raised and cleared. It's kept as long as the log."""
    mine = _audience(follower, caller)
    upto: int | None = None
    if after is not None:
        opened = follower.cursors.open(caller.owner, CURSOR, after)
        if opened is None:
            raise Trouble(400, "bad_cursor")
        upto = opened[0]

    def take(row: Stored) -> PastAlert | None:
        if row.type != CLEARED or client not in (None, row.owner):
            return None
        event = msgspec.json.decode(row.body, type=AlertCleared)
        if alert not in (None, event.alert) or not mine.gets(event.to, event.team, event.client):
            return None
        return _past(row.at, event)

    def page() -> tuple[list[PastAlert], int]:
        end = parts.log.last(ALERTS) if upto is None else upto
        return backwards(parts.log, ALERTS, end, take, limit, ALERT_BATCH, ALERT_BATCHES)

    found, end = await asyncio.to_thread(page)
    cursor = follower.cursors.seal(caller.owner, CURSOR, end, 0) if end > 0 else None
    return PastAlerts(tuple(found), cursor)


def _past(cleared: InstantUs, event: AlertCleared) -> PastAlert:
    return PastAlert(
        event.alert,
        event.client,
        event.queue,
        event.team,
        event.measure,
        event.above,
        event.threshold,
        event.raised,
        cleared,
        event.why,
    )


ROUTES: Final = (alert_rules, past_alerts)
