"""A desk in Chromium: time until it's usable, first audio after answering, and its own CPU.

A real centre with twenty other agents on the phone, so that the feed tells of them all the time;
one agent's page with a headset, whose calls come one by one on a number of its own.

Usable: from opening the address in a browser that has just been started, with nothing cached, to
the sign-in form; and from Enter, over the desk, to Ready with a headset that stands. What is typed
is there at once: a person's seconds, in which the pages load ahead, aren't counted.

First audio: from the key to the caller's tone in what the page plays, and to the page's tone in
what the caller hears; `jitter_buffer` is what Chromium itself holds back of it meanwhile. CPU: of
the page's own process, and of its main thread alone, which is ours (the rest is sound and drawing);
an hour is CONTACTS of them with AHT each, and waiting for the rest. Chromium has no graphics card
here, so drawing, in processes of its own, costs more than on a desk; it's in `browser`.
"""

import asyncio
import math
import shutil
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import yaml
from playwright.async_api import Browser, Page, Playwright, async_playwright

from benchmarks._centre import LOOPBACK, TICKS, Centre, waited_s
from benchmarks._sipp import Callers, Phones
from roost.adapters.audio import wav
from roost.adapters.phone.account import Account
from roost.adapters.phone.calls import PhoneCall
from roost.processes.softphone import Softphone, sound_of
from roost.protocols.rtp.sound import tone

CHROMIUM: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)
OWN_NUMBER: Final = "95599"
OTHERS: Final = 20
OTHERS_TALK_S: Final = 4.0
OTHERS_RATE: Final = 4.0  # calls a second: more than eight in ten of the others talk
OPENED: Final = 3  # times, each by a new browser
ANSWERED: Final = 4  # contacts whose first audio is measured
WATCHED: Final = 3  # contacts whose CPU is
STRETCH_S: Final = 8.0  # of waiting, and of talking
TALKS_S: Final = 1.2
CONTACTS: Final = 12  # of an hour
AHT_S: Final = 270.0
PAGE_HZ: Final = 2_600.0
CALLER_HZ: Final = 1_100.0
HEARD: Final = 0.01  # of full scale, in the page
HEARD_DB: Final = -32.0  # at the caller
LOOK_S: Final = 0.002
PATIENCE_MS: Final = 15_000

STATE: Final = """(words) => document.querySelector('[aria-label="My state"] strong')
  ?.textContent === words && performance.timeOrigin + performance.now()"""
FORM: Final = """() => document.querySelector('input[autocomplete="current-password"]')
  && document.fonts.status === "loaded" && performance.timeOrigin + performance.now()"""
SIGNED_OUT: Final = """() => document.querySelector('[aria-keyshortcuts="Alt+o"]')
  && performance.timeOrigin + performance.now()"""
STANDING: Final = """() => document.body.innerText.includes("Headset ready")
  && performance.timeOrigin + performance.now()"""
# The key's own time, and when what comes over the line is first heard after `listen()`.
WATCH: Final = """
{
  addEventListener("keydown", (event) => {
    window.keyAt = performance.timeOrigin + event.timeStamp;
  }, true);
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = () => open({audio: {  // a tone is noise to a microphone
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const lines = [], Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener("track", (event) => lines.push(event.receiver));
    }
  };
  window.listen = async (least) => {
    const audio = new AudioContext({latencyHint: "interactive"}), ears = lines.map(({track}) => {
      const ear = audio.createAnalyser();
      ear.fftSize = 256;
      audio.createMediaStreamSource(new MediaStream([track])).connect(ear);
      return ear;
    });
    await audio.resume();
    const samples = new Float32Array(256);
    window.heardAt = null;
    const timer = setInterval(() => {
      for (const ear of ears) {
        ear.getFloatTimeDomainData(samples);
        if (Math.hypot(...samples) / 16 < least) continue;
        window.heardAt = performance.timeOrigin + performance.now();
        clearInterval(timer);
        setTimeout(() => audio.close(), 500);
        return;
      }
    }, 4);
  };
  window.buffered = async () => {
    let delay = 0, count = 0;
    for (const line of lines) for (const one of (await line.getStats()).values()) {
      if (one.type !== "inbound-rtp") continue;
      delay += one.jitterBufferDelay;
      count += one.jitterBufferEmittedCount;
    }
    return [1000 * delay, count];
  };
}
"""


def prepared(folder: Path) -> Centre:
    """The benchmarks' centre with a second number, whose calls are the first agent's alone."""
    centre = Centre(folder, OTHERS + 1)
    made = folder / "centre"

    def amended(path: Path, change: Any) -> None:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")

    amended(made / "centre.yaml", lambda one: one["skills"].update(own="Own"))
    amended(
        made / "agents.yaml",
        lambda one: one["agents"][centre.users[0]].update(skills={"own": 1}),
    )

    def client(one: dict[str, Any]) -> None:
        one["numbers"][OWN_NUMBER] = "own"
        one["queues"]["own"] = {"skills": {"own": 1}, "ring": "30s", "wrap_up": "2m"}
        one["wrap_up_codes"] = [{"code": "done", "label": "Done"}]

    own = made / "clients" / "bench"
    amended(own / "client.yaml", client)
    shutil.copy(own / "flows" / "main.yaml", own / "flows" / "own.yaml")
    amended(own / "flows" / "own.yaml", lambda one: one["steps"]["wait"]["queue"].update(to="own"))
    return centre


class Opened:
    """A browser with one desk; times in milliseconds of the wall's clock."""

    def __init__(self, browser: Browser, page: Page) -> None:
        self.browser, self.page = browser, page
        self.form_ms = 0.0
        self.desk_ms = 0.0
        self.ready_ms = 0.0
        self.cpu_s = 0.0  # of all of Chromium, until Ready
        self.waited = 0.0  # per cent of the time that the page was ready to run and couldn't

    async def seen(self, what: str, given: Any = None) -> float:
        """When the page first shows something."""
        handle = await self.page.wait_for_function(what, arg=given, timeout=PATIENCE_MS)
        return float(await handle.json_value())

    async def shows(self, state: str) -> float:
        return await self.seen(STATE, state)

    async def opens(self, user: str, password: str) -> None:
        """From nothing to Ready, as fast as the page lets one."""
        page, spent = self.page, (await self.cpu())["browser"]
        first = began = time.time() * 1_000
        await page.goto("/desk", wait_until="commit")
        self.form_ms = await self.seen(FORM) - began
        await page.get_by_label("Name").fill(user)
        await page.get_by_label("Password", exact=True).fill(password)
        began = time.time() * 1_000
        await page.keyboard.press("Enter")
        self.desk_ms = await self.seen(SIGNED_OUT) - began
        await page.keyboard.press("Alt+o")
        await self.shows("Away")
        await self.seen(STANDING)
        await page.keyboard.press("Alt+o")
        self.ready_ms = await self.shows("Ready") - began
        waited = max(waited_s(one["id"]) for one in await self._processes() if one["page"])
        self.waited = 100 * waited / (time.time() - first / 1_000)
        self.cpu_s = (await self.cpu())["browser"] - spent

    async def _processes(self) -> list[dict[str, Any]]:
        session = await self.browser.new_browser_cdp_session()
        found: list[dict[str, Any]]
        found = (await session.send("SystemInfo.getProcessInfo"))["processInfo"]
        await session.detach()
        return [{**one, "page": one["type"] == "renderer"} for one in found]

    async def buffered(self) -> tuple[float, float]:
        """For how many milliseconds Chromium has held the sound back, summed up, and of how many
        samples."""
        delay, count = await self.page.evaluate("buffered()")
        return float(delay), float(count)

    async def cpu(self) -> dict[str, float]:
        """CPU seconds until now: of the page's main thread, its process, and all of Chromium."""
        found = await self._processes()
        pages = [one for one in found if one["page"]]
        return {
            "main_thread": sum(_main_thread_s(one["id"]) for one in pages),
            "page": sum(one["cpuTime"] for one in pages),
            "browser": sum(one["cpuTime"] for one in found),
        }


def _main_thread_s(pid: int) -> float:
    """CPU seconds of a process's first thread."""
    fields = Path(f"/proc/{pid}/task/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


@asynccontextmanager
async def opened(playwright: Playwright, centre: Centre, sound: Path) -> AsyncIterator[Opened]:
    """A browser that has just been started."""
    browser = await playwright.chromium.launch(
        executable_path=CHROMIUM, args=[*FLAGS, f"--use-file-for-fake-audio-capture={sound}"]
    )
    try:
        context = await browser.new_context(
            base_url=centre.url,
            viewport={"width": 1366, "height": 768},
            locale="en-GB",
            permissions=["microphone"],
        )
        await context.add_init_script(WATCH)
        yield Opened(browser, await context.new_page())
    finally:
        await browser.close()


class OneCaller:
    """Who calls the desk's own number, and says a tone."""

    def __init__(self, centre: Centre) -> None:
        self._softphone = Softphone(Account("0931700001", "", LOOPBACK, centre.sip_port))
        self._uri = f"sip:{OWN_NUMBER}@{LOOPBACK}:{centre.sip_port}"

    async def start(self) -> None:
        await self._softphone.start()

    async def calls(self) -> PhoneCall:
        call = self._softphone.phone.call(self._uri)
        await call.answered(10)
        sound_of(call).tone(CALLER_HZ, -15.0)
        return call

    async def close(self) -> None:
        await self._softphone.close()


async def contact(desk: Opened, caller: OneCaller, listens: bool) -> tuple[float, float]:
    """A whole contact, from the ring to Ready; when the page heard the caller, and the caller the
    page, in milliseconds after the key."""
    page = desk.page
    call = await caller.calls()
    await desk.shows("Ringing")
    if listens:
        await page.evaluate("(least) => listen(least)", HEARD)
        await asyncio.sleep(0.3)
        assert await page.evaluate("heardAt") is None, "something is heard before the answer"
    await page.keyboard.press("Alt+a")
    at_caller = await _heard_at(call) if listens else 0.0
    in_page = await desk.seen("() => window.heardAt") if listens else 0.0
    await desk.shows("Talking")
    key = float(await page.evaluate("keyAt"))
    await asyncio.sleep(TALKS_S)
    call.hang_up()
    await desk.shows("Wrap-up")
    await page.keyboard.press("1")
    await page.keyboard.press("Control+Enter")
    await desk.shows("Ready")
    return in_page - key, at_caller - key


async def _heard_at(call: PhoneCall) -> float:
    """When the page's tone came in at the caller: for 20 ms, one packet."""
    sound = sound_of(call)
    async with asyncio.timeout(PATIENCE_MS / 1_000):
        while sound.tone_level(PAGE_HZ, 20) < HEARD_DB:  # noqa: ASYNC110 - looked at closely
            await asyncio.sleep(LOOK_S)
    return time.time() * 1_000


async def _spent(desk: Opened, work: Any) -> tuple[dict[str, float], float]:
    """CPU seconds that something cost, and how long it took."""
    before, began = await desk.cpu(), time.monotonic()
    await work
    took = time.monotonic() - began
    after = await desk.cpu()
    return {name: after[name] - before[name] for name in after}, took


async def _contacts(desk: Opened, caller: OneCaller, count: int) -> None:
    for _ in range(count):
        await contact(desk, caller, listens=False)


async def _cpu(desk: Opened, caller: OneCaller) -> dict[str, float | str]:
    waiting, waited_s = await _spent(desk, asyncio.sleep(STRETCH_S))
    contacts, _ = await _spent(desk, _contacts(desk, caller, WATCHED))
    call = await caller.calls()
    await desk.shows("Ringing")
    await desk.page.keyboard.press("Alt+a")
    await desk.shows("Talking")
    talking, talked_s = await _spent(desk, asyncio.sleep(STRETCH_S))
    call.hang_up()
    await desk.shows("Wrap-up")
    figures: dict[str, float | str] = {}
    for name in ("main_thread", "page", "browser"):
        idle, talk = waiting[name] / waited_s, talking[name] / talked_s
        each = max(0.0, contacts[name] / WATCHED - TALKS_S * talk)
        busy_s = CONTACTS * AHT_S
        hour_s = CONTACTS * each + busy_s * talk + (3_600 - busy_s) * idle
        figures |= {
            f"{name}_cpu_percent_waiting": 100 * idle,
            f"{name}_cpu_percent_talking": 100 * talk,
            f"{name}_cpu_ms_a_contact_without_talk": 1_000 * each,
            f"{name}_cpu_s_an_hour": hour_s,
        }
    return figures


def _times(name: str, values: list[float]) -> dict[str, float | str]:
    return {f"{name}_median_ms": statistics.median(values), f"{name}_longest_ms": max(values)}


async def _listened(desk: Opened, caller: OneCaller) -> dict[str, float | str]:
    before = await desk.buffered()
    heard = [await contact(desk, caller, True) for _ in range(ANSWERED)]
    after = await desk.buffered()
    return {
        **_times("first_audio_in_the_page", [one for one, _ in heard]),
        **_times("first_audio_at_the_caller", [one for _, one in heard]),
        "jitter_buffer_ms": (after[0] - before[0]) / max(1.0, after[1] - before[1]),
    }


async def _measured(centre: Centre, sound: Path) -> dict[str, float | str]:
    user = centre.users[0]
    desks: list[Opened] = []
    caller = OneCaller(centre)
    await caller.start()
    async with async_playwright() as playwright:
        for _ in range(OPENED - 1):
            async with opened(playwright, centre, sound) as desk:
                await desk.opens(user, centre.passwords[user])
                desks.append(desk)
                await asyncio.to_thread(centre.does, user, "sign-out")
        async with opened(playwright, centre, sound) as desk:
            await desk.opens(user, centre.passwords[user])
            desks.append(desk)
            figures = await _listened(desk, caller) | await _cpu(desk, caller)
    await caller.close()
    return {
        "others": float(OTHERS),
        "page_waited_for_a_core_percent": statistics.mean(one.waited for one in desks),
        **_times("sign_in_page", [one.form_ms for one in desks]),
        **_times("enter_to_desk", [one.desk_ms for one in desks]),
        **_times("enter_to_ready", [one.ready_ms for one in desks]),
        "usable_desk_cpu_of_chromium_s": statistics.median(one.cpu_s for one in desks),
        **_times("usable_desk", [one.form_ms + one.ready_ms for one in desks]),
        **figures,
    }


def _others(centre: Centre, port: int) -> None:
    for user, password in centre.sip_passwords().items():
        if user != centre.users[0]:
            centre.register_one(user, password, port)
    centre.go_ready(centre.users[1:])


def run() -> dict[str, float | str]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as place:
        folder = Path(place)
        sound = folder / "microphone.wav"
        wav.write(sound, [tone(PAGE_HZ, -12.0, 48_000 * 10, 48_000)], 48_000)
        calls = math.ceil(OTHERS_RATE * 120)
        with prepared(folder) as centre, Phones(OTHERS_TALK_S, core=None) as phones:
            _others(centre, phones.port)
            with Callers(centre.sip_port, OTHERS_RATE, calls, 120, core=None):
                return asyncio.run(_measured(centre, sound))
