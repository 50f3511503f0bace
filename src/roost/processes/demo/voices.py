"""What the demo's people say: spoken once by the speech adapter, or tones without one.

An agent begins with a short tone, so that a caller's program knows that somebody is there; no
prompt and no music has it.
"""

from array import array
from typing import Final

from roost.adapters.audio.endpoint import AudioEndpoint
from roost.adapters.speech.espeak import EspeakSpeech
from roost.ports.speech import SpeechFailed
from roost.protocols.rtp import g711
from roost.protocols.rtp.sound import tone

PILOT_HZ: Final = 1_900
PILOT_DB: Final = -16.0
PILOT_SAMPLES: Final = 8_000  # a second
HEARD_DB: Final = -26.0
PURE_DB: Final = 3.0  # what else is heard is at least so much weaker
WINDOW_MS: Final = 100
AGENT: Final = "您好，供电服务热线，请问有什么可以帮您？好的，我已经记录下来了，请稍等。"
CALLER: Final = "你好，我家停电了，请帮我查一下。谢谢。"


def spoken(text: str) -> "array[int]":
    """The text as sound; a low tone where no voice is installed."""
    try:
        return g711.from_bytes(EspeakSpeech().speak(text, "zh"))
    except SpeechFailed:
        return tone(330, -24.0, 16_000)


def agent_says() -> "array[int]":
    return tone(PILOT_HZ, PILOT_DB, PILOT_SAMPLES) + spoken(AGENT)


def hears_agent(sound: AudioEndpoint) -> bool:
    """Whether an agent's first tone is on the line now."""
    found = sound.tone_level(PILOT_HZ, WINDOW_MS)
    return found > HEARD_DB and found > sound.level(WINDOW_MS) - PURE_DB
