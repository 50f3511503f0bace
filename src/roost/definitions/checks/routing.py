"""A queue's rules of routing: rings that add people, in order, and skills and teams that exist."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.documents import AgentDocument, ClientDocument, QueueDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.routing_documents import (
    Channel,
    RoutedTasksDocument,
    TeamDocument,
    shared,
)
from roost.kernel.time import DAY, MINUTE, SECOND

MOST_WITHIN_US: Final = 90 * DAY  # for which persons are remembered
MOST_HOLD_US: Final = 10 * MINUTE
LEAST_OFFER_US: Final = 5 * SECOND
MOST_OFFER_US: Final = 5 * MINUTE

Where = tuple[str | int, ...]


def check_routing(
    draft: Draft, source: Source[ClientDocument], name: str, queue: QueueDocument
) -> Iterator[Problem]:
    """All of one queue's rules."""
    path: Where = ("queues", name)
    found = [*_skills(draft, source, (*path, "prefer"), queue.prefer)]
    found += _teams(draft, source, (*path, "teams"), queue.teams)
    for place, ring in enumerate(queue.rings):
        at = (*path, "rings", place)
        if ring.skills is not UNSET:
            found += _skills(draft, source, (*at, "skills"), ring.skills)
        found += _teams(draft, source, (*at, "teams"), ring.teams)
    if queue.boost is not UNSET and times.length(queue.boost.every) == 0:
        mend = "Write how long a wait raises the priority by one: 30s"
        found.append(
            source.wrong((*path, "boost", "every"), "no-boost", "a boost of no time", mend)
        )
    if queue.tasks is not UNSET:
        found += _tasks(source, (*path, "tasks"), queue.tasks)
    if queue.sticky is not UNSET:
        found += _sticky(source, (*path, "sticky"), queue)
    yield from found
    yield from _times(source, path, queue)
    if not found and draft.agents is not None:
        agents = draft.agents.document.agents
        yield from _people(source, path, queue, agents)
        yield from _room(draft, source, name, queue, agents)


def _skills(
    draft: Draft, source: Source[ClientDocument], path: Where, skills: Iterable[str]
) -> list[Problem]:
    if draft.centre is None:
        return []
    known = draft.centre.document.skills
    return [
        source.wrong(
            (*path, skill), "unknown-skill", f"unknown skill {skill!r}", did_you_mean(skill, known)
        )
        for skill in skills
        if skill not in known
    ]


def _sticky(source: Source[ClientDocument], path: Where, queue: QueueDocument) -> Iterator[Problem]:
    sticky, target = queue.sticky, queue.service_level.within
    assert sticky is not UNSET
    within, hold = times.length(sticky.within), times.length(sticky.hold)
    if not 0 < within <= MOST_WITHIN_US:
        what = f"{sticky.within} is no time to remember who helped whom"
        mend = "Write how long ago it may be, at most 90d"
        yield source.wrong((*path, "within"), "sticky-within", what, mend)
    if not 0 < hold <= MOST_HOLD_US:
        what = f"nobody can be held for {sticky.hold}"
        mend = "Write how long to wait for that agent before anybody else, at most 10m"
        yield source.wrong((*path, "hold"), "hold", what, mend)
    elif hold >= times.length(target):
        what = f"whoever is held for {sticky.hold} is answered later than within {target}"
        mend = "Hold for less than the service level's time"
        yield source.wrong((*path, "hold"), "hold-misses", what, mend, Severity.WARNING)


def _tasks(
    source: Source[ClientDocument], path: Where, tasks: RoutedTasksDocument
) -> Iterator[Problem]:
    if not LEAST_OFFER_US <= times.length(tasks.offer) <= MOST_OFFER_US:
        what = f"a task can't be offered for {tasks.offer}"
        mend = "Write how long somebody has to say yes or no: 5s to 5m"
        yield source.wrong((*path, "offer"), "offer", what, mend)


def _room(
    draft: Draft,
    source: Source[ClientDocument],
    name: str,
    queue: QueueDocument,
    agents: Mapping[str, AgentDocument],
) -> Iterator[Problem]:
    """Tasks are offered to people who have a part in them."""
    if queue.tasks is UNSET or not queue.tasks.routed or draft.centre is None:
        return
    teams = draft.centre.document.teams
    without = {
        name
        for name, team in teams.items()
        if isinstance(team, TeamDocument) and shared(team.capacity.get(Channel.TASK, 1))[0] == 0
    }
    rings = ((queue.skills, queue.teams), *_later(queue))
    may = {one for needed, of in rings for one in _may(agents, needed, of)}
    if may and all(agents[one].team in without for one in may):
        what = "its tasks are offered to nobody: the teams of all who may have them take none"
        mend = "Give one of those teams `capacity: {task: 1}`, or leave `tasks` out"
        yield source.wrong_key(("queues", name, "tasks"), "no-room", what, mend)


def _later(queue: QueueDocument) -> Iterator[tuple[Mapping[str, int], list[str]]]:
    for ring in queue.rings:
        yield (queue.skills if ring.skills is UNSET else ring.skills), ring.teams


def _teams(
    draft: Draft, source: Source[ClientDocument], path: Where, teams: Iterable[str]
) -> list[Problem]:
    if draft.centre is None:
        return []
    known = draft.centre.document.teams
    return [
        source.wrong(
            (*path, place), "unknown-team", f"unknown team {team!r}", did_you_mean(team, known)
        )
        for place, team in enumerate(teams)
        if team not in known
    ]


def _times(source: Source[ClientDocument], path: Where, queue: QueueDocument) -> Iterator[Problem]:
    before = 0
    for place, ring in enumerate(queue.rings):
        after = times.length(ring.after)
        if after <= before:
            what = f"the ring after {ring.after} begins no later than what is before it"
            mend = "Put the rings in order of their waits, each longer than the one before"
            yield source.wrong((*path, "rings", place, "after"), "ring-order", what, mend)
        before = after


def _people(
    source: Source[ClientDocument],
    path: Where,
    queue: QueueDocument,
    agents: Mapping[str, AgentDocument],
) -> Iterator[Problem]:
    """A ring that takes people away would leave a contact with fewer than it had; one that adds
    nobody is a mistake as well."""
    before = _may(agents, queue.skills, queue.teams)
    for place, ring in enumerate(queue.rings):
        skills = queue.skills if ring.skills is UNSET else ring.skills
        now = _may(agents, skills, ring.teams)
        at = (*path, "rings", place)
        if before - now:
            lost = ", ".join(sorted(before - now)[:3])
            what = f"this ring takes away people who could have it before: {lost}"
            mend = "Let each ring have everybody of the one before, and more"
            yield source.wrong(at, "ring-narrows", what, mend)
        elif now == before:
            what = "this ring adds nobody"
            mend = "Lower a level, name another team, or leave the ring out"
            yield source.wrong(at, "ring-adds-nobody", what, mend)
        before = now


def may_at_all(agents: Mapping[str, AgentDocument], queue: QueueDocument) -> set[str]:
    """Who may serve a queue, in whichever ring."""
    found = _may(agents, queue.skills, queue.teams)
    for ring in queue.rings:
        skills = queue.skills if ring.skills is UNSET else ring.skills
        found |= _may(agents, skills, ring.teams)
    return found


def _may(
    agents: Mapping[str, AgentDocument], skills: Mapping[str, int], teams: Iterable[str]
) -> set[str]:
    wanted = set(teams)
    return {
        user
        for user, agent in agents.items()
        if (not wanted or agent.team in wanted)
        and all(agent.skills.get(skill, 0) >= level for skill, level in skills.items())
    }
