"""Who looked and who changed: noted before it happens, read by whom it concerns."""

import asyncio
import io
import zipfile
from pathlib import Path
from typing import Any

import httpx

from integration.test_web_permissions import in_progress
from roost.office.audit.messages import AUDIT
from roost.ports.log import Batch, LogFailed
from roost.web import audit
from roost.web.testing import PASSWORD, SmallCentre

REF = "power-grid-1"
RECORDING = f"/api/contacts/{REF}/recording"
REVEAL = f"/api/contacts/{REF}/reveal"


async def trail(client: httpx.AsyncClient, query: str = "") -> list[dict[str, Any]]:
    answer = await client.get(f"/api/audit{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()["noted"]


def test_a_number_is_masked_until_somebody_looks_and_that_is_noted(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            wang, admin = await centre.login("wang"), await centre.login("admin")
            for path in ("/api/contacts", f"/api/contacts/{REF}"):
                text = (await wang.get(path)).text
                assert "13800138000" not in text
                assert "••••••••000" in text
            assert await trail(admin) == []
            shown = await wang.post(REVEAL)
            assert shown.json() == {"caller": "13800138000"}
            assert shown.headers["cache-control"] == "no-store"
            (one,) = await trail(admin)
            assert (one["actor"], one["name"]) == (centre.people["wang"].id, "wang")
            assert (one["what"], one["client"]) == ("NumberShown", "power-grid")
            assert one["about"] == {"ref": REF}
            rows = centre.parts.log.read(AUDIT, 0, 10)
            assert all(b"138" not in row.body for row in rows), "personal data in the trail"

    asyncio.run(story())


def test_listening_changing_and_commanding_are_noted(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            chen, wang = await centre.login("chen"), await centre.login("wang")
            admin = await centre.login("admin")
            for part in ("bytes=0-99", "bytes=100-199", "bytes=7000-"):
                heard = await chen.get(RECORDING, headers={"Range": part})
                assert heard.status_code == 206
            await wang.get(RECORDING)
            await wang.post("/api/agents/1001/away", json={"reason": "break"})
            await wang.post("/api/agents/1001/ready")
            await wang.post("/api/agents/1001/sign-out")
            await wang.post("/api/agents/9999/ready")
            made = await admin.post(
                "/api/accounts", json={"name": "hu", "role": "supervisor", "password": PASSWORD}
            )
            hu = made.json()["account"]
            await admin.post(f"/api/accounts/{hu}/teams", json={"teams": ["day"]})
            await admin.post(f"/api/accounts/{hu}/disable")
            await admin.post("/api/accounts/U999/disable")
            found = [(one["what"], one["about"].get("how")) for one in await trail(admin)]
            assert found[::-1] == [
                ("RecordingHeard", None),
                ("RecordingHeard", None),
                ("AgentCommanded", "away"),
                ("AgentCommanded", "ready"),
                ("AgentCommanded", "sign-out"),
                ("AccountChanged", "made"),
                ("AccountChanged", "teams"),
                ("AccountChanged", "disabled"),
            ]

    asyncio.run(story())


def test_a_persons_data_is_handed_out_and_erased_for_their_client_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            chen, sun, admin = [await centre.login(name) for name in ("chen", "sun", "admin")]
            whom, at = {"number": "138-0013-8000"}, "/api/clients/power-grid/persons"
            for path in ("find", "export", "erase"):
                refused = await sun.post(f"{at}/{path}", json=whom)
                never = await sun.post(f"/api/clients/nobody/persons/{path}", json=whom)
                assert refused.status_code == never.status_code == 404
                assert refused.content == never.content
            found = (await chen.post(f"{at}/find", json=whom)).json()
            assert (found["contacts"], found["tasks"]) == ([REF], [])
            wrong = {"what": "number", "value": "13800138000"}
            assert (await chen.post(f"/api/contacts/{REF}/correct", json=wrong)).status_code == 204
            taken = await chen.post(f"{at}/export", json=whom)
            with zipfile.ZipFile(io.BytesIO(taken.content)) as file:
                assert f"recordings/{REF}.wav" in file.namelist()
                assert "13800138000" in file.read("person.json").decode()
            done = (await admin.post(f"{at}/erase", json=whom)).json()
            assert (done["contacts"], done["recordings"] > 0) == (1, True)
            shown = (await chen.get("/api/contacts")).json()["contacts"][0]
            assert (shown["caller"], shown["erased"]) == (None, True)
            assert (await chen.get(RECORDING)).status_code == 404
            assert (await chen.post(REVEAL)).status_code == 404
            gone = await chen.post(f"/api/contacts/{REF}/correct", json=wrong)
            assert (gone.status_code, gone.json()["code"]) == (404, "no_value")
            did = [one["about"].get("how") for one in await trail(admin, "?what=PersonHandled")]
            assert did == ["erased", "exported", "found"]

    asyncio.run(story())


def test_what_cannot_be_noted_does_not_happen(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            wang, admin = await centre.login("wang"), await centre.login("admin")

            def full(batch: Batch) -> None:
                if any(event.stream == AUDIT for event in batch.events):
                    raise LogFailed("disk full")

            centre.store.failing = full
            given, opened = len(centre.given), len(centre.phones.performed)
            heard = await wang.get(RECORDING)
            shown = await wang.post(REVEAL)
            sent = await wang.post("/api/agents/1001/away", json={"reason": "break"})
            for answer in (heard, shown, sent):
                assert (answer.status_code, answer.json()["code"]) == (503, "not_noted")
            assert (len(centre.given), len(centre.phones.performed)) == (given, opened)
            body = {"name": "hu", "role": "supervisor", "password": PASSWORD}
            assert (await admin.post("/api/accounts", json=body)).status_code == 503
            login = {"name": "hu", "password": PASSWORD}
            assert (await centre.anybody().post("/api/session", json=login)).status_code == 401
            centre.store.failing = None
            assert (await wang.post(REVEAL)).status_code == 200

    asyncio.run(story())


def test_a_client_reads_what_was_done_with_its_own_and_nobody_elses_names(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            people = {name: await centre.login(name) for name in ("wang", "chen", "sun", "admin")}
            await people["wang"].get(RECORDING)
            await people["chen"].get(RECORDING)
            await people["wang"].post("/api/agents/1001/away", json={"reason": "break"})
            mine = await trail(people["chen"])
            assert [(one["what"], one["name"]) for one in mine] == [
                ("RecordingHeard", "chen"),
                ("RecordingHeard", None),
            ]
            assert await trail(people["sun"]) == []
            assert (await people["wang"].get("/api/audit")).status_code == 403
            whole = await trail(people["admin"], "?what=RecordingHeard&ref=power-grid-1")
            assert len(whole) == 2
            actor = centre.people["wang"].id
            assert len(await trail(people["admin"], f"?actor={actor}")) == 2
            assert (await people["admin"].get("/api/audit?what=Nothing")).status_code == 400
            assert len(await trail(people["admin"], "?client=power-grid")) == 2
            assert len(await trail(people["admin"], "?client=operator")) == 1
            times = [one["at"] for one in await trail(people["admin"])][::-1]
            assert len(await trail(people["admin"], f"?since={times[1]}")) == 2
            assert len(await trail(people["admin"], f"?until={times[1]}")) == 1
            assert len(await trail(people["admin"], f"?until={times[2]}&since={times[1]}")) == 1

    asyncio.run(story())


def test_the_trail_is_read_by_pages_of_any_size(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr(audit, "AUDIT_BATCH", 3)
    monkeypatch.setattr(audit, "AUDIT_BATCHES", 2)

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            wang, admin = await centre.login("wang"), await centre.login("admin")
            chen = await centre.login("chen")
            for count in range(20):
                if count % 5 == 0:
                    await chen.post(REVEAL)
                await wang.post("/api/agents/1001/away", json={"reason": "break"})
            for person, expected in ((admin, 24), (chen, 4)):
                cursor, seen = "", []
                while True:
                    page = (await person.get(f"/api/audit?limit=2{cursor}")).json()
                    seen += page["noted"]
                    if page["cursor"] is None:
                        break
                    cursor = f"&after={page['cursor']}"
                assert len(seen) == expected
            answer = await chen.get(f"/api/audit?after={'A' * 43}")
            assert answer.json()["code"] == "bad_cursor"

    asyncio.run(story())
