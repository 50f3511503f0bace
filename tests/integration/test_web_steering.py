"""A supervisor moves people and changes priorities through the API, undoes it, and asks why."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from msgspec.structs import replace

from roost.floor import definition
from roost.kernel.ids import SkillId
from roost.kernel.time import HOUR
from roost.web.testing import SmallCentre, small_floor


def with_water_apart() -> definition.Floor:
    """Water's queue asks for a skill that only 1002 has; it opens to everybody after a minute."""
    floor = small_floor("2")
    pipes = (definition.Skill(SkillId("pipes"), 3),)
    grid, water = sorted(floor.queues, key=lambda one: one.id)
    wider: Any = definition.Ring(60_000_000, ())  # type: ignore[arg-type]
    li, zhao = floor.agents
    return replace(
        floor,
        queues=(grid, replace(water, skills=pipes, rings=(wider,))),
        agents=(li, replace(zhao, skills=(*zhao.skills, *pipes))),
    )


async def ready(centre: SmallCentre, name: str, agent: str) -> httpx.AsyncClient:
    one = await centre.login(name)
    await one.post("/api/desk/sign-in")
    await centre.register(agent)
    await one.post("/api/desk/ready")
    return one


def test_a_move_is_done_shown_explained_and_undone(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await centre.do(definition.Configure(with_water_apart()))
            li, wang = await ready(centre, "li", "1001"), await centre.login("wang")
            admin = await centre.login("admin")
            call = await centre.call("water")
            asked = (await wang.get("/api/contacts/water-1/why")).json()
            assert asked["waits"]["free"] == {
                "ready": 0, "busy": 0, "resting": 0, "away": 0, "out": 1,
            }  # fmt: skip
            assert "Give somebody the skill for now" in asked["said"][0]["en"]
            said = [one["zh"] for one in asked["said"]]
            assert any("60" in one or "59" in one for one in said), said
            assert (await wang.get("/api/definitions")).json()["skills"] == ["calls", "pipes"]
            until = centre.parts.clock.now() + HOUR
            wish = {"agents": ["1001"], "gives": {"pipes": 4}, "until": until}
            moved = await wang.post("/api/moves", json=wish)
            assert moved.status_code == 200, moved.text
            me = (await li.get("/api/desk")).json()["me"]
            assert me["agent"]["contact"] == "water-1", "who waited for it is matched at once"
            assert me["agent"]["moves"] == [
                {"move": moved.json()["move"], "gives": {"pipes": 4}, "takes": [], "team": None,
                 "until": until}
            ]  # fmt: skip
            await centre.answer("1001")
            why = (await wang.get("/api/contacts/water-1/why")).json()
            assert why["waits"] is None
            assert "longest idle" in why["reasons"][0]["en"]
            assert "Li" in why["reasons"][0]["en"] or "1001" in why["reasons"][0]["en"]
            (change,) = (await wang.get("/api/moves")).json()
            assert (change["move"], change["ref"], change["by"]) == (
                moved.json()["move"], None, "wang",
            )  # fmt: skip
            back = f"/api/moves/{moved.json()['move']}/put-back"
            assert (await wang.post(back, json={"agents": ["1002"]})).status_code == 404
            assert (await wang.post(back, json={})).status_code == 200
            assert (await wang.post(back, json={})).status_code == 404
            assert (await li.get("/api/desk")).json()["me"]["agent"]["moves"] == []
            assert (await wang.get("/api/moves")).json() == []
            trail = (await admin.get("/api/audit?what=AgentsMoved")).json()["noted"]
            assert [one["about"]["how"] for one in trail] == ["put back", "moved"]
            assert trail[1]["about"]["agents"] == "1001"
            assert call

    asyncio.run(story())


def test_what_is_not_theirs_or_makes_no_sense_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang = await centre.login("wang")
            until = centre.parts.clock.now() + HOUR
            codes: dict[str, Any] = {}
            for code, wish in {
                "unknown_agent": {"agents": ["9999"], "gives": {"calls": 1}},
                "unknown_skill": {"agents": ["1001"], "gives": {"french": 1}},
                "unknown_team": {"agents": ["1001"], "team": "moon"},
                "until_wrong": {"agents": ["1001"], "gives": {"calls": 1}, "until": 0},
                "serves_nobody": {"agents": ["1001"], "takes": ["calls"]},
                "already_so": {"agents": ["1001"], "gives": {"calls": 5}},
                "invalid_input": {"agents": ["1001"], "gives": {"calls": 11}},
            }.items():
                answer = await wang.post("/api/moves", json={"until": until} | wish)
                codes[code] = answer.json()["code"]
                assert answer.json()["mend"]
            assert codes == {code: code for code in codes}

    asyncio.run(story())


def test_a_priority_is_changed_and_put_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li, wang = await ready(centre, "li", "1001"), await centre.login("wang")
            admin, chen = await centre.login("admin"), await centre.login("chen")
            busy = await centre.call()
            await centre.answer("1001")
            for _ in range(3):
                await centre.call()
            asked = (await wang.get("/api/contacts/power-grid-4/why")).json()["waits"]
            assert (asked["higher"], asked["older"], asked["free"]["busy"]) == (0, 2, 1)
            raised = await wang.post("/api/contacts/power-grid-4/priority", json={"raised": 5})
            assert raised.status_code == 200, raised.text
            assert (raised.json()["before"], raised.json()["raised"]) == (0, 5)
            rows = (await wang.get("/api/live?views=contacts")).json()["rows"]
            shown = {one["key"]: (one["row"]["raised"], one["row"]["own"]) for one in rows}
            assert shown["power-grid-4"] == (5, 0)
            assert shown["power-grid-1"] == (None, None)
            (change,) = (await wang.get("/api/moves")).json()
            assert (change["move"], change["ref"], change["by"]) == (None, "power-grid-4", "wang")
            last = (await wang.get("/api/contacts/power-grid-3/why")).json()["waits"]
            assert (last["higher"], last["older"]) == (1, 1)
            await centre.shown()
            why = (await wang.get("/api/contacts/power-grid-4/why")).json()
            assert "+5" in why["reasons"][0]["en"]
            put_back = {"raised": raised.json()["before"]}
            await wang.post("/api/contacts/power-grid-4/priority", json=put_back)
            again = (await wang.get("/api/contacts/power-grid-4/why")).json()["waits"]
            assert (again["higher"], again["older"]) == (0, 2)
            await wang.post("/api/contacts/power-grid-4/priority", json={"raised": 1})
            await centre.hang_up(busy)
            me = await li.post("/api/desk/wrap-up", json={"code": "solved", "note": ""})
            assert me.json()["me"]["agent"]["contact"] == "power-grid-4", "it goes first"
            over = await wang.post("/api/contacts/power-grid-1/priority", json={"raised": 1})
            assert over.json()["code"] == "not_waiting"
            assert (await chen.get("/api/contacts/power-grid-4/why")).status_code == 403
            trail = (await admin.get("/api/audit?what=PrioritySet")).json()["noted"]
            assert [one["about"]["raised"] for one in trail] == ["1", "0", "5"]

    asyncio.run(story())
