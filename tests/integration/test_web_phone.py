"""The signalling of desks' phones, over real sockets: what a page may say, and what it hears."""

import asyncio
import json
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from integration.test_web_feed import served
from roost.kernel.ids import ContactId
from roost.ports import desks
from roost.ports.desks import DeskReply, DeskRequest, LineState, Told
from roost.web import phone
from roost.web.limits import MOST_PHONE_MESSAGES, MOST_PHONES_ACCOUNT, MOST_SDP
from roost.web.testing import SmallCentre

COOKIES: WeakKeyDictionary[SmallCentre, dict[str, str]] = WeakKeyDictionary()
HELLO = {"kind": "hello", "tab": "a-tab-of-mine"}


class Control:
    """What control would answer, and what it was asked."""

    def __init__(self, centre: SmallCentre, reply: DeskReply | None = None) -> None:
        self.asked: list[DeskRequest] = []
        self.reply = reply or desks.Described("our side")
        self.news = asyncio.Event()
        self.centre = centre
        centre.phone_pages.ask = self.ask

    async def ask(self, request: DeskRequest) -> DeskReply:
        self.asked.append(request)
        self.news.set()
        return self.reply if isinstance(request, desks.Offer) else desks.Fine()

    async def until(self, kind: type, count: int = 1) -> Any:
        async with asyncio.timeout(60):
            while len(found := [one for one in self.asked if isinstance(one, kind)]) < count:
                self.news.clear()
                await self.news.wait()
        return found[-1]

    def tells(self, news: desks.DeskNews) -> None:
        here = next(one for one in reversed(self.asked) if isinstance(one, desks.Here))
        self.centre.phone_pages.told(Told(here.page.connection, news))


async def opened(
    centre: SmallCentre, host: str, who: str = "li", **headers: str
) -> ClientConnection:
    """Logs in once a person: a password takes its time."""
    if who not in COOKIES.setdefault(centre, {}):
        client = await centre.login(who)
        COOKIES[centre][who] = client.cookies["roost"]
    return await connect(
        f"ws://{host}/api/desk/phone",
        additional_headers={"Cookie": f"roost={COOKIES[centre][who]}", **headers},
        proxy=None,
        close_timeout=2,
    )


async def next_of(socket: ClientConnection, kind: str) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while True:
            message = json.loads(await socket.recv())
            if message["kind"] == kind:
                return dict(message)


def test_a_page_connects_hears_how_it_stands_and_is_rung(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            control = Control(centre)
            page = await opened(centre, host)
            assert (await next_of(page, "hello"))["beat_us"] == 5_000_000
            await page.send(json.dumps({**HELLO, "auto_answer": True}))
            here = await control.until(desks.Here)
            assert (here.page.agent, here.page.tab) == ("1001", "a-tab-of-mine")
            assert here.page.auto_answer
            await page.send(json.dumps({"kind": "offer", "turn": 7, "sdp": "mine"}))
            answer = await next_of(page, "answer")
            assert (answer["turn"], answer["sdp"]) == (7, "our side")
            offer = await control.until(desks.Offer)
            assert offer.session.startswith("1001/")
            assert not offer.take_over
            control.tells(desks.Line(LineState.STANDING))
            assert (await next_of(page, "line"))["state"] == "standing"
            control.tells(desks.Ringing(ContactId("C1")))
            assert (await next_of(page, "ringing"))["contact"] is None  # the views don't know it
            control.tells(desks.Over(ContactId("C1"), "no_answer"))
            assert (await next_of(page, "over"))["why"] == "no_answer"
            centre.phone_pages.again()  # control was away
            await control.until(desks.Here, 2)
            await page.close()
            assert not (await control.until(desks.Left)).for_good

    asyncio.run(story())


def test_giving_up_and_measuring_reach_control(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            control = Control(centre)
            page = await opened(centre, host)
            await page.send(json.dumps(HELLO))
            quality = {"loss_permille": 31, "jitter_us": 4_000, "round_trip_us": 80_000}
            await page.send(json.dumps({"kind": "quality", "poor": True, **quality}))
            measured = await control.until(desks.Quality)
            assert (measured.loss_permille, measured.poor) == (31, True)
            await page.send(json.dumps({"kind": "leave"}))
            assert (await control.until(desks.Left)).for_good

    asyncio.run(story())


def test_a_declined_offer_comes_with_words(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            Control(centre, desks.Declined("phone_elsewhere"))
            for language, words in (("en", "Another tab"), ("zh", "另一个标签页")):
                page = await opened(centre, host, **{"Accept-Language": language})
                await page.send(json.dumps(HELLO))
                await page.send(json.dumps({"kind": "offer", "turn": 1, "sdp": "mine"}))
                declined = await next_of(page, "declined")
                assert declined["code"] == "phone_elsewhere"
                assert words in declined["title"]

    asyncio.run(story())


HOSTILE = (
    "{",
    '{"kind": "offer", "turn": 1, "sdp": "before hello"}',
    '{"kind": "hello", "tab": "<script>"}',
    '{"kind": "hello", "tab": "a-tab-of-mine", "agent": "1002"}',
    json.dumps({"kind": "offer", "turn": 1, "sdp": "x" * (MOST_SDP + 1)}),
    '{"kind": "quality", "loss_permille": -1, "jitter_us": 0, "round_trip_us": 0, "poor": true}',
    "[" * 3_000,
)


def test_what_does_not_fit_ends_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            control = Control(centre)
            for message in HOSTILE:
                page = await opened(centre, host)
                await page.send(message)
                assert (await next_of(page, "bye"))["code"] == "invalid_input"
            assert not any(isinstance(one, desks.Offer) for one in control.asked)

    asyncio.run(story())


def test_too_many_and_too_large_messages_end_it(tmp_path: Path) -> None:
    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            Control(centre)
            page = await opened(centre, host)
            await page.send(json.dumps(HELLO))
            for turn in range(MOST_PHONE_MESSAGES):
                await page.send(json.dumps({"kind": "alive", "turn": turn}))
            assert (await next_of(page, "bye"))["code"] == "too_many_messages"
            page = await opened(centre, host)
            await page.send("x" * 40_000)
            with pytest.raises(ConnectionClosed):
                await next_of(page, "never")

    asyncio.run(story())


def test_who_may_have_a_phone(tmp_path: Path) -> None:
    """No other site's page, nobody without a login or a place on the floor, and not too many."""

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            Control(centre)
            for who, headers in (
                ("li", {"Origin": "https://evil.example"}),
                ("chen", {}),  # a client's manager
                ("wang", {}),  # a supervisor who is no agent
            ):
                with pytest.raises(InvalidStatus):
                    await opened(centre, host, who, **headers)
            with pytest.raises(InvalidStatus):
                await connect(f"ws://{host}/api/desk/phone", proxy=None)
            own = [
                await opened(centre, host, Origin=f"http://{host}")
                for _ in range(MOST_PHONES_ACCOUNT)
            ]
            with pytest.raises(InvalidStatus):
                await opened(centre, host)
            for one in own:
                await one.close()

    asyncio.run(story())


def test_a_session_that_ends_takes_its_phone_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone, "PHONE_BEAT", 50_000)

    async def story() -> None:
        async with served(tmp_path) as (centre, host):
            Control(centre)
            client = await centre.login("li")
            page = await connect(
                f"ws://{host}/api/desk/phone",
                additional_headers={"Cookie": f"roost={client.cookies['roost']}"},
                proxy=None,
            )
            await next_of(page, "hello")
            await client.delete("/api/session", headers={"Roost-Request": "1"})
            async with asyncio.timeout(60):
                while True:
                    message = json.loads(await page.recv())
                    if message["kind"] == "beat":
                        await page.send(json.dumps({"kind": "alive", "turn": message["turn"]}))
                    if message["kind"] == "bye":
                        break
            assert message["code"] in ("logged_out", "invalid_input")

    asyncio.run(story())
