"""Leases: every state that isn't final is held by somebody, and evidence renews it.

    leases = Leases({"waiting": seconds(30), "ready": seconds(90)})
    leases.hold("waiting", contact, CheckContact(contact), now)
    leases.renew(contact, now)         # media's heartbeat, a registration, a desk that's there
    leases.release(contact)            # the state ended by itself
    for command in leases.due(now): …  # lapsed: the room asks first, and mends then

Renewals stay in memory; only what a lapse leads to is logged. After a restart every lease begins
anew (`restart`): nobody had the chance to renew one while the process was away. A lapsed lease is
held for its length again, so a question that got lost is asked again.
"""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import Final

from msgspec import Struct

from roost.kernel.messages import Command
from roost.kernel.time import NEVER, DurationUs, InstantUs

MOST_LEASES: Final = 1_000_000


class TooManyLeases(Exception):
    """MOST_LEASES are held: some state is held without end, which is our bug."""


class _Lease(Struct, gc=False):
    name: str
    command: Command
    until: int
    turn: int  # the newest entry of the heap that stands for this lease


class Leases:
    """Leases by key. Renewing is one look-up: the heap learns of it when the old end comes."""

    def __init__(self, lengths: Mapping[str, DurationUs]) -> None:
        self._lengths = lengths
        self._held: dict[str, _Lease] = {}
        self._heap: list[tuple[int, int, str]] = []
        self._turns = 0
        self.lapsed: dict[str, int] = dict.fromkeys(lengths, 0)

    def __len__(self) -> int:
        return len(self._held)

    def __contains__(self, key: str) -> bool:
        return key in self._held

    def hold(self, name: str, key: str, command: Command, now: InstantUs) -> None:
        """Hold a lease of this name from now on, instead of one that the key already has.
        Raises KeyError for a name that has no length."""
        length = self._lengths[name]
        if len(self._held) >= MOST_LEASES and key not in self._held:
            raise TooManyLeases
        self._held[key] = _Lease(name, command, now + length, 0)
        self._push(key)

    def renew(self, key: str, now: InstantUs) -> bool:
        """Evidence that the state is alive. False when nothing is held by this key."""
        lease = self._held.get(key)
        if lease is None:
            return False
        lease.until = max(lease.until, now + self._lengths[lease.name])
        return True

    def release(self, key: str) -> None:
        self._held.pop(key, None)

    def next_at(self) -> InstantUs:
        """No lease lapses before this; NEVER when none is held."""
        while self._heap and not self._stands(self._heap[0]):
            heappop(self._heap)
        return InstantUs(self._heap[0][0]) if self._heap else NEVER

    def due(self, now: InstantUs, most: int = 2**31) -> list[Command]:
        """Up to `most` commands of the leases that have lapsed, the earliest first."""
        commands: list[Command] = []
        heap = self._heap
        while heap and heap[0][0] <= now and len(commands) < most:
            entry = heappop(heap)
            if not self._stands(entry):
                continue
            key = entry[2]
            lease = self._held[key]
            if lease.until <= now:
                commands.append(lease.command)
                self.lapsed[lease.name] += 1
                lease.until = now + self._lengths[lease.name]
            self._push(key)
        return commands

    def restart(self, now: InstantUs) -> None:
        """Every lease begins anew."""
        for key, lease in self._held.items():
            lease.until = now + self._lengths[lease.name]
            self._push(key)
        self._heap = [entry for entry in self._heap if self._stands(entry)]
        heapify(self._heap)

    def _push(self, key: str) -> None:
        self._turns += 1
        lease = self._held[key]
        lease.turn = self._turns
        heappush(self._heap, (lease.until, self._turns, key))

    def _stands(self, entry: tuple[int, int, str]) -> bool:
        lease = self._held.get(entry[2])
        return lease is not None and lease.turn == entry[1]
