"""Prompts: one kind each, and recordings that are there."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.prompt_documents import (
    PromptDocument,
    Prompts,
)
from roost.definitions.reading import Source


def check_prompts(
    source: Source[Any],
    path: tuple[str | int, ...],
    prompts: Prompts,
    recordings: Mapping[str, bytes],
) -> Iterator[Problem]:
    """Every prompt of one place."""
    if isinstance(prompts, list):
        if not prompts:
            yield source.wrong(path, "no-prompt", "an empty list of prompts", "Write a text")
        for index, one in enumerate(prompts):
            if isinstance(one, PromptDocument):
                yield from _one(source, (*path, index), one, recordings)
    elif isinstance(prompts, PromptDocument):
        yield from _one(source, path, prompts, recordings)


def _one(
    source: Source[Any],
    path: tuple[str | int, ...],
    prompt: PromptDocument,
    recordings: Mapping[str, bytes],
) -> Iterator[Problem]:
    given = [key for key in ("say", "recording", "music") if getattr(prompt, key) is not UNSET]
    if len(given) != 1:
        what = f"a prompt with {' and '.join(given)}" if given else "a prompt without a sound"
        mend = "Write exactly one of say, recording, music"
        yield source.wrong(path, "prompt-kind", what, mend)
    if prompt.language is not UNSET and prompt.say is UNSET:
        mend = "Leave the language out"
        yield source.wrong((*path, "language"), "language", "only a text has a language", mend)
    if prompt.recording is not UNSET and prompt.recording not in recordings:
        folder = source.file.split("/flows/")[0].removesuffix("/client.yaml")
        mend = did_you_mean(
            prompt.recording, recordings, none=f"Put the file into {folder}/prompts/"
        )
        what = f"missing recording {prompt.recording!r}"
        yield source.wrong((*path, "recording"), "missing-recording", what, mend)
