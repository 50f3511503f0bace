"""What every voice keeps to, and the prompt store over it."""

import io
import wave
from array import array
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from roost.adapters.speech.built_in import SOUNDS
from roost.adapters.speech.espeak import EspeakSpeech
from roost.adapters.speech.prompts import BadPrompt, PromptStore, recorded
from roost.adapters.speech.testing import ToneSpeech
from roost.definitions import Loaded, load
from roost.definitions.needs import NeededPrompt, PromptKind
from roost.definitions.problems import Severity
from roost.kernel import prompts as ids
from roost.kernel.ids import PromptId
from roost.ports.speech import Speech, SpeechFailed
from roost.processes.putting_in_force import keep_prompts, long_whispers
from roost.protocols.rtp import g711
from roost.protocols.rtp.prompt_files import file_name
from roost.protocols.rtp.sound import active_level, level, tone, tone_level

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


@pytest.fixture(params=["tones", "espeak-ng"])
def speech(request: pytest.FixtureRequest) -> Speech:
    if request.param == "tones":
        return ToneSpeech()
    try:
        return EspeakSpeech()
    except SpeechFailed as missing:
        pytest.skip(str(missing))


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Welcome to the power grid hotline.", "en"),
        ("您好，欢迎致电电力热线。", "zh-CN"),
        ("Guten Tag; $(rm -rf) `id` <b>&amp; -v ru", "de"),
    ],
)
def test_a_text_is_spoken_at_the_level_of_all_prompts(
    speech: Speech, text: str, language: str
) -> None:
    samples = g711.from_bytes(speech.speak(text, language))
    assert 1_000 < len(samples) < 8_000 * 20
    assert abs(active_level(samples) + 18) < 1
    assert speech.voice


def test_the_same_text_sounds_the_same(speech: Speech) -> None:
    assert speech.speak("one two", "en") == speech.speak("one two", "en")


@pytest.mark.parametrize(("text", "language"), [("x", "xx"), ("", "en"), ("   ", "en")])
def test_what_cant_be_spoken_names_the_mend(speech: Speech, text: str, language: str) -> None:
    with pytest.raises(SpeechFailed, match="give"):
        speech.speak(text, language)


@pytest.mark.parametrize("language", ["en; id", "../x", "-v", "e"])
def test_a_language_is_a_tag_and_nothing_else(language: str) -> None:
    with pytest.raises(SpeechFailed):
        EspeakSpeech().speak("hello", language)


def test_an_unspeakable_pace_is_refused() -> None:
    with pytest.raises(SpeechFailed, match="words_per_minute"):
        EspeakSpeech(words_per_minute=1_000)
    with pytest.raises(SpeechFailed, match="install"):
        EspeakSpeech(program="no-such-program")


# --- the store ---


def wav(samples: "array[int]", rate: int = 8_000, channels: int = 1) -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(g711.to_bytes(samples))
    return made.getvalue()


def heard(store: PromptStore, prompt: PromptId, a_law: bool) -> "array[int]":
    return g711.decode((store.folder / file_name(prompt, a_law)).read_bytes(), a_law)


def test_a_needed_prompt_is_kept_in_both_laws_once(tmp_path: Path) -> None:
    store = PromptStore(tmp_path / "prompts", ToneSpeech())
    key = ids.spoken("Good day", "en", store.voice)
    needed = NeededPrompt(key, PromptKind.SPOKEN, "Good day", "en", b"", "main.yaml: hello")
    store.keep(needed)
    for a_law in (True, False):
        assert abs(tone_level(heard(store, key, a_law)[200:1_400], 600) + 18) < 0.3
    before = (store.folder / file_name(key, True)).stat().st_mtime_ns
    store.keep(needed)
    assert store.speak("Good  day", "en") == key
    assert (store.folder / file_name(key, True)).stat().st_mtime_ns == before
    assert not list(store.folder.glob("*.new*"))


def test_a_whisper_that_is_too_long_shows_when_it_is_spoken(tmp_path: Path) -> None:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded)
    store = PromptStore(tmp_path, ToneSpeech())
    keep_prompts(loaded, store)
    assert long_whispers(loaded, store) == []
    client = loaded.clients["power-grid"].client.document
    long = msgspec.structs.replace(client.queues["bills"], whisper=["one two " * 9, "three"])
    document = msgspec.structs.replace(client, queues=client.queues | {"bills": long})
    source = replace(loaded.clients["power-grid"].client, document=document)
    folder = replace(loaded.clients["power-grid"], client=source)
    loaded = replace(loaded, clients={"power-grid": folder})
    keep_prompts(loaded, store)
    (warning,) = long_whispers(loaded, store)
    assert (warning.severity, warning.code) == (Severity.WARNING, "whisper-long")
    assert warning.line > 0


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_recording_is_brought_to_8_khz_and_its_level(tmp_path: Path, rate: int) -> None:
    store = PromptStore(tmp_path, ToneSpeech())
    prompt = store.record(wav(tone(700, -30, rate, rate), rate))
    sound = heard(store, prompt, True)
    assert abs(len(sound) - 8_000) <= 1
    assert abs(tone_level(sound[400:7_600], 700) + 18) < 0.5


def test_another_format_is_refused_with_the_mend(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, ToneSpeech())
    stereo = wav(tone(700, -30, 800), channels=2)
    needed = NeededPrompt(
        ids.recording(stereo), PromptKind.RECORDING, "a.wav", "", stereo, "main.yaml: hello"
    )
    with pytest.raises(BadPrompt, match=r"main.yaml: hello: .*2 channels.*sox"):
        store.keep(needed)
    for content in (b"", b"RIFF", b"no wav at all", wav(tone(700, -30, 441), 44_100)):
        with pytest.raises(BadPrompt):
            recorded(content)
    assert list(tmp_path.iterdir()) == []


def test_the_built_in_sounds_are_there_and_pleasant(tmp_path: Path) -> None:
    store = PromptStore(tmp_path, ToneSpeech())
    store.render_built_in()
    assert all(store.has(ids.built_in(name)) for name in SOUNDS)
    music = heard(store, ids.built_in("music-soft"), True)
    assert 25 * 8_000 < len(music) < 40 * 8_000
    assert -28 < level(music) < -18
    seam = abs(music[0] - music[-1])
    assert seam < 2_000  # it runs on without a click
    assert max(map(abs, music)) < 8_000
    assert level(heard(store, ids.built_in("silence"), False)) < -80
    assert level(heard(store, ids.built_in("beep"), True)) > -20
