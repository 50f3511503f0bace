"""A call as media holds it: its legs, the version of its matrix, what was done for it."""

from roost.adapters.media.bounds import MAX_COLLECTS
from roost.adapters.media.collecting import Collection
from roost.adapters.media.leg import Leg
from roost.adapters.media.playing import Play
from roost.floor.effects import Route
from roost.kernel.ids import ContactId, LegId, PlayId


class Call:
    """`done` keeps finished ids in order of their end, the oldest forgotten first."""

    __slots__ = ("collections", "contact", "done", "legs", "phase", "plays", "routes", "version")

    def __init__(self, contact: ContactId, phase: int) -> None:
        self.contact = contact
        self.phase = phase  # of the 20 ms in which its plays and mixes leave
        self.legs: dict[LegId, Leg] = {}
        self.version = 0
        self.routes: tuple[Route, ...] = ()
        self.plays: dict[PlayId, Play] = {}
        self.collections: dict[LegId, Collection] = {}
        self.done: dict[str, None] = {}

    def finish(self, id: str) -> None:
        self.done[id] = None
        while len(self.done) > MAX_COLLECTS:
            del self.done[next(iter(self.done))]
