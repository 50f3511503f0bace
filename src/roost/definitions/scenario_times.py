"""A scenario's times on the centre's wall: microseconds since 1970-01-01T00:00 local time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from msgspec import UNSET, Struct

from roost.definitions import times
from roost.definitions.documents import AgentDocument
from roost.definitions.scenario_documents import Scenario, Work
from roost.kernel.time import DAY, HOUR, MINUTE


class Turn(Struct, frozen=True):
    """Somebody works, from and until on the wall; `entry` of the document's `work`."""

    user: str
    begin: int
    end: int
    entry: int


def wall(text: str, begin: int = 0) -> int:
    """ "2026-03-02 08:00"; or "18:10", the first one that isn't before `begin`."""
    day, _, clock = text.rpartition(" ")
    hour, minute = clock.split(":")
    within = int(hour) * HOUR + int(minute) * MINUTE
    if day:
        return (times.local_day(day) or 0) * DAY + within
    at = begin - begin % DAY + within
    return at if at >= begin else at + DAY


def span_of(document: Scenario) -> tuple[int, int]:
    """From when until when callers come."""
    begin = wall(document.begins)
    return begin, begin + times.length(document.lasts)


def people(work: Work, agents: Mapping[str, AgentDocument]) -> Sequence[str]:
    """Whom an entry means."""
    if work.team is UNSET:
        return work.agents
    team = [user for user, agent in agents.items() if agent.team == work.team]
    return team if work.most is UNSET else team[: work.most]


def turns(document: Scenario, agents: Mapping[str, AgentDocument]) -> list[Turn]:
    """Who works when, as far as it's in the scenario's time, by user and begin."""
    begin, end = span_of(document)
    made: list[Turn] = []
    for entry, work in enumerate(document.work):
        for user in people(work, agents):
            made += [
                Turn(user, since, until, entry)
                for since, until in spans(work, begin, end)
                if until > begin and since < end
            ]
    return sorted(made, key=lambda turn: (turn.user, turn.begin))


def spans(work: Work, begin: int, end: int) -> Iterator[tuple[int, int]]:
    """An entry's hours, from the day before the scenario on."""
    if work.hours is UNSET:
        yield begin, end + DAY
        return
    since, until = times.span(work.hours)
    until += DAY if until <= since else 0
    weekdays = set(times.days(work.days))
    for day in range(begin // DAY - 1, end // DAY + 1):
        if date.fromordinal(day + times.EPOCH_DAY.toordinal()).weekday() in weekdays:
            yield day * DAY + since, day * DAY + until


def rated(document: Scenario, span: str) -> Iterator[tuple[int, int]]:
    """The times of a span of the day within the scenario."""
    begin, end = span_of(document)
    since, until = times.span(span)
    for day in range(begin // DAY, end // DAY + 1):
        first, last = max(begin, day * DAY + since), min(end, day * DAY + until)
        if first < last:
            yield first, last
