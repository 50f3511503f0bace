"""Agents' own numbers: whose they are, and what becomes of calls that they don't take."""

from collections.abc import Iterator

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.checks.prompts import check_prompts
from roost.definitions.checks.routing import MOST_HOLD_US, may_at_all
from roost.definitions.documents import ClientDocument, OwnNumberDocument
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.routing_documents import OwnOtherwise


def check_own_numbers(draft: Draft, name: str, source: Source[ClientDocument]) -> Iterator[Problem]:
    """All of one client's."""
    for number, own in source.document.own_numbers.items():
        path = ("own_numbers", number)
        yield from _agent(draft, source, path, own)
        for key, prompts in (("say", own.say), ("waiting", own.waiting)):
            if prompts is not UNSET:
                yield from check_prompts(source, (*path, key), prompts, draft.recordings[name])
        if own.otherwise is OwnOtherwise.VOICEMAIL and own.say is UNSET:
            what = "a voicemail without words before its tone"
            yield source.wrong((*path, "otherwise"), "no-words", what, "Add `say`")
        if not 0 < times.length(own.hold) <= MOST_HOLD_US:
            what = f"nobody can be held for {own.hold}"
            mend = "Write how long to wait for the agent, at most 10m"
            yield source.wrong((*path, "hold"), "hold", what, mend)
        most = times.length(own.most)
        if own.otherwise is OwnOtherwise.QUEUE and most <= times.length(own.hold):
            what = f"the longest wait, {own.most}, is over before anybody else may answer"
            mend = "Let `most` be longer than `hold`"
            yield source.wrong((*path, "most"), "most", what, mend)


def _agent(
    draft: Draft, source: Source[ClientDocument], path: tuple[str, str], own: OwnNumberDocument
) -> Iterator[Problem]:
    queue = source.document.queues.get(own.queue)
    if queue is None:
        mend = did_you_mean(own.queue, source.document.queues)
        what = f"unknown queue {own.queue!r}"
        yield source.wrong((*path, "queue"), "unknown-queue", what, mend)
    if draft.agents is None:
        return
    agents = draft.agents.document.agents
    agent = agents.get(own.agent)
    if agent is None:
        mend = did_you_mean(own.agent, agents)
        what = f"unknown agent {own.agent!r}"
        yield source.wrong((*path, "agent"), "unknown-agent", what, mend)
    elif queue is not None and own.agent not in may_at_all(agents, queue):
        what = f"agent {own.agent} may not serve the queue {own.queue!r}"
        mend = "Name a queue that the agent has skills and team for, or give them to the agent"
        yield source.wrong((*path, "agent"), "may-not-serve", what, mend)
