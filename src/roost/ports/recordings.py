"""Recordings as sound: tracks decrypted and mixed into one WAV on demand. Blocking."""

from collections.abc import Sequence
from typing import Protocol

from msgspec import Struct

from roost.kernel.ids import ClientId, TrackId
from roost.kernel.time import DurationUs, InstantUs


class Side(Struct, frozen=True, gc=False):
    """One track to be heard: its file, when it began, and the channel it belongs to."""

    file: str
    started: InstantUs
    left: bool  # the caller's side is left, the agents' right
    track: TrackId | None = None


class Sound(Protocol):
    """An opened recording. `size` is that of the whole WAV file, header included. `pauses`
    are the stretches, from and to since its beginning, in which nobody wanted it recorded."""

    size: int
    pauses: tuple[tuple[DurationUs, DurationUs], ...]

    def read(self, start: int, length: int) -> bytes: ...

    def close(self) -> None: ...


class Waveform(Struct, frozen=True, gc=False):
    """The outline of a recording: for each of its sides so many pairs of the lowest and the
    highest sample (-128 to 127), one after the other, over its whole length. `pauses` as a
    Sound has them."""

    started: InstantUs
    length_us: DurationUs
    peaks: tuple[tuple[int, ...], ...]
    pauses: tuple[tuple[DurationUs, DurationUs], ...] = ()


class Recordings(Protocol):
    def open(self, client: ClientId, sides: Sequence[Side]) -> Sound | None:
        """A 16-bit WAV at 8 kHz: stereo for two sides or more, mono for one. None when a file
        is gone (erased, or past its retention) or the client's key is."""
        ...

    def erase(self, client: ClientId, file: str) -> bool:
        """One track is gone for ever; False when there's no such track of this client's (any
        more). Raises OSError."""
        ...

    def waveform(self, client: ClientId, sides: Sequence[Side], count: int) -> Waveform | None:
        """`count` pairs for each side, in their order. None as for `open`."""
        ...
