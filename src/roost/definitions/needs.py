"""Which prompts a centre needs: spoken, or kept, before its definitions are put in force."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec
from msgspec import UNSET, Struct, UnsetType

from roost.definitions import announcements
from roost.definitions.documents import (
    ClientDocument,
)
from roost.definitions.load import Loaded
from roost.definitions.prompt_documents import (
    PromptDocument,
    Prompts,
)
from roost.definitions.reading import Source
from roost.definitions.steps import listed, prompts_of
from roost.kernel import prompts as ids
from roost.kernel.ids import PromptId


class PromptKind(StrEnum):
    SPOKEN = "spoken"  # `text` in `language`
    RECORDING = "recording"  # `content` is a WAV file: 16 bits, mono, 8 kHz
    BUILT_IN = "built_in"  # `text` names it


class NeededPrompt(Struct, frozen=True, gc=False):
    """One prompt; `place` says where it stands, for a message when it can't be spoken."""

    id: PromptId
    kind: PromptKind
    text: str
    language: str
    content: bytes
    place: str


WAITING_MUSIC = ids.built_in("music-soft")


def prompt(
    one: str | PromptDocument, language: str, voice: str, recordings: Mapping[str, bytes]
) -> NeededPrompt:
    """One checked prompt with its id; `place` is left empty."""
    if isinstance(one, str):
        one = PromptDocument(say=one)
    if one.say is not UNSET:
        spoken_in = language if one.language is UNSET else one.language
        key = ids.spoken(one.say, spoken_in, voice)
        return NeededPrompt(key, PromptKind.SPOKEN, one.say, spoken_in, b"", "")
    if one.recording is not UNSET:
        content = recordings[one.recording]
        key = ids.recording(content)
        return NeededPrompt(key, PromptKind.RECORDING, one.recording, "", content, "")
    assert one.music is not UNSET
    name = f"music-{one.music}"
    return NeededPrompt(ids.built_in(name), PromptKind.BUILT_IN, name, "", b"", "")


class Whisper(Struct, frozen=True, gc=False):
    """What an agent hears before the caller; `source` and `path` are its place."""

    source: Source[ClientDocument]
    path: tuple[str, ...]
    prompts: tuple[PromptId, ...]


def whispers(loaded: Loaded, voice: str) -> list[Whisper]:
    """Each queue's whisper, where it has one."""
    return [
        Whisper(
            folder.client,
            ("queues", name, "whisper"),
            tuple(
                prompt(one, folder.client.document.language, voice, folder.recordings).id
                for one in listed(queue.whisper)
            ),
        )
        for folder in loaded.clients.values()
        for name, queue in folder.client.document.queues.items()
        if queue.whisper is not UNSET
    ]


def needed_prompts(loaded: Loaded, voice: str) -> tuple[NeededPrompt, ...]:
    """Each prompt once, in the order of the files. `voice` is `Speech.voice`."""
    found: dict[PromptId, NeededPrompt] = {}

    def add(
        prompts: Prompts | UnsetType, language: str, recordings: Mapping[str, bytes], place: str
    ) -> None:
        for one in listed(prompts):
            made = prompt(one, language, voice, recordings)
            found.setdefault(made.id, msgspec.structs.replace(made, place=place))

    for folder in loaded.clients.values():
        client = folder.client.document
        add(client.sorry, client.language, folder.recordings, f"{folder.client.file}: sorry")
        add(client.hold, client.language, folder.recordings, f"{folder.client.file}: hold")
        for name, said in client.announcements.items():
            place = f"{folder.client.file}: announcement {name}"
            add(said, client.language, folder.recordings, place)
        for name, queue in client.queues.items():
            place = f"{folder.client.file}: whisper of {name}"
            add(queue.whisper, client.language, folder.recordings, place)
        for number, own in client.own_numbers.items():
            place = f"{folder.client.file}: {number}"
            add(own.waiting, client.language, folder.recordings, place)
            add(own.say, client.language, folder.recordings, place)
        for flow in folder.flows.values():
            language = client.language
            if flow.document.language is not UNSET:
                language = flow.document.language
            for name, step in flow.document.steps.items():
                for _, prompts in prompts_of(step):
                    add(prompts, language, folder.recordings, f"{flow.file}: {name}")
                if step.queue is not UNSET and step.queue.announce is not UNSET:
                    said = announcements.texts(step.queue.announce, language)
                    add(said, language, folder.recordings, f"{flow.file}: {name}: announce")
    music = NeededPrompt(WAITING_MUSIC, PromptKind.BUILT_IN, "music-soft", "", b"", "waiting")
    found.setdefault(WAITING_MUSIC, music)
    return tuple(found.values())
