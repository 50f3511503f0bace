"""What Opus costs the edge for a line that loses packets, and what it saves of the speech.

The edge's own turning of packets, without sockets: from the browser (decoding, what was lost put
in again) and to it (encoding with redundancy). Speech by espeak-ng, one packet in ten lost. What
was lost is compared with what was said, frame by frame: G.711 has nothing there.
"""

import subprocess
import tempfile
import time
from pathlib import Path
from random import Random

from roost.adapters.audio import wav
from roost.adapters.edge.opus import Voice, library
from roost.adapters.edge.turning import Room, Turning
from roost.protocols.rtp import g711, rtcp
from roost.protocols.rtp.packet import FRAME_SAMPLES, FRAME_US, build, parse

OPUS, PCMA, SSRC = 111, 8, 77
WORDS = (
    "Good morning, this is the power grid hotline. We know about the outage in your street, and "
    "our people are on their way. The light should be back by half past nine. May I have your "
    "name, please, and the number of the house?"
)
LOUD = 300.0  # of a frame's mean amplitude: quieter ones say nothing


def speech() -> bytes:
    """Some fifteen seconds in A-law, a whole number of packets."""
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as folder:
        path = Path(folder) / "speech.wav"
        subprocess.run(["espeak-ng", "-w", str(path), WORDS], check=True)
        samples = wav.read(path)
    return g711.encode(samples[: len(samples) // FRAME_SAMPLES * FRAME_SAMPLES], True)


def likeness(said: bytes, heard: bytes) -> float:
    """The correlation of two frames: 1.0 is the same, 0.0 has nothing of it."""
    one, other = g711.decode(said, True), g711.decode(heard, True)
    both = sum(a * b for a, b in zip(one, other, strict=True))
    size = (sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5
    return both / size if size else 0.0


def _inward(frames: list[bytes], sent: list[bytes], lost: list[bool]) -> tuple[float, float]:
    """CPU in seconds, and how like what was said the lost frames came out."""
    turning, found = Turning(OPUS, PCMA, True, Room(1)), {}
    began = time.process_time()
    for number, packet in enumerate(sent):
        if lost[number]:
            continue
        data = build(OPUS, number, 960 * number, SSRC, packet)
        for one in turning.heard(data, number * FRAME_US / 1e6):
            found[int.from_bytes(one[2:4], "big")] = one
    spent = time.process_time() - began
    sound = bytearray(b"".join(g711.silence(FRAME_SAMPLES, True) for _ in frames))
    for number, one in found.items():
        packet = parse(one)
        assert packet is not None
        sound[number * FRAME_SAMPLES : (number + 1) * FRAME_SAMPLES] = packet.payload
    late = delay(b"".join(frames), bytes(sound))
    alike = []
    for number, frame in enumerate(frames[:-1]):
        size = sum(abs(one) for one in g711.decode(frame, True)) / FRAME_SAMPLES
        if lost[number] and size > LOUD:
            alike.append(likeness(frame, sound[number * FRAME_SAMPLES + late :][:FRAME_SAMPLES]))
    return spent, sum(alike) / len(alike)


def delay(said: bytes, heard: bytes) -> int:
    """By how many samples the codec is late."""
    part = slice(8_000, 16_000)
    one = said[part]
    return max(range(120), key=lambda by: likeness(one, heard[part.start + by :][: len(one)]))


def run() -> dict[str, float | str]:
    """CPU in percent of a core a line, beside what carrying it costs anyway (0.6 %)."""
    if library() is None:
        return {"opus": "libopus0 isn't installed"}
    codes = speech()
    frames = [codes[at : at + FRAME_SAMPLES] for at in range(0, len(codes), FRAME_SAMPLES)]
    chance = Random(3)
    lost = [chance.random() < 0.1 for _ in frames]
    browser = Voice(True)
    sent = [browser.encode(frame, 10) for frame in frames]
    inward_s, alike = _inward(frames, sent, lost)
    turning = Turning(OPUS, PCMA, True, Room(1))
    bad = rtcp.build(5, None, (rtcp.Block(SSRC, 26, 9, 100, 48, 0, 0),), b"browser")
    turning.report_heard(bad, 0.0)
    began = time.process_time()
    for number, frame in enumerate(frames):
        turning.said(build(PCMA, number, 160 * number, SSRC, frame))
    outward_s = time.process_time() - began
    lasts = len(frames) * FRAME_US / 1e6
    return {
        "cpu_percent_from_the_browser": 100 * inward_s / lasts,
        "cpu_percent_to_the_browser": 100 * outward_s / lasts,
        "lost_percent": 100 * sum(lost) / len(lost),
        "lost_frames_likeness_to_what_was_said": alike,
        "bits_a_second_of_g711s_64000": 8 * sum(map(len, sent)) / lasts,
    }
