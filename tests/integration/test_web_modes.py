"""A supervisor declares through the API what's known about a client's callers, and undoes it."""

import asyncio
from pathlib import Path

from roost.kernel.time import HOUR, MINUTE
from roost.web.testing import SmallCentre


def test_a_surge_is_declared_shown_extended_and_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang, chen = await centre.login("wang"), await centre.login("chen")
            admin = await centre.login("admin")
            (choice,) = (await chen.get("/api/modes")).json() or [None]
            assert choice is None
            grid = (await wang.get("/api/modes/choices")).json()[0]
            assert grid["queues"] == [f"{grid['client']}/calls"]
            ends = centre.parts.clock.now() + HOUR
            wish = {"kind": "surge", "client": "power-grid", "ends": ends, "words": "A storm"}
            made = await wang.post("/api/modes", json=wish)
            assert made.status_code == 200, made.text
            mode = made.json()["mode"]
            (shown,) = (await wang.get("/api/modes")).json()
            assert (shown["words"], shown["row"]["mode"], shown["row"]["began"]) == (
                "A storm", mode, True,
            )  # fmt: skip
            assert shown["by"]
            (theirs,) = (await chen.get("/api/modes")).json()
            assert (theirs["words"], theirs["by"]) == ("A storm", None)
            later = {"ends": ends + 30 * MINUTE}
            assert (await wang.post(f"/api/modes/{mode}/extend", json=later)).status_code == 200
            assert (await wang.get("/api/modes")).json()[0]["row"]["ends"] == later["ends"]
            gone = await wang.post(f"/api/modes/{mode}/end", json={"withdrawn": True})
            assert gone.status_code == 200, gone.text
            assert (await wang.get("/api/modes")).json() == []
            assert (await wang.post(f"/api/modes/{mode}/end", json={})).status_code == 404
            wrong = await wang.post("/api/modes", json=wish | {"announcement": "flood"})
            assert wrong.json()["code"] == "unknown_announcement"
            trail = (await admin.get("/api/audit?what=ModeSet")).json()["noted"]
            assert [one["about"]["how"] for one in reversed(trail)] == [
                "declared", "extended", "withdrawn", "declared",
            ]  # fmt: skip

    asyncio.run(story())
