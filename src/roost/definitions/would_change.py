"""What a folder of definitions would change, if it were put in force now: for the command line and
for the API."""

from msgspec import Struct

from roost.definitions.difference import Change
from roost.definitions.problems import Problem
from roost.floor.consequences import Consequences


class Busy(Exception):
    """Another dry run is under way."""


class Failed(Exception):
    """It broke, or took too long; the message says what's known."""


class WouldChange(Struct, frozen=True):
    """`now` is null where no centre runs. With `problems` among which there's an error, nothing
    else is known, and `version` is empty."""

    version: str
    changes: tuple[Change, ...]
    now: Consequences | None
    problems: tuple[Problem, ...] = ()
