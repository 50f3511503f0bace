"""What the demo's people say: spoken once by the speech adapter, or tones without one.

An agent begins with a short tone, so that a caller's program knows that somebody is there; no
prompt and no music has it. Whoever hands a caller on says so with another tone, so that the
caller knows to wait for the next one. A person has no tones: what a caller then hears is that the
music has stopped, and that somebody leaves them room to speak.
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
QUIET_DB: Final = -50.0
AGENT: Final = "您好，供电服务热线，请问有什么可以帮您？好的，我已经记录下来了，请稍等。"
HAND_OVER_HZ: Final = 2_300
SHORT: Final = "您好。"
HAND_OVER: Final = "请稍等，我为您转接。"
COLLEAGUE: Final = "你好，我这里有一位客户，想请你帮忙看一下。"
CALLER: Final = "你好，我家停电了，请帮我查一下。谢谢。"


def spoken(text: str) -> "array[int]":
    """The text as sound; a low tone where no voice is installed."""
    try:
        return g711.from_bytes(EspeakSpeech().speak(text, "zh"))
    except SpeechFailed:
        return tone(330, -24.0, 16_000)


def agent_says() -> "array[int]":
    return tone(PILOT_HZ, PILOT_DB, PILOT_SAMPLES) + spoken(AGENT)


def hands_over() -> "array[int]":
    """An agent who hands the caller on at once."""
    known = tone(PILOT_HZ, PILOT_DB, PILOT_SAMPLES) + spoken(SHORT)
    return known + tone(HAND_OVER_HZ, PILOT_DB, PILOT_SAMPLES) + spoken(HAND_OVER)


def hears_agent(sound: AudioEndpoint) -> bool:
    """Whether an agent's first tone is on the line now."""
    return _hears(sound, PILOT_HZ)


def hears_hand_over(sound: AudioEndpoint) -> bool:
    """Whether an agent says that somebody else will go on."""
    return _hears(sound, HAND_OVER_HZ)


def _hears(sound: AudioEndpoint, hz: int) -> bool:
    found = sound.tone_level(hz, WINDOW_MS)
    return found > HEARD_DB and found > sound.level(WINDOW_MS) - PURE_DB


def hears_nothing(sound: AudioEndpoint) -> bool:
    """Whether the line is quiet now."""
    return sound.level(WINDOW_MS) < QUIET_DB
