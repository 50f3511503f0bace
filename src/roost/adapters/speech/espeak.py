"""Speech by espeak-ng: always there, in a hundred languages, plain but clear.

The text goes to the program's standard input, never through a shell and never into its
arguments; markup is off. What comes back (22.05 kHz) is brought to 8 kHz, its pauses at both
ends are trimmed and its level is set, so that prompts of all languages sound equally loud.
"""

import functools
import io
import re
import shutil
import subprocess
import wave
from array import array
from typing import Final

from roost.ports.speech import SpeechFailed
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import CLOCK_HZ
from roost.protocols.rtp.sound import active_level, gained, resampled

LEVEL_DB: Final = -18.0  # of what is spoken, pauses left out
LOUDEST_PEAK: Final = 29_000
PATIENCE_S: Final = 30.0
MAX_TEXT: Final = 4_000  # characters: some five minutes
SLOWEST, FASTEST = 80, 350  # words a minute
HUSH: Final = 200  # samples below this are a pause
HEAD: Final = CLOCK_HZ // 100  # kept of the pause before: who has answered wants to hear something
TAIL: Final = CLOCK_HZ // 10  # and of the one after
TRIMMED: Final = 2  # how it's trimmed: what was spoken otherwise is spoken anew

#: Languages whose name for espeak-ng isn't their BCP 47 tag.
VOICES: Final = {"zh": "cmn", "zh-cn": "cmn", "zh-hans": "cmn", "zh-tw": "cmn", "zh-hk": "yue",
                 "en": "en-gb", "pt": "pt", "no": "nb"}  # fmt: skip

PROGRAM: Final = "espeak-ng"
MEND: Final = "install it (Debian: apt-get install espeak-ng)"


@functools.cache
def _version(program: str) -> str:
    """The program's version. Raises SpeechFailed."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, timeout=PATIENCE_S, check=False
        )
    except OSError:
        raise SpeechFailed(f"{program} isn't here: {MEND}.") from None
    found = re.search(rb"text-to-speech:\s*(\S+)", said.stdout)
    return found.group(1).decode() if found else "unknown"


class EspeakSpeech:
    """`ports.speech.Speech`. Raises SpeechFailed when espeak-ng isn't installed."""

    def __init__(self, words_per_minute: int = 165, program: str = PROGRAM) -> None:
        if not SLOWEST <= words_per_minute <= FASTEST:
            raise SpeechFailed(
                f"{words_per_minute} words a minute; give {SLOWEST} to {FASTEST} in roost.toml,"
                " [speech] words_per_minute."
            )
        found = shutil.which(program)
        if found is None:
            raise SpeechFailed(f"{program} isn't here: {MEND}.")
        self._program = found
        self._pace = words_per_minute
        self.voice = f"espeak-ng {_version(found)} {words_per_minute} {TRIMMED}"

    def speak(self, text: str, language: str) -> bytes:
        """16-bit little-endian mono samples at 8 kHz. Raises SpeechFailed."""
        text = " ".join(text.split())
        if not text or len(text) > MAX_TEXT:
            raise SpeechFailed(f"a text of {len(text)} characters; give 1 to {MAX_TEXT}.")
        return g711.to_bytes(levelled(trimmed(self._samples(text, language))))

    def _samples(self, text: str, language: str) -> "array[int]":
        tag = language.lower().replace("_", "-")
        if not re.fullmatch(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", tag):
            raise SpeechFailed(f"{language!r} is no language tag; give one like zh or en-gb.")
        for voice in dict.fromkeys((VOICES.get(tag, tag), VOICES.get(tag[:2], tag[:2]))):
            command = [self._program, "-v", voice, "-s", str(self._pace), "--stdin", "--stdout"]
            try:
                said = subprocess.run(
                    command,
                    input=text.encode(),
                    capture_output=True,
                    timeout=PATIENCE_S,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise SpeechFailed(f"espeak-ng failed: {error}; {MEND}.") from None
            if said.returncode == 0 and len(said.stdout) > 44:
                return _decoded(said.stdout)
        raise SpeechFailed(
            f"espeak-ng has no voice for {language!r}; `espeak-ng --voices` lists them, or give a"
            " recording instead of a text."
        )


def _decoded(data: bytes) -> "array[int]":
    """A WAV from a pipe: its length fields are wrong, the data goes to the end."""
    try:
        with wave.open(io.BytesIO(data), "rb") as file:
            rate = file.getframerate()
            fits = file.getsampwidth() == 2 and file.getnchannels() == 1
    except (EOFError, wave.Error) as error:
        raise SpeechFailed(f"espeak-ng answered with no WAV: {error}; {MEND}.") from None
    start = data.find(b"data")
    if not fits or start < 0:
        raise SpeechFailed(f"espeak-ng answered in another format; {MEND}.")
    return resampled(g711.from_bytes(data[start + 8 :]), rate)


def trimmed(samples: "array[int]") -> "array[int]":
    """Without the silence at both ends, but for HEAD and TAIL."""
    loud = [at for at in range(0, len(samples), 40) if abs(samples[at]) > HUSH]
    loud = loud or [at for at, sample in enumerate(samples) if abs(sample) > HUSH]
    if not loud:
        return samples
    return samples[max(0, loud[0] - HEAD) : loud[-1] + TAIL]


def levelled(samples: "array[int]", level_db: float = LEVEL_DB) -> "array[int]":
    """At the level of all prompts; softer where a peak would be cut off."""
    peak = max((abs(sample) for sample in samples), default=0)
    if peak == 0:
        return samples
    factor_db = level_db - active_level(samples)
    if peak * 10 ** (factor_db / 20) > LOUDEST_PEAK:
        return array("h", [round(sample * LOUDEST_PEAK / peak) for sample in samples])
    return gained(samples, factor_db)
