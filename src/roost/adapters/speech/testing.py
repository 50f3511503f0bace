"""A voice for tests: each word is a short tone, so that texts differ and cost nothing."""

from array import array
from typing import Final

from roost.ports.speech import SpeechFailed
from roost.protocols.rtp import g711
from roost.protocols.rtp.sound import tone

WORD_SAMPLES: Final = 1_600


class ToneSpeech:
    """`ports.speech.Speech`; languages other than these are refused."""

    def __init__(self, languages: tuple[str, ...] = ("en", "zh", "de")) -> None:
        self.voice = "tones 1"
        self._languages = languages

    def speak(self, text: str, language: str) -> bytes:
        if language.split("-")[0] not in self._languages:
            raise SpeechFailed(f"no tones for {language!r}; give one of {self._languages}.")
        words = text.split()
        if not words:
            raise SpeechFailed("nothing to say; give a text.")
        sound = array("h")
        for word in words:
            sound += tone(400 + 50 * (len(word) % 12), -18, WORD_SAMPLES)
        return g711.to_bytes(sound)
