"""The wall: what a client's people read carries nothing that counts across clients."""

import asyncio
import re
from pathlib import Path

from roost.kernel.time import HOUR
from roost.web.testing import SmallCentre

#: Ids of contacts, legs, offers, plays, tracks, collections and tasks, as the cell counts them, and
#: of accounts, as the centre does.
CELLS_OWN = re.compile(
    r'"[TU]\d+"|"C\d|C\d+/|"L\d|leg-\d|caller-\d|media-1|"epoch"|ready_for|candidates'
)


async def a_busy_hour(centre: SmallCentre) -> None:
    """Contacts of both clients with both agents; chen's are the fourth and the sixth in all."""
    people = {name: await centre.login(name) for name in ("li", "zhao")}
    for name, agent in (("li", "1001"), ("zhao", "1002")):
        await people[name].post("/api/desk/sign-in")
        await centre.register(agent)
    await people["li"].post("/api/desk/ready")
    for client in ("water", "water", "water", "power-grid", "water", "power-grid"):
        contact = await centre.call(client)
        await centre.answer("1001")
        await people["li"].post("/api/desk/hold")
        await people["li"].post("/api/desk/unhold")
        later = {"queue": f"{client}/calls", "number": "1380", "at": centre.clock.now() + HOUR}
        assert (await people["li"].post("/api/tasks", json=later)).status_code == 200
        about = {"ref": f"{client}-1", "at": centre.clock.now() + HOUR}
        await people["li"].post("/api/tasks", json=about)
        await centre.hang_up(contact)
        await people["li"].post("/api/desk/wrap-up", json={"code": "solved", "note": "n"})
    await people["zhao"].post("/api/desk/ready")
    await centre.call("water")  # rings somewhere
    await centre.shown()


def test_nothing_that_a_clients_people_read_counts_across_clients(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await a_busy_hour(centre)
            chen = await centre.login("chen")
            listed = await chen.get("/api/contacts")
            refs = [one["ref"] for one in listed.json()["contacts"]]
            assert refs == ["power-grid-2", "power-grid-1"]
            read = [listed]
            read += [await chen.get(f"/api/contacts/{ref}") for ref in refs]
            read += [
                await chen.get(path)
                for path in (
                    "/api/live",
                    "/api/feed?limit=200",
                    "/api/contacts?limit=1",
                    "/api/invoices/drafts",
                    "/api/session",
                )
            ]
            for answer in read:
                assert answer.status_code == 200, answer.text
                text = re.sub(r'"cursor":"[^"]*"', "", answer.text)  # sealed
                assert not CELLS_OWN.search(text), text
                assert "water" not in answer.text
            whole = read[1].json()
            assert {moment["what"] for moment in whole["history"]} >= {
                "calls.CallArrived",
                "agents.OfferTaken",
                "calls.ContactEnded",
            }
            sound = await chen.get(f"/api/contacts/{refs[0]}/recording")
            assert sound.status_code == 200
            assert not CELLS_OWN.search(str(sound.headers))

    asyncio.run(story())


def test_an_event_shows_a_client_no_field_that_names_what_is_not_its_own(tmp_path: Path) -> None:
    """The operator reads the same contact's whole history; the client a part of it."""

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await a_busy_hour(centre)
            path = "/api/contacts/power-grid-1"
            whole = (await (await centre.login("wang")).get(path)).json()["history"]
            part = (await (await centre.login("chen")).get(path)).json()["history"]
            kinds = {moment["what"] for moment in whole}
            assert "routing.Assigned" in kinds
            assert "calls.MatrixChanged" in kinds
            shown = {(moment["what"], *sorted(moment["detail"])) for moment in part}
            assert {one[0] for one in shown} < kinds
            for _, *fields in shown:
                assert not set(fields) & {"leg", "offer", "play", "track", "routes", "cause"}

    asyncio.run(story())
