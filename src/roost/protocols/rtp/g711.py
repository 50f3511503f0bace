"""G.711: A-law and µ-law (ITU-T G.711), as tables. `audioop` is gone from Python 3.13.

Law to law is one `bytes.translate`; so is a gain. Linear samples are 16-bit signed, in an
`array('h')` or little-endian bytes.
"""

import sys
from array import array
from functools import cache
from typing import Final

SILENCE_A: Final = 0xD5
SILENCE_U: Final = 0xFF
_BIAS: Final = 0x84
_CLIP: Final = 32_635
_A_ENDS: Final = (0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF)


def _a_to_linear(code: int) -> int:
    code ^= 0x55
    segment, step = (code & 0x70) >> 4, (code & 0x0F) << 4
    size = step + 8 if segment == 0 else (step + 0x108) << (segment - 1)
    return size if code & 0x80 else -size


def _u_to_linear(code: int) -> int:
    code = ~code & 0xFF
    size = ((((code & 0x0F) << 3) + _BIAS) << ((code & 0x70) >> 4)) - _BIAS
    return -size if code & 0x80 else size


def _linear_to_a(sample: int) -> int:
    size = sample >> 3
    mask = 0xD5
    if size < 0:
        mask, size = 0x55, -size - 1
    for segment, end in enumerate(_A_ENDS):
        if size <= end:
            step = (size >> 1) & 0x0F if segment < 2 else (size >> segment) & 0x0F
            return (segment << 4 | step) ^ mask
    return 0x7F ^ mask


def _linear_to_u(sample: int) -> int:
    mask = 0xFF
    if sample < 0:
        mask, sample = 0x7F, -sample
    size = min(sample, _CLIP) + _BIAS
    segment = max(0, size.bit_length() - 8)
    return (segment << 4 | (size >> (segment + 3)) & 0x0F) ^ mask


A_LINEAR: Final = tuple(_a_to_linear(code) for code in range(256))
U_LINEAR: Final = tuple(_u_to_linear(code) for code in range(256))
A_TO_U: Final = bytes(_linear_to_u(sample) for sample in A_LINEAR)
U_TO_A: Final = bytes(_linear_to_a(sample) for sample in U_LINEAR)


@cache
def encoding(a_law: bool) -> bytes:
    """Every 16-bit sample's code, indexed by the sample as an unsigned number: 64 KiB."""
    code = _linear_to_a if a_law else _linear_to_u
    return bytes(code(value - 65_536 if value > 32_767 else value) for value in range(65_536))


def encode(samples: "array[int]", a_law: bool) -> bytes:
    """16-bit samples as G.711, one byte each."""
    table = encoding(a_law)
    return bytes([table[sample & 0xFFFF] for sample in samples])


def decode(codes: bytes, a_law: bool) -> "array[int]":
    """G.711 as 16-bit samples."""
    table = A_LINEAR if a_law else U_LINEAR
    return array("h", [table[code] for code in codes])


def silence(length: int, a_law: bool) -> bytes:
    return bytes([SILENCE_A if a_law else SILENCE_U]) * length


def from_bytes(data: bytes) -> "array[int]":
    """Little-endian 16-bit samples, whatever this machine's order."""
    samples = array("h")
    samples.frombytes(data[: len(data) & ~1])
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def to_bytes(samples: "array[int]") -> bytes:
    if sys.byteorder == "big":
        samples = array("h", samples)
        samples.byteswap()
    return samples.tobytes()


@cache
def mapping(from_a: bool, to_a: bool, gain_db: int = 0) -> bytes | None:
    """The table that takes codes of one law to another with a gain; None: nothing to do."""
    if gain_db == 0:
        if from_a == to_a:
            return None
        return A_TO_U if from_a else U_TO_A
    factor = 10 ** (gain_db / 20)
    code = _linear_to_a if to_a else _linear_to_u
    linear = A_LINEAR if from_a else U_LINEAR
    return bytes(code(max(-32_768, min(32_767, round(sample * factor)))) for sample in linear)
