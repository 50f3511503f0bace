"""The live views after a restart: what was kept and the log's tail, or the whole log, are one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from roost.definitions.times import zone
from roost.kernel.ids import OPERATOR, Owner
from roost.web import follow
from roost.web.follow import Follower
from roost.web.parts import Parts
from roost.web.permissions import View
from roost.web.project import Audience
from roost.web.resuming import name_of
from roost.web.sight import Sight
from roost.web.testing import STREAM, SmallCentre

WHO = (OPERATOR, Owner("power-grid"), Owner("water"))


@contextlib.asynccontextmanager
async def following(parts: Parts) -> AsyncIterator[Follower]:
    """Another web process's follower, until the block ends; it has caught up."""
    follower = Follower(parts)
    task = asyncio.create_task(follower.run())
    try:
        async with asyncio.timeout(60):
            while not follower.caught_up:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        yield follower
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def shown(follower: Follower) -> list[object]:
    """All that anybody is shown."""
    rows: list[object] = []
    for owner in WHO:
        for view in (View.QUEUES, View.AGENTS, View.CONTACTS, View.TOTALS):
            if view is not View.AGENTS or owner == OPERATOR:
                audience = Audience(owner, view)
                made = [msgspec.json.decode(row) for row in follower.boards.rows(audience)]
                rows.append(sorted((one["key"], str(one["row"])) for one in made))
        place = follower.present(owner)
        rows.append((place, follower.cursor(owner, place)))
    return rows


async def happens(centre: SmallCentre, *clients: str) -> None:
    for client in clients:
        contact = await centre.call(client)
        if centre.phones.ringing:
            await centre.answer("1001")
        await centre.hang_up(contact)
    await centre.call(clients[0])


def test_what_was_kept_and_the_tail_are_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "KEEP_AT_END", 1)

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await centre.login("li")
            await li.post("/api/desk/sign-in")
            await centre.register("1001")
            await li.post("/api/desk/ready")
            await happens(centre, "water", "power-grid", "water")
            async with following(centre.parts) as first:
                assert first.folded == first.position
                before = shown(first)
            async with following(centre.parts) as second:
                assert second.folded == 0
                assert shown(second) == before == shown(centre.follower)
            await li.post("/api/desk/wrap-up", json={"code": "solved"})
            await happens(centre, "power-grid", "water")
            async with following(centre.parts) as third:
                assert 0 < third.folded < third.position
                assert shown(third) == shown(centre.follower)
                place = first.present(Owner("water"))
                for follower in (third, centre.follower):
                    page = await follower.page(Sight(Owner("water")), place.copy(), 100)
                    assert len(page) > 2

    asyncio.run(story())


def test_what_does_not_fit_is_left_and_the_log_folded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "KEEP_AT_END", 1)

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await happens(centre, "water")
            async with following(centre.parts):
                pass
            berlin = msgspec.structs.replace(centre.parts.settings, zone=zone("Europe/Berlin"))
            elsewhere = Parts(**{**vars(centre.parts), "settings": berlin})
            async with following(elsewhere) as other:
                assert other.folded == other.position
            kept = centre.store._snapshots  # type: ignore[attr-defined]
            named = name_of(STREAM)
            kept[named] = msgspec.structs.replace(kept[named], state=kept[named].state[:-1])
            async with following(centre.parts) as damaged:
                assert damaged.folded == damaged.position
            kept[named] = msgspec.structs.replace(kept[named], number=10**6)
            async with following(centre.parts) as restored:
                assert restored.folded == restored.position, "the log came back from a backup"

    asyncio.run(story())
