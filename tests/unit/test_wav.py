"""WAV files of softphones: read as 8 kHz mono, written as given."""

import wave
from array import array
from pathlib import Path

import pytest

from roost.adapters.audio import wav
from roost.protocols.rtp.sound import tone, tone_level


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path, sound = tmp_path / "a.wav", tone(440, -20, 800)
    wav.write(path, [sound])
    assert wav.read(path) == sound


def test_channels_are_mixed_and_rates_brought_to_8_khz(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    wav.write(path, [tone(440, -20, 16_000, 16_000), tone(440, -20, 8_000, 16_000)], 16_000)
    heard = wav.read(path)
    assert len(heard) == 8_000
    assert abs(tone_level(heard[400:3_600], 440) + 20) < 0.2
    assert abs(tone_level(heard[4_400:7_600], 440) + 26) < 0.2


def test_what_cant_be_played_names_the_mend(tmp_path: Path) -> None:
    with pytest.raises(wav.BadSound, match="give"):
        wav.read(tmp_path / "gone.wav")
    path = tmp_path / "bytes.wav"
    path.write_bytes(b"not a wav")
    with pytest.raises(wav.BadSound, match="give"):
        wav.read(path)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8_000)
        file.writeframes(array("B", [128] * 80).tobytes())
    with pytest.raises(wav.BadSound, match="16-bit"):
        wav.read(path)
