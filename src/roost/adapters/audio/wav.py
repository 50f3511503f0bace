"""WAV files: 16-bit, read as mono at 8 kHz, written as they're given."""

import wave
from array import array
from pathlib import Path
from typing import Final

from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import CLOCK_HZ
from roost.protocols.rtp.sound import resampled

MAX_SECONDS: Final = 3_600


class BadSound(Exception):
    """The file can't be played; the message names the mend."""


def read(path: Path) -> "array[int]":
    """Samples at 8 kHz, its channels mixed. Raises BadSound."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getsampwidth() != 2:
                raise BadSound(f"{path}: {8 * file.getsampwidth()} bits; give 16-bit samples.")
            rate, channels = file.getframerate(), file.getnchannels()
            if file.getnframes() > MAX_SECONDS * rate:
                raise BadSound(f"{path}: longer than an hour; cut it.")
            samples = g711.from_bytes(file.readframes(file.getnframes()))
    except (OSError, EOFError, wave.Error) as error:
        raise BadSound(f"{path}: {error}; give a PCM WAV file.") from None
    if channels > 1:
        parts = [samples[channel::channels] for channel in range(channels)]
        samples = array("h", [sum(frame) // channels for frame in zip(*parts, strict=False)])
    return resampled(samples, rate)


def write(path: Path, channels: "list[array[int]]", rate: int = CLOCK_HZ) -> None:
    """One file of as many channels, the shorter ones filled with silence."""
    length = max(map(len, channels), default=0)
    mixed = array("h", bytes(2 * length * len(channels)))
    for number, samples in enumerate(channels):
        mixed[number : len(samples) * len(channels) : len(channels)] = samples
    with wave.open(str(path), "wb") as file:
        file.setnchannels(len(channels))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(g711.to_bytes(mixed))
