"""Opus for a voice of 8 kHz, by libopus (BSD) through opuslib-next (BSD), and whether it's here."""

import importlib
from functools import cache
from typing import Any, Final

from roost.protocols.rtp import g711

CLOCK: Final = 6  # its RTP clock is 48 kHz whatever it carries (RFC 7587 4.1)
FRAMES: Final = (80, 160, 320, 480)  # samples that it has a frame for: 10, 20, 40, 60 ms
LONGEST: Final = 960  # samples: 120 ms
BITS: Final = 32_000  # a second: room for the redundancy beside narrow-band speech
COMPLEXITY: Final = 5
MOST_BYTES: Final = 1_000


@cache
def library() -> Any:
    """opuslib-next, or None where libopus isn't installed."""
    try:
        return importlib.import_module("opuslib_next")
    except Exception:  # it raises no class of its own
        return None


class BadOpus(Exception):
    """No packet of Opus."""


class Voice:
    """One line's encoder and decoder, from and to G.711."""

    __slots__ = ("_a_law", "_decoder", "_encoder", "_failed", "_percent")

    def __init__(self, a_law: bool) -> None:
        opus = library()
        self._a_law = a_law
        self._failed: type[Exception] = opus.OpusError
        self._decoder: Any = opus.Decoder(8_000, 1)
        self._encoder: Any = opus.Encoder(8_000, 1, "voip")
        self._encoder.bitrate = BITS
        self._encoder.complexity = COMPLEXITY
        self._encoder.inband_fec = 1
        self._percent = -1

    def encode(self, codes: bytes, lost_percent: int) -> bytes:
        """`lost_percent` says how much redundancy goes with it."""
        if lost_percent != self._percent:
            self._percent = self._encoder.packet_loss_perc = lost_percent
        samples = g711.to_bytes(g711.decode(codes, self._a_law))
        return bytes(self._encoder.encode(samples, len(codes)))

    def decode(self, packet: bytes) -> bytes:
        """Raises BadOpus."""
        return self._codes(packet, LONGEST, False)

    def mended(self, next_packet: bytes, samples: int) -> bytes:
        """What was lost before this packet, from the redundancy in it. Raises BadOpus."""
        return self._codes(next_packet, samples, True)

    def guessed(self, samples: int) -> bytes:
        """What was lost and isn't in any packet. Raises BadOpus."""
        return self._codes(b"", samples, False)

    def _codes(self, packet: bytes, samples: int, fec: bool) -> bytes:
        if len(packet) > MOST_BYTES:
            raise BadOpus("too long")
        try:
            sound: bytes = self._decoder.decode(packet, samples, fec)
        except self._failed as trouble:
            raise BadOpus(str(trouble)) from None
        return g711.encode(g711.from_bytes(sound), self._a_law)
