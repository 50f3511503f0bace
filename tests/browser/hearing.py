"""What a page plays, measured: each element that plays (the phone's speaker, the ring, a recording)
as the level of one frequency. Works in pages that were visited with `says_hz`."""

import asyncio
import time
from typing import Final

from playwright.sync_api import Page

from roost.adapters.audio.endpoint import AudioEndpoint

HEARD_DB: Final = -35.0
SILENT_DB: Final = -48.0
WITHIN_MS: Final = 8_000
STAYS_MS: Final = 600

# A tone is noise to a browser's microphone; whatever plays is known.
EARS: Final = """
{
  const open = navigator.mediaDevices?.getUserMedia?.bind(navigator.mediaDevices);
  if (open) {
    navigator.mediaDevices.getUserMedia = () => open({audio: {
      echoCancellation: false, noiseSuppression: false, autoGainControl: false}});
  }
  const play = HTMLMediaElement.prototype.play, players = new Set();
  HTMLMediaElement.prototype.play = function () { players.add(this); return play.call(this); };
  document.addEventListener("play", (event) => players.add(event.target), true);  // by a control
  let audio;
  const ears = new Map();  // by the sound's track
  const ear = (track) => {
    if (!ears.has(track)) {
      audio ??= new AudioContext();
      const analyser = audio.createAnalyser();
      analyser.fftSize = 8192;
      audio.createMediaStreamSource(new MediaStream([track])).connect(analyser);
      ears.set(track, analyser);
    }
    return ears.get(track);
  };
  const level = (analyser, hz) => {
    const samples = new Float32Array(analyser.fftSize), size = samples.length;
    analyser.getFloatTimeDomainData(samples);
    const w = 2 * Math.PI * hz / audio.sampleRate;
    let a = 0, b = 0;
    samples.forEach((x, at) => {
      const c = x * (1 - Math.cos(2 * Math.PI * at / size)) + 2 * Math.cos(w) * a - b;
      b = a; a = c;
    });
    const power = Math.max(a * a + b * b - 2 * Math.cos(w) * a * b, 1e-20);
    return 20 * Math.log10(2 * Math.sqrt(power) / size);
  };
  const loud = (analyser) => {
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    return 10 * Math.log10(samples.reduce((sum, x) => sum + x * x, 1e-20) / samples.length);
  };
  const most = (measure) => {
    let found = -200;
    for (const one of players) {
      if (one.paused || one.muted) continue;
      const stream = one.srcObject ?? (one.captured ??= one.captureStream());
      for (const track of stream.getAudioTracks()) found = Math.max(found, measure(ear(track)));
    }
    return found;
  };
  window.levelOf = (hz) => most((analyser) => level(analyser, hz));
  window.loudness = () => most(loud);
  window.staysUnder = (hz, most, ms) => new Promise((done) => {
    const begun = performance.now();
    const look = () => {
      const now = window.levelOf(hz);
      if (now >= most) done(now);
      else if (performance.now() - begun > ms) done(null);
      else setTimeout(look, 50);
    };
    look();
  });
}
"""


def level(page: Page, hz: float) -> float:
    """dBFS of a frequency in what the page plays now."""
    return float(page.evaluate("(hz) => levelOf(hz)", hz))


def hears(page: Page, *tones: float, within_ms: float = WITHIN_MS) -> None:
    """The page plays each of these tones, by then."""
    for hz in tones:
        page.wait_for_function(
            "([hz, least]) => levelOf(hz) >= least", arg=[hz, HEARD_DB], polling=50,
            timeout=within_ms,
        )  # fmt: skip


def does_not_hear(page: Page, *tones: float, within_ms: float = 3_000) -> None:
    """Each of these tones is gone by then, and stays so for a while. It may come back before: a
    packet that's late is a lull, and then the tone again."""
    for hz in tones:
        end = time.monotonic() + within_ms / 1_000
        found: float | None = 0.0
        while found is not None:
            page.wait_for_function(
                "([hz, most]) => levelOf(hz) < most", arg=[hz, SILENT_DB], polling=50,
                timeout=within_ms,
            )  # fmt: skip
            within = time.monotonic() < end
            found = page.evaluate("([hz, most, ms]) => staysUnder(hz, most, ms)",
                                  [hz, SILENT_DB + 6, STAYS_MS])  # fmt: skip
            assert found is None or within, f"{hz} Hz is heard in the page: {found:.0f} dB"


async def hears_on_phone(sound: AudioEndpoint, *tones: float, timeout_s: float = 8.0) -> None:
    """A SIP phone hears each of these tones, in packets of now."""
    await sound.hears_packets(sound.figures().received + 12)
    for hz in tones:
        heard = await sound.hears_tone(hz, timeout_s=timeout_s)
        assert heard, f"{hz} Hz isn't heard at the phone: {sound.tone_level(hz):.0f} dB"


async def does_not_hear_on_phone(
    sound: AudioEndpoint, *tones: float, packets: int = 40, within_s: float = 5.0
) -> None:
    """None of these tones is in what a SIP phone hears, by then."""
    loop = asyncio.get_running_loop()
    end = loop.time() + within_s
    await sound.hears_packets(sound.figures().received + packets)
    while loop.time() < end and max(sound.tone_level(hz, 500) for hz in tones) > SILENT_DB + 6:
        await sound.hears_packets(sound.figures().received + 10)
    for hz in tones:
        found = sound.tone_level(hz, 500)
        assert found < SILENT_DB + 6, f"{hz} Hz is heard at the phone: {found:.0f} dB"
