"""A stream read backwards, the newest first: by batches, and never more of them than a page may."""

from collections.abc import Callable
from typing import TypeVar

from roost.kernel.envelope import Stored
from roost.kernel.ids import StreamName
from roost.kernel.time import InstantUs
from roost.ports.log import LogReader

Found = TypeVar("Found")


def backwards(
    log: LogReader,
    stream: StreamName,
    end: int,
    take: Callable[[Stored], Found | None],
    limit: int,
    batch: int,
    batches: int,
    since: int = 0,
) -> tuple[list[Found], int]:
    """What `take` makes of the rows up to number `end`, none of them before `since`; and the number
    from which to go on, 0 when there's nothing left. Blocking."""
    found: list[Found] = []
    for _ in range(batches):
        begin = max(0, end - batch)
        for row in reversed(log.read(stream, begin, end - begin)):
            if row.at < since:
                return found, 0
            if len(found) == limit:
                break
            end = row.number - 1
            one = take(row)
            if one is not None:
                found.append(one)
        if end == 0 or len(found) == limit:
            break
    return found, end


def last_before(log: LogReader, stream: StreamName, until: InstantUs) -> int:
    """The number of the last row before an instant: found by halving, since a stream's times only
    grow. Blocking."""
    low, high = 0, log.last(stream)
    while low < high:
        middle = (low + high + 1) // 2
        rows = log.read(stream, middle - 1, 1)
        if rows and rows[0].at < until:
            low = middle
        else:
            high = middle - 1
    return low
