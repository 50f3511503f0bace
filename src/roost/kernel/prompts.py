"""A prompt's id is the hash of what is heard: the same words in the same voice are spoken once.

Definitions compute the ids when they are compiled, the prompt store when it speaks or keeps
them: so both use these functions and nothing else.
"""

import hashlib
from typing import Final

from roost.kernel.ids import PromptId

LENGTH: Final = 24  # hex digits: 96 bits of a sha256
BUILT_IN: Final = ("music-soft", "ring-back", "beep", "silence")


def _id(kind: str, *parts: bytes) -> PromptId:
    """Parts are framed by their length, so that no two lists of parts hash alike."""
    framed = b"".join(len(part).to_bytes(8, "big") + part for part in (kind.encode(), *parts))
    return PromptId(hashlib.sha256(framed).hexdigest()[:LENGTH])


def spoken(text: str, language: str, voice: str) -> PromptId:
    """A text as a voice (`ports.speech.Speech.voice`) speaks it in a language (BCP 47)."""
    return _id("spoken", " ".join(text.split()).encode(), language.encode(), voice.encode())


def recording(content: bytes) -> PromptId:
    """A recorded file, by its bytes."""
    return _id("recording", content)


def built_in(name: str) -> PromptId:
    """A sound that every centre has: its name, one of BUILT_IN, is in the id."""
    assert name in BUILT_IN, f"no built-in sound {name!r}"
    return PromptId(f"built-in.{name}")
