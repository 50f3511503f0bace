"""Whether the centre is ready, and what to do where it isn't."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta, Struct


class PartHealth(Struct, frozen=True):
    """One part: whether it works, what's wrong (empty: nothing), and the mend."""

    part: str
    ready: bool
    wrong: str = ""
    mend: str = ""
    behind: Annotated[int, Meta(ge=0)] = 0  # events not yet taken into account


class Health(Struct, frozen=True):
    ready: bool
    version: str
    parts: tuple[PartHealth, ...]


@dataclass(frozen=True)
class Check:
    """A part that only the composition root can ask: control's socket, the media processes.
    Must answer within a second; an exception is a part that doesn't work."""

    part: str
    ask: Callable[[], Awaitable[PartHealth]]
