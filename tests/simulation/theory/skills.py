"""What theory says of several queues and agents with several skills: two results, each by a way
of its own.

**First come, first served, longest idle.** Agents who differ in skills and speed, all queues of
one priority: what's longest waiting among the contacts that an agent may serve, and who's longest
idle among the agents who may serve a contact. That is the router's plain rule, and its stationary
distribution is known in closed form (Adan and Weiss 2014: "A skill based parallel service system
under FCFS-ALIS", Stochastic Systems 4(1), theorem 2.1; without waiting, Adan, Hurkens and Weiss
2010). The balance equations of the chain, written down without the formula, prove it once more.

**Overflow and priority.** An N-design: specialists first, their overflow to people who serve
another class too and prefer it; callers give up. No closed form: the chain of its four numbers is
solved numerically."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations, permutations, product
from typing import Any

import numpy as np
from mpmath import mpf
from msgspec import Struct

Skills = tuple[frozenset[str], ...]  # by server
State = tuple[tuple[Any, ...], tuple[int, ...]]
"""Contacts in order of arrival (a server's number if it's in service there, else what it asks
for), and who is idle, the longest first."""


class FirstCome(Struct, frozen=True):
    """Rates of arrivals by class and of service by server; per second, say."""

    arrivals: dict[str, Any]
    skills: Skills
    speeds: tuple[Any, ...]

    def only(self, servers: tuple[int, ...]) -> Any:
        """The rate of those whom nobody else may serve."""
        others = {one for n, own in enumerate(self.skills) if n not in servers for one in own}
        return sum(rate for one, rate in self.arrivals.items() if one not in others)

    def any_of(self, servers: tuple[int, ...]) -> Any:
        """The rate of those whom some of them may serve."""
        able = {one for n in servers for one in self.skills[n]}
        return sum(rate for one, rate in self.arrivals.items() if one in able)

    def speed(self, servers: tuple[int, ...]) -> Any:
        return sum(self.speeds[n] for n in servers)

    def orders(self) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], Any]]:
        """Who is busy, in order of their contacts' arrival; who is idle, the longest first; and
        the weight of all states like that, however many wait."""
        everybody = range(len(self.skills))
        for count in range(len(self.skills) + 1):
            for chosen in combinations(everybody, count):
                rest = [n for n in everybody if n not in chosen]
                for busy, idle in product(permutations(chosen), permutations(rest)):
                    weight = self.idle_weight(idle)
                    for place in range(1, count + 1):
                        before = busy[:place]
                        weight /= self.speed(before) - self.only(before)
                    yield busy, idle, weight

    def idle_weight(self, idle: tuple[int, ...]) -> Any:
        weight = mpf(1)
        for place in range(1, len(idle) + 1):
            weight /= self.any_of(idle[:place])
        return weight

    def exact(self) -> dict[str, Any]:
        """By class: the part that has to wait, and the mean wait of all."""
        whole, waits, queue = mpf(0), defaultdict(lambda: mpf(0)), defaultdict(lambda: mpf(0))
        for busy, idle, weight in self.orders():
            whole += weight
            able = {one for n in idle for one in self.skills[n]}
            for one in self.arrivals.keys() - able:
                waits[one] += weight
            for place in range(1, len(busy) + 1):  # a geometric number waits behind each
                before = busy[:place]
                only = self.only(before)
                others = {x for n, own in enumerate(self.skills) if n not in before for x in own}
                for one, rate in self.arrivals.items():
                    if one not in others:
                        queue[one] += weight * rate / (self.speed(before) - only)
        found: dict[str, Any] = {}
        for one, rate in self.arrivals.items():
            found[f"{one}: has to wait"] = waits[one] / whole
            found[f"{one}: mean wait"] = queue[one] / whole / rate
        return found

    # --- the chain itself ---

    def weight(self, state: State) -> Any:
        """The formula's, of one state with what each of the waiting asks for."""
        contacts, idle = state
        weight, before = self.idle_weight(idle), ()
        for one in contacts:
            if isinstance(one, int):
                before = (*before, one)
                weight /= self.speed(before)
            else:
                weight *= self.arrivals[one] / self.speed(before)
        return weight

    def moves(self, state: State) -> Iterator[tuple[State, Any]]:
        """Where it goes from here, and how fast."""
        contacts, idle = state
        for one, rate in self.arrivals.items():
            first = next((n for n in idle if one in self.skills[n]), None)
            if first is None:
                yield ((*contacts, one), idle), rate
            else:
                yield ((*contacts, first), tuple(n for n in idle if n != first)), rate
        for place, server in enumerate(contacts):
            if isinstance(server, int):
                left = [*contacts[:place], *contacts[place + 1 :]]
                next_one = next(
                    (n for n, one in enumerate(left) if one in self.skills[server]), None
                )
                if next_one is None:
                    yield (tuple(left), (*idle, server)), self.speeds[server]
                else:
                    left[next_one] = server
                    yield (tuple(left), idle), self.speeds[server]


class Overflow(Struct, frozen=True):
    """An N-design. `a` goes to `own` specialists of its own first, then to the `shared` people,
    who take `b` before `a`; rates per second, of all, `most` wait at most in each queue (enough
    for the truth)."""

    a: float
    b: float
    handle: float
    patience_a: float
    patience_b: float
    own: int
    shared: int
    most: int = 36

    def states(self) -> list[tuple[int, int, int, int]]:
        """Busy specialists, busy shared ones, waiting a, waiting b."""
        most, own, shared = self.most + 1, self.own, self.shared
        calm = [(x, y, 0, 0) for x in range(own + 1) for y in range(shared)]
        b_waits = [(x, shared, 0, b) for x in range(own) for b in range(most)]
        full = [(own, shared, a, b) for a in range(most) for b in range(most)]
        return calm + b_waits + full

    def moves(self, state: tuple[int, int, int, int]) -> Iterator[tuple[Any, float]]:
        x, y, a, b = state
        if x < self.own:
            yield (x + 1, y, a, b), self.a
        elif y < self.shared:
            yield (x, y + 1, a, b), self.a
        else:
            yield (x, y, a + 1, b), self.a
        yield ((x, y + 1, a, b) if y < self.shared else (x, y, a, b + 1)), self.b
        yield ((x, y, a - 1, b) if a else (x - 1, y, a, b)), x / self.handle
        if b:
            yield (x, y, a, b - 1), y / self.handle
        else:
            yield ((x, y, a - 1, b) if a else (x, y - 1, a, b)), y / self.handle
        yield (x, y, a - 1, b), a / self.patience_a
        yield (x, y, a, b - 1), b / self.patience_b

    def exact(self) -> dict[str, float]:
        """By class: the part that has to wait, that gives up, and the mean wait of all."""
        states = self.states()
        place = {state: n for n, state in enumerate(states)}
        flows = np.zeros((len(states), len(states)))
        for state, n in place.items():
            for to, rate in self.moves(state):
                if rate and to in place:
                    flows[place[to], n] += rate
                    flows[n, n] -= rate
        flows[0] = 1.0  # all of it is one
        one = np.zeros(len(states))
        one[0] = 1.0
        likely = np.linalg.solve(flows, one)
        parts = np.array(states)
        own, shared, a, b = parts.T
        edge = likely[(a == self.most) | (b == self.most)].sum()
        assert edge < 1e-10, f"{edge}: more may wait than is solved for"
        waiting_a, waiting_b = float(likely @ a), float(likely @ b)
        return {
            "a: has to wait": float(likely[(own == self.own) & (shared == self.shared)].sum()),
            "a: gives up": waiting_a / self.patience_a / self.a,
            "a: mean wait": waiting_a / self.a,
            "b: has to wait": float(likely[shared == self.shared].sum()),
            "b: gives up": waiting_b / self.patience_b / self.b,
            "b: mean wait": waiting_b / self.b,
        }
