"""A queue step's ways into other queues: to queues that exist, in order, each of some use."""

from collections.abc import Iterator

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.documents import ClientDocument
from roost.definitions.flow_documents import FlowDocument, QueueStep
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Source

Where = tuple[str | int, ...]


def check_queue(
    source: Source[FlowDocument], where: Where, queue: str, client: ClientDocument
) -> Iterator[Problem]:
    """One of the client's."""
    if queue not in client.queues:
        mend = did_you_mean(queue, client.queues)
        yield source.wrong(where, "unknown-queue", f"unknown queue {queue!r}", mend)


def check_overflow(
    source: Source[FlowDocument], name: str, step: QueueStep, client: ClientDocument
) -> Iterator[Problem]:
    """All of one step's."""
    path: Where = ("steps", name, "queue", "overflow")
    been, before = [step.to], 0
    for place, way in enumerate(step.overflow):
        at = (*path, place)
        yield from check_queue(source, (*at, "to"), way.to, client)
        if way.to in been:
            what = f"the contact has been in the queue {way.to!r} before"
            yield source.wrong((*at, "to"), "overflow-back", what, "Name another queue")
        been.append(way.to)
        after = times.length(way.after)
        if after < before:
            what = f"the way after {way.after} opens before the one above it"
            mend = "Put the ways in order of their waits"
            yield source.wrong((*at, "after"), "overflow-order", what, mend)
        elif after >= times.length(step.most):
            what = f"nobody waits {way.after}: the longest wait is {step.most}"
            mend = "Let it be due sooner, or let callers wait longer (`most`)"
            yield source.wrong((*at, "after"), "overflow-late", what, mend)
        elif not after and way.when is UNSET:
            what = "everybody would go to the other queue at once"
            mend = "Say after which wait, or when: signed_out, away"
            yield source.wrong(at, "overflow-always", what, mend)
        before = max(before, after)
