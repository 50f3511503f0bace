"""The prompt store of a centre, with the voice that its settings choose."""

from roost.adapters.speech.espeak import EspeakSpeech
from roost.adapters.speech.prompts import PromptStore
from roost.processes.settings import Launch


def opened(launch: Launch) -> PromptStore:
    """With the sounds that every centre has. Raises ports.speech.SpeechFailed, OSError."""
    voice = EspeakSpeech(launch.settings.speech.words_per_minute)
    store = PromptStore(launch.places.prompts, voice)
    store.render_built_in()
    return store
