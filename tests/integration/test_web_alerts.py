"""Alerts as people get them: by role and by what they see, raised and cleared on the feed."""

import asyncio
from pathlib import Path

import httpx
from msgspec.structs import replace

from integration.serving import served
from integration.test_web_feed import next_of, open_feed
from roost.floor import definition
from roost.floor.alert_rules import AlertMeasure, AlertRule
from roost.kernel.actor import SETUP
from roost.kernel.ids import ClientId, QueueId
from roost.kernel.time import DurationUs
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
