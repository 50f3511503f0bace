"""The three kinds of message, and what a decision is made of.

A *command* asks for something and may be refused. An *event* says what happened; it's
appended to the log and never changes. An *effect* asks the world for something; it leaves
only after the events that it came with are committed.
"""

from typing import ClassVar

from msgspec import Struct

from roost.kernel.ids import OPERATOR, ContactId, Owner, VaultId
from roost.kernel.time import InstantUs


class Command(Struct, frozen=True, gc=False, tag=True):
    """Something asked for. Subclasses are listed in their area's `messages.py`. Fields named in
    HIDDEN are shown nowhere, not even in an incident."""

    HIDDEN: ClassVar[frozenset[str]] = frozenset()


class Event(Struct, frozen=True, gc=False, kw_only=True):
    """Something that happened.

    `owner` and `contact` stand in the body and are lifted into the envelope's columns.
    A changed shape gets a new VERSION and an upcaster; stored events are never rewritten.
    """

    VERSION: ClassVar[int] = 1

    owner: Owner = OPERATOR
    contact: ContactId | None = None


class Effect(Struct, frozen=True, gc=False, tag=True):
    """Something asked of the world. Every effect declares its kind (FOUNDATION, 1):
    `repeatable` (media: ids are remembered), `rebuildable` (SIP: the same bytes again),
    `once` (HTTP, mail: unknown after a crash), `timer` (rebuilt from the state)."""

    KIND: ClassVar[str] = "repeatable"


class Wake(Effect, frozen=True, gc=False):
    """Give `command` at `at`. The engine's timers are the only ones that decide anything.

    Never cancelled: a command that no longer fits the state is refused as stale, silently.
    After a restart the room rebuilds them from its state (`unfinished`)."""

    KIND: ClassVar[str] = "timer"

    at: InstantUs
    command: Command


class VaultPut(Struct, frozen=True, gc=False):
    """A personal value, stored under its owner's key in the same commit as the events."""

    id: VaultId
    owner: Owner
    value: bytes


class Refusal(Struct, frozen=True, gc=False):
    """The command asked for what can't be done. `code` is a key of the catalogue of words
    (`kernel/words.py`), `about` its parameters. A refusal changes nothing."""

    code: str
    about: dict[str, str] = {}


class Decision(Struct, frozen=True, gc=False):
    """What a command leads to: events to append and fold, effects to send after the commit,
    vault rows to drop in the same commit."""

    events: tuple[Event, ...] = ()
    effects: tuple[Effect, ...] = ()
    drops: tuple[VaultId, ...] = ()


NOTHING = Decision()
