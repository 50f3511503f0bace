"""The desk in a call with several, calling out, and a supervisor's ear: on the real floor."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from roost.floor.calls.messages import MediaReady
from roost.kernel.ids import OPERATOR, AgentId, Owner
from roost.ports.accounts import Role
from roost.web.testing import MEDIA, PASSWORD, SmallCentre

GRID = Owner("power-grid")
MOBILE = "139 3155 0000"


class Two:
    """Li talks to a customer; Zhao is ready."""

    def __init__(self, centre: SmallCentre, li: httpx.AsyncClient, zhao: httpx.AsyncClient) -> None:
        self.centre, self.li, self.zhao = centre, li, zhao

    async def do(self, what: str, who: str = "li", **body: Any) -> dict[str, Any]:
        """A command of the desk that's done: my row after it."""
        person = self.li if who == "li" else self.zhao
        answer = await person.post(f"/api/desk/{what}", json=body or None)
        assert answer.status_code == 200, answer.text
        await self.centre.shown()
        return (await person.get("/api/desk")).json()

    async def refused(self, what: str, **body: Any) -> str:
        answer = await self.li.post(f"/api/desk/{what}", json=body or None)
        assert answer.status_code == 409, answer.text
        return answer.json()["code"]


Story = Callable[[Two], Awaitable[None]]


def told(folder: Path, story: Story, *, calling: bool = True) -> None:
    async def tell() -> None:
        async with SmallCentre(folder) as centre:
            li, zhao = await centre.login("li"), await centre.login("zhao")
            for person, agent in ((li, "1001"), (zhao, "1002")):
                await person.post("/api/desk/sign-in")
                await centre.register(agent)
            await li.post("/api/desk/ready")
            if calling:
                await centre.call("power-grid")
                await centre.answer("1001")
                await zhao.post("/api/desk/ready")
                await centre.shown()
            await story(Two(centre, li, zhao))

    asyncio.run(tell())


def states(desk: dict[str, Any]) -> dict[str, str]:
    return {
        one["party"] + (one["agent"] or ""): one["state"] for one in desk["me"]["talk"]["parties"]
    }


def test_a_colleague_is_consulted_and_takes_over(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        found = (await two.li.get("/api/desk/targets", params={"text": "1002"})).json()
        assert [(one["agent"], one["presence"]) for one in found["colleagues"]] == [
            ("1002", "ready")
        ]
        assert found["entries"] == []
        desk = await two.do("consult", agent="1002")
        assert states(desk) == {"customer": "held", "agent1001": "talking", "agent1002": "ringing"}
        assert desk["names"]["1001"] == "Li Na"
        assert "complete-transfer" in desk["me"]["may"]
        assert "consult" not in desk["me"]["may"]
        await two.centre.answer("1002")
        desk = (await two.li.get("/api/desk")).json()
        assert {"merge", "toggle", "complete-transfer", "drop"} <= set(desk["me"]["may"])
        assert desk["me"]["contact"]["agent"] == "1001", "only consulted: it's still Li's"
        theirs = (await two.zhao.get("/api/desk")).json()["me"]
        assert (theirs["kind"], theirs["may"][:2]) == ("consult", ["digits", "hang-up"])
        desk = await two.do("toggle")
        assert states(desk)["customer"] == "talking"
        assert states(desk)["agent1002"] == "held"
        desk = await two.do("merge")
        assert set(states(desk).values()) == {"talking"}
        assert "merge" not in desk["me"]["may"]
        mine = await two.do("complete-transfer")
        assert mine["me"]["agent"]["presence"] == "wrapping"
        theirs = (await two.zhao.get("/api/desk")).json()["me"]
        assert (theirs["kind"], theirs["contact"]["agent"]) == ("transfer", "1002")
        assert {"hold", "consult"} <= set(theirs["may"])

    told(tmp_path, story)


def test_a_typed_number_lies_in_the_vault_alone(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        desk = await two.do("consult", number=MOBILE)
        guest = next(one for one in desk["me"]["talk"]["parties"] if one["party"] == "guest")
        assert desk["numbers"][guest["leg"]] == "13931550000"
        rows = two.centre.parts.log.read(two.centre.parts.stream, 0, 2_000)
        assert not any(b"13931550000" in row.body for row in rows)
        kept = two.centre.parts.vault.listing("number-")
        assert [(owner, value) for owner, _, value in kept] == [(GRID, b"13931550000")]
        await two.centre.answer_outside()
        desk = await two.do("drop", leg=guest["leg"])
        assert set(states(desk)) == {"customer", "agent1001"}

    told(tmp_path, story)


def test_a_transfer_to_a_queue_keeps_the_customer(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        mine = await two.do("transfer", queue="power-grid/calls")
        assert mine["me"]["agent"]["presence"] == "wrapping"
        theirs = (await two.zhao.get("/api/desk")).json()["me"]
        assert theirs["agent"]["presence"] == "offered"
        assert theirs["contact"]["ref"] == "power-grid-1"

    told(tmp_path, story)


def test_what_may_not_be_called_is_refused_before_anything_happens(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        before = len(two.centre.parts.log.read(two.centre.parts.stream, 0, 2_000))
        assert await two.refused("consult", number="call me") == "number_wrong"
        assert await two.refused("consult", number="110") == "number_not_allowed"
        assert await two.refused("transfer", number="+44 20 7946 0000") == "number_not_allowed"
        assert await two.refused("consult", queue="water/calls") == "unknown_target"
        assert await two.refused("merge") == "no_other_party"
        for body in ({}, {"agent": "1002", "entry": "crew"}):
            answer = await two.li.post("/api/desk/consult", json=body)
            assert answer.status_code == 400
        assert len(two.centre.parts.log.read(two.centre.parts.stream, 0, 2_000)) == before

    told(tmp_path, story)


def test_keys_are_sent_and_kept_nowhere(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        await two.do("digits", digits="4711#")
        sent = [one for one in two.centre.phones.performed if type(one).__name__ == "SendDigits"]
        assert len(sent) == 1
        rows = two.centre.parts.log.read(two.centre.parts.stream, 0, 2_000)
        assert not any(b"4711" in row.body for row in rows)
        wrong = await two.li.post("/api/desk/digits", json={"digits": "12x"})
        assert wrong.status_code == 400
        assert "12x" not in wrong.text

    told(tmp_path, story)


def test_the_recording_pauses_and_goes_on(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        desk = await two.do("recording", paused=True)
        recording = desk["me"]["talk"]["recording"]
        assert recording["paused"]
        assert recording["until"] > two.centre.clock.now()
        assert "resume-recording" in desk["me"]["may"]
        desk = await two.do("recording", paused=False)
        assert desk["me"]["talk"]["recording"] == {"paused": False, "until": None}

    told(tmp_path, story)


@pytest.mark.parametrize("answers", [True, False])
def test_somebody_is_called_for_a_client(tmp_path: Path, answers: bool) -> None:
    async def story(two: Two) -> None:
        await two.centre.do(MediaReady(MEDIA))
        mine = (await two.li.get("/api/desk/clients")).json()
        assert [one["client"] for one in mine] == ["power-grid", "water"]
        assert mine[0]["greeting"] == "This is Power-Grid."
        assert await two.refused("call", client="nobody", number=MOBILE) == "unknown_client"
        desk = await two.do("call", client="water", number=MOBILE)
        assert (desk["me"]["kind"], desk["me"]["contact"]["outbound"]) == ("outbound", True)
        assert desk["caller"] == "13931550000"
        await two.centre.answer("1001")
        if answers:
            await two.centre.answer_outside()
            desk = (await two.li.get("/api/desk")).json()
            assert states(desk) == {"customer": "talking", "agent1001": "talking"}
            desk = await two.do("hang-up")
            assert desk["me"]["agent"]["presence"] == "wrapping"
            assert desk["me"]["contact"]["ref"] == "water-1"
        else:
            desk = await two.do("hang-up")
            assert desk["me"]["agent"]["presence"] == "ready", "as before"

    told(tmp_path, story, calling=False)


def test_a_supervisor_listens_whispers_and_takes_over(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        centre = two.centre
        await two.zhao.post("/api/desk/away", json={"reason": "break"})
        made = centre.accounts.create(OPERATOR, "deng", Role.SUPERVISOR, AgentId("1002"), PASSWORD)
        centre.people["deng"] = made  # type: ignore[assignment]
        deng = await centre.login("deng")
        no = await two.zhao.post("/api/agents/1001/watch", json={"mode": "listen"})
        assert no.status_code == 403, "agents listen to nobody"
        assert (
            await deng.post("/api/agents/4711/watch", json={"mode": "listen"})
        ).status_code == 404
        row = (await deng.post("/api/agents/1001/watch", json={"mode": "listen"})).json()["me"]
        assert (row["watch"]["of"], row["watch"]["mode"]) == ("1001", "listen")
        await centre.answer("1002")
        li = (await two.li.get("/api/desk")).json()["me"]
        watcher = next(one for one in li["talk"]["parties"] if one["party"] == "watcher")
        assert (watcher["agent"], watcher["of"], watcher["mode"]) == ("1002", "1001", "listen")
        row = (await deng.post("/api/watch/mode", json={"mode": "whisper"})).json()["me"]
        assert row["watch"]["mode"] == "whisper"
        live = (await deng.get("/api/live?views=agents")).json()["rows"]
        assert {one["key"]: one["row"]["watches"] for one in live}["1002"] == "1001"
        row = (await deng.post("/api/watch/take-over")).json()["me"]
        assert (row["agent"]["presence"], row["kind"]) == ("talking", "transfer")
        assert (await two.li.get("/api/desk")).json()["me"]["agent"]["presence"] == "wrapping"
        noted = (await (await centre.login("admin")).get("/api/audit?what=TalkWatched")).json()
        assert [(one["about"]["how"], one["client"]) for one in noted["noted"]] == [
            ("take over", "power-grid"),
            ("whisper", "power-grid"),
            ("listen", "power-grid"),
        ]
        gone = await deng.delete("/api/watch")
        assert (gone.status_code, gone.json()["code"]) == (409, "not_watching")

    told(tmp_path, story)


def test_the_history_with_a_person_is_one_clients_alone(tmp_path: Path) -> None:
    async def story(two: Two) -> None:
        centre, number = two.centre, "13700137000"

        async def handled(client: str, note: str) -> None:
            contact = await centre.call(client, number)
            await centre.answer("1001")
            await centre.hang_up(contact)
            await two.li.post("/api/desk/wrap-up", json={"code": "solved", "note": note})

        await handled("power-grid", "the meter is broken")
        await handled("water", "a pipe leaks")
        await centre.shown()
        assert (await two.zhao.get("/api/desk/history")).json() == []
        await centre.call("power-grid", number)
        before = (await two.li.get("/api/desk/history")).json()
        assert [one["ref"] for one in before] == ["power-grid-1"]
        assert (before[0]["notes"], before[0]["agents"]) == (["the meter is broken"], ["Li Na"])
        figures = (await two.li.get("/api/desk/figures")).json()
        handled_row = next(one for one in figures if one["measure"] == "handled")
        assert (handled_row["mine"], handled_row["team"] is not None) == (2, True)

    told(tmp_path, story, calling=False)
