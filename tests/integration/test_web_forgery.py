"""Other sites' pages, tried at every door: forged requests, hijacked sockets, planted cookies."""

import asyncio
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from integration.serving import served
from integration.test_web_permissions import BODIES, address
from integration.test_web_wallboards import paired
from roost.web.gate import SAFE
from roost.web.permissions import ENDPOINTS, Scope
from roost.web.testing import ORIGIN, PASSWORD, SmallCentre

EVIL = "https://evil.example"
FORGED = (
    {"Origin": EVIL},
    {"Origin": "null"},
    {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": EVIL, "Content-Type": "text/plain"},  # what a form may send without asking
    {"Origin": EVIL, "Content-Type": "application/x-www-form-urlencoded"},
)


def test_no_endpoint_that_writes_takes_another_sites_request(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            del admin.headers["Roost-Request"]
            tried = 0
            for endpoint in ENDPOINTS:
                method, path = address(endpoint)
                if method in SAFE or method == "WS":
                    continue
                for headers in FORGED:
                    body = BODIES.get(endpoint)
                    answer = await admin.request(method, path, json=body, headers=headers)
                    assert answer.status_code == 403, (endpoint, headers, answer.text)
                    assert answer.json()["code"] == "foreign_origin", (endpoint, headers)
                tried += 1
            assert tried > 20
            assert centre.given == [], "a forged request reached the floor"
            assert (await admin.get("/api/session")).status_code == 200, "it was logged out"
            noted = (await admin.get("/api/audit")).json()["noted"]
            assert noted == [], "a forged request changed something"

    asyncio.run(story())


def test_reading_changes_nothing(tmp_path: Path) -> None:
    """A link or a picture on another site's page may GET with the cookie (were it not for
    SameSite): so no GET may give a command."""

    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            people = [await centre.login(name) for name in ("admin", "li")]
            for endpoint in ENDPOINTS:
                method, path = address(endpoint)
                if method == "GET":
                    for person in people:
                        await person.get(path, headers={"Sec-Fetch-Site": "cross-site"})
            assert centre.given == []

    asyncio.run(story())


def test_no_socket_opens_from_another_sites_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang, li = await centre.login("wang"), await centre.login("li")
            tv, _ = await paired(centre, wang)
            cookies = (
                f"roost={wang.cookies['roost']}",
                f"roost={li.cookies['roost']}",
                f"roost-board={tv.cookies['roost-board']}",
            )
            for endpoint in (name for name in ENDPOINTS if name.startswith("WS ")):
                _, path = address(endpoint)
                for cookie in cookies:
                    for origin in (EVIL, "null", f"http://{host}.evil.example", "http://[bad"):
                        headers = {"Cookie": cookie, "Origin": origin}
                        with pytest.raises(InvalidStatus) as refused:
                            await connect(
                                f"ws://{host}{path}", additional_headers=headers, proxy=None
                            )
                        assert refused.value.response.status_code == 403, (endpoint, origin)

    asyncio.run(story())


def test_a_planted_television_neither_outlives_a_login_nor_adds_to_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            tv, _ = await paired(centre, await centre.login("wang"), agents=True)
            victim = centre.anybody()
            victim.cookies.set("roost-board", tv.cookies["roost-board"])
            answer = await victim.post("/api/session", json={"name": "li", "password": PASSWORD})
            assert answer.status_code == 200
            me = (await victim.get("/api/session")).json()
            assert me["role"] == "agent"
            assert Scope.AGENTS_READ.value not in me["scopes"]
            assert (await victim.get("/api/live?views=agents")).status_code == 403

    asyncio.run(story())


def test_no_answer_opens_itself_to_other_sites(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            for origin in (EVIL, ORIGIN):
                headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
                for method in ("GET", "OPTIONS"):
                    answer = await admin.request(method, "/api/accounts", headers=headers)
                    allowed = [name for name in answer.headers if "access-control" in name]
                    assert allowed == []

    asyncio.run(story())
