"""The browser ring: a real centre, once for all stories, and Chromium on its pages.

    def test_something(centre: Centre, visit: Visit) -> None:
        page = visit("wang", "/floor")               # signed in, in English, light, 1366 × 768
        page.get_by_role("button", name="…").click()

Stories are written with Playwright's sync API; phones and callers live on the centre's own event
loop, in a thread: `centre.runs(caller.rings())`. Nothing here knows a page.
"""

import asyncio
import socket
import threading
from array import array
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from browser.cut_network import CutNetwork
from browser.hearing import EARS
from integration.centre_up import FLOW as CENTRES_FLOW
from integration.centre_up import Agent, Caller, CentreUp, until
from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.audio import wav
from roost.adapters.phone.calls import PhoneCall
from roost.adapters.phone.phone import Account
from roost.kernel.ids import OPERATOR, AgentId
from roost.ports.accounts import Role
from roost.processes import sockets
from roost.processes.softphone import Softphone, sound_of
from roost.protocols.rtp.sound import tone

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
SUPERVISOR: Final = "wang"
LEAD: Final = "zhou"  # a supervisor with a phone, as the demo's is
LEAD_NUMBER: Final = "1012"
PASSWORD: Final = "correct horse battery staple"
LOCALES: Final = {"en": "en-GB", "zh": "zh-CN"}
PATIENCE_MS: Final = 30_000
MESSAGES: Final = "13800138099"  # who calls from there is asked for a message
FLOW: Final = CENTRES_FLOW.replace(
    "  wait:\n",
    "  who:\n    caller: {lists: {messages: message}, otherwise: wait}\n  wait:\n",
)
T = TypeVar("T")


class Outside:
    """Whom agents call through the trunk: a number that ends in 86 is busy, in 04 nobody's; any
    other rings until `answers`."""

    def __init__(self, sip_port: int) -> None:
        self._softphone = Softphone(Account("city", "", "127.0.0.1", sip_port))
        self._softphone.phone.on_invite = self._rung
        self.calls: list[PhoneCall] = []

    async def starts(self, port: int) -> None:
        await self._softphone.start(port=port)

    def _rung(self, call: PhoneCall) -> None:
        if call.called.endswith("86"):
            call.busy()
        elif call.called.endswith("04"):
            call.decline(404)
        else:
            call.ring()
            self.calls.append(call)

    async def rings(self, number: str) -> PhoneCall:
        """The phone of this number rings by now."""
        await until(lambda: any(one.called == number for one in self.calls), why="it rings nowhere")
        return next(one for one in reversed(self.calls) if one.called == number)

    async def answers(self, number: str, hz: float) -> PhoneCall:
        """And is lifted, by somebody who says a tone."""
        call = await self.rings(number)
        call.answer()
        await call.answered()
        sound_of(call).tone(hz)
        return call

    async def close(self) -> None:
        await self._softphone.close()


class Centre:
    """A centre that is up, with callers and agents who have phones. `url` is where its pages are;
    `passwords` are by name: `admin`, `wang` and `zhou` (supervisors), and the agents' numbers."""

    def __init__(self, folder: Path) -> None:
        self._city_port = sockets.free_port((socket.SOCK_DGRAM,))
        self.up = CentreUp(folder, FLOW, self._city_port)
        client = Path(self.up.launch.centre) / "clients" / "power-grid" / "client.yaml"
        text = client.read_text(encoding="utf-8")
        mine = text.replace("\ncallers:\n", f'\ncallers:\n  messages: ["{MESSAGES}"]\n')
        assert mine != text
        client.write_text(mine, encoding="utf-8")
        self._edge_port = sockets.free_port((socket.SOCK_DGRAM,))
        with (Path(self.up.launch.centre) / "roost.toml").open("a", encoding="utf-8") as file:
            file.write(f"\n[edge]\nport = {self._edge_port}\n")
        self.outside = Outside(self.up.sip)
        self.url = self.up.url
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._there: list[Agent | Caller | CutNetwork] = []
        self.passwords: dict[str, str] = {}

    def start(self) -> None:
        self._thread.start()
        self.up.up()
        self.runs(self.up.ready(), 60)
        self.runs(self.outside.starts(self._city_port))
        accounts = SqliteAccounts(self.up.launch.places.accounts)
        accounts.create(OPERATOR, SUPERVISOR, Role.SUPERVISOR, None, PASSWORD)
        accounts.create(OPERATOR, LEAD, Role.SUPERVISOR, AgentId(LEAD_NUMBER), PASSWORD)
        accounts.close()
        self.passwords = {**self.up.passwords, SUPERVISOR: PASSWORD, LEAD: PASSWORD}

    def runs(self, story: Coroutine[Any, Any, T], seconds: float = 120.0) -> T:
        """Runs something of phones and waits for it."""
        return asyncio.run_coroutine_threadsafe(story, self._loop).result(seconds)

    def agent(self, user: str) -> Agent:
        """An agent with a SIP phone that answers at once, signed in and ready."""
        one: Agent = self.around(lambda: Agent(self.up, user))
        return self.runs(one.starts())

    def caller(self, number: str) -> Caller:
        """Somebody whose call has been answered by the flow."""
        one: Caller = self.around(lambda: Caller(self.up, number))
        return self.runs(one.rings())

    def network(self, stays: bool = False) -> CutNetwork:
        """A way to this centre that can be cut. One that `stays` is closed by who asked for it."""
        port = self.up.launch.settings.http.port
        made: CutNetwork = self.around(lambda: CutNetwork(port, self._edge_port))
        if stays:
            self._there.remove(made)
        return self.runs(made.starts())

    def everybody_goes(self) -> None:
        """All phones of this story hang up; the agents write up and sign out."""
        around, self._there = self._there, []
        callers = [one for one in around if isinstance(one, Caller)]
        for caller in callers:
            self.runs(_hangs_up(caller))
        for agent in around:
            if isinstance(agent, Agent):
                self.runs(_goes_home(agent))
        for one in around:
            if not isinstance(one, Agent):
                self.runs(one.close())

    def stop(self) -> None:
        try:
            self.everybody_goes()
        finally:
            self.runs(self.outside.close())
            self.up.stop()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def around(self, make: Callable[[], T]) -> T:
        """Somebody of this story, made on the centre's loop, who leaves after it."""

        async def here() -> T:
            return make()

        one = self.runs(here())
        self._there.append(one)  # type: ignore[arg-type]
        return one


async def _hangs_up(caller: Caller) -> None:
    with suppress(Exception):  # it may have ended already
        caller.call.hang_up()


async def _goes_home(agent: Agent) -> None:
    """Signed out, whatever came before."""

    async def out() -> bool:
        match await agent.presence():
            case "signed_out":
                return True
            case "wrapping":
                await agent.does("wrap-up", code="other")
            case "away" | "ready":
                await agent.does("sign-out")
            case _:
                pass
        return False

    with suppress(AssertionError):
        await until(out, 5.0)
    await agent.close()


class Visit(Protocol):
    """Opens a page in a browser of its own, as somebody (or nobody). With `says_hz` the microphone
    hears that tone for ever, and what the page plays can be measured (hearing.py)."""

    def __call__(
        self,
        who: str | None,
        address: str,
        *,
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = (1366, 768),
        says_hz: float = 0,
        network: CutNetwork | None = None,
    ) -> Page: ...


@pytest.fixture(scope="session")
def centre(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Centre]:
    made = Centre(tmp_path_factory.mktemp("centre"))
    try:
        made.start()
        yield made
    finally:
        made.stop()


class Browsers:
    """Chromium, one for each sound that a microphone hears (0: what Chromium makes up): a tone for
    ever, or, of somebody who `pauses`, two seconds in ten."""

    def __init__(self, playwright: Playwright, folder: Path) -> None:
        self._playwright, self._folder = playwright, folder
        self._made: dict[tuple[float, bool], Browser] = {}

    def that_hears(self, hz: float, pauses: bool = False) -> Browser:
        if (hz, pauses) not in self._made:
            said = (f"--use-file-for-fake-audio-capture={self._file(hz, pauses)}",) if hz else ()
            self._made[hz, pauses] = self._playwright.chromium.launch(
                executable_path=CHROMIUM, args=[*FLAGS, *said]
            )
        return self._made[hz, pauses]

    def _file(self, hz: float, pauses: bool) -> Path:
        path = self._folder / f"microphone-{hz:.0f}-{pauses}.wav"
        sound = tone(hz, -12.0, 48_000 * 10, 48_000)
        if pauses:
            sound[48_000 * 2 :] = array("h", bytes(2 * 48_000 * 8))
        wav.write(path, [sound], 48_000)
        return path

    def close(self) -> None:
        for browser in self._made.values():
            browser.close()


@pytest.fixture(scope="session")
def browsers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browsers]:
    with sync_playwright() as playwright:
        made = Browsers(playwright, tmp_path_factory.mktemp("microphones"))
        yield made
        made.close()


@pytest.fixture
def visit(centre: Centre, browsers: Browsers) -> Iterator[Visit]:
    """Each visit has cookies of its own; a script error or a refused resource fails the test."""
    contexts: list[BrowserContext] = []
    wrong: list[str] = []

    def go(
        who: str | None,
        address: str,
        *,
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = (1366, 768),
        says_hz: float = 0,
        network: CutNetwork | None = None,
    ) -> Page:
        context = browsers.that_hears(says_hz).new_context(
            base_url=network.url if network else centre.url,
            viewport={"width": size[0], "height": size[1]},
            locale=LOCALES[language],
            color_scheme="dark" if theme == "dark" else "light",
            permissions=["microphone"],
            reduced_motion="reduce",  # what fades in has no contrast yet
        )
        contexts.append(context)
        if says_hz:
            context.add_init_script(EARS)
        if network is not None:
            context.add_init_script(network.script)
        context.set_default_timeout(PATIENCE_MS)
        if who is not None:
            login = {"name": who, "password": centre.passwords[who]}
            answer = context.request.post(
                "/api/session", data=login, headers={"Roost-Request": "1"}
            )
            assert answer.ok, answer.text()
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on(
            "console",
            lambda said: wrong.append(said.text) if "Content Security" in said.text else None,
        )
        page.goto(address)
        return page

    yield go
    for context in contexts:
        context.close()
    assert not wrong, wrong


@pytest.fixture(autouse=True)
def _quiet_afterwards(request: pytest.FixtureRequest) -> Iterator[None]:
    """Whoever came for a story has gone before the next."""
    yield
    if "centre" in request.fixturenames:
        request.getfixturevalue("centre").everybody_goes()
