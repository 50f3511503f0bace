"""What goes wrong in a scenario: within its time, and of streams and teams that exist."""

from collections.abc import Collection, Iterator

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.scenario_documents import Declared, Late, Outage, Scenario, Surge, TeamDown
from roost.definitions.scenario_times import span_of, turns, wall
from roost.floor.affected import ModeKind

Where = tuple[str | int, ...]


def check_trouble(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    """All of it."""
    scenario = source.document
    trouble = scenario.trouble
    listed: list[tuple[str, int, Outage | Surge | TeamDown | Declared]] = [
        (name, place, one)
        for name, entries in (
            ("surges", trouble.surges),
            ("trunk_lost", trouble.trunk_lost),
            ("teams_down", trouble.teams_down),
            ("declared", trouble.declared),
        )
        for place, one in enumerate(entries)
    ]
    for name, place, one in listed:
        yield from _span(source, ("trouble", name, place), one)
    for place, surge in enumerate(trouble.surges):
        if surge.stream is not UNSET and surge.stream not in scenario.streams:
            what = f"unknown stream {surge.stream!r}"
            mend = did_you_mean(surge.stream, scenario.streams)
            yield source.wrong(("trouble", "surges", place, "stream"), "unknown-stream", what, mend)
    for place, down in enumerate(trouble.teams_down):
        yield from _team(draft, source, ("trouble", "teams_down", place, "team"), down.team)
    for place, one in enumerate(trouble.declared):
        yield from _declared(draft, source, ("trouble", "declared", place), one)
    for place, late in enumerate(trouble.late):
        yield from _late(draft, source, ("trouble", "late", place), late)
    yield from _overlaps(source)


def _span(
    source: Source[Scenario], path: Where, one: Outage | Surge | TeamDown | Declared
) -> Iterator[Problem]:
    begin, end = span_of(source.document)
    since = wall(one.from_, begin)
    until = wall(one.to, since)
    if until <= since:
        yield source.wrong((*path, "to"), "span", f"{one.to} isn't later", "Let it end later")
    elif not begin <= since < end:
        what, mend = f"{one.from_} isn't in the scenario's time", "Name a time within it"
        yield source.wrong((*path, "from"), "outside", what, mend)


def _declared(
    draft: Draft, source: Source[Scenario], path: Where, one: Declared
) -> Iterator[Problem]:
    """All that's named is the client's, and nobody is sent to where they can't be answered."""
    client = draft.clients.get(one.client)
    if client is None:
        mend = did_you_mean(one.client, draft.clients)
        what = f"unknown client {one.client!r}"
        yield source.wrong((*path, "client"), "unknown-client", what, mend)
        return
    own = client.document
    named: list[tuple[Where, str, str, Collection[str]]] = [
        *((("queues", n), "queue", name, own.queues) for n, name in enumerate(one.queues)),
        *((("callers", n), "list", name, own.callers) for n, name in enumerate(one.callers)),
    ]
    if one.announcement is not UNSET:
        named.append((("announcement",), "announcement", one.announcement, own.announcements))
    if one.waits_in is not UNSET:
        named.append((("waits_in",), "queue", one.waits_in, own.queues))
    for where, kind, name, known in named:
        if name not in known:
            what = f"unknown {kind} {name!r}"
            mend = did_you_mean(name, known, none="Add it to the client's definitions")
            yield source.wrong((*path, *where), f"unknown-{kind}", what, mend)
    emergency = one.mode is ModeKind.EMERGENCY and one.queues
    if one.waits_in is not UNSET and (not emergency or one.waits_in in one.queues):
        what = f"callers can't be sent to {one.waits_in!r} by this"
        mend = "In an emergency of some queues, name one that isn't among them"
        yield source.wrong((*path, "waits_in"), "leads-back", what, mend)


def _team(draft: Draft, source: Source[Scenario], path: Where, team: str) -> Iterator[Problem]:
    if draft.centre is not None and team not in draft.centre.document.teams:
        mend = did_you_mean(team, draft.centre.document.teams)
        yield source.wrong(path, "unknown-team", f"unknown team {team!r}", mend)


def _late(draft: Draft, source: Source[Scenario], path: Where, late: Late) -> Iterator[Problem]:
    if late.team is not UNSET:
        yield from _team(draft, source, (*path, "team"), late.team)
    if times.length(late.by) == 0:
        yield source.wrong((*path, "by"), "late", "nobody is late by nothing", "Write 45m")
    if draft.agents is None:
        return
    agents = draft.agents.document.agents
    at_work = {
        turn.user
        for turn in turns(source.document, agents)
        if turn.user in agents and late.team in (UNSET, agents[turn.user].team)
    }
    if late.agents > len(at_work):
        what = f"only {len(at_work)} of them work"
        yield source.wrong((*path, "agents"), "late", what, f"Write at most {len(at_work)}")


def _overlaps(source: Source[Scenario]) -> Iterator[Problem]:
    """Two surges of one stream at once: which one holds?"""
    begin, _ = span_of(source.document)
    seen: list[tuple[int, int, str]] = []
    for place, surge in enumerate(source.document.trouble.surges):
        since = wall(surge.from_, begin)
        until = wall(surge.to, since)
        stream = "" if surge.stream is UNSET else surge.stream
        for start, end, other in seen:
            if (
                since < end
                and start < until
                and since < until
                and ("" in (stream, other) or stream == other)
            ):
                what, mend = "this surge overlaps with another one", "Let one begin where it ends"
                where = ("trouble", "surges", place, "from")
                yield source.wrong(where, "intervals-overlap", what, mend)
        seen.append((since, until, stream))
