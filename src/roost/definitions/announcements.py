"""What callers hear while they wait: their place, and how long it may take, in words.

All of it is spoken before it's needed: places one by one up to MOST_PLACES, waits by steps that
are ever wider, because nobody can know a long wait to the minute. A wait is rounded up.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from roost.definitions.prompt_documents import PromptDocument
from roost.definitions.routing_documents import AnnounceDocument

MOST_PLACES: Final = 20
MINUTES: Final = (1, 2, 3, 4, 5, 7, 10, 15, 20, 25, 30)
SOONEST_S: Final = 15  # nobody is told more often


class Words(Struct, frozen=True):
    """Of one language; `place` and `wait` take a number."""

    next: str
    place: str
    further: str
    shortest: str
    wait: str
    longer: str


WORDS: Final[Mapping[str, Words]] = {
    "zh": Words(
        next="您是下一位。",
        place="您排在第{}位。",
        further="您前面还有{}位或更多。",
        shortest="预计等待不到一分钟。",
        wait="预计等待约{}分钟。",
        longer="预计等待超过{}分钟。",
    ),
    "en": Words(
        next="You are next.",
        place="You are number {} in the queue.",
        further="There are {} callers or more ahead of you.",
        shortest="Your wait will be less than a minute.",
        wait="Your wait will be about {} minutes.",
        longer="Your wait will be more than {} minutes.",
    ),
}


def words_of(language: str) -> Words | None:
    """By the language's own part: `en-GB` is `en`; None where we have no words."""
    return WORDS.get(language.partition("-")[0])


def places(words: Words) -> list[str]:
    """From the next one on; the last is said of everybody further on."""
    numbered = [words.place.format(number) for number in range(2, MOST_PLACES + 1)]
    return [words.next, *numbered, words.further.format(MOST_PLACES)]


def waits(words: Words) -> list[str]:
    """One for each of MINUTES, and the last for more."""
    minutes = [words.wait.format(number) for number in MINUTES[1:]]
    return [words.shortest, *minutes, words.longer.format(MINUTES[-1])]


def texts(announce: AnnounceDocument, language: str) -> list[str | PromptDocument]:
    """All that may be said."""
    words = words_of(language)
    if words is None:
        return []
    said = places(words) if announce.position else []
    return [*said, *(waits(words) if announce.wait else [])]
