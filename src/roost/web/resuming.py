"""Where the live views stood: kept now and then, so that a start needn't fold the whole log.

What is kept is what can't be worked out from the rest; another release's types, another zone or
a log that's shorter than it was, and the log is folded from its start. A lost or damaged one
costs time and nothing else.
"""

from hashlib import sha256
from typing import Final

import msgspec
from msgspec import Struct

from roost.engine.bodies import StateDecoder, state_bytes, types_digest
from roost.floor import definition
from roost.floor.estimates.model import Estimates
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    Digest,
    Owner,
    QueueId,
    StreamName,
    TaskId,
)
from roost.kernel.time import InstantUs
from roost.ports.snapshots import Snapshot, Snapshots
from roost.web.live import AgentLive, ContactLive, Counted, Live, QueueLive
from roost.web.live_helping import ToldLive
from roost.web.live_modes import ModeLive
from roost.web.live_tasks import TaskLive

FOLDS: Final = 4  # another number where an event is folded in another way: nothing is taken over


class Standing(Struct):
    """`newest`: of each client the position of its last visible event, and how many it has
    seen; `counts`: the clients' own numbers of the latest contacts."""

    zone: str
    day: int
    floor: definition.Floor | None
    queues: dict[QueueId, QueueLive]
    agents: dict[AgentId, AgentLive]
    contacts: dict[ContactId, ContactLive]
    recent: dict[ClientId, list[ContactId]]
    counted: Counted
    newest: dict[Owner, tuple[int, int]]
    counts: dict[ContactId, int]
    told: dict[str, list[ToldLive]]
    tasks: dict[TaskId, TaskLive]
    modes: dict[str, ModeLive]
    estimates: Estimates
    at: InstantUs


_types: Final = Digest(f"{types_digest(Standing)}/{FOLDS}")
_decoder: Final = StateDecoder(Standing)


def name_of(stream: StreamName) -> StreamName:
    """What a stream's live views are kept as."""
    return StreamName(f"{stream}/live")


def keep(
    snapshots: Snapshots,
    stream: StreamName,
    position: int,
    at: InstantUs,
    state: bytes,
) -> None:
    """Blocking. Raises LogFailed."""
    digest = Digest(sha256(state).hexdigest())
    snapshots.keep(Snapshot(name_of(stream), position, at, _types, digest, state))


def standing_of(
    live: Live, newest: dict[Owner, tuple[int, int]], counts: dict[ContactId, int]
) -> bytes:
    """All that a follower knows, as bytes."""
    return state_bytes(
        Standing(
            live.zone.name,
            live.day,
            live.floor,
            live.queues,
            live.agents,
            live.contacts,
            {client: list(recent) for client, recent in live.recent.items()},
            live.counted(),
            newest,
            counts,
            live.told,
            live.tasks,
            live.modes,
            live.estimates,
            live.at,
        )
    )


def found(
    snapshots: Snapshots, stream: StreamName, zone: str, last: int
) -> tuple[int, Standing] | None:
    """The newest that fits, and the position that it shows. Blocking. Raises LogFailed."""
    kept = snapshots.latest(name_of(stream), _types)
    if kept is None or kept.number > last or sha256(kept.state).hexdigest() != kept.digest:
        return None
    try:
        standing = _decoder.decode(kept.state)
    except msgspec.MsgspecError:
        return None
    return (kept.number, standing) if standing.zone == zone else None
