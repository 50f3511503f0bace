"""Prompts on their way to the legs: loaded once, sent a frame every 20 ms.

A play is one run of a list of prompts; every leg that hears it hears the same frame, in its
own law. Frames leave in ten phases of 2 ms, a call's always in the same one, so that many plays
and mixes never leave in one burst that packets of relayed calls would have to wait for.
"""

from array import array
from collections import OrderedDict
from math import pi, sin
from pathlib import Path
from typing import TYPE_CHECKING, Final

from roost.adapters.media.bounds import PROMPT_BYTES, PROMPT_CACHE_BYTES
from roost.kernel.ids import PlayId, PromptId
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import CLOCK_HZ, FRAME_SAMPLES
from roost.protocols.rtp.prompt_files import file_name

if TYPE_CHECKING:
    from roost.adapters.media.leg import Leg

PHASES: Final = 10
SUBSTITUTE_HZ: Final = 425.0
SUBSTITUTE_TONE: Final = CLOCK_HZ // 5
SUBSTITUTE_SAMPLES: Final = CLOCK_HZ  # 0.2 s of tone, then silence up to a second


def substitute(a_law: bool) -> bytes:
    """What is heard in place of a prompt that's missing: a short tone, a second in all."""
    tone = array(
        "h",
        [round(3_000 * sin(2 * pi * SUBSTITUTE_HZ * n / CLOCK_HZ)) for n in range(SUBSTITUTE_TONE)],
    )
    return g711.encode(tone, a_law) + g711.silence(SUBSTITUTE_SAMPLES - SUBSTITUTE_TONE, a_law)


class Library:
    """The prompts' folder, as far as it's in memory. `missing` counts prompts asked for in
    vain; a caller hears the substitute instead."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.missing = 0
        self._held: OrderedDict[tuple[PromptId, bool], bytes] = OrderedDict()
        self._bytes = 0
        self._substitutes = {law: substitute(law) for law in (True, False)}
        self.frames = {law: g711.silence(FRAME_SAMPLES, law) for law in (True, False)}

    def get(self, prompt: PromptId, a_law: bool) -> bytes:
        """The whole prompt in a law; reads its file the first time."""
        key = (prompt, a_law)
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held
        try:
            path = self.folder / file_name(prompt, a_law)
            if path.stat().st_size > PROMPT_BYTES:
                raise OSError("too large")
            data = path.read_bytes()
        except (OSError, AssertionError):
            self.missing += 1
            return self._substitutes[a_law]
        self._held[key] = data
        self._bytes += len(data)
        while self._bytes > PROMPT_CACHE_BYTES and len(self._held) > 1:
            self._bytes -= len(self._held.popitem(last=False)[1])
        return data


class Play:
    """`listeners` hear it; an empty list of prompts is silence, for as long as it stands."""

    __slots__ = (
        "_data",
        "_next",
        "_offset",
        "first",
        "id",
        "library",
        "listeners",
        "prompts",
        "repeat",
    )

    def __init__(
        self,
        id: PlayId,
        prompts: tuple[PromptId, ...],
        repeat: bool,
        library: Library,
        first: int = 0,
    ) -> None:
        self.id = id
        self.prompts = prompts
        self.repeat = repeat
        self.first = first  # so many are heard once only
        self.library = library
        self.listeners: tuple[Leg, ...] = ()
        self._next = 0  # the prompt after the one being heard
        self._offset = 0
        self._data: dict[bool, bytes] = {}

    def advance(self) -> bool:
        """Moves on to the next frame; False when there's none: the play is over."""
        if not self.prompts:
            return self.repeat
        if self._data:
            self._offset += FRAME_SAMPLES
            if self._offset < len(next(iter(self._data.values()))):
                return True
        for _ in self.prompts:  # an empty file is passed over
            if self._next >= len(self.prompts):
                if not self.repeat:
                    return False
                self._next = self.first if self.first < len(self.prompts) else 0
            prompt = self.prompts[self._next]
            self._next += 1
            laws = {leg.a_law for leg in self.listeners} or {True}
            self._offset = 0
            self._data = {law: self.library.get(prompt, law) for law in laws}
            if next(iter(self._data.values())):
                return True
        return False

    def frame(self, a_law: bool) -> bytes:
        """The present frame's 160 codes; the last one of a prompt is filled with silence."""
        if not self._next:  # silence, or not begun
            return self.library.frames[a_law]
        data = self._data.get(a_law)
        if data is None:  # a listener of the other law came later
            data = self.library.get(self.prompts[self._next - 1], a_law)
            self._data[a_law] = data
        codes = data[self._offset : self._offset + FRAME_SAMPLES]
        if len(codes) < FRAME_SAMPLES:
            codes += self.library.frames[a_law][len(codes) :]
        return codes
