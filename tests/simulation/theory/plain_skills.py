"""Several queues and agents with several skills as plain arithmetic, fed with the twin's own
dice: lists, in which everything is looked for from the beginning. Nothing of the router's."""

from collections import deque
from heapq import heappop, heappush

import numpy as np

from simulation.theory import plain
from simulation.theory.twin import FOR_EVER, Centre, Waits, by_agent

MORE = 400  # contacts that come after the last one that's looked at: they may overtake it


def one(centre: Centre, seed: int, contacts: int) -> Waits:
    """The first contacts of one seed, as the twin gives them."""
    room = _Room(centre, contacts)
    for at, klass, handle, patience in _callers(centre, seed, contacts + MORE):
        room.until(at)
        room.comes(at, klass, handle, patience)
    room.until(FOR_EVER)
    return Waits(room.klass, room.waited, room.answered)


def _callers(centre: Centre, seed: int, contacts: int) -> list[tuple[int, int, int, int]]:
    """Of all classes, in order of arrival."""
    made: list[tuple[int, int, int, int]] = []
    for n, klass in enumerate(centre.classes):
        for block in plain.drawn_of(centre, klass, range(seed, seed + 1), contacts):
            at, handle, patience = (part[:, 0].tolist() for part in block)
            made += zip(at, [n] * len(at), handle, patience, strict=True)
    made.sort()
    return made[:contacts]


class _Room:
    def __init__(self, centre: Centre, contacts: int) -> None:
        names = [klass.queue for klass in centre.classes]
        self.serves = [
            [names.index(queue) for queue in pool.queues]
            for pool in centre.pools
            for _ in range(pool.agents)
        ]
        self.paces = by_agent(centre)
        self.priority = [klass.priority for klass in centre.classes]
        self.fewest = centre.classes[0].agents == "least_skilled"
        self.idle = list(range(len(self.serves)))  # the longest first
        self.busy: list[tuple[int, int]] = []  # until when, who
        self.lines = [deque[tuple[int, int, int, int]]() for _ in names]
        self.klass = np.zeros(contacts, np.int64)
        self.waited = np.zeros(contacts, np.int64)
        self.answered = np.zeros(contacts, np.bool_)
        self.count = 0

    def comes(self, at: int, klass: int, handle: int, patience: int) -> None:
        number, self.count = self.count, self.count + 1
        if number < len(self.klass):
            self.klass[number] = klass
        able = [one for one in self.idle if klass in self.serves[one]]
        if not able:
            self.lines[klass].append((at, number, handle, patience))
            return
        chosen = min(able, key=lambda one: len(self.serves[one])) if self.fewest else able[0]
        self.idle.remove(chosen)
        self.takes(chosen, at, at, number, handle)

    def until(self, now: int) -> None:
        """Everybody who's done by now turns to who goes first among those still there."""
        while self.busy and self.busy[0][0] <= now:
            at, who = heappop(self.busy)
            for klass in self.serves[who]:
                self.gives_up(klass, at)
            waiting = [klass for klass in self.serves[who] if self.lines[klass]]
            if not waiting:
                self.idle.append(who)
                continue
            first = min(waiting, key=lambda k: (-self.priority[k], self.lines[k][0]))
            came, number, handle, _ = self.lines[first].popleft()
            self.takes(who, at, came, number, handle)
        if now == FOR_EVER:
            for klass in range(len(self.lines)):
                self.gives_up(klass, now)

    def gives_up(self, klass: int, now: int) -> None:
        """Whoever's patience has ended, of those at the head of the line."""
        line = self.lines[klass]
        while line and line[0][3] < FOR_EVER and line[0][0] + line[0][3] <= now:
            _, number, _, patience = line.popleft()
            self.became(number, patience, False)

    def takes(self, who: int, at: int, came: int, number: int, handle: int) -> None:
        heappush(self.busy, (at + handle * self.paces[who] // 1000, who))
        self.became(number, at - came, True)

    def became(self, number: int, waited: int, answered: bool) -> None:
        if number < len(self.klass):
            self.waited[number], self.answered[number] = waited, answered
