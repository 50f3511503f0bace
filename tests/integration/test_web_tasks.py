"""Work that isn't a call now, through the API: promised, taken, tried again, done."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
from msgspec.structs import replace

from roost.floor import definition
from roost.floor.calls import messages as calls
from roost.kernel.actor import SETUP
from roost.kernel.ids import OPERATOR, AgentId, ClientId, Digest, MediaId, Owner
from roost.kernel.messages import Refusal
from roost.kernel.time import DurationUs
from roost.ports.accounts import Role
from roost.web.testing import PASSWORD, SmallCentre, small_floor

MINUTE = 60_000_000


async def at_work(centre: SmallCentre, name: str, agent: str) -> httpx.AsyncClient:
    person = await centre.login(name)
    await person.post("/api/desk/sign-in")
    await centre.register(agent)
    return person


async def listed(person: httpx.AsyncClient, query: str = "") -> list[Any]:
    answer = await person.get(f"/api/tasks{query}")
    assert answer.status_code == 200, answer.text
    return [(one["task"], one["state"]) for one in answer.json()["tasks"]]


def test_a_callback_from_the_promise_to_the_outcome(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li, zhao = await at_work(centre, "li", "1001"), await at_work(centre, "zhao", "1002")
            wang = await centre.login("wang")
            await li.post("/api/desk/ready")
            await centre.call("power-grid", "13800138000")
            await centre.answer("1001")
            now = centre.clock.now()
            about = {"ref": "power-grid-1", "at": now + 60 * MINUTE, "note": "二楼的电表"}
            promised = await li.post("/api/tasks", json=about)
            assert promised.status_code == 200, promised.text
            soon = {"queue": "water/calls", "number": "+8613900139000", "at": now, "mine": True}
            assert (await li.post("/api/tasks", json=soon)).status_code == 200
            assert await listed(zhao) == [("T2", "due"), ("T1", "open")]
            assert await listed(zhao, "?client=power-grid&kind=callback") == [("T1", "open")]
            assert await listed(li, "?mine=true") == [("T2", "due")]
            page = (await zhao.get("/api/tasks?limit=1")).json()
            assert await listed(zhao, f"?limit=1&after={page['cursor']}") == [("T1", "open")]
            # number, note and record are for who has taken it
            await centre.shown()
            assert (await zhao.get("/api/contacts/power-grid-1")).status_code == 404
            hidden = (await zhao.get("/api/tasks/T1")).json()
            assert (hidden["number"], hidden["note"]) == (None, None)
            assert (hidden["task"]["ref"], hidden["task"]["by"]) == ("power-grid-1", "1001")
            assert (await wang.get("/api/tasks/T1")).json()["note"] == "二楼的电表"
            refused = await zhao.post("/api/tasks/T2/take")
            assert (refused.status_code, refused.json()["code"]) == (409, "task_of_another")
            taken = (await zhao.post("/api/tasks/T1/take")).json()["task"]
            assert (taken["number"], taken["note"]) == ("13800138000", "二楼的电表")
            assert (taken["task"]["state"], taken["task"]["holder"]) == ("taken", "1002")
            # the contact that it's about is there for who has taken it, and for no other
            assert (await zhao.get("/api/contacts/power-grid-1")).status_code == 200
            # nobody answers; then somebody does
            again = {"outcome": "no_answer", "again": now + 90 * MINUTE, "note": "try the evening"}
            tried = (await zhao.post("/api/tasks/T1/finish", json=again)).json()["task"]
            assert (tried["task"]["state"], tried["task"]["tries"]) == ("open", 1)
            assert tried["task"]["outcome"] == "no_answer"
            # a supervisor's acts
            assert (await wang.post("/api/tasks/T1/assign", json={"agent": "1001"})).is_success
            assert (await li.post("/api/tasks/T1/take")).json()["task"]["note"] == "try the evening"
            assert (await wang.post("/api/tasks/T1/take-back")).json()["task"]["number"] is None
            assert (await li.post("/api/tasks/T1/take")).is_success
            done = await li.post("/api/tasks/T1/finish", json={"outcome": "reached"})
            assert done.json()["task"] is None
            assert (await wang.post("/api/tasks/T2/close")).json()["task"] is None
            assert await listed(wang) == []
            rows = centre.parts.log.read(centre.parts.stream, 0, 1_000)
            assert not any(b"13900139000" in row.body or b"evening" in row.body for row in rows)
            kept = {owner for owner, _, _ in centre.parts.vault.listing("number-")}
            assert kept == {Owner("water")}

    asyncio.run(story())


def test_who_goes_home_gives_back_and_the_view_tells(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await at_work(centre, "li", "1001")
            soon = {"queue": "water/calls", "number": "13900139000", "at": centre.clock.now()}
            await li.post("/api/tasks", json=soon)
            await li.post("/api/tasks/T1/take")
            (shown,) = (await li.get("/api/live?views=tasks")).json()["rows"]
            assert (shown["key"], shown["row"]["holder"]) == ("T1", "1001")
            await li.post("/api/desk/sign-out")
            (shown,) = (await li.get("/api/live?views=tasks")).json()["rows"]
            assert (shown["row"]["state"], shown["row"]["holder"]) == ("due", None)
            refused = await li.post("/api/tasks/T1/take")
            assert refused.json()["code"] == "not_signed_in"

    asyncio.run(story())


def test_a_task_that_is_offered_is_taken_or_declined_at_the_desk(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            floor = small_floor("2")
            queues = tuple(replace(one, tasks=definition.RoutedTasks()) for one in floor.queues)
            await centre.do(definition.Configure(replace(floor, queues=queues)), SETUP)
            li, zhao = await at_work(centre, "li", "1001"), await at_work(centre, "zhao", "1002")
            await li.post("/api/desk/ready")
            soon = {"queue": "water/calls", "number": "13900139000", "at": centre.clock.now()}
            await zhao.post("/api/tasks", json=soon)
            (one,) = (await li.get("/api/tasks?mine=true")).json()["tasks"]
            assert (one["state"], one["offered"]) == ("offered", "1001")
            assert one["lapses"] > centre.clock.now()
            assert (await li.get("/api/desk")).json()["me"]["task"] == "T1"
            refused = await zhao.post("/api/tasks/T1/decline")
            assert refused.json()["code"] == "not_offered"
            declined = (await li.post("/api/tasks/T1/decline")).json()["task"]["task"]
            assert (declined["state"], declined["offered"]) == ("due", None)
            await zhao.post("/api/desk/ready")
            assert (await zhao.post("/api/tasks/T1/take")).json()["task"]["number"] == "13900139000"
            me = (await zhao.get("/api/desk")).json()["me"]["agent"]
            assert (me["presence"], me["tasks"]) == ("working", ["T1"])
            assert (await zhao.post("/api/tasks/T1/finish", json={"outcome": "reached"})).is_success
            me = (await zhao.get("/api/desk")).json()["me"]["agent"]
            assert (me["presence"], me["tasks"]) == ("ready", [])

    asyncio.run(story())


def test_what_is_not_ones_own_is_not_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            floor = small_floor("2")
            day, night = floor.agents
            night = replace(night, clients=(ClientId("water"),))
            await centre.do(definition.Configure(replace(floor, agents=(day, night))), SETUP)
            li, zhao = await at_work(centre, "li", "1001"), await at_work(centre, "zhao", "1002")
            now = centre.clock.now()
            soon = {"queue": "power-grid/calls", "number": "13900139000", "at": now}
            assert (await li.post("/api/tasks", json=soon)).is_success
            chen = await centre.login("chen")
            assert (await chen.get("/api/tasks")).status_code == 403
            assert await listed(zhao) == []
            assert (await zhao.get("/api/live?views=tasks")).json()["rows"] == []
            for path, body in (("take", None), ("finish", {"outcome": "reached"})):
                one = await zhao.post(f"/api/tasks/T1/{path}", json=body)
                other = await zhao.post(f"/api/tasks/T99/{path}", json=body)
                assert one.status_code == other.status_code == 404
                assert one.content == other.content
            assert (await zhao.post("/api/tasks", json=soon)).status_code == 404
            assert (await li.post("/api/tasks/T1/close")).status_code == 403
            far = await li.post("/api/tasks", json={**soon, "at": 2**53 - 1})
            assert far.json()["code"] == "time_wrong"
            nothing = await li.post("/api/tasks", json={"at": now})
            assert nothing.status_code == 400
            hidden = await li.post("/api/tasks", json={"at": now, "ref": "power-grid-99"})
            assert hidden.status_code == 404

    asyncio.run(story())


def with_voicemail() -> definition.Floor:
    """Whoever calls power-grid leaves a message; its agents may call mobile numbers."""
    floor = small_floor("2")
    steps: dict[str, definition.Step] = {
        "answer": definition.Answer("message"),
        "message": definition.TakeVoicemail((), DurationUs(MINUTE), ""),
    }
    grid, water = floor.flows
    flow = replace(grid, version=Digest("2"), steps=steps)
    clients = tuple(replace(client, calling_out=("138",)) for client in floor.clients)
    return replace(floor, flows=(flow, water), clients=clients)


def test_a_voicemail_is_heard_and_called_by_who_takes_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await centre.do(definition.Configure(with_voicemail()), SETUP)
            await centre.do(calls.MediaReady(MediaId("media-1")))
            contact = await centre.call("power-grid", "13800138000")
            await centre.hang_up(contact)
            li, zhao = await at_work(centre, "li", "1001"), await at_work(centre, "zhao", "1002")
            assert await listed(li, "?kind=voicemail") == [("T1", "due")]
            early = await li.get("/api/tasks/T1/recording")
            assert (early.status_code, early.json()["code"]) == (409, "not_taken")
            assert (await li.post("/api/tasks/T1/take")).json()["task"]["number"] == "13800138000"
            heard = await li.get("/api/tasks/T1/recording")
            assert heard.status_code == 200, heard.text
            assert heard.headers["content-type"] == "audio/wav"
            (opened,) = centre.recordings.opened
            assert [side.left for side in opened[1]] == [True]
            admin = await centre.login("admin")
            noted = (await admin.get("/api/audit?what=RecordingHeard")).json()["noted"]
            assert [one["about"]["ref"] for one in noted] == ["power-grid-1"]
            for person, code in ((zhao, "not_taken"), (li, None)):
                called = await person.post("/api/tasks/T1/call")
                assert called.json().get("code") == code, called.text
            rows = centre.parts.log.read(centre.parts.stream, 0, 1_000)
            (made,) = [row for row in rows if row.type == "calls.CallMade"]
            assert b'"task":"T1"' in made.body
            abroad = {"queue": "power-grid/calls", "number": "+886900", "at": centre.clock.now()}
            assert (await zhao.post("/api/tasks", json=abroad)).is_success
            assert (await zhao.post("/api/tasks/T2/take")).is_success
            refused = await zhao.post("/api/tasks/T2/call")
            assert refused.json()["code"] == "number_not_allowed"

    asyncio.run(story())


def test_who_gave_up_is_called_back_from_the_list(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            lead = centre.accounts.create(
                OPERATOR, "lead", Role.SUPERVISOR, AgentId("1002"), PASSWORD
            )
            assert not isinstance(lead, Refusal)
            centre.people["lead"] = lead
            await centre.do(calls.MediaReady(MediaId("media-1")))
            contact = await centre.call("power-grid", "13800138000")
            person = await at_work(centre, "lead", "1002")

            async def line() -> dict[str, Any]:
                return (await person.get("/api/contacts")).json()["contacts"][0]

            assert (await line())["state"] == "waiting"
            await centre.hang_up(contact)
            shown = await line()
            assert (shown["state"], shown["outcome"], shown["task"]) == ("ended", "abandoned", None)
            path = "/api/contacts/power-grid-1/call-back"
            called = await person.post(path)
            assert called.status_code == 200, called.text
            assert centre.phones.ringing.keys() == {"1002"}
            task = (await line())["task"]
            assert (task["ref"], task["holder"], task["state"]) == (
                "power-grid-1",
                "1002",
                "taken",
            )
            # the contact, the work about it and the call for it lead to one another
            await centre.shown()
            found = (await person.get("/api/contacts?task=T1")).json()["contacts"]
            assert [(one["ref"], one["outbound"]) for one in found] == [
                ("power-grid-2", True),
                ("power-grid-1", False),
            ]
            record = (await person.get("/api/contacts/power-grid-1")).json()
            assert record["summary"]["tasks"] == ["T1"]
            told = [one["what"] for one in record["history"] if one["detail"].get("task") == "T1"]
            assert told[0] == "tasks.TaskAdded"
            chen = await centre.login("chen")
            assert (await chen.get("/api/contacts?task=T1")).json()["contacts"] == []
            assert (await chen.get("/api/contacts")).json()["contacts"][0]["tasks"] == []
            again = await person.post(path)
            assert again.status_code == 409, "one call at a time, and no second task"
            assert len((await person.get("/api/tasks")).json()["tasks"]) == 1
            refused = await (await centre.login("li")).post(path)
            assert refused.status_code == 404

    asyncio.run(story())
