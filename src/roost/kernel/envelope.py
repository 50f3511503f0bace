"""The envelope: what the log keeps around each event, from the first one on."""

from msgspec import Struct

from roost.kernel.ids import ContactId, Owner, StreamName
from roost.kernel.messages import Event
from roost.kernel.time import InstantUs


class Envelope(Struct, frozen=True, gc=False):
    """One event in its stream. `number` counts 1, 2, 3… without gaps; `cause` is the id of
    the command that led to it; `type` is `area.ClassName`."""

    stream: StreamName
    number: int
    type: str
    version: int
    owner: Owner
    contact: ContactId | None
    at: InstantUs
    actor: str
    cause: str
    body: Event


class Stored(Struct, frozen=True, gc=False):
    """An envelope as it lies in the store, its body still JSON."""

    stream: StreamName
    number: int
    type: str
    version: int
    owner: Owner
    contact: ContactId | None
    at: InstantUs
    actor: str
    cause: str
    body: bytes
