"""Who works in a scenario: people and teams that exist, not twice at once, and somebody at all."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise

from msgspec import UNSET

from roost.definitions.documents import AgentDocument, QueueDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.scenario_documents import Scenario
from roost.definitions.scenario_times import people, turns

Where = tuple[str | int, ...]


def check_people(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    """All that's said of people."""
    if draft.agents is None:
        return
    scenario, known = source.document, draft.agents.document.agents
    found = [*_work(draft, source, known)]
    yield from found
    for user in scenario.pace_percent:
        yield from _known(source, ("pace_percent", user), user, known, key=True)
    for place, learning in enumerate(scenario.learning):
        for at, user in enumerate(learning.agents):
            yield from _known(source, ("learning", place, "agents", at), user, known)
    if not found:
        yield from _turns(source, known)
        yield from _served(draft, source)


def _known(
    source: Source[Scenario], path: Where, user: str, known: Iterable[str], *, key: bool = False
) -> Iterator[Problem]:
    if user not in known:
        mend, what = did_you_mean(user, known), f"unknown agent {user!r}"
        if key:
            words = tuple(str(part) for part in path)
            yield source.wrong_key(words, "unknown-agent", what, mend)
        else:
            yield source.wrong(path, "unknown-agent", what, mend)


def _work(draft: Draft, source: Source[Scenario], known: Iterable[str]) -> Iterator[Problem]:
    for place, work in enumerate(source.document.work):
        path: Where = ("work", place)
        if bool(work.agents) == (work.team is not UNSET):
            yield source.wrong(
                path, "who", "it names nobody, or both", "Name `agents`, or a `team`"
            )
        for at, user in enumerate(work.agents):
            yield from _known(source, (*path, "agents", at), user, known)
        if work.team is not UNSET and draft.centre is not None:
            teams = draft.centre.document.teams
            if work.team not in teams:
                what, mend = f"unknown team {work.team!r}", did_you_mean(work.team, teams)
                yield source.wrong((*path, "team"), "unknown-team", what, mend)


def _turns(source: Source[Scenario], known: Mapping[str, AgentDocument]) -> Iterator[Problem]:
    found = turns(source.document, known)
    if not found:
        what, mend = "nobody works while it lasts", "Let somebody's hours be in its time"
        yield source.wrong(("work",), "nobody-works", what, mend)
    for one, following in pairwise(found):
        if one.user == following.user and following.begin < one.end:
            what = f"{one.user!r} already works then"
            mend = "Name everybody once for a time"
            yield source.wrong(("work", following.entry), "shifts-overlap", what, mend)
            return


def _served(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    """A queue of its clients for which nobody of those who work has the skills."""
    assert draft.agents is not None
    scenario, agents = source.document, draft.agents.document.agents
    at_work = {user for work in scenario.work for user in people(work, agents)}
    for name in sorted({stream.client for stream in scenario.streams.values()}):
        client = draft.clients.get(name)
        for queue, document in (client.document.queues if client is not None else {}).items():
            serving = {user for user, agent in agents.items() if _serves(agent, document)}
            if serving and not serving & at_work:  # nobody at all is told of the queue itself
                what = f"nobody who works serves {name}/{queue}"
                mend = "Let somebody work who has its skills"
                yield source.wrong(("work",), "nobody-serves", what, mend, Severity.WARNING)


def _serves(agent: AgentDocument, queue: QueueDocument) -> bool:
    return all(agent.skills.get(skill, 0) >= level for skill, level in queue.skills.items())
