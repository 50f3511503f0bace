"""Speaking prompts: when a definition is applied, never during a call."""

from typing import Protocol


class SpeechFailed(Exception):
    """The text could not be spoken; the message names the mend."""


class Speech(Protocol):
    #: Name and version of the voice: part of a prompt's content hash.
    voice: str

    def speak(self, text: str, language: str) -> bytes:
        """16-bit little-endian mono samples at 8 kHz. Raises SpeechFailed."""
        ...
