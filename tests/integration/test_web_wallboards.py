"""Televisions: paired by a code, reading one scope, dark at once when they're revoked."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from integration.serving import served
from integration.test_web_feed import next_of
from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.kernel.ids import OPERATOR
from roost.kernel.messages import Refusal
from roost.ports.accounts import Role
from roost.ports.wallboards import MOST_CODES_SOURCE
from roost.web import wallboards
from roost.web.gate import kept
from roost.web.limits import FAILED_BY_NAME
from roost.web.testing import PASSWORD, SmallCentre

CENTRE = {"name": "Lobby", "scope": "centre"}


async def paired(
    centre: SmallCentre, by: httpx.AsyncClient, **wanted: Any
) -> tuple[httpx.AsyncClient, str]:
    """A television and its board's id."""
    tv = centre.anybody()
    shown = (await tv.post("/api/wallboards/codes")).json()
    typed = f"{shown['code'][:4].lower()}-{shown['code'][4:]}"
    made = await by.post("/api/wallboards", json=CENTRE | wanted | {"code": typed})
    assert made.status_code == 201, made.text
    return tv, made.json()["board"]


async def looks(host: str, tv: httpx.AsyncClient, views: str) -> ClientConnection:
    cookie = f"roost-board={tv.cookies['roost-board']}"
    address = f"ws://{host}/api/feed?views={views}"
    headers = {"Cookie": cookie, "Origin": f"http://{host}"}
    return await connect(address, additional_headers=headers, proxy=None, max_queue=None)


def test_a_code_on_the_screen_becomes_a_board_that_reads_and_nothing_else(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang, tv = await centre.login("wang"), centre.anybody()
            assert (await tv.get("/api/wallboards/codes")).json()["code"] is None
            asked = await tv.post("/api/wallboards/codes")
            cookie = asked.headers["set-cookie"].lower()
            assert "httponly" in cookie
            assert "samesite=strict" in cookie
            assert tv.cookies["roost-board"] not in asked.text
            waiting = (await tv.get("/api/wallboards/codes")).json()
            assert (waiting["board"], waiting["code"]) == (None, asked.json()["code"])
            assert (await tv.get("/api/live")).status_code == 401
            wanted = CENTRE | {"code": waiting["code"]}
            assert (await wang.post("/api/wallboards", json=wanted)).status_code == 201
            again = await wang.post("/api/wallboards", json=wanted)
            assert again.json()["code"] == "no_such_code", "a code is used once"
            assert (await tv.get("/api/wallboards/codes")).json()["name"] == "Lobby"
            me = (await tv.get("/api/session")).json()
            assert (me["role"], me["scopes"]) == ("wallboard", ["queues.read"])
            views = {row["view"] for row in (await tv.get("/api/live")).json()["rows"]}
            assert views == {"queues", "totals"}
            for path in ("contacts", "feed", "definitions", "live?views=agents", "audit"):
                assert (await tv.get(f"/api/{path}")).status_code == 403, path
            assert (await tv.post("/api/wallboards/codes")).json()["code"] == "already_paired"

    asyncio.run(story())


def test_a_board_shows_its_scope_alone(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang = await centre.login("wang")
            client, _ = await paired(centre, wang, scope="client", of="water", agents=True)
            rows = (await client.get("/api/live")).json()["rows"]
            assert {row["key"] for row in rows} == {"water/calls", "water"}
            team, _ = await paired(centre, wang, scope="team", of="day", agents=True)
            rows = (await team.get("/api/live")).json()["rows"]
            assert {row["key"] for row in rows if row["view"] == "agents"} == {"1001", "1002"}
            for wanted in ({"scope": "team", "of": "dawn"}, {"scope": "client", "of": "nix"}):
                body = {"name": "x", "code": "ABCDEFGH"} | wanted
                assert (await wang.post("/api/wallboards", json=body)).status_code == 409
            listed = (await wang.get("/api/wallboards")).json()
            assert [(one["scope"], one["of"]) for one in listed] == [
                ("client", "water"),
                ("team", "day"),
            ]
            xu = centre.accounts.create(OPERATOR, "xu", Role.SUPERVISOR, None, PASSWORD, ("night",))
            assert not isinstance(xu, Refusal)
            centre.people["xu"] = xu
            night = await centre.login("xu")
            assert (await night.get("/api/wallboards")).json() == []
            body = CENTRE | {"code": "ABCDEFGH"}
            assert (await night.post("/api/wallboards", json=body)).status_code == 403
            assert (await night.delete("/api/wallboards/W1")).status_code == 404

    asyncio.run(story())


def test_a_revoked_television_goes_dark_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang, admin = await centre.login("wang"), await centre.login("admin")
            tv, board = await paired(centre, wang)
            feed = await looks(host, tv, "queues,totals")
            assert (await next_of(feed, "rows"))["whole"]
            await centre.call()
            await next_of(feed, "rows")
            assert (await wang.delete(f"/api/wallboards/{board}")).status_code == 204
            async with asyncio.timeout(5):  # no heartbeat comes so soon
                assert (await next_of(feed, "bye"))["code"] == "logged_out"
                with pytest.raises(ConnectionClosed):
                    await feed.recv()
            with pytest.raises(InvalidStatus):
                await looks(host, tv, "queues")
            assert (await tv.get("/api/live")).status_code == 401
            assert (await tv.get("/api/wallboards/codes")).json()["board"] is None
            assert (await wang.delete(f"/api/wallboards/{board}")).status_code == 404
            noted = (await admin.get("/api/audit?what=WallboardChanged")).json()["noted"]
            assert [one["about"] for one in noted] == [
                {"board": board, "how": "revoked"},
                {"board": board, "how": "paired"},
            ]

    asyncio.run(story())


def test_a_pairing_survives_a_restart_and_no_secret_lies_in_the_file(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            tv, board = await paired(centre, await centre.login("wang"))
            secret = tv.cookies["roost-board"]
        again = SqliteAccounts(tmp_path / "accounts.db")
        found = again.wallboards.board(kept(secret))
        assert found is not None
        assert f"W{found.id}" == board
        again.close()
        assert secret.encode() not in (tmp_path / "accounts.db").read_bytes()

    asyncio.run(story())


def test_codes_are_bounded_and_cannot_be_guessed(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang, tv = await centre.login("wang"), centre.anybody()
            code = ""
            for _ in range(MOST_CODES_SOURCE):
                code = (await tv.post("/api/wallboards/codes")).json()["code"]
            full = await tv.post("/api/wallboards/codes")
            assert (full.status_code, full.json()["code"]) == (429, "too_many_codes")
            for _ in range(FAILED_BY_NAME):
                wrong = await wang.post("/api/wallboards", json=CENTRE | {"code": "AAAA-AAAA"})
                assert wrong.json()["code"] == "no_such_code"
            locked = await wang.post("/api/wallboards", json=CENTRE | {"code": code})
            assert locked.status_code == 429
            foreign = {"Origin": "https://evil.example"}
            asked = await centre.anybody().post("/api/wallboards/codes", headers=foreign)
            assert asked.json()["code"] == "foreign_origin"

    asyncio.run(story())


def test_a_code_that_has_run_out_pairs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wallboards, "CODE_TIME", 0)

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            wang, tv = await centre.login("wang"), centre.anybody()
            code = (await tv.post("/api/wallboards/codes")).json()["code"]
            late = await wang.post("/api/wallboards", json=CENTRE | {"code": code})
            assert late.json()["code"] == "no_such_code"
            assert (await tv.get("/api/wallboards/codes")).json()["code"] is None

    asyncio.run(story())
