"""Browsers' phones that we did not write: aiortc, and headless Chromium by Playwright."""

import asyncio
import fractions
from array import array
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from av import AudioFrame
from playwright.async_api import Browser, Page, async_playwright

from roost.adapters.audio import wav
from roost.protocols.rtp.sound import tone, tone_level

RATE = 8_000
FRAME = 160
CHROMIUM = "/usr/bin/chromium"


class ToneTrack(MediaStreamTrack):
    """A tone for ever, in frames of 20 ms."""

    kind = "audio"

    def __init__(self, hz: float, level_db: float = -20.0) -> None:
        super().__init__()
        self._samples = tone(hz, level_db, RATE)
        self._at = 0
        self._begun = 0.0

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self._begun = self._begun or loop.time()
        await asyncio.sleep(max(0.0, self._begun + self._at / RATE - loop.time()))
        start = self._at % RATE
        frame = AudioFrame(format="s16", layout="mono", samples=FRAME)
        frame.planes[0].update(self._samples[start : start + FRAME].tobytes())
        frame.pts, frame.sample_rate = self._at, RATE
        frame.time_base = fractions.Fraction(1, RATE)
        self._at += FRAME
        return frame


class AioPhone:
    """One aiortc connection: speaks G.711 and keeps what it hears."""

    def __init__(self, hz: float = 700) -> None:
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.heard: array[int] = array("h")
        self._hearing: asyncio.Task[None] | None = None
        transceiver = self.connection.addTransceiver(ToneTrack(hz))
        codecs = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences(
            [one for one in codecs if one.mimeType in ("audio/PCMA", "audio/PCMU")]
        )
        self.connection.on("track", self._hear)

    def _hear(self, track: MediaStreamTrack) -> None:
        async def hear() -> None:
            while True:
                frame = await track.recv()
                channels = len(frame.layout.channels)
                data = bytes(frame.planes[0])[: 2 * frame.samples * channels]
                self.heard.extend(array("h", data)[:: frame.sample_rate // RATE * channels])

        self._hearing = asyncio.ensure_future(hear())

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return self.connection.localDescription.sdp

    async def take(self, answer: str) -> None:
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    async def hears(self, hz: float, at_least_db: float = -30.0, seconds: float = 8.0) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while tone_level(self.heard[-1_600:], hz) < at_least_db:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
                return True
        return False

    async def close(self) -> None:
        if self._hearing is not None:
            self._hearing.cancel()
        await self.connection.close()


@asynccontextmanager
async def chromium(folder: Path, hz: float) -> AsyncIterator[Browser]:
    """Chromium, whose microphone hears a tone for ever."""
    microphone = folder / f"microphone-{hz:.0f}.wav"
    wav.write(microphone, [tone(hz, -12.0, 48_000 * 10, 48_000)], 48_000)
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
                f"--use-file-for-fake-audio-capture={microphone}",
                "--autoplay-policy=no-user-gesture-required",
                # a page that a test puts in the place of the centre's counts as from outside
                "--disable-features=LocalNetworkAccessChecks",
            ],
        )
        try:
            yield made
        finally:
            await made.close()


@asynccontextmanager
async def browser(folder: Path, hz: float) -> AsyncIterator[Page]:
    """A page that may have a microphone: secure pages alone have one, and loopback's are."""
    async with chromium(folder, hz) as made:
        page = await made.new_page()
        await page.route("http://localhost/**", lambda route: route.fulfill(body="<p>a page</p>"))
        await page.goto("http://localhost/")
        yield page


# A page's phone in a few lines, and a measure of what it hears.
PHONE = """
async () => {
  const stream = await navigator.mediaDevices.getUserMedia(
    {audio: {echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  const connection = new RTCPeerConnection({iceServers: []});
  const audio = new AudioContext();
  window.phone = {connection, audio, analyser: null};
  connection.ontrack = (event) => {
    const element = new Audio();
    element.muted = true;
    element.srcObject = event.streams[0] ?? new MediaStream([event.track]);
    element.play();
    const analyser = audio.createAnalyser();
    analyser.fftSize = 8192;
    audio.createMediaStreamSource(element.srcObject).connect(analyser);
    window.phone.analyser = analyser;
  };
  const transceiver = connection.addTransceiver(stream.getAudioTracks()[0]);
  transceiver.setCodecPreferences(RTCRtpReceiver.getCapabilities('audio').codecs
    .filter((one) => /PCM[AU]$|telephone-event/.test(one.mimeType)));
  await connection.setLocalDescription();
  return connection.localDescription.sdp;
}
"""
TAKE = """
(sdp) => window.phone.connection.setRemoteDescription({type: 'answer', sdp})
"""
# dBFS of one frequency in the latest 8192 samples that the page hears (Goertzel).
LEVEL = """
(hz) => {
  const {analyser, audio} = window.phone;
  if (!analyser) return -200;
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const w = 2 * Math.PI * hz / audio.sampleRate;
  let a = 0, b = 0;
  for (const x of samples) { const c = x + 2 * Math.cos(w) * a - b; b = a; a = c; }
  const power = a * a + b * b - 2 * Math.cos(w) * a * b;
  const amplitude = 2 * Math.sqrt(Math.max(power, 0)) / samples.length;
  return amplitude > 0 ? 20 * Math.log10(amplitude) : -200;
}
"""


async def page_hears(
    page: Page, hz: float, at_least_db: float = -35.0, seconds: float = 8.0
) -> float:
    """The level once it's there; the last one measured otherwise."""
    level: Any = -200.0
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while (level := await page.evaluate(LEVEL, hz)) < at_least_db:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    return float(level)
