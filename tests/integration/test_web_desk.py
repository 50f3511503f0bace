"""An agent's day through the API, on the real floor."""

import asyncio
from pathlib import Path

import httpx

from roost.floor.agents.messages import GoReady
from roost.kernel.ids import Owner
from roost.ports.log import Batch, LogFailed
from roost.web.testing import SmallCentre


def presence(answer: httpx.Response) -> str:
    assert answer.status_code == 200, answer.text
    return answer.json()["me"]["agent"]["presence"]


async def on_the_floor(centre: SmallCentre) -> httpx.AsyncClient:
    li = await centre.login("li")
    assert presence(await li.post("/api/desk/sign-in")) == "away"
    await centre.register("1001")
    assert presence(await li.post("/api/desk/ready")) == "ready"
    return li


def test_a_contact_from_the_ring_to_the_note(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await on_the_floor(centre)
            await centre.call("power-grid", "13800138000")
            mine = (await li.get("/api/desk")).json()
            assert (mine["name"], mine["caller"]) == ("Li Na", "13800138000")
            assert mine["me"]["contact"]["ref"] == "power-grid-1"
            assert mine["me"]["may"][:2] == ["take", "decline"]
            assert presence(await li.post("/api/desk/take")) == "offered"
            await centre.answer("1001")
            assert presence(await li.get("/api/desk")) == "talking"
            held = await li.post("/api/desk/hold")
            assert held.json()["me"]["agent"]["held"] is True
            assert "unhold" in held.json()["me"]["may"]
            assert (await li.post("/api/desk/unhold")).json()["me"]["agent"]["held"] is False
            assert presence(await li.post("/api/desk/hang-up")) == "wrapping"
            refused = await li.post("/api/desk/ready")
            assert (refused.status_code, refused.json()["code"]) == (409, "code_missing")
            finish = {"code": "solved", "note": "断电已修复"}
            assert presence(await li.post("/api/desk/wrap-up", json=finish)) == "ready"
            await centre.shown()
            admin = await centre.login("admin")
            record = (await admin.get("/api/contacts/power-grid-1")).json()
            assert record["segments"][0]["note"] == "断电已修复"
            assert record["summary"]["codes"] == ["solved"]
            assert presence(await li.post("/api/desk/away", json={"reason": "lunch"})) == "away"
            assert presence(await li.post("/api/desk/sign-out")) == "signed_out"

    asyncio.run(story())


def test_a_note_lies_in_the_vault_under_its_clients_key_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await on_the_floor(centre)
            contact = await centre.call("power-grid")
            await centre.answer("1001")
            await centre.hang_up(contact)
            await li.post("/api/desk/wrap-up", json={"code": "solved", "note": "a secret word"})
            rows = centre.parts.log.read(centre.parts.stream, 0, 1_000)
            assert not any(b"secret word" in row.body for row in rows)
            kept = centre.parts.vault.listing("note-")
            assert [(owner, value) for owner, _, value in kept] == [
                (Owner("power-grid"), b"a secret word")
            ]

    asyncio.run(story())


def test_a_declined_contact_goes_to_somebody_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await on_the_floor(centre)
            await centre.call()
            assert presence(await li.post("/api/desk/decline")) == "away"
            await centre.shown()
            assert centre.follower.live.queues["power-grid/calls"].waiting  # type: ignore[index]
            zhao = await centre.login("zhao")
            await zhao.post("/api/desk/sign-in")
            await centre.register("1002")
            await zhao.post("/api/desk/ready")
            assert presence(await zhao.get("/api/desk")) == "offered"

    asyncio.run(story())


def test_the_same_key_is_done_once_and_answered_the_same(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li, zhao = await centre.login("li"), await centre.login("zhao")
            key = {"Idempotency-Key": "click-1"}
            first = await li.post("/api/desk/sign-in", headers=key)
            again = await li.post("/api/desk/sign-in", headers=key)
            assert first.status_code == again.status_code == 200
            assert first.json()["done"] == again.json()["done"]
            without = await li.post("/api/desk/sign-in")
            assert without.json()["code"] == "already_signed_in"
            other = await li.post("/api/desk/sign-out", headers=key)
            assert (other.status_code, other.json()["code"]) == (422, "key_reused")
            assert (await zhao.post("/api/desk/sign-in", headers=key)).status_code == 200

    asyncio.run(story())


def test_the_log_names_who_did_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await on_the_floor(centre)
            wang = await centre.login("wang")
            assert (
                await wang.post("/api/agents/1001/away", json={"reason": "break"})
            ).status_code == 200
            last = centre.parts.log.read(centre.parts.stream, 0, 1_000)[-1]
            assert last.type == "agents.AgentAway"
            assert last.actor == f"person:{centre.people['wang'].id}"
            unknown = await wang.post("/api/agents/4711/ready")
            assert unknown.status_code == 404
            actors = [actor for command, actor, _ in centre.given if isinstance(command, GoReady)]
            assert {"desk"} <= set(actors[0].scopes)

    asyncio.run(story())


def test_when_nobody_can_decide_the_answer_says_so_and_nothing_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await centre.login("li")

            def full(_batch: Batch) -> None:
                raise LogFailed("no space left on device")

            centre.store.failing = full
            key = {"Idempotency-Key": "k"}
            answer = await li.post("/api/desk/sign-in", headers=key)
            assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
            assert answer.headers["retry-after"] == "2"
            centre.store.failing = None
            async with asyncio.timeout(60):
                while (  # noqa: ASYNC110 - the API doesn't tell when it's back
                    answer := await li.post("/api/desk/sign-in", headers=key)
                ).status_code == 503:
                    await asyncio.sleep(0)
            assert presence(answer) == "away"

    asyncio.run(story())


def test_a_recording_is_heard_whole_and_in_parts(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await on_the_floor(centre)
            contact = await centre.call()
            await centre.answer("1001")
            await centre.hang_up(contact)
            await li.post("/api/desk/wrap-up", json={"code": "solved"})
            await centre.shown()
            chen = await centre.login("chen")
            path = "/api/contacts/power-grid-1/recording"
            whole = await chen.get(path)
            assert whole.headers["content-type"] == "audio/wav"
            assert whole.content[:4] == b"RIFF"
            sides = centre.recordings.opened[0][1]
            assert sorted(side.left for side in sides) == [False, True]
            part = await chen.get(path, headers={"Range": "bytes=10-19"})
            assert part.status_code == 206
            assert part.content == whole.content[10:20]
            size = len(whole.content)
            assert part.headers["content-range"] == f"bytes 10-19/{size}"
            last = await chen.get(path, headers={"Range": "bytes=-4"})
            assert last.content == whole.content[-4:]
            beyond = await chen.get(path, headers={"Range": f"bytes={size}-"})
            assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{size}")
            centre.recordings.gone.add(sides[0].file)
            assert (await chen.get(path)).json()["code"] == "no_recording"

    asyncio.run(story())


def test_contacts_are_listed_by_pages_and_filters(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            for number in range(7):
                contact = await centre.call("power-grid" if number % 2 else "water")
                await centre.hang_up(contact)
            admin, sun = await centre.login("admin"), await centre.login("sun")
            seen: list[str] = []
            cursor = ""
            while cursor is not None:
                page = (
                    await admin.get(f"/api/contacts?limit=3{cursor and '&after=' + cursor}")
                ).json()
                seen += [one["ref"] for one in page["contacts"]]
                cursor = page["cursor"]
            assert len(seen) == len(set(seen)) == 7
            assert seen[0] == "water-4"
            water = (await sun.get("/api/contacts?outcome=abandoned&limit=2")).json()
            assert [one["ref"] for one in water["contacts"]] == ["water-4", "water-3"]
            stolen = await admin.get(f"/api/contacts?after={water['cursor']}")
            assert stolen.json()["code"] == "bad_cursor"
            none = (await sun.get("/api/contacts?client=power-grid")).json()
            assert none == {"contacts": [], "cursor": None}

    asyncio.run(story())
