"""`clients/NAME/client.yaml`: what agents hear, read and may dial for a client."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.prompts import check_prompts
from roost.definitions.documents import (
    CallingOut,
    ClientDocument,
)
from roost.definitions.problems import Problem, Severity
from roost.definitions.prompt_documents import (
    PromptDocument,
    Prompts,
)
from roost.definitions.reading import Draft, Source
from roost.definitions.steps import listed
from roost.floor.dialling import is_emergency
from roost.floor.parties import WHISPER_US
from roost.kernel.time import SECOND, DurationUs

RATE = 8_000  # samples a second of a recorded prompt
HEADER = 44  # bytes before them, at least


def check_desk(draft: Draft, name: str, source: Source[ClientDocument]) -> Iterator[Problem]:
    """One client's directory, calling out, whispers and pause."""
    client = source.document
    yield from _directory(draft, source)
    yield from _calling_out(source)
    if times.length(client.recording_pause) == 0:
        mend = "Write how long a recording may pause: 3m"
        where = ("recording_pause",)
        yield source.wrong(where, "no-pause", "a pause of no length", mend)
    for queue_name, queue in client.queues.items():
        if queue.whisper is not UNSET:
            path = ("queues", queue_name, "whisper")
            yield from check_prompts(source, path, queue.whisper, draft.recordings[name])
            yield from _whisper(source, path, queue.whisper, draft.recordings[name])


def _directory(draft: Draft, source: Source[ClientDocument]) -> Iterator[Problem]:
    client = source.document
    own = {
        number
        for one in draft.clients.values()
        for number in (*one.document.numbers, *one.document.own_numbers)
    }
    seen: dict[str, str] = {}
    for entry, one in client.directory.items():
        where = ("directory", entry, "number")
        if one.number in own:
            what = f"{one.number} is a number of this centre: the call would come back to us"
            mend = "Leave it out; agents transfer to the queue"
            yield source.wrong(where, "own-number", what, mend)
        if one.number in seen:
            what = f"{one.number} is {seen[one.number]!r} already"
            mend = "Keep one of them"
            yield source.wrong(where, "doubled-number", what, mend, Severity.WARNING)
        seen.setdefault(one.number, entry)
    if client.directory and client.calling_out is CallingOut.NONE:
        what = "a directory that nobody may call: calling_out is none"
        mend = "Write `calling_out: directory`, or leave the directory out"
        yield source.wrong(("calling_out",), "directory-unused", what, mend)


def _calling_out(source: Source[ClientDocument]) -> Iterator[Problem]:
    allowed = source.document.calling_out
    if not isinstance(allowed, list):
        return
    if not allowed:
        what, mend = "an empty list of numbers", "Write `directory`, or how the numbers begin"
        yield source.wrong(("calling_out",), "no-prefix", what, mend)
    for index, prefix in enumerate(allowed):
        longer = [one for one in allowed if one != prefix and prefix.startswith(one)]
        if longer and not is_emergency(prefix):
            what = f"numbers that begin with {prefix} begin with {longer[0]} as well"
            where = ("calling_out", index)
            yield source.wrong(where, "prefix-within", what, "Leave one out", Severity.WARNING)


def _whisper(
    source: Source[ClientDocument],
    path: tuple[str, ...],
    prompts: Prompts,
    recordings: Mapping[str, bytes],
) -> Iterator[Problem]:
    """Music is no word; and a recording's length is known before anything is spoken."""
    lasts = 0
    for one in listed(prompts):
        if not isinstance(one, PromptDocument):
            continue
        if one.music is not UNSET:
            mend = "Write a word or two: the client, or the reason"
            yield source.wrong(path, "whisper-music", "a whisper of music", mend)
        elif one.recording is not UNSET and one.recording in recordings:
            samples = max(0, len(recordings[one.recording]) - HEADER) // 2
            lasts += samples * SECOND // RATE
    if lasts > WHISPER_US:
        yield too_long(source, path, DurationUs(lasts))


def too_long(source: Source[Any], path: tuple[str | int, ...], lasts: DurationUs) -> Problem:
    """A warning that a whisper won't be heard to its end."""
    heard, whole = WHISPER_US / SECOND, lasts / SECOND
    what = f"the whisper lasts {whole:.1f} s, and agents hear {heard:.1f} s of it"
    mend = "Say less: the client, or the reason"
    return source.wrong(path, "whisper-long", what, mend, Severity.WARNING)
