"""The feed over real sockets: nothing missed, nothing twice, nobody held up."""

import asyncio
import json
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from integration.serving import served
from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.kernel.ids import OPERATOR
from roost.kernel.messages import Refusal
from roost.ports.accounts import Role
from roost.web import attempts
from roost.web import feed as feed_module
from roost.web.limits import MOST_FEEDS_ACCOUNT
from roost.web.testing import PASSWORD, SmallCentre

DEADLINE_S = 60


async def open_feed(
    centre: SmallCentre, host: str, who: str, query: str, **headers: str
) -> ClientConnection:
    client = await centre.login(who)
    cookie = f"roost={client.cookies['roost']}"
    return await connect(
        f"ws://{host}/api/feed?{query}",
        additional_headers={"Cookie": cookie, **headers},
        proxy=None,
        max_queue=None,
        close_timeout=2,
    )


async def next_of(feed: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(DEADLINE_S):
        while True:
            message = json.loads(await feed.recv())
            if message["kind"] == kind:
                return message


async def next_events(feed: ClientConnection, count: int) -> list[dict[str, Any]]:
    return [await next_of(feed, "event") for _ in range(count)]


def last(centre: SmallCentre) -> int:
    return centre.parts.log.last(centre.parts.stream)


def test_a_feed_resumed_anywhere_misses_and_repeats_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            for _ in range(3):
                await centre.hang_up(await centre.call())
            end = last(centre)
            feed = await open_feed(centre, host, "admin", "after=start&topics=contacts,queues")
            seen: list[int] = []
            cursor = ""
            while len(seen) < 10:  # cut off after every third event
                for event in await next_events(feed, 3):
                    seen.append(event["number"])
                    cursor = event["cursor"]
                await feed.close()
                query = f"after={cursor}&topics=contacts,queues"
                feed = await open_feed(centre, host, "admin", query)
            contact = await centre.call()
            await centre.hang_up(contact)
            while seen[-1] < last(centre) - 1:
                seen.append((await next_of(feed, "event"))["number"])
            await feed.close()
            rows = centre.parts.log.read(centre.parts.stream, 0, 10_000)
            areas = ("calls.", "flows.", "queues.")
            expected = [row.number for row in rows if row.type.startswith(areas)]
            assert seen == expected[: len(seen)]
            assert len(seen) > end / 2

    asyncio.run(story())


def test_a_clients_feed_is_counted_for_it_alone_and_names_nothing_of_others(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            sun = await centre.login("sun")
            for client in ("power-grid", "water", "power-grid", "power-grid", "water"):
                await centre.hang_up(await centre.call(client))
            feed = await open_feed(centre, host, "sun", "after=start&topics=contacts,queues")
            paged = (await sun.get("/api/feed?limit=200")).json()
            events = await next_events(feed, len(paged["events"]))
            assert events == paged["events"]
            assert [event["number"] for event in events] == list(range(1, len(events) + 1))
            assert {event["client"] for event in events} == {"water"}
            assert {event["contact"] for event in events} == {"water-1", "water-2"}
            text = json.dumps(events)
            assert "power-grid" not in text
            for foreign in ('"C', "leg-", "caller-", "media-1", "ready_for"):
                assert foreign not in text
            before = (await sun.get("/api/feed?after=now")).json()["cursor"]
            await centre.hang_up(await centre.call("power-grid"))
            after = (await sun.get(f"/api/feed?after={before}")).json()
            assert after == {"events": [], "cursor": before, "more": False}
            admin = await centre.login("admin")
            assert (await admin.get(f"/api/feed?after={before}")).json()["code"] == "bad_cursor"
            await centre.call("water")
            live = await next_of(feed, "event")
            assert live["number"] == len(events) + 1
            await feed.close()

    asyncio.run(story())


def test_pages_of_any_size_are_the_same_feed(tmp_path: Path) -> None:
    async def story() -> None:
        async with SmallCentre(tmp_path) as centre:
            for client in ("power-grid", "water", "power-grid"):
                await centre.hang_up(await centre.call(client))
            for who in ("chen", "wang"):
                person = await centre.login(who)
                whole = (await person.get("/api/feed?limit=200")).json()["events"]
                seen: list[Any] = []
                page = (await person.get("/api/feed?limit=2")).json()
                while page["events"]:
                    seen += page["events"]
                    page = (await person.get(f"/api/feed?limit=2&after={page['cursor']}")).json()
                assert seen == whole
                some = (await person.get("/api/feed?limit=200&topics=queues")).json()["events"]
                assert some == [event for event in whole if event["topic"] == "queues"]

    asyncio.run(story())


def test_rows_come_whole_first_and_then_as_they_change(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            feed = await open_feed(centre, host, "wang", "views=queues,contacts,agents,totals")
            board: dict[tuple[str, str], Any] = {}
            whole = [await next_of(feed, "rows") for _ in range(4)]
            assert {message["view"] for message in whole} == {
                "queues",
                "contacts",
                "agents",
                "totals",
            }
            assert all(message["whole"] for message in whole)
            contact = await centre.call("water")
            await centre.hang_up(contact)
            async with asyncio.timeout(DEADLINE_S):
                while ("contacts", "water-1") not in board or board["contacts", "water-1"][
                    "state"
                ] != "ended":
                    message = await next_of(feed, "rows")
                    assert not message["whole"]
                    for change in message["rows"]:
                        board[change["view"], change["key"]] = change["row"]
            live = (await (await centre.login("wang")).get("/api/live?views=queues,totals")).json()
            queue = next(row for row in live["rows"] if row["key"] == "water/calls")["row"]
            assert (queue["offered"], queue["abandoned"], queue["waiting"]) == (1, 1, 0)
            assert queue["service_level"] is None, "a short abandon alone is no service level"
            await feed.close()

    asyncio.run(story())


def test_an_agent_sees_the_own_desk_and_the_queues_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            feed = await open_feed(centre, host, "li", "views=desk,queues")
            first = await next_of(feed, "rows")
            assert [change["key"] for change in first["rows"]] == ["1001"]
            await (await centre.login("zhao")).post("/api/desk/sign-in")
            await (await centre.login("li")).post("/api/desk/sign-in")
            await next_of(feed, "rows")
            mine = await next_of(feed, "rows")
            assert mine["rows"][0]["row"]["agent"]["presence"] == "away"
            await feed.close()
            for query in ("views=agents", "topics=contacts", "views=money"):
                with pytest.raises((InvalidStatus, ConnectionClosed)):
                    await open_feed(centre, host, "li", query)

    asyncio.run(story())


def test_another_sites_page_cannot_open_a_feed(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            for origin in ("https://evil.example", "null", f"http://{host}.evil.example"):
                with pytest.raises(InvalidStatus) as refused:
                    await open_feed(centre, host, "wang", "views=queues", Origin=origin)
                assert refused.value.response.status_code == 403
            own = await open_feed(centre, host, "wang", "views=queues", Origin=f"http://{host}")
            await next_of(own, "hello")
            await own.close()
            with pytest.raises(InvalidStatus):
                await connect(f"ws://{host}/api/feed?views=queues", proxy=None)

    asyncio.run(story())


def test_a_logged_out_session_loses_its_feed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FEED_HEARTBEAT", 50_000)

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang = await centre.login("wang")
            feed = await connect(
                f"ws://{host}/api/feed?topics=queues",
                additional_headers={"Cookie": f"roost={wang.cookies['roost']}"},
                proxy=None,
                max_queue=None,
                close_timeout=2,
            )
            assert (await next_of(feed, "heartbeat"))["cursor"]
            await wang.delete("/api/session")
            assert (await next_of(feed, "bye"))["code"] == "logged_out"
            with pytest.raises(ConnectionClosed):
                await feed.recv()
            assert feed.close_code == 4401

    asyncio.run(story())


def test_what_another_process_revokes_ends_a_feed_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "DOORS_EVERY", 50_000)

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang = await centre.login("wang")
            feed = await connect(
                f"ws://{host}/api/feed?topics=queues",
                additional_headers={"Cookie": f"roost={wang.cookies['roost']}"},
                proxy=None,
            )
            await next_of(feed, "hello")
            other = SqliteAccounts(tmp_path / "accounts.db")
            account = next(one for one in other.listing(None) if one.name == "wang")
            assert other.set_disabled(account.id, True)
            other.close()
            async with asyncio.timeout(DEADLINE_S):
                assert (await next_of(feed, "bye"))["code"] == "logged_out"

    asyncio.run(story())


def test_a_revoked_token_loses_its_feed_however_busy_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FEED_HEARTBEAT", 500_000)

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang = await centre.login("wang")
            wanted = {"label": "board", "scopes": ["floor.read", "queues.read"]}
            made = (await wang.post("/api/tokens", json=wanted)).json()
            feed = await connect(
                f"ws://{host}/api/feed?topics=contacts",
                additional_headers={"Authorization": f"Bearer {made['secret']}"},
                proxy=None,
                max_queue=None,
                close_timeout=2,
            )
            await next_of(feed, "hello")
            gone = await wang.delete(f"/api/tokens/{made['token']['token']}")
            assert gone.status_code == 204
            kinds: list[str] = []
            async with asyncio.timeout(DEADLINE_S):
                while "bye" not in kinds:  # never quiet for a heartbeat's length
                    await centre.hang_up(await centre.call())
                    kinds.append(json.loads(await feed.recv())["kind"])
            assert "heartbeat" not in kinds
            with pytest.raises(ConnectionClosed):
                await feed.recv()
            assert feed.close_code == 4401

    asyncio.run(story())


def test_behind_a_trusted_proxy_failures_are_counted_by_the_callers_address(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(attempts._MOST, "source", 3)

    async def tried(host: str, source: str, times: int) -> list[int]:
        headers = {"Roost-Request": "1", "X-Forwarded-For": source}
        async with httpx.AsyncClient(base_url=f"http://{host}", headers=headers) as client:
            names = [f"{source}-{number}" for number in range(times)]
            logins = [{"name": name, "password": "wrong"} for name in names]
            return [(await client.post("/api/session", json=one)).status_code for one in logins]

    async def story() -> None:
        async with served(tmp_path, "127.0.0.0/8") as (_, host):
            assert await tried(host, "192.0.2.7", 4) == [401, 401, 401, 429]
            assert await tried(host, "192.0.2.8", 1) == [401], "others aren't shut out by it"
        (tmp_path / "again").mkdir()
        async with served(tmp_path / "again") as (_, host):
            assert await tried(host, "192.0.2.7", 3) == [401, 401, 401]
            assert await tried(host, "192.0.2.8", 1) == [429], "nobody's word is taken for it"

    asyncio.run(story())


def test_what_a_client_sends_is_bounded_and_checked(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            for text, close in (("{}", 1008), ("x", 1008), ("a" * 5_000, 1009)):
                feed = await open_feed(centre, host, "wang", "views=queues")
                await feed.send(text)
                await asyncio.wait_for(feed.wait_closed(), DEADLINE_S)
                assert feed.close_code == close, text[:10]
            feed = await open_feed(centre, host, "wang", "views=queues")
            for _ in range(60):
                await feed.send('{"kind": "alive"}')
            pong = await feed.ping()
            await asyncio.wait_for(pong, DEADLINE_S)
            await feed.send('{"kind": "alive"}')
            assert (await next_of(feed, "bye"))["code"] == "too_many_messages"

    asyncio.run(story())


def test_one_account_cannot_take_all_the_feeds(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            feeds = [
                await open_feed(centre, host, "wang", "views=queues")
                for _ in range(MOST_FEEDS_ACCOUNT)
            ]
            with pytest.raises((InvalidStatus, ConnectionClosed)):
                await open_feed(centre, host, "wang", "views=queues")
            other = await open_feed(centre, host, "admin", "views=queues")
            for feed in (*feeds, other):
                await feed.close()

    asyncio.run(story())


def frames(data: bytes) -> list[dict[str, Any]]:
    """The whole text messages in what a server sent (RFC 6455, 5.2: unmasked, unfragmented)."""
    found: list[dict[str, Any]] = []
    while len(data) >= 4:
        size, start = data[1], 2
        if size == 126:
            size, start = int.from_bytes(data[2:4], "big"), 4
        elif size == 127:
            size, start = int.from_bytes(data[2:10], "big"), 10
        if len(data) < start + size:
            break
        if data[0] & 0x0F == 1:
            found.append(json.loads(data[start : start + size]))
        data = data[start + size :]
    return found


async def drained(reader: asyncio.StreamReader) -> bytes:
    """All that comes until the other side ends it."""
    data = b""
    try:
        while part := await asyncio.wait_for(reader.read(65_536), DEADLINE_S):
            data += part
    except ConnectionError:
        return data
    return data


def test_a_client_that_does_not_read_holds_nobody_up_and_resumes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_module, "FEED_SEND", 300_000)

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            wang = await centre.login("wang")
            topics = "contacts,queues,agents,routing,settings"
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
            slow.connect((host.split(":")[0], int(host.split(":")[1])))
            slow.sendall(
                f"GET /api/feed?after=start&topics={topics} HTTP/1.1\r\n"
                f"Host: {host}\r\nCookie: roost={wang.cookies['roost']}\r\n"
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
            quick = await open_feed(centre, host, "admin", f"after=start&topics={topics}")
            for _ in range(60):
                await centre.hang_up(await centre.call())
            end = last(centre)
            events = await next_events(quick, end)
            assert [event["number"] for event in events] == list(range(1, end + 1))
            await quick.close()
            async with asyncio.timeout(DEADLINE_S):
                while centre.feeds.of(centre.people["wang"].id):  # noqa: ASYNC110
                    await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection(sock=slow)
            got = (await drained(reader)).partition(b"\r\n\r\n")[2]
            writer.close()
            before = [message for message in frames(got) if message["kind"] == "event"]
            assert 0 < len(before) < end, "it was never too slow"
            query = f"after={before[-1]['cursor']}&topics={topics}"
            again = await open_feed(centre, host, "wang", query)
            rest = await next_events(again, end - len(before))
            assert before + rest == events
            await again.close()

    asyncio.run(story())


def test_an_open_feed_follows_who_its_caller_is(tmp_path: Path) -> None:
    """Moved to another team, a supervisor sees that one's agents; shut out, nothing more."""

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            night = ("night",)
            xu = centre.accounts.create(OPERATOR, "xu", Role.SUPERVISOR, None, PASSWORD, night)
            assert not isinstance(xu, Refusal)
            centre.people["xu"] = xu
            admin = await centre.login("admin")
            feed = await open_feed(centre, host, "xu", "views=agents")
            assert (await next_of(feed, "rows"))["rows"] == []
            await admin.post(f"/api/accounts/{xu.id}/teams", json={"teams": ["day"]})
            async with asyncio.timeout(5):  # no heartbeat comes so soon
                moved = await next_of(feed, "rows")
                assert moved["whole"]
                assert {row["key"] for row in moved["rows"]} == {"1001", "1002"}
                await admin.post(f"/api/accounts/{xu.id}/disable")
                assert (await next_of(feed, "bye"))["code"] == "logged_out"

    asyncio.run(story())
