"""Arrivals by interval from a CSV file beside a scenario: `from`, `calls`, perhaps `to`.

Times are local, `2026-03-02 08:00`, or `08:00` for the scenario's first day. A row without `to`
lasts until the next one; the last one as long as the one before it.
"""

import csv
import io
from typing import Final

from msgspec import Struct

from roost.definitions.problems import Problem
from roost.definitions.scenario_times import wall
from roost.definitions.times import local_day
from roost.kernel.time import DAY, MINUTE

MOST_ROWS: Final = 400_000
USUAL: Final = 30 * MINUTE
FORM: Final = "Write 08:00, or 2026-03-02 08:00"


class Row(Struct, frozen=True):
    """So many calls, from and until on the wall."""

    begin: int
    end: int
    calls: int
    line: int


def arrivals(file: str, text: str, begin: int) -> tuple[list[Row], list[Problem]]:
    """The rows in their order, and what's wrong with them."""
    reader = csv.DictReader(io.StringIO(text))
    if not {"from", "calls"} <= set(reader.fieldnames or ()):
        mend = "Let its first line be: from,calls"
        return [], [Problem(file, 1, 1, "columns", "the columns `from` and `calls` miss", mend)]
    read: list[tuple[int, int | None, int, int]] = []
    problems: list[Problem] = []
    for line, cells in enumerate(reader, 2):
        if line > MOST_ROWS:
            problems.append(Problem(file, line, 1, "too-big", "too many rows", "Split the file"))
            break
        found = _row(file, line, cells, begin)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            read.append(found)
    if not read and not problems:
        problems.append(Problem(file, 1, 1, "no-arrivals", "no rows", "Write one an interval"))
    return [] if problems else _closed(file, read, problems), problems


def _row(
    file: str, line: int, cells: dict[str, str | None], begin: int
) -> tuple[int, int | None, int, int] | Problem:
    since = _wall(cells.get("from") or "", begin)
    if since is None:
        return Problem(file, line, 1, "time", f"{cells.get('from')!r} is no time", FORM)
    until = _wall(cells.get("to") or "", begin) if cells.get("to") else None
    if cells.get("to") and (until is None or until <= since):
        return Problem(file, line, 1, "time", f"{cells.get('to')!r} is no later time", FORM)
    calls = (cells.get("calls") or "").strip()
    if not calls.isdigit() or len(calls) > 7:
        what = f"{calls!r} is no number of calls"
        return Problem(file, line, 1, "calls", what, "Write a whole number that isn't negative")
    return since, until, int(calls), line


def _wall(text: str, begin: int) -> int | None:
    text = text.strip().replace("T", " ")
    day, _, clock = text.rpartition(" ")
    hour, colon, minute = clock[:5].partition(":")
    if not (colon and hour.isdigit() and minute.isdigit() and int(hour) < 24 and int(minute) < 60):
        return None
    if day and local_day(day) is None:
        return None
    return wall(text[: len(day) + 6] if day else clock[:5], begin - begin % DAY)


def _closed(
    file: str, read: list[tuple[int, int | None, int, int]], problems: list[Problem]
) -> list[Row]:
    rows: list[Row] = []
    length = USUAL
    for place, (since, until, calls, line) in enumerate(read):
        following = read[place + 1][0] if place + 1 < len(read) else None
        end = until or following or since + length
        if end <= since or (following is not None and end > following):
            what = "this interval overlaps with the next one"
            mend = "Let each row begin where the one before it ends, or later"
            problems.append(Problem(file, line, 1, "intervals-overlap", what, mend))
            return []
        length = end - since
        rows.append(Row(since, end, calls, line))
    return rows
