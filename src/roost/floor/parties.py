"""Words that agents and calls share: who takes part in a contact, as what, and where a
transfer goes. No area of its own: plain values, as `definition.py` and `effects.py` are."""

from enum import StrEnum
from typing import Final

from msgspec import Struct

from roost.kernel.ids import AgentId, EntryId, QueueId, VaultId
from roost.kernel.time import MINUTE, SECOND, DurationUs

MOST_PARTIES: Final = 6  # legs of one contact at a time, watchers among them: too_many_parties
RING_US: Final = DurationUs(60 * SECOND)  # how long a guest's, or a watcher's, phone is rung
INTERRUPTED_US: Final = DurationUs(30 * SECOND)  # how long a lost line has to come back
WHISPER_US: Final = DurationUs(1_500_000)  # the most that an agent hears before the customer
PAUSE_US: Final = DurationUs(3 * MINUTE)  # a recording's pause, unless the client says otherwise


class Party(StrEnum):
    """What a leg is in its contact."""

    CUSTOMER = "customer"  # exactly one
    AGENT = "agent"  # one segment each
    GUEST = "guest"  # an outside number that an agent brought in
    WATCHER = "watcher"  # a supervisor

    __hash__ = str.__hash__  # type: ignore[assignment]  # Enum's own is a call in Python


class WatchMode(StrEnum):
    """A watcher listens; whispers (is heard by the agent watched alone); or barges in."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


class SegmentKind(StrEnum):
    """How an agent came to a contact. AHT counts `answer` and `transfer`; a consult that takes
    the contact over is `transfer` from that moment on."""

    ANSWER = "answer"
    TRANSFER = "transfer"
    CONSULT = "consult"
    OUTBOUND = "outbound"
    CALLBACK = "callback"  # promised to a caller who waited, and made in turn

    __hash__ = str.__hash__  # type: ignore[assignment]


class ToAgent(Struct, frozen=True, gc=False, tag="agent"):
    """A colleague, who must be ready, and serve the contact's client."""

    agent: AgentId


class ToQueue(Struct, frozen=True, gc=False, tag="queue"):
    """A queue of the contact's client. To consult: whoever is ready there longest."""

    queue: QueueId


class ToEntry(Struct, frozen=True, gc=False, tag="entry"):
    """A number of the client's directory, which lies in the definitions."""

    entry: EntryId


class ToNumber(Struct, frozen=True, gc=False, tag="number"):
    """Any other number; it lies in the client's vault."""

    number: VaultId


Target = ToAgent | ToQueue | ToEntry | ToNumber


def kind_of(target: Target) -> str:
    """ "agent", "queue" or "number", as the events of a transfer name it."""
    match target:
        case ToAgent():
            return "agent"
        case ToQueue():
            return "queue"
        case ToEntry() | ToNumber():
            return "number"
