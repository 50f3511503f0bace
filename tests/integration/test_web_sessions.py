"""Logging in, cookies, other sites' pages, guessing, tokens, headers."""

import asyncio
from pathlib import Path

import httpx

from roost.kernel.ids import AgentId
from roost.web.limits import FAILED_BY_NAME, FAILED_SPAN, MOST_BODY
from roost.web.parts import WebSettings
from roost.web.testing import ORIGIN, PASSWORD, SmallCentre

LOGIN = {"name": "li", "password": PASSWORD}


def code(answer: httpx.Response) -> str:
    return answer.json()["code"]


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


def test_a_sessions_cookie_cannot_be_read_by_a_page_nor_sent_by_another(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            cookie = cookie_of(await centre.anybody().post("/api/session", json=LOGIN))
            for part in ("roost=", "HttpOnly", "SameSite=strict", "Path=/"):
                assert part.lower() in cookie.lower()
            assert "domain" not in cookie.lower()

    asyncio.run(story())


def test_over_https_the_cookie_is_bound_to_the_host(tmp_path: Path) -> None:
    async def story() -> None:
        settings = WebSettings(secure=True, origins=("https://desk.example",))
        async with SmallCentre(tmp_path, settings) as centre:
            answer = await centre.anybody().post("/api/session", json=LOGIN)
            assert cookie_of(answer).startswith("__Host-roost=")
            assert "secure" in cookie_of(answer).lower()
            assert "max-age" in answer.headers["strict-transport-security"]

    asyncio.run(story())


def test_logging_out_ends_the_session_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await centre.login("li")
            secret = li.cookies["roost"]
            assert (await li.delete("/api/session")).status_code == 204
            thief = centre.anybody()
            thief.cookies.set("roost", secret)
            assert code(await thief.get("/api/session")) == "not_logged_in"

    asyncio.run(story())


def test_a_planted_session_is_worth_nothing_after_the_login(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            attacker = await centre.login("zhao")
            planted = attacker.cookies["roost"]
            victim = centre.anybody()
            victim.cookies.set("roost", planted)
            answer = await victim.post("/api/session", json=LOGIN)
            assert answer.status_code == 200
            assert planted not in cookie_of(answer)
            assert (await attacker.get("/api/session")).status_code == 401
            invented = centre.anybody()
            invented.cookies.set("roost", "chosen-by-somebody")
            assert "chosen-by-somebody" not in cookie_of(
                await invented.post("/api/session", json=LOGIN)
            )

    asyncio.run(story())


def test_another_sites_page_cannot_act_with_the_cookie(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            li = await centre.login("li")
            del li.headers["Roost-Request"]
            for headers, expected in (
                ({"Origin": "https://evil.example"}, 403),
                ({"Origin": "null"}, 403),
                ({"Origin": ORIGIN + ".evil.example"}, 403),
                ({"Sec-Fetch-Site": "cross-site"}, 403),
                ({"Sec-Fetch-Site": "same-site"}, 403),
                ({}, 403),
                ({"Origin": "https://evil.example", "Roost-Request": "1"}, 403),
                ({"Origin": ORIGIN}, 200),
                ({"Sec-Fetch-Site": "same-origin"}, 409),
                ({"Roost-Request": "1"}, 409),
            ):
                answer = await li.post("/api/desk/sign-in", headers=headers)
                assert answer.status_code == expected, (headers, answer.text)
            assert len(centre.given) == 3, "a foreign request reached the floor"

    asyncio.run(story())


def test_another_sites_page_cannot_log_somebody_in(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            page = centre.anybody()
            del page.headers["Roost-Request"]
            foreign = {"Origin": "https://evil.example"}
            answer = await page.post("/api/session", json=LOGIN, headers=foreign)
            assert code(answer) == "foreign_origin"
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = await page.post("/api/session", content=b"name=li", headers=form)
            assert answer.status_code in (400, 415)

    asyncio.run(story())


def test_passwords_cannot_be_tried_through(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            anybody = centre.anybody()
            wrong = {"name": "li", "password": "guess"}
            nobody = {"name": "nobody", "password": "guess"}
            one = await anybody.post("/api/session", json=wrong)
            other = await anybody.post("/api/session", json=nobody)
            assert one.status_code == other.status_code == 401
            assert one.content == other.content, "the answer tells which names exist"
            for _ in range(FAILED_BY_NAME - 1):
                await anybody.post("/api/session", json=wrong)
            locked = await anybody.post("/api/session", json=LOGIN)
            assert locked.status_code == 429
            assert 0 < int(locked.headers["retry-after"]) <= FAILED_SPAN // 1_000_000
            assert (await centre.login("zhao")).cookies, "another name isn't locked"

    asyncio.run(story())


def test_a_changed_password_ends_every_session(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            here, there = await centre.login("li"), await centre.login("li")
            answer = await here.post(
                "/api/session/password", json={"old": PASSWORD, "new": "another good one"}
            )
            assert answer.status_code == 204
            assert (await there.get("/api/session")).status_code == 401
            weak = await (await centre.login("zhao")).post(
                "/api/session/password", json={"old": PASSWORD, "new": "zhao"}
            )
            assert code(weak) == "password_weak"

    asyncio.run(story())


def test_an_account_that_is_shut_is_out_with_its_sessions_and_tokens(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin, wang = await centre.login("admin"), await centre.login("wang")
            body = {"label": "board", "scopes": ["floor.read"]}
            made = (await wang.post("/api/tokens", json=body)).json()
            token = centre.anybody()
            token.headers["Authorization"] = f"Bearer {made['secret']}"
            assert (await token.get("/api/session")).json()["token"] == 1
            account = centre.people["wang"].id
            assert (await admin.post(f"/api/accounts/{account}/disable")).status_code == 204
            assert (await wang.get("/api/session")).status_code == 401
            assert (await token.get("/api/session")).status_code == 401
            await admin.post(f"/api/accounts/{account}/enable")
            assert (await token.get("/api/session")).status_code == 200
            assert made["secret"] not in (tmp_path / "accounts.db").read_bytes().decode("latin1")

    asyncio.run(story())


def test_a_new_account_is_somebody_with_the_role_given(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            body = {"name": "hu", "role": "client-manager", "password": PASSWORD}
            assert code(await admin.post("/api/accounts", json=body)) == "role_not_for_owner"
            body["client"] = "water"
            made = await admin.post("/api/accounts", json=body)
            assert made.status_code == 201
            assert code(await admin.post("/api/accounts", json=body)) == "name_taken"
            login = {"name": "water/hu", "password": PASSWORD}
            me = (await centre.anybody().post("/api/session", json=login)).json()
            assert (me["client"], me["agent"]) == ("water", None)
            listed = (await admin.get("/api/accounts")).json()
            assert made.json() in listed

    asyncio.run(story())


def test_an_account_of_a_client_that_is_not_there_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            body = {"name": "hu", "role": "client-manager", "password": PASSWORD, "client": "nix"}
            assert code(await admin.post("/api/accounts", json=body)) == "unknown_client"
            body = {"name": "hu", "role": "agent", "password": PASSWORD, "agent": "9999"}
            assert code(await admin.post("/api/accounts", json=body)) == "unknown_agent"
            assert AgentId("9999") not in centre.follower.live.agents

    asyncio.run(story())


def test_every_answer_carries_the_security_headers(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            anybody = centre.anybody()
            for path in ("/api/health", "/api/contacts", "/nothing", "/api/openapi.json"):
                headers = (await anybody.get(path)).headers
                assert headers["cache-control"] == "no-store"
                assert headers["x-content-type-options"] == "nosniff"
                assert headers["x-frame-options"] == "DENY"
                assert "default-src 'none'" in headers["content-security-policy"]
                assert "access-control-allow-origin" not in headers

    asyncio.run(story())


def test_bad_requests_are_refused_whole_in_the_callers_language(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            large = await admin.post("/api/tokens", content=b"[" * (MOST_BODY + 1))
            assert (large.status_code, code(large)) == (413, "too_large")
            for content in (b"", b"{", b"[]", b'{"name": 7}', b"\xff\xfe", b"null"):
                answer = await admin.post("/api/tokens", content=content)
                assert (answer.status_code, code(answer)) == (400, "invalid_input"), content
                assert answer.headers["content-type"] == "application/problem+json"
            answer = await admin.put("/api/tokens")
            assert (answer.status_code, code(answer)) == (405, "method_not_allowed")
            assert "GET" in answer.headers["allow"]
            chinese = {"Accept-Language": "de;q=0.9, zh-CN;q=0.8, en;q=0.1"}
            answer = await admin.get("/api/nothing", headers=chinese)
            assert answer.headers["content-language"] == "zh"
            assert "没有" in answer.json()["title"]

    asyncio.run(story())
