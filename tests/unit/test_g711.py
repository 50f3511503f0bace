"""G.711 against the recommendation's own values, and sound's measures."""

from array import array
from math import log10

import pytest

from roost.protocols.rtp import g711
from roost.protocols.rtp.sound import (
    active_level,
    gained,
    level,
    resampled,
    tone,
    tone_level,
)


@pytest.mark.parametrize(
    ("code", "sample"),
    [(0xD5, 8), (0x55, -8), (0xD4, 24), (0x80, 5_504), (0xAA, 32_256), (0x2A, -32_256)],
)
def test_a_law_codes_are_the_recommendations(code: int, sample: int) -> None:
    assert g711.A_LINEAR[code] == sample


@pytest.mark.parametrize(
    ("code", "sample"), [(0xFF, 0), (0x7F, 0), (0xFE, 8), (0x80, 32_124), (0x00, -32_124)]
)
def test_mu_law_codes_are_the_recommendations(code: int, sample: int) -> None:
    assert g711.U_LINEAR[code] == sample


@pytest.mark.parametrize("a_law", [True, False])
def test_every_code_survives_decoding_and_encoding(a_law: bool) -> None:
    codes = bytes(code for code in range(256) if a_law or code != 0x7F)  # 0x7F is minus zero
    assert g711.encode(g711.decode(codes, a_law), a_law) == codes


@pytest.mark.parametrize("a_law", [True, False])
def test_quantising_leaves_37_db(a_law: bool) -> None:
    spoken = tone(1_004, -15, 8_000)
    heard = g711.decode(g711.encode(spoken, a_law), a_law)
    noise = sum((a - b) ** 2 for a, b in zip(spoken, heard, strict=True)) / len(spoken)
    signal = sum(a * a for a in spoken) / len(spoken)
    assert 10 * log10(signal / noise) > 36


def test_law_to_law_keeps_the_sound() -> None:
    spoken = tone(1_004, -15, 800)
    there = g711.encode(spoken, True).translate(g711.A_TO_U)
    assert abs(level(g711.decode(there, False)) + 15) < 0.2
    back = there.translate(g711.U_TO_A)
    assert abs(level(g711.decode(back, True)) + 15) < 0.2


def test_a_gain_is_a_table() -> None:
    louder = g711.mapping(True, True, 6)
    assert louder is not None
    heard = g711.decode(g711.encode(tone(1_004, -20, 800), True).translate(louder), True)
    assert abs(level(heard) + 14) < 0.2
    assert g711.mapping(True, True) is None


def test_silence_is_silent() -> None:
    assert max(map(abs, g711.decode(g711.silence(160, True), True))) <= 8
    assert max(map(abs, g711.decode(g711.silence(160, False), False))) == 0


def test_levels_are_measured_by_frequency() -> None:
    both = array("h", [a + b for a, b in zip(tone(440, -20, 1_600), tone(1_000, -30, 1_600),
                                             strict=True)])  # fmt: skip
    assert abs(tone_level(both, 440) + 20) < 0.2
    assert abs(tone_level(both, 1_000) + 30) < 0.2
    assert tone_level(both, 700) < -60
    assert level(array("h")) == -96
    assert abs(active_level(tone(440, -18, 8_000) + array("h", bytes(32_000))) + 18) < 0.2
    assert abs(level(gained(tone(440, -20, 800), 6)) + 14) < 0.1


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100])
def test_resampling_keeps_what_8_khz_carries_and_drops_the_rest(rate: int) -> None:
    kept = resampled(tone(1_000, -20, rate // 2, rate), rate)
    assert abs(len(kept) - 4_000) <= 1
    assert abs(tone_level(kept[400:3_600], 1_000) + 20) < 0.2
    folded = resampled(tone(5_000, -20, rate // 2, rate), rate)
    assert level(folded[400:3_600]) < -60
