"""The prompt store: everything that can be heard lies in one folder before a call needs it.

A prompt is two raw G.711 files, one a law, named by its id (`kernel.prompts`). A file that's
there is never written again (its name is its content); a new one appears whole or not at all.
Media reads the folder, `roost apply` fills it.
"""

import io
import os
import wave
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import Final, Protocol

from roost.adapters.speech.built_in import SOUNDS
from roost.adapters.speech.espeak import levelled
from roost.kernel import prompts as ids
from roost.kernel.ids import PromptId
from roost.kernel.time import SECOND, DurationUs
from roost.ports.speech import Speech, SpeechFailed
from roost.protocols.rtp import g711
from roost.protocols.rtp.prompt_files import file_name
from roost.protocols.rtp.sound import resampled

MAX_RECORDING: Final = 32 << 20  # bytes of a WAV: sixteen minutes at 16 kHz
RATES: Final = (8_000, 16_000)
LAWS: Final = (True, False)


class Needed(Protocol):
    """What the definitions say of a prompt (`definitions.needs.NeededPrompt`). `kind` is
    "spoken" (`text` in `language`), "recording" (`content` is a WAV), or "built_in" (`text`
    names it); `place` says where it stands."""

    @property
    def id(self) -> PromptId: ...
    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def language(self) -> str: ...
    @property
    def content(self) -> bytes: ...
    @property
    def place(self) -> str: ...


class BadPrompt(Exception):
    """A prompt can't be made; the message names its place and the mend."""


def recorded(content: bytes) -> "array[int]":
    """A WAV's samples at 8 kHz, at the level of all prompts. Raises BadPrompt."""
    if len(content) > MAX_RECORDING:
        raise BadPrompt(f"{len(content)} bytes; at most {MAX_RECORDING}: cut the recording")
    try:
        with wave.open(io.BytesIO(content), "rb") as file:
            width, channels, rate = file.getsampwidth(), file.getnchannels(), file.getframerate()
            data = file.readframes(file.getnframes())
    except (EOFError, wave.Error) as error:
        raise BadPrompt(f"no WAV file ({error}): save it as PCM WAV, 16 bits, mono") from None
    if width != 2 or channels != 1 or rate not in RATES:
        raise BadPrompt(
            f"{8 * width} bits, {channels} channels, {rate} Hz: save it as 16 bits, mono, 8000 or"
            " 16000 Hz (sox IN.wav -r 8000 -c 1 -b 16 OUT.wav)"
        )
    return levelled(resampled(g711.from_bytes(data), rate))


class PromptStore:
    """The folder, and the voice that speaks into it. Blocking."""

    def __init__(self, folder: Path, speech: Speech) -> None:
        self.folder = folder
        self.voice = speech.voice
        self._speech = speech

    def has(self, prompt: PromptId) -> bool:
        return all((self.folder / file_name(prompt, law)).exists() for law in LAWS)

    def length_us(self, prompt: PromptId) -> DurationUs:
        """How long a prompt that is there lasts. Raises OSError."""
        samples = (self.folder / file_name(prompt, LAWS[0])).stat().st_size
        return DurationUs(samples * SECOND // 8_000)

    def keep(self, needed: Needed) -> None:
        """Makes sure that a prompt is there. Raises BadPrompt, OSError."""
        if self.has(needed.id):
            return
        try:
            if needed.kind == "spoken":
                samples = self._spoken(needed.text, needed.language)
            elif needed.kind == "recording":
                samples = recorded(needed.content)
            else:
                samples = SOUNDS[needed.text]()
        except (SpeechFailed, BadPrompt) as error:
            raise BadPrompt(f"{needed.place}: {error}") from None
        self._write(needed.id, samples)

    def speak(self, text: str, language: str) -> PromptId:
        """A text's prompt, spoken now when it isn't there. Raises BadPrompt, OSError."""
        prompt = ids.spoken(text, language, self.voice)
        if not self.has(prompt):
            try:
                self._write(prompt, self._spoken(text, language))
            except SpeechFailed as error:
                raise BadPrompt(str(error)) from None
        return prompt

    def record(self, content: bytes) -> PromptId:
        """A recording's prompt. Raises BadPrompt, OSError."""
        prompt = ids.recording(content)
        if not self.has(prompt):
            self._write(prompt, recorded(content))
        return prompt

    def render_built_in(self, names: Iterable[str] = ids.BUILT_IN) -> None:
        """The sounds that every centre has. Raises OSError."""
        for name in names:
            prompt = ids.built_in(name)
            if not self.has(prompt):
                self._write(prompt, SOUNDS[name]())

    def _spoken(self, text: str, language: str) -> "array[int]":
        return g711.from_bytes(self._speech.speak(text, language))

    def _write(self, prompt: PromptId, samples: "array[int]") -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for law in LAWS:
            path = self.folder / file_name(prompt, law)
            fresh = path.with_suffix(f".new-{os.getpid()}")
            with fresh.open("wb") as file:
                file.write(g711.encode(samples, law))
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
