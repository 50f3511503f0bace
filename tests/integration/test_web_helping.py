"""A raised hand and a team's messages through the API."""

import asyncio
from pathlib import Path

from roost.web.testing import SmallCentre


def test_a_hand_is_seen_and_a_team_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li, zhao, wang = [await centre.login(one) for one in ("li", "zhao", "wang")]
            for one in (li, zhao):
                await one.post("/api/desk/sign-in")
            up = await li.post("/api/desk/raise-hand", json={"raised": True})
            assert up.json()["me"]["agent"]["hand"] is not None
            floor = (await wang.get("/api/live?views=agents")).json()["rows"]
            hands = {one["key"]: one["row"]["hand"] for one in floor}
            assert hands["1001"] is not None
            assert hands["1002"] is None
            assert (await wang.post("/api/agents/1001/answer-hand")).status_code == 200
            assert (await li.get("/api/desk")).json()["me"]["agent"]["hand"] is None
            text = "北区停电，请按脚本三答复"
            told = await wang.post("/api/teams/day/message", json={"text": text})
            assert told.status_code == 200, told.text
            only = await wang.post("/api/agents/1001/message", json={"text": "call me"})
            assert only.status_code == 200, only.text
            heard = (await li.get("/api/desk/messages")).json()
            assert [(one["text"], one["sender"], one["to_me"]) for one in heard] == [
                (text, "wang", False),
                ("call me", "wang", True),
            ]
            assert [one["text"] for one in (await zhao.get("/api/desk/messages")).json()] == [text]
            me = (await zhao.get("/api/desk")).json()["me"]
            assert me["told"] == heard[0]["at"]
            assert (await wang.post("/api/teams/x/message", json={"text": "t"})).status_code == 404
            long = await wang.post("/api/teams/day/message", json={"text": "x" * 501})
            assert long.status_code == 400
            rows = centre.parts.log.read(centre.parts.stream, 0, 1_000)
            assert not any("脚本".encode() in row.body or b"call me" in row.body for row in rows)

    asyncio.run(story())


def test_a_break_shows_its_limit(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await centre.login("li")
            await li.post("/api/desk/sign-in")
            limits = {}
            for reason in ("break", "lunch"):
                away = await li.post("/api/desk/away", json={"reason": reason})
                limits[reason] = away.json()["me"]["agent"]["limit_us"]
            assert limits == {"break": 15 * 60 * 1_000_000, "lunch": None}

    asyncio.run(story())
