"""A matrix as data: checked before any of it is done."""

from typing import Final

from roost.adapters.media.bounds import MAX_PROMPTS, MAX_ROUTES
from roost.floor.effects import FromLeg, FromPrompts, Route
from roost.kernel.ids import LegId, PlayId

MOST_GAIN_DB: Final = 40


def objection(routes: tuple[Route, ...]) -> str | None:
    """Why this matrix can't be put in force; None when it can."""
    if len(routes) > MAX_ROUTES:
        return f"{len(routes)} routes; at most {MAX_ROUTES} in one matrix"
    heard: set[tuple[LegId, LegId | PlayId, bool]] = set()
    plays: dict[PlayId, FromPrompts] = {}
    for route in routes:
        if not -MOST_GAIN_DB <= route.gain_db <= MOST_GAIN_DB:
            return f"a gain of {route.gain_db} dB; at most {MOST_GAIN_DB} either way"
        source = route.source
        leg = isinstance(source, FromLeg)
        pair = (route.listener, source.leg if isinstance(source, FromLeg) else source.play, leg)
        if pair in heard:
            return f"{route.listener} would hear {pair[1]} twice"
        heard.add(pair)
        if isinstance(source, FromLeg):
            if source.leg == route.listener:
                return f"{route.listener} would hear itself"
        elif len(source.prompts) > MAX_PROMPTS:
            return f"{len(source.prompts)} prompts in one play; at most {MAX_PROMPTS}"
        elif plays.setdefault(source.play, source) != source:
            return f"play {source.play} stands for two lists of prompts"
    return None
