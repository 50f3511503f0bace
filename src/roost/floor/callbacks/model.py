"""Callbacks that are promised: each is a contact of its own, which waits in the queue with the
place and the time of the one that it was promised in (`first`), and without any leg.

    promised ─→ in the queue's line ─→ an agent takes it ─→ the customer is called ─→ talk
                       ↑    (or: its turn comes ─→ the customer is called ─→ waits on the line)
                       └── not reached: a new contact, `retry_us` later, in the old place

Where nobody can answer in its queue (evacuated, closed against the hours) it goes on in the queue
that was named for those on the line, or is somebody's task. Every contact is one try, and ends as
any other does. What holds it is its queue's limit, which is `until`; a try that has begun is held
by the call's own leases.
"""

from typing import Final

from msgspec import Struct, field

from roost.floor.definition import Asked
from roost.kernel.ids import ClientId, ContactId, PromptId, QueueId, VaultId
from roost.kernel.time import DurationUs, InstantUs

MOST_PROMISES: Final = 10_000  # of one cell; beyond it nothing is offered


class Promise(Struct, gc=False):
    """What was promised. `tries` are those left after this one."""

    client: ClientId
    first: ContactId
    queue: QueueId
    number: VaultId
    asked: Asked
    since: InstantUs  # waiting counts from here
    not_before: InstantUs
    until: InstantUs
    tries: int
    retry_us: DurationUs
    customer_first: bool
    waiting: tuple[PromptId, ...]
    reached: bool = False


class Callbacks(Struct, gc=False):
    promises: dict[str, Promise] = field(default_factory=dict[str, Promise])  # by contact


def answered(state: Callbacks, contact: ContactId) -> None:
    promise = state.promises.get(contact)
    if promise is not None:
        promise.reached = True


def closed(state: Callbacks, contact: ContactId) -> None:
    state.promises.pop(contact, None)
