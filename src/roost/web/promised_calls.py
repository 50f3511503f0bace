"""Whom a promised call is about: the contact in hand, another one, or a number alone."""

from typing import Annotated

from msgspec import Meta, Struct

from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, VaultId
from roost.web.follow import Follower
from roost.web.history import record_of
from roost.web.limits import MOST_NOTE
from roost.web.live import Live
from roost.web.parts import Parts
from roost.web.permissions import Caller
from roost.web.problems import Trouble, not_found

Note = Annotated[str, Meta(max_length=MOST_NOTE)]
Time = Annotated[int, Meta(ge=0, le=2**53 - 1, description="Microseconds since 1970, UTC")]


class Promised(Struct, frozen=True, forbid_unknown_fields=True):
    """A call that a customer was promised. About a contact (`ref`), which gives number and queue
    unless others are named; without one, both must be. `mine`: I'll make it myself; else it's for
    whoever serves the queue."""

    at: Time
    mine: bool = False
    ref: Annotated[str, Meta(max_length=120)] | None = None
    queue: Annotated[str, Meta(max_length=100)] | None = None
    number: Annotated[str, Meta(pattern=r"^\+?[0-9]{2,20}$")] | None = None
    note: Note | None = None


class About(Struct, frozen=True):
    """What is known of them."""

    client: ClientId
    queue: QueueId
    contact: ContactId | None
    number: VaultId | None


async def about_of(
    data: Promised, agent: AgentId, caller: Caller, parts: Parts, follower: Follower
) -> About:
    """Whom a promise is about: the contact in hand, another one that I may see, or nobody known."""
    if data.ref is None:
        if data.queue is None or data.number is None:
            detail = "without ref, queue and number must be named"
            raise Trouble(400, "invalid_input", {"detail": detail})
        client = ClientId(data.queue.partition("/")[0])
        if not follower.sights.of(caller.horizon).sees(client):
            raise not_found()
        return About(client, QueueId(data.queue), None, None)
    found = _in_hand(data.ref, agent, follower.live)
    if found is None:
        record = (await record_of(data.ref, caller, parts, follower)).summary
        queue = record.queue or default_queue(follower.live, record.client)
        found = About(record.client, queue, record.contact, record.caller)
    if data.queue is None:
        return found
    if data.queue.partition("/")[0] != found.client:
        raise Trouble(409, "unknown_queue", {"queue": data.queue})
    return About(found.client, QueueId(data.queue), found.contact, found.number)


def _in_hand(ref: str, agent: AgentId, live: Live) -> About | None:
    known = live.agents.get(agent)
    contact = live.contacts.get(known.contact) if known and known.contact else None
    if known is None or contact is None or contact.ref != ref:
        return None
    queue = known.queue or default_queue(live, contact.client)
    return About(contact.client, queue, contact.id, contact.caller)


def default_queue(live: Live, client: ClientId) -> QueueId:
    """What takes a client's contact that was in no queue. Raises Trouble: not_found."""
    known = live.clients.get(client)
    if known is None:
        raise not_found()
    return known.default_queue
