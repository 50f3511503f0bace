"""Who calls the demo's centre, when, and what each one means to do: fixed by the seed.

What the callers meet (how long they wait, who answers) is up to the centre; so is the moment
at which anything happens. Only the plan is the same for the same seed.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.time import SECOND, DurationUs
from roost.simulator.dice import Dice

MILLISECONDS: Final = 1_000


class Intention(StrEnum):
    """What a caller means to do; each is checked at the end of the call."""

    TALK = "talk"  # choose, wait, talk to somebody
    WRONG_KEY = "wrong_key"  # press a key that isn't offered first, then as TALK
    SILENT = "silent"  # press nothing at all: the flow goes on by itself, then as TALK
    GIVE_UP = "give_up"  # choose, wait a little, hang up if nobody has answered by then
    LISTEN = "listen"  # hear the greeting and hang up


WEIGHTS: Final[tuple[tuple[str, int], ...]] = (
    (Intention.TALK, 74),
    (Intention.WRONG_KEY, 8),
    (Intention.SILENT, 4),
    (Intention.GIVE_UP, 9),
    (Intention.LISTEN, 5),
)
KEYS: Final[tuple[tuple[str, int], ...]] = (("1", 45), ("2", 35), ("3", 20))
WRONG_KEYS: Final = "45679*"
IN_TURN: Final = 400_000  # of a million
UNREACHED: Final = ("86", "80", "04")  # busy, nobody there, nobody's: what the city makes of them


class Caller(Struct, frozen=True):
    """One caller. Lengths are microseconds; `at` counts from the demo's start."""

    number: str
    called: str
    at: DurationUs
    intention: Intention
    key: str
    wrong: str  # pressed first, when the intention says so
    thinks: DurationUs  # from hearing us to the key
    patience: DurationUs  # how long GIVE_UP waits after the key, LISTEN after the answer
    talks: DurationUs  # hangs up after so long with an agent, unless the agent did
    in_turn: bool = False  # takes the offer of a callback, where one is made


class AgentHabits(Struct, frozen=True):
    """How one agent works: fixed for the whole demo, drawn by the agent's own number."""

    agent: str
    answers: DurationUs  # ringing to off-hook
    talks: DurationUs  # hangs up after so long, unless the caller did
    writes: DurationUs  # wrap-up
    declines_every: int  # every n-th call is declined; 0: never


class Turn(StrEnum):
    """What an agent makes of a contact."""

    TALK = "talk"
    TO_QUEUE = "to_queue"  # hands it on, blind, to a queue
    TO_COLLEAGUE = "to_colleague"  # blind, to somebody who's ready
    CONSULT = "consult"  # asks a colleague, swaps between both, then hands it on
    PROMISE = "promise"  # promises to call back


TURNS: Final[tuple[tuple[str, int], ...]] = (
    (Turn.TALK, 64),
    (Turn.TO_QUEUE, 6),
    (Turn.TO_COLLEAGUE, 6),
    (Turn.CONSULT, 12),
    (Turn.PROMISE, 12),
)


def turn(seed: int, agent: str, count: int) -> Turn:
    """What this agent makes of the call of this count (1, 2, 3…)."""
    own = 2_000_000 + int(agent, 36) % 1_000_000
    return Turn(Dice(seed, own * 1_000 + count).pick(TURNS))


def callers(seed: int, a_minute: float, length: DurationUs, numbers: Sequence[str]) -> list[Caller]:
    """All who'll call one of these numbers within a length of time, in order."""
    mean = int(60 * SECOND / max(a_minute, 0.1))
    dice = Dice(seed, 1)
    found: list[Caller] = []
    at = mean // 4
    while at < length:
        found.append(_caller(Dice(seed, 1_000 + len(found)), len(found), at, numbers))
        at += mean // 3 + dice.exponential(mean * 2 // 3)
    return found


def _caller(dice: Dice, index: int, at: int, numbers: Sequence[str]) -> Caller:
    number = f"0931{7_000_000 + (index * 7_919) % 2_000_000}"
    return Caller(
        number=number,
        called=numbers[index % len(numbers)],
        at=DurationUs(at),
        intention=Intention(dice.pick(WEIGHTS)),
        key=dice.pick(KEYS),
        wrong=WRONG_KEYS[dice.below(len(WRONG_KEYS))],
        thinks=DurationUs(dice.between(800, 4_000) * MILLISECONDS),
        patience=DurationUs(dice.between(400, 3_000) * MILLISECONDS),
        talks=DurationUs(dice.between(4_000, 9_000) * MILLISECONDS),
        in_turn=dice.chance(IN_TURN) and not number.endswith(UNREACHED),
    )


def habits(seed: int, agent: str) -> AgentHabits:
    """How this agent works in the demo of this seed."""
    dice = Dice(seed, 2_000_000 + int(agent, 36) % 1_000_000)
    return AgentHabits(
        agent=agent,
        answers=DurationUs(dice.between(700, 2_200) * MILLISECONDS),
        talks=DurationUs(dice.between(5_000, 11_000) * MILLISECONDS),
        writes=DurationUs(dice.between(600, 2_500) * MILLISECONDS),
        declines_every=11 if dice.chance(250_000) else 0,
    )
