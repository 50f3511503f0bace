"""Proofs that what was kept is what the log says. Used by `roost replay --verify`.

    report = verify(room, stream, store.reader(), snapshots)
    report.ok, report.digest, report.lines()

Proved for one stream (FOUNDATION, 1): its numbers have no gap; folding the whole log and folding
a kept snapshot's tail give the same state; a kept snapshot is what folding up to its number
gives, and survives its own encoding. What projections and invoices prove is theirs to add.
"""

from typing import TypeVar

import msgspec
from msgspec import Struct

from roost.engine.bodies import Decoder, StateDecoder, state_bytes, state_digest, types_digest
from roost.engine.restore import fold_tail, from_snapshot
from roost.engine.step import Engine
from roost.kernel.ids import Digest, StreamName
from roost.kernel.room import Room
from roost.ports.log import LogReader
from roost.ports.snapshots import Snapshots

State = TypeVar("State")


class Proof(Struct, frozen=True):
    """One thing proved, or not: `name` is a word for scripts, `says` the sentence."""

    name: str
    ok: bool
    says: str


class Report(Struct, frozen=True):
    """What was proved of a stream of `events` events, whose state folds to `digest`."""

    stream: StreamName
    events: int
    digest: Digest
    proofs: tuple[Proof, ...]

    @property
    def ok(self) -> bool:
        return all(proof.ok for proof in self.proofs)

    def lines(self) -> list[str]:
        return [f"{'ok  ' if proof.ok else 'FAIL'} {proof.says}" for proof in self.proofs]


def verify(
    room: Room[State],
    stream: StreamName,
    reader: LogReader,
    snapshots: Snapshots | None = None,
    parts: int = 7,
) -> Report:
    """Fold a stream in several ways and compare. Raises FoldFailed (a gap, or an event that
    can't be folded) and UnknownEvent: then there's nothing to compare."""
    last = reader.last(stream)
    decoder = Decoder.of(room)
    whole = Engine(room, stream)
    fold_tail(whole, reader, decoder, last)
    digest = state_digest(whole.state)
    proofs = [
        Proof("gapless", whole.number == last, f"{last} events without a gap"),
        _in_parts(room, stream, reader, decoder, last, digest, parts),
    ]
    if snapshots is not None:
        proofs.extend(_of_snapshot(room, stream, reader, decoder, snapshots, last, digest))
    return Report(stream, last, digest, tuple(proofs))


def _in_parts(
    room: Room[State],
    stream: StreamName,
    reader: LogReader,
    decoder: Decoder,
    last: int,
    digest: Digest,
    parts: int,
) -> Proof:
    """Folding in parts, with the state through its encoding between them, is folding at once."""
    decode = StateDecoder(room.state_type).decode
    engine = Engine(room, stream)
    for part in range(1, parts + 1):
        fold_tail(engine, reader, decoder, last * part // parts)
        state = decode(state_bytes(engine.state))
        engine = Engine(room, stream, state=state, number=engine.number, at=engine.at)
    return Proof(
        "parts",
        state_digest(engine.state) == digest,
        f"folded in {parts} parts, each from the snapshot of the one before: the same state",
    )


def _of_snapshot(
    room: Room[State],
    stream: StreamName,
    reader: LogReader,
    decoder: Decoder,
    snapshots: Snapshots,
    last: int,
    digest: Digest,
) -> list[Proof]:
    found = snapshots.latest(stream, types_digest(room.state_type))
    if found is None:
        return [Proof("snapshot", True, "no snapshot of these types yet: a start folds it all")]
    upto = Engine(room, stream)
    fold_tail(upto, reader, decoder, min(found.number, last))
    try:
        kept = from_snapshot(room, found)
    except msgspec.MsgspecError as trouble:
        return [Proof("snapshot", False, f"the snapshot at {found.number}: {trouble}")]
    same = state_digest(upto.state) == found.digest == state_digest(kept.state)
    fold_tail(kept, reader, decoder, last)
    return [
        Proof("snapshot", same, f"the snapshot at {found.number} is what the log folds to"),
        Proof(
            "snapshot_tail",
            kept.number == last and state_digest(kept.state) == digest,
            f"snapshot at {found.number} and {last - found.number} events: the same state",
        ),
    ]
