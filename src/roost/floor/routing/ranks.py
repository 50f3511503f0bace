"""Which agent: the rules by which those who may serve a class are put in order.

A rule gives each agent a number that is known when they become ready, and holds while they are;
the lowest is first, the longest idle among equals. Preferred skills come before every rule.
"""

from collections.abc import Callable, Mapping
from typing import Final

from roost.floor.definition import Skill
from roost.floor.routing.model import Class, Profile, Seat
from roost.kernel.time import InstantUs

VERSION: Final = 1
PREFERRED: Final = 1 << 40  # above whatever a rule gives
LOADED: Final = 1 << 46  # above any preference: whoever has less in hand comes first
BREADTH: Final = 1 << 20  # above a sum of levels

Standing = Callable[[Profile, Class], int]
Moving = Callable[[Seat, Class, InstantUs], int]


def _levels(skills: tuple[Skill, ...], asked: tuple[Skill, ...]) -> int:
    own = {skill.skill: skill.level for skill in skills}
    return sum(own.get(skill.skill, 0) for skill in asked)


def _most_skilled(profile: Profile, klass: Class) -> int:
    return -_levels(profile.skills, klass.skills)


def _least_skilled(profile: Profile, klass: Class) -> int:
    """Who has few skills first, so that the versatile stay free; then the lower level."""
    return len(profile.skills) * BREADTH + _levels(profile.skills, klass.skills)


def _nothing(profile: Profile, klass: Class) -> int:
    return 0


def _occupancy(seat: Seat, klass: Class, now: InstantUs) -> int:
    """Busy time in thousandths of the time since signing in."""
    here = now - seat.load.here
    return 1000 * seat.load.busy_us // here if here > 0 else 0


def _share(seat: Seat, klass: Class, now: InstantUs) -> int:
    """How many contacts of this client the agent has had since signing in."""
    return seat.had.get(klass.client, 0)


RULES: Final[Mapping[str, Standing]] = {
    "longest_idle": _nothing,
    "most_skilled": _most_skilled,
    "least_skilled": _least_skilled,
    "least_occupied": _nothing,
    "fair_share": _nothing,
}
"""By rule, what skills alone say; it's kept with the profile."""

MOVING: Final[Mapping[str, Moving]] = {"least_occupied": _occupancy, "fair_share": _share}
"""By rule, what changes from one spell of being ready to the next."""


def standing(profile: Profile, klass: Class) -> int:
    """The part of the rank that skills say: preferences, and the rule's."""
    rank = RULES[klass.rule](profile, klass)
    if not klass.prefer:
        return rank
    own = {skill.skill: skill.level for skill in profile.skills}
    met = sum(1 for skill in klass.prefer if own.get(skill.skill, 0) >= skill.level)
    return rank - met * PREFERRED


def rank(standing: int, klass: Class, seat: Seat) -> int:
    """Where an agent stands in a class's heap: by what they have in hand, by what skills say
    (`standing`), and by what the rule knows of their day."""
    if klass.moves:
        standing += MOVING[klass.rule](seat, klass, seat.stood)
    return standing + seat.loaded * LOADED if seat.loaded else standing


def policy(klass: Class) -> str:
    """The rule by its name and version, as a decision's event keeps it."""
    return f"{klass.rule}/{VERSION}"
