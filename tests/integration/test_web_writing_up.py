"""Writing a contact up through the API: a draft that survives a reload, a code that comes later."""

import asyncio
from pathlib import Path

from roost.kernel.ids import Owner
from roost.web.testing import SmallCentre


def test_a_note_survives_a_reload_and_a_code_comes_later(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li, wang = await centre.login("li"), await centre.login("wang")
            await li.post("/api/desk/sign-in")
            await centre.register("1001")
            await li.post("/api/desk/ready")
            contact = await centre.call("power-grid")
            await centre.answer("1001")
            segment = (await li.get("/api/desk")).json()["me"]["segment"]
            for text in ("meter", "meter 17 is da", "meter 17 is dark"):
                kept = await li.post("/api/desk/note", json={"segment": segment, "note": text})
                assert kept.status_code == 200, kept.text
            again = await centre.login("li")  # the page is opened anew
            draft = {"segment": segment, "note": "meter 17 is dark"}
            assert (await again.get("/api/desk/note")).json() == [draft]
            rows = centre.parts.log.read(centre.parts.stream, 0, 1_000)
            assert sum(row.type == "agents.NoteDrafted" for row in rows) == 1
            assert not any(b"meter 17" in row.body for row in rows)
            await centre.hang_up(contact)
            me = (await li.get("/api/desk")).json()["me"]
            assert "extend-wrap-up" in me["may"]
            more = (await li.post("/api/desk/extend-wrap-up")).json()["me"]["agent"]
            assert more["extended"]
            assert more["until"] > me["agent"]["until"]
            refused = await li.post("/api/desk/extend-wrap-up")
            assert (refused.status_code, refused.json()["code"]) == (409, "already_extended")
            assert (await wang.post("/api/agents/1001/ready")).status_code == 200
            await centre.shown()
            me = (await li.get("/api/desk")).json()["me"]
            assert me["agent"]["presence"] == "ready"
            (open_one,) = me["to_complete"]
            assert (open_one["segment"], open_one["ref"]) == (segment, "power-grid-1")
            assert open_one["codes"] == ["solved", "told"]
            assert (await again.get("/api/desk/note")).json() == [draft]
            before = (await wang.get("/api/contacts/power-grid-1")).json()["segments"][0]
            assert (before["code"], before["note"]) == ("none", "meter 17 is dark")
            other = {"segment": "C9/s9", "code": "solved"}
            unknown = await li.post("/api/desk/complete", json=other)
            assert unknown.json()["code"] == "nothing_to_complete"
            done = {"segment": segment, "code": "solved", "note": "meter 17 was dark"}
            finished = await li.post("/api/desk/complete", json=done)
            assert finished.json()["me"]["to_complete"] == []
            await centre.shown()
            record = (await wang.get("/api/contacts/power-grid-1")).json()
            after = record["segments"][0]
            assert (after["code"], after["note"]) == ("solved", "meter 17 was dark")
            assert after["wrap_up_us"] == before["wrap_up_us"]
            assert record["summary"]["codes"] == ["solved"]
            left = centre.parts.vault.listing("draft-")
            assert left == [], "the draft is dropped when the note has taken its place"
            kept_notes = centre.parts.vault.listing("note-")
            assert [owner for owner, _, _ in kept_notes] == [Owner("power-grid")]

    asyncio.run(story())
