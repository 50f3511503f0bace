"""What's wrong in a definition: where, what, and how to mend it."""

from collections.abc import Iterable
from difflib import get_close_matches
from enum import StrEnum

from msgspec import Struct


class Severity(StrEnum):
    ERROR = "error"  # the definition isn't put in force
    WARNING = "warning"  # it's put in force, but look at it


class Problem(Struct, frozen=True):
    """`file` is relative to the folder; `line` and `column` count from 1 (0: the whole file);
    `code` is stable and meant for programs, `what` and `mend` for people."""

    file: str
    line: int
    column: int
    code: str
    what: str
    mend: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        stop = "" if self.mend.endswith("?") else "."
        place = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        return f"{place}: {self.severity}: {self.what}. {self.mend}{stop}"


def sort_key(problem: Problem) -> tuple[str, int, int, str, str]:
    return (problem.file, problem.line, problem.column, problem.code, problem.what)


def did_you_mean(word: str, known: Iterable[str], *, none: str = "There is none yet") -> str:
    """A mend that names the nearest known word, or all of them when there are few."""
    names = sorted(known)
    near = get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not names:
        return none
    shown = ", ".join(names[:12]) + (", …" if len(names) > 12 else "")
    return f"Use one of: {shown}"
