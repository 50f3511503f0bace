"""Failed logins, counted by name and by address, so that passwords can't be tried through."""

from collections import OrderedDict, deque
from typing import Final

from roost.kernel.time import SECOND, InstantUs
from roost.web.limits import (
    FAILED_BY_NAME,
    FAILED_BY_SOURCE,
    FAILED_SPAN,
    MOST_FAILED_KEPT,
)

_MOST: Final = {"name": FAILED_BY_NAME, "source": FAILED_BY_SOURCE}


class Attempts:
    """Failures within FAILED_SPAN. Whoever reached the bound waits until the oldest is over;
    a name is locked for everybody, but only for so long."""

    def __init__(self) -> None:
        self._failed: OrderedDict[tuple[str, str], deque[InstantUs]] = OrderedDict()

    def wait_s(self, name: str, source: str, now: InstantUs) -> int:
        """Seconds until this name may be tried again from there; 0: now."""
        return max(
            self._wait("name", name, now),
            self._wait("source", source, now),
        )

    def failed(self, name: str, source: str, now: InstantUs) -> None:
        for key in (("name", name), ("source", source)):
            times = self._failed.setdefault(key, deque(maxlen=_MOST[key[0]]))
            times.append(now)
            self._failed.move_to_end(key)
        while len(self._failed) > MOST_FAILED_KEPT:
            self._failed.popitem(last=False)

    def succeeded(self, name: str) -> None:
        """A right password clears the name, never the address: it could be an own account
        that is used to go on trying others."""
        self._failed.pop(("name", name), None)

    def _wait(self, kind: str, what: str, now: InstantUs) -> int:
        times = self._failed.get((kind, what))
        if times is None:
            return 0
        while times and now - times[0] >= FAILED_SPAN:
            times.popleft()
        if len(times) < _MOST[kind]:
            return 0
        return -(-(times[0] + FAILED_SPAN - now) // SECOND)
