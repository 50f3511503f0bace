"""Modes: those that are declared, and how events change them.

    declared → in force → (gone)
       └──────────┴─ ended, withdrawn by a person, or its time is over

A mode always has an end; its timer is ModeLapses, before it begins ModeBegins.
"""

from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.affected import InForce
from roost.floor.modes import messages as m
from roost.kernel.ids import ModeId, Owner
from roost.kernel.time import HOUR, MINUTE, DurationUs, InstantUs

MOST_US: Final = DurationUs(24 * HOUR)  # from now on; it can be extended again and again
AHEAD_US: Final = DurationUs(7 * 24 * HOUR)  # how long before it begins it may be declared
BACK_US: Final = DurationUs(HOUR)  # how long ago it may have begun
WITHDRAW_US: Final = DurationUs(MINUTE)
MOST_MODES: Final = 50  # of one client at a time


class Mode(Struct, gc=False):
    """One declared mode."""

    of: InForce
    owner: Owner
    declared: InstantUs
    begins: InstantUs
    ends: InstantUs
    began: bool = False


class Account(Struct, gc=False, frozen=True):
    """What may be declared for a client."""

    queues: tuple[str, ...]
    lists: tuple[str, ...]
    announcements: tuple[str, ...]
    values: tuple[tuple[str, str], ...]  # variables with a value that a flow may give them


class Modes(Struct, gc=False):
    made: dict[str, int] = field(default_factory=dict[str, int])  # so far, by client
    modes: dict[str, Mode] = field(default_factory=dict[str, Mode])
    accounts: dict[str, Account] = field(default_factory=dict[str, Account])


def configured(state: Modes, floor: definition.Floor) -> None:
    """A mode stays in force, whatever becomes of its client's definitions."""
    state.accounts = {
        client.id: Account(
            tuple(queue.id for queue in floor.queues if queue.client == client.id),
            client.lists,
            tuple(sorted(client.announcements)),
            tuple(
                dict.fromkeys(
                    one
                    for flow in floor.flows
                    if flow.client == client.id
                    for one in definition.values_of(flow)
                )
            ),
        )
        for client in floor.clients
    }


def declared(state: Modes, event: m.ModeDeclared, at: InstantUs) -> None:
    client = event.scope.client
    state.made[client] = state.made.get(client, 0) + 1
    of = InForce(event.mode, event.kind, event.scope, event.announcement, event.to)
    state.modes[event.mode] = Mode(of, event.owner, at, event.begins, event.ends)


def began(state: Modes, mode: ModeId) -> InForce:
    known = state.modes[mode]
    known.began = True
    return known.of


def extended(state: Modes, event: m.ModeExtended) -> None:
    state.modes[event.mode].ends = event.ends


def over(state: Modes, mode: ModeId) -> None:
    del state.modes[mode]
