"""Alerts as people get them: by role and by what they see, raised and cleared on the feed."""

import asyncio
from pathlib import Path

import httpx
from msgspec.structs import replace

from integration.serving import served
from integration.test_web_feed import next_of, open_feed
from roost.adapters.clock.wall import CellClock
from roost.floor import definition
from roost.floor.alert_rules import AlertMeasure, AlertRule
from roost.kernel.actor import SETUP
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs, InstantUs
from roost.office.alerts.messages import ALERTS
from roost.web.alerting import EVERY
from roost.web.follow import Follower
from roost.web.testing import SmallCentre, small_floor

WAITS = AlertRule(
    id="water/waits",
    measure=AlertMeasure.WAITING,
    threshold=0,
    clears_at=0,
    above=True,
    for_us=DurationUs(0),
    to=("supervisor", "client-manager"),
    what_to_do="Sign somebody in.",
    client=ClientId("water"),
    queue=QueueId("water/calls"),
)
NOBODY_READY = replace(
    WAITS,
    id="ready",
    measure=AlertMeasure.READY,
    above=False,
    threshold=1,
    clears_at=1,
    to=("agent",),
    client=None,
    queue=None,
)


async def alerts(person: httpx.AsyncClient) -> list[str]:
    rows = (await person.get("/api/live?views=alerts")).json()["rows"]
    return sorted(row["key"] for row in rows)


async def with_rules(centre: SmallCentre) -> None:
    floor = replace(small_floor("2"), alerts=(WAITS, NOBODY_READY))
    await centre.do(definition.Configure(floor), SETUP)
    await centre.shown()


def test_an_alert_is_raised_and_cleared_on_the_feed(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            await with_rules(centre)
            feed = await open_feed(centre, host, "wang", "views=alerts")
            assert (await next_of(feed, "rows"))["rows"] == []
            contact = await centre.call("water")
            raised = (await next_of(feed, "rows"))["rows"][0]
            assert raised["key"] == "water/waits"
            row = raised["row"]
            assert (row["figure"], row["threshold"], row["above"]) == (1, 0, True)
            assert row["what_to_do"] == "Sign somebody in."
            await centre.hang_up(contact)
            cleared = (await next_of(feed, "rows"))["rows"][0]
            assert (cleared["key"], cleared["row"]) == ("water/waits", None)
            await feed.close()

    asyncio.run(story())


def test_an_alert_goes_to_the_roles_that_it_names_as_far_as_they_see(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await centre.call("water")
            await with_rules(centre)  # other definitions are judged at once
            names = ("admin", "wang", "li", "chen", "sun")
            people = {name: await centre.login(name) for name in names}
            found = {name: await alerts(person) for name, person in people.items()}
            assert found == {
                "admin": ["ready", "water/waits"],
                "wang": ["water/waits"],
                "li": [],  # the centre's is beyond an agent's own clients
                "chen": [],
                "sun": ["water/waits"],
            }

    asyncio.run(story())


def test_what_was_raised_is_kept_and_outlives_the_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await with_rules(centre)
            wang, sun, chen = [await centre.login(name) for name in ("wang", "sun", "chen")]
            assert [one["alert"] for one in (await wang.get("/api/alerts")).json()] == [
                "water/waits"
            ]
            assert (await chen.get("/api/alerts")).json() == []
            contact = await centre.call("water")
            await judged(centre.follower)
            since = centre.follower.live.alerts["water/waits"].raised
            other = Follower(centre.parts)  # as after a restart
            other.alerting.resume()
            later = Follower(centre.parts)
            later.alerting.resume()
            for follower in (other, later):
                await follower.once()
                assert follower.live.alerts["water/waits"].raised == since
            await centre.hang_up(contact)
            for follower in (other, later, centre.follower):  # the second finds it told
                await follower.once()
                await judged(follower, later=4)
                assert follower.live.alerts.keys() == {"ready"}
            kept = centre.parts.log.read(ALERTS, 0, 10)
            about = [(row.type.partition(".")[2], row.owner) for row in kept]
            assert about == [
                ("AlertRaised", "operator"),
                ("AlertRaised", "water"),
                ("AlertCleared", "water"),
            ]
            for person, count in ((wang, 1), (sun, 1), (chen, 0)):
                past = (await person.get("/api/alerts/past")).json()
                assert len(past["past"]) == count
            (one,) = (await wang.get("/api/alerts/past?client=water")).json()["past"]
            assert (one["raised"], one["why"], one["queue"]) == (since, "back", "water/calls")
            assert one["cleared"] == kept[-1].at

    asyncio.run(story())


def test_a_rule_that_is_gone_ends_its_alert(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await centre.call("water")
            await with_rules(centre)
            admin = await centre.login("admin")
            await centre.do(definition.Configure(small_floor("3")), SETUP)
            await centre.shown()
            await judged(centre.follower)
            past = (await admin.get("/api/alerts/past")).json()["past"]
            assert {(one["alert"], one["why"]) for one in past} == {
                ("water/waits", "rule_gone"),
                ("ready", "rule_gone"),
            }

    asyncio.run(story())


async def judged(follower: Follower, later: int = 2) -> None:
    """By the figures as they are now, and told."""
    await follower.alerting.told()
    follower.alerting.tick(InstantUs(CellClock().now() + later * EVERY))
    await follower.alerting.told()
