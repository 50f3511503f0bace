"""Every endpoint as everybody: who gets in is compared with a table written by hand."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from roost.web.app import ROUTES
from roost.web.permissions import ENDPOINTS, NOT_FOR_TOKENS, ROLES, VIEWS, View
from roost.web.testing import SmallCentre

WHO = ("nobody", "li", "wang", "admin", "chen", "sun")
#: y: let in (whatever comes of it), L: must log in, n: not permitted, 0: isn't there for them.
#: Columns as WHO: nobody, agent, supervisor, admin, own client's manager, another client's.
EXPECTED = {
    "GET /api/health": "yyyyyy",
    "GET /api/openapi.json": "yyyyyy",
    "POST /api/session": "yyyyyy",
    "GET /api/session": "Lyyyyy",
    "GET /api/tokens": "Lyyyyy",
    "POST /api/tokens": "Lyyyyy",
    "DELETE /api/tokens/{token}": "L00000",
    "POST /api/session/password": "Lyyyyy",
    "GET /api/accounts": "Lnnynn",
    "POST /api/accounts": "Lnnynn",
    "POST /api/accounts/{account}/password": "Lnn0nn",
    "POST /api/accounts/{account}/disable": "Lnn0nn",
    "POST /api/accounts/{account}/enable": "Lnn0nn",
    "GET /api/desk": "Lyyynn",
    "POST /api/desk/sign-in": "Lyyynn",
    "POST /api/desk/sign-out": "Lyyynn",
    "POST /api/desk/ready": "Lyyynn",
    "POST /api/desk/away": "Lyyynn",
    "POST /api/desk/take": "Lyyynn",
    "POST /api/desk/decline": "Lyyynn",
    "POST /api/desk/hold": "Lyyynn",
    "POST /api/desk/unhold": "Lyyynn",
    "POST /api/desk/hang-up": "Lyyynn",
    "POST /api/desk/wrap-up": "Lyyynn",
    "POST /api/desk/extend-wrap-up": "Lyyynn",
    "POST /api/desk/note": "Lyyynn",
    "GET /api/desk/note": "Lyyynn",
    "POST /api/desk/complete": "Lyyynn",
    "POST /api/desk/raise-hand": "Lyyynn",
    "GET /api/desk/messages": "Lyyynn",
    "POST /api/agents/{agent}/answer-hand": "Lnyynn",
    "POST /api/agents/{agent}/message": "Lnyynn",
    "POST /api/teams/{team}/message": "Lnyynn",
    "POST /api/agents/{agent}/away": "Lnyynn",
    "POST /api/agents/{agent}/ready": "Lnyynn",
    "POST /api/agents/{agent}/sign-out": "Lnyynn",
    "GET /api/live": "Lyyyyy",
    "GET /api/feed": "Lnyyyy",
    "GET /api/contacts": "Lnyyyy",
    "GET /api/contacts/{ref}": "Lnyyy0",
    "GET /api/contacts/{ref}/recording": "Lnyyy0",
    "GET /api/invoices/drafts": "Lnnyyy",
    "GET /api/invoices/drafts/{client}/{period}": "Lnn000",
    "GET /api/invoices/drafts/{client}/{period}/lines/{line}": "Lnn000",
    "GET /api/definitions": "Lnyynn",
    "DELETE /api/session": "Lyyyyy",  # last: it ends the session
}
VALUES = {
    "{token}": "7",
    "{account}": "U999",
    "{agent}": "1002",
    "{team}": "day",
    "{ref}": "power-grid-1",
    "{client}": "power-grid",
    "{period}": "2020-01",
    "{line}": "none",
}
BODIES: dict[str, Any] = {
    "POST /api/session": {"name": "admin", "password": "not this one"},
    "POST /api/session/password": {"old": "not this one", "new": "correct horse battery"},
    "POST /api/tokens": {"label": "x", "scopes": ["queues.read"]},
    "POST /api/accounts": {"name": "x", "role": "agent", "password": "short"},
    "POST /api/accounts/{account}/password": {"password": "correct horse battery"},
    "POST /api/desk/away": {"reason": "break"},
    "POST /api/desk/wrap-up": {"code": "solved"},
    "POST /api/desk/note": {"segment": "C9/s1", "note": "n"},
    "POST /api/desk/complete": {"segment": "C9/s1", "code": "solved"},
    "POST /api/desk/raise-hand": {"raised": True},
    "POST /api/agents/{agent}/message": {"text": "call me"},
    "POST /api/teams/{team}/message": {"text": "line 2 is down"},
    "POST /api/agents/{agent}/away": {"reason": "break"},
}


def address(endpoint: str) -> tuple[str, str]:
    method, path = endpoint.split(" ")
    for name, value in VALUES.items():
        path = path.replace(name, value)
    return method, path


def verdict(answer: httpx.Response) -> str:
    code = answer.json()["code"] if "problem" in answer.headers.get("content-type", "") else ""
    if code == "not_logged_in":
        return "L"
    if code == "not_permitted":
        return "n"
    return "0" if code == "not_found" else "y"


async def in_progress(centre: SmallCentre) -> None:
    """A finished contact of power-grid, with a recording."""
    li = await centre.login("li")
    await li.post("/api/desk/sign-in")
    await centre.register("1001")
    await li.post("/api/desk/ready")
    contact = await centre.call("power-grid")
    await centre.answer("1001")
    await centre.hang_up(contact)
    await li.post("/api/desk/wrap-up", json={"code": "solved", "note": "n"})
    await centre.shown()


def test_everybody_gets_exactly_as_far_as_the_table_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            people = {name: await centre.login(name) for name in WHO[1:]}
            people["nobody"] = centre.anybody()
            wrong: list[str] = []
            for endpoint, row in EXPECTED.items():
                method, path = address(endpoint)
                for name, expected in zip(WHO, row, strict=True):
                    answer = await people[name].request(method, path, json=BODIES.get(endpoint))
                    assert answer.status_code < 500 or answer.status_code == 503, answer.text
                    if verdict(answer) != expected:
                        wrong.append(f"{endpoint} as {name}: {answer.status_code} {answer.text}")
            assert not wrong, "\n".join(wrong)

    asyncio.run(story())


def test_a_token_never_does_what_its_scopes_do_not_say(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            made = await admin.post(
                "/api/tokens", json={"label": "board", "scopes": ["queues.read", "floor.read"]}
            )
            token = centre.anybody()
            token.headers["Authorization"] = f"Bearer {made.json()['secret']}"
            allowed = {"GET /api/session", "GET /api/live", "GET /api/feed"}
            for endpoint, rule in ENDPOINTS.items():
                method, path = address(endpoint)
                if rule.reach == "anyone" or method == "WS":
                    continue
                answer = await token.request(method, path, json=BODIES.get(endpoint))
                assert (verdict(answer) == "y") == (endpoint in allowed), (
                    f"{endpoint} {answer.text}"
                )
            assert (await token.get("/api/live?views=money")).status_code == 403
            row = made.json()["token"]["token"]
            assert (await admin.delete(f"/api/tokens/{row}")).status_code == 204
            assert (await token.get("/api/live")).status_code == 401

    asyncio.run(story())


def test_every_endpoint_has_a_row_in_both_tables() -> None:
    from roost.web.app import described

    served: set[str] = set()
    for route in described().routes:
        if not route.path.startswith("/api"):
            continue
        methods = getattr(route, "methods", None) or {"WS"}
        served |= {f"{method} {route.path_format}" for method in methods if method != "OPTIONS"}
    assert served == set(ENDPOINTS), "an endpoint without a row in permissions.ENDPOINTS"
    assert set(EXPECTED) == {name for name in ENDPOINTS if not name.startswith("WS")}
    assert len(ROUTES) == len(ENDPOINTS)


def test_an_endpoint_without_a_row_is_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            admin = await centre.login("admin")
            monkeypatch.delitem(ENDPOINTS, "GET /api/accounts")  # type: ignore[arg-type]
            assert verdict(await admin.get("/api/accounts")) == "n"

    asyncio.run(story())


def test_no_role_may_more_than_its_kind() -> None:
    for role, scopes in ROLES.items():
        assert ("accounts.manage" in scopes) == (role.value == "operator-admin")
        if role.value == "client-manager":
            assert not scopes & {"desk", "floor.command", "settings.read"}
    assert {"account", "accounts.manage"} <= NOT_FOR_TOKENS
    assert set(VIEWS) == set(View)


def test_another_clients_things_look_like_what_never_was(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            await in_progress(centre)
            sun, chen = await centre.login("sun"), await centre.login("chen")
            assert (await chen.get("/api/contacts/power-grid-1")).status_code == 200
            for there, nowhere in (
                ("/api/contacts/power-grid-1", "/api/contacts/power-grid-99"),
                ("/api/contacts/power-grid-1", "/api/contacts/nobody-1"),
                ("/api/contacts/power-grid-1", "/api/nothing/at/all"),
                ("/api/contacts/power-grid-1/recording", "/api/contacts/water-1/recording"),
                ("/api/invoices/drafts/power-grid/2026-11", "/api/invoices/drafts/nix/2026-11"),
            ):
                one, other = await sun.get(there), await sun.get(nowhere)
                assert one.status_code == other.status_code == 404
                assert one.content == other.content
                assert dict(one.headers) == dict(other.headers)
            for path in ("/api/contacts", "/api/contacts?client=power-grid", "/api/feed"):
                assert b"power-grid" not in (await sun.get(path)).content
            assert b"power-grid" not in (await sun.get("/api/live")).content

    asyncio.run(story())
