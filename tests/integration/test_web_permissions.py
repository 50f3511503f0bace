"""Every endpoint, view and topic as everybody: who gets in is compared with the file."""

import asyncio
import json
from itertools import product
from pathlib import Path
from typing import Any

import httpx
import pytest
from msgspec.structs import replace
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from integration.office_desk import office
from integration.serving import served
from roost.definitions.application import logo_id
from roost.floor import definition
from roost.kernel.actor import SETUP
from roost.kernel.ids import OPERATOR, ClientId, Owner
from roost.kernel.messages import Refusal, VaultPut
from roost.ports.accounts import Role
from roost.ports.log import Batch
from roost.web.app import ROUTES
from roost.web.permissions import (
    ENDPOINTS,
    FILE,
    NOT_FOR_TOKENS,
    ROLES,
    TOPICS,
    VIEWS,
    Reach,
    View,
    load,
)
from roost.web.testing import PASSWORD, SETTINGS_STREAM, SmallCentre, small_floor

#: nobody; the agent who had the contact and one who hadn't; a supervisor of all teams and one of
#: another; the operator's admin and finance; the contact's client's manager, another client's, and
#: a television of the contact's client.
WHO = ("nobody", "li", "zhao", "wang", "xu", "admin", "qian", "chen", "sun", "tv")
ROLE_OF = {
    "li": Role.AGENT,
    "zhao": Role.AGENT,
    "wang": Role.SUPERVISOR,
    "xu": Role.SUPERVISOR,
    "admin": Role.ADMIN,
    "qian": Role.FINANCE,
    "chen": Role.CLIENT_MANAGER,
    "sun": Role.CLIENT_MANAGER,
    "tv": Role.WALLBOARD,
}
#: What a path names, and for whom it's there (nobody: there's no such thing).
THINGS: dict[str, tuple[str, set[str]]] = {
    "{board}": ("W999", set()),
    "{simulation}": ("1", {"admin"}),
    "{token}": ("7", set()),
    "{account}": ("U999", set()),
    "{agent}": ("1002", {"wang", "admin"}),
    "{team}": ("day", {"wang", "admin"}),
    "{logo}": ("water", {"li", "zhao", "wang", "admin", "sun"}),
    "{ref}": ("power-grid-1", {"li", "wang", "admin", "qian", "chen"}),
    "{client}": ("power-grid", {"wang", "admin", "qian", "chen"}),
    "{period}": ("2020-01", set()),
    "{dispute}": ("d1", set()),
    "{number}": ("GY-2020-000001", set()),
    "{exclusion}": ("x9", {"wang", "admin", "qian", "chen"}),
    "{item}": ("i9", {"wang", "admin", "qian", "chen"}),
    "{line}": ("none", set()),
    "{task}": ("T99", set()),
    "{mode}": ("power-grid.m9", set()),
    "{move}": ("move-99", set()),
}
CLIENTS = (Role.CLIENT_MANAGER, Role.WALLBOARD)
OPERATORS_ALONE = (Reach.TEAM, Reach.CENTRE)
BODIES: dict[str, Any] = {
    "POST /api/session": {"name": "admin", "password": "not this one"},
    "POST /api/session/password": {"old": "not this one", "new": "correct horse battery"},
    "POST /api/tokens": {"label": "x", "scopes": ["contacts.read"]},
    "POST /api/accounts": {"name": "x", "role": "agent", "password": "short"},
    "POST /api/accounts/{account}/teams": {"teams": []},
    "POST /api/accounts/{account}/password": {"password": "correct horse battery"},
    "POST /api/wallboards": {"code": "ABCDEFGH", "name": "x", "scope": "team", "of": "day"},
    "POST /api/simulations": {"scenario": "day"},
    "POST /api/modes": {"kind": "surge", "client": "power-grid", "ends": 0},
    "POST /api/modes/{mode}/extend": {"ends": 0},
    "POST /api/modes/{mode}/end": {},
    "POST /api/desk/away": {"reason": "break"},
    "POST /api/desk/wrap-up": {"code": "solved"},
    "POST /api/desk/note": {"segment": "C9/s1", "note": "n"},
    "POST /api/desk/complete": {"segment": "C9/s1", "code": "solved"},
    "POST /api/desk/raise-hand": {"raised": True},
    "POST /api/tasks": {"at": 0, "queue": "power-grid/calls", "number": "13800138000"},
    "POST /api/tasks/{task}/finish": {"outcome": "reached"},
    "POST /api/tasks/{task}/assign": {"agent": None},
    "POST /api/agents/{agent}/message": {"text": "call me"},
    "POST /api/teams/{team}/message": {"text": "line 2 is down"},
    "POST /api/desk/consult": {"agent": "1002"},
    "POST /api/desk/transfer": {"queue": "power-grid/calls"},
    "POST /api/desk/drop": {"leg": "C1/g1"},
    "POST /api/desk/digits": {"digits": "1"},
    "POST /api/desk/recording": {"paused": True},
    "POST /api/desk/call": {"client": "power-grid", "entry": "crew"},
    "POST /api/agents/{agent}/watch": {"mode": "listen"},
    "POST /api/watch/mode": {"mode": "barge"},
    "POST /api/agents/{agent}/away": {"reason": "break"},
    "POST /api/moves": {"agents": ["1002"], "until": 0, "gives": {"outage": 3}},
    "POST /api/moves/{move}/put-back": {},
    "POST /api/clients/{client}/persons/find": {"number": "0"},
    "POST /api/clients/{client}/persons/export": {"number": "0"},
    "POST /api/clients/{client}/persons/erase": {"number": "0"},
    "POST /api/contacts/{ref}/correct": {"what": "note", "value": "n", "segment": 9},
    "POST /api/contacts/{ref}/priority": {"raised": 5},
    "POST /api/contacts/{ref}/code": {"segment": "C1/s1", "code": "solved", "words": "w"},
    "POST /api/invoices/statements/{client}/{period}/confirm": {"revision": 1},
    "POST /api/invoices/statements/{client}/{period}/disputes": {"lines": ["fee"], "words": "w"},
    "POST /api/invoices/statements/{client}/{period}/disputes/{dispute}/settle": {
        "verdict": "accept"
    },
    "POST /api/invoices/documents/{number}/fapiao": {
        "fapiao": [{"number": "1", "day": "2026-12-03"}]
    },
    "POST /api/invoices/told/{client}/exclusions": {"start": 0, "end": 0, "words": "w"},
    "POST /api/invoices/told/{client}/exclusions/{exclusion}/answer": {"accepted": True},
    "POST /api/invoices/told/{client}/forecasts": {
        "period": "2020-01",
        "first_day": 0,
        "counts": [1],
    },
    "POST /api/invoices/told/{client}/items": {
        "item": "x",
        "text": "X",
        "day": 20_000,
        "rate": "1",
    },
}


def address(endpoint: str) -> tuple[str, str]:
    method, path = endpoint.split(" ")
    for name, (value, _) in THINGS.items():
        path = path.replace(name, value)
    assert "{" not in path, f"{endpoint}: say in THINGS what its path names"
    return method, path


def expected(endpoint: str, who: str) -> str:
    """y: let in (whatever comes of it), L: must log in, n: not permitted, 0: isn't there for
    them; as permissions.yaml says."""
    rule = ENDPOINTS[endpoint]
    if rule.reach is Reach.ANYONE:
        return "y"
    if who == "nobody":
        return "L"
    role = ROLE_OF[who]
    if rule.scope is not None and rule.scope not in ROLES[role]:
        return "n"
    if role in CLIENTS and rule.reach in OPERATORS_ALONE:
        return "n"
    named = [there for name, (_, there) in THINGS.items() if name in endpoint]
    return "y" if all(who in there for there in named) else "0"


def verdict(answer: httpx.Response) -> str:
    code = answer.json()["code"] if "problem" in answer.headers.get("content-type", "") else ""
    if code == "not_logged_in":
        return "L"
    if code == "not_permitted":
        return "n"
    return "0" if code == "not_found" else "y"


async def in_progress(centre: SmallCentre) -> None:
    """A finished contact of power-grid, with a recording; water has a logo."""
    picture = VaultPut(logo_id(ClientId("water")), Owner("water"), b"\x89PNG\r\n\x1a\n")
    centre.store.writer(SETTINGS_STREAM).append(Batch((), (picture,)))
    li = await centre.login("li")
    await li.post("/api/desk/sign-in")
    await centre.register("1001")
    await li.post("/api/desk/ready")
    contact = await centre.call("power-grid")
    await centre.answer("1001")
    await centre.hang_up(contact)
    await li.post("/api/desk/wrap-up", json={"code": "solved", "note": "n"})
    await centre.shown()


async def everybody(centre: SmallCentre) -> dict[str, httpx.AsyncClient]:
    xu = centre.accounts.create(OPERATOR, "xu", Role.SUPERVISOR, None, PASSWORD, ("night",))
    assert not isinstance(xu, Refusal)
    centre.people["xu"] = xu
    people = {name: await centre.login(name) for name in WHO[1:-1]}
    tv = centre.anybody()
    code = (await tv.post("/api/wallboards/codes")).json()["code"]
    wanted = {"code": code, "name": "Lobby", "scope": "client", "of": "power-grid"}
    assert (await people["admin"].post("/api/wallboards", json=wanted)).status_code == 201
    return people | {"nobody": centre.anybody(), "tv": tv}


def test_everybody_gets_exactly_as_far_as_the_file_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            await in_progress(centre)
            people = await everybody(centre)
            wrong: list[str] = []
            last = "DELETE /api/session"  # it ends the session
            for endpoint in sorted(ENDPOINTS, key=lambda name: name == last):
                if endpoint.startswith("WS "):
                    continue
                method, path = address(endpoint)
                for name in WHO:
                    answer = await people[name].request(method, path, json=BODIES.get(endpoint))
                    assert answer.status_code < 500 or answer.status_code == 503, answer.text
                    if verdict(answer) != expected(endpoint, name):
                        wrong.append(f"{endpoint} as {name}: {answer.status_code} {answer.text}")
            assert not wrong, "\n".join(wrong)

    asyncio.run(story())


def test_every_view_and_topic_opens_for_whom_the_file_says(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            people = await everybody(centre)
            for kind, rules in (("views", VIEWS), ("topics", TOPICS)):
                for (one, rule), who in product(rules.items(), WHO[1:]):
                    role = ROLE_OF[who]
                    shut = rule.scope not in ROLES[role] or (
                        role in CLIENTS and rule.reach in OPERATORS_ALONE
                    )
                    shut = shut or (one is View.DESK and centre.people[who].agent is None)
                    cookie = "; ".join(f"{k}={v}" for k, v in people[who].cookies.items())
                    address = f"ws://{host}/api/feed?{kind}={one.value}"
                    headers = {"Cookie": cookie}
                    try:
                        async with connect(address, additional_headers=headers, proxy=None) as feed:
                            assert json.loads(await feed.recv())["kind"] == "hello"
                            assert not shut, f"{who} sees {kind} {one.value}"
                    except (InvalidStatus, ConnectionClosed):
                        assert shut, f"{who} doesn't see {kind} {one.value}"

    asyncio.run(story())


def in_two_teams() -> definition.Floor:
    """1001 of the day works for both clients, 1002 of the night for water alone."""
    floor = small_floor("2")
    day, night = floor.agents
    night = replace(night, team="night", clients=(ClientId("water"),))
    return replace(floor, agents=(day, night))


def test_a_supervisor_sees_and_commands_what_the_own_teams_work_with(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            await centre.do(definition.Configure(in_two_teams()), SETUP)
            await in_progress(centre)
            people = await everybody(centre)
            await people["li"].post("/api/desk/sign-out")
            await people["zhao"].post("/api/desk/sign-in")
            await centre.hang_up(await centre.call("water"))
            xu, wang = people["xu"], people["wang"]
            for path in ("/api/live", "/api/feed?limit=200", "/api/contacts", "/api/definitions"):
                whole, part = await wang.get(path), await xu.get(path)
                assert part.status_code == 200, part.text
                assert b"power-grid" in whole.content
                assert b"water" in part.content
                assert b"power-grid" not in part.content, path
                assert b'"1001"' not in part.content, path
            assert b'"1002"' in (await xu.get("/api/live?views=agents")).content
            totals = (await xu.get("/api/live?views=totals")).json()["rows"][0]["row"]
            assert (totals["offered"], sum(totals["agents"].values())) == (1, 1)
            for path in ("away", "ready", "sign-out"):
                one = await xu.post(f"/api/agents/1001/{path}", json={"reason": "break"})
                other = await xu.post(f"/api/agents/9999/{path}", json={"reason": "break"})
                assert one.status_code == other.status_code == 404
                assert one.content == other.content
            sent = await xu.post("/api/agents/1002/away", json={"reason": "break"})
            assert sent.status_code == 200
            # moved to the day, the night's supervisor sees the day's
            admin, account = people["admin"], centre.people["xu"].id
            moved = await admin.post(f"/api/accounts/{account}/teams", json={"teams": ["day"]})
            assert moved.status_code == 204
            assert b'"1001"' in (await xu.get("/api/live?views=agents")).content
            for teams, code in ((["dawn"], "unknown_team"), (["day"], "teams_not_for_role")):
                of = account if code == "unknown_team" else centre.people["li"].id
                no = await admin.post(f"/api/accounts/{of}/teams", json={"teams": teams})
                assert no.json()["code"] == code

    asyncio.run(story())


def test_an_agent_sees_own_contacts_and_the_queues_that_they_work_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            await centre.do(definition.Configure(in_two_teams()), SETUP)
            await in_progress(centre)
            await centre.hang_up(await centre.call("power-grid"))
            li, zhao = await centre.login("li"), await centre.login("zhao")
            listed = (await li.get("/api/contacts")).json()["contacts"]
            assert [one["ref"] for one in listed] == ["power-grid-1"]
            assert (await li.get("/api/contacts/power-grid-2")).status_code == 404
            assert (await li.get("/api/contacts?agent=1002")).json()["contacts"] == []
            assert (await zhao.get("/api/contacts")).json()["contacts"] == []
            assert b"power-grid" not in (await zhao.get("/api/live?views=queues")).content

    asyncio.run(story())


def test_a_token_never_does_what_its_scopes_do_not_say(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            admin = await centre.login("admin")
            made = await admin.post(
                "/api/tokens", json={"label": "board", "scopes": ["queues.read", "floor.read"]}
            )
            token = centre.anybody()
            token.headers["Authorization"] = f"Bearer {made.json()['secret']}"
            allowed = {
                "GET /api/session",
                "GET /api/live",
                "GET /api/feed",
                "GET /api/alerts",
                "GET /api/alerts/past",
                "GET /api/modes",
            }
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


def test_every_endpoint_has_a_row_in_the_file() -> None:
    from roost.web.app import described

    served: set[str] = set()
    for route in described().routes:
        if not route.path.startswith("/api"):
            continue
        methods = getattr(route, "methods", None) or {"WS"}
        served |= {f"{method} {route.path_format}" for method in methods if method != "OPTIONS"}
    assert served == set(ENDPOINTS), "an endpoint without a row in permissions.yaml"
    assert len(ROUTES) == len(ENDPOINTS)


def test_an_endpoint_without_a_row_is_shut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
            admin = await centre.login("admin")
            monkeypatch.delitem(ENDPOINTS, "GET /api/accounts")  # type: ignore[arg-type]
            assert verdict(await admin.get("/api/accounts")) == "n"

    asyncio.run(story())


def test_no_role_may_more_than_its_kind() -> None:
    for role, scopes in ROLES.items():
        assert ("accounts.manage" in scopes) == (role.value == "operator-admin")
        if role.value == "client-manager":
            assert not scopes & {"desk", "floor.command", "settings.read"}
    assert not ROLES[Role.SUPERVISOR] & {"invoices.read", "accounts.manage", "audit.read"}
    assert ROLES[Role.WALLBOARD] == {"queues.read"}
    assert {"account", "accounts.manage", "wallboards.manage"} <= NOT_FOR_TOKENS


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("scope: desk, reach: own}", "scope: desks, reach: own}"),
        ("scope: desk, reach: own}", "scope: desk, reach: all}"),
        ("scope: desk, reach: own}", "scope: desk}"),
        ("scope: desk, reach: own}", "scope: desk, reach: own, also: this}"),
        ("  operator-admin:", "  supervisor:"),
        ("  GET /api/desk:", "  GET /api/health:"),
        ("  money: {scope: invoices.read, reach: client}\n", ""),
        ("endpoints:", "paths:"),
    ],
)
def test_a_file_that_is_not_plain_and_whole_is_not_taken(before: str, after: str) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert before in text
    load(text)
    with pytest.raises(ValueError, match=r"\w"):
        load(text.replace(before, after, 1))


def test_another_clients_things_look_like_what_never_was(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path, office=office) as centre:
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
