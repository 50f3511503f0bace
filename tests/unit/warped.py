"""An asyncio loop whose clock jumps to the next timer as soon as nothing else is to be done:
half a minute passes in no time, and in the right order."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any


class _Selector(selectors.DefaultSelector):
    warped = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.warped += timeout
        return ready


class WarpedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._warped = _Selector()
        super().__init__(self._warped)

    def time(self) -> float:
        return super().time() + self._warped.warped


def run(story: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=WarpedLoop) as runner:
        runner.run(story)
