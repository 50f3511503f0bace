"""Prompts, as they are written."""

from enum import StrEnum
from typing import Annotated

from msgspec import UNSET, UnsetType

from roost.definitions.values import Document, Language, Text, says


class Music(StrEnum):
    SOFT = "soft"


class PromptDocument(Document, frozen=True, kw_only=True):
    """One of `say` (with `language`), `recording`, `music`."""

    say: Annotated[Text | UnsetType, says("A text to speak")] = UNSET
    language: Annotated[Language | UnsetType, says("Its language, when it's another")] = UNSET
    recording: Annotated[Text | UnsetType, says("A WAV file in the client's prompts/")] = UNSET
    music: Annotated[Music | UnsetType, says("Built-in music")] = UNSET


Prompt = Text | PromptDocument
Prompts = Text | PromptDocument | list[Prompt]
