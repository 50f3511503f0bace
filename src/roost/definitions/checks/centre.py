"""`centre.yaml` and `agents.yaml`."""

from collections.abc import Iterator

from roost.definitions.checks.hours import check_calendars, check_zone
from roost.definitions.documents import Centre
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.routing_documents import TeamDocument, shared

WHOLE = 100  # what an agent can have in hand together
#: Reasons that the floor gives itself: a centre's own may not be called so.
RESERVED_REASONS = frozenset({"no_answer", "declined", "unreachable"})


def check_centre(draft: Draft) -> Iterator[Problem]:
    """The centre's own names, and the agents' skills and teams."""
    centre = draft.centre
    if centre is not None:
        yield from check_zone(centre, centre.document.zone, "zone")
        yield from check_calendars(centre, centre.document.calendars)
        reasons = centre.document.away_reasons
        for index, reason in enumerate(reasons):
            if reason in reasons[:index]:
                what = f"the reason {reason!r} stands twice"
                yield centre.wrong(("away_reasons", index), "doubled-reason", what, "Keep one")
        for reason in centre.document.away_limits:
            if reason not in reasons:
                what = f"a limit for {reason!r}, which isn't an away reason"
                mend = did_you_mean(reason, reasons)
                yield centre.wrong_key(("away_limits", reason), "unknown-reason", what, mend)
        for name, team in centre.document.teams.items():
            if isinstance(team, TeamDocument):
                yield from _capacity(centre, name, team)
    yield from _agents(draft)


def _capacity(centre: Source[Centre], name: str, team: TeamDocument) -> Iterator[Problem]:
    """What's promised must fit."""
    for channel, share in team.capacity.items():
        most, weight = shared(share)
        if most * weight > WHOLE:
            fits = WHOLE // weight
            what = f"{most} of weight {weight} never fit: all that's in hand weighs 100 at most"
            mend = f"Write `most: {fits}`, or a weight of {WHOLE // most}"
            path = ("teams", name, "capacity", channel.value)
            yield centre.wrong(path, "no-room", what, mend)


def _agents(draft: Draft) -> Iterator[Problem]:
    centre, agents = draft.centre, draft.agents
    if agents is None:
        return
    for user, agent in agents.document.agents.items():
        path = ("agents", user)
        if not agent.skills:
            what = f"agent {user} has no skills and gets no contacts"
            mend = "Give at least one skill with a level"
            yield agents.wrong_key(path, "no-skills", what, mend)
        if centre is None:
            continue
        if agent.team and agent.team not in centre.document.teams:
            what = f"unknown team {agent.team!r}"
            mend = did_you_mean(agent.team, centre.document.teams)
            yield agents.wrong((*path, "team"), "unknown-team", what, mend)
        for skill in agent.skills:
            if skill not in centre.document.skills:
                mend = did_you_mean(skill, centre.document.skills)
                where = (*path, "skills", skill)
                yield agents.wrong_key(where, "unknown-skill", f"unknown skill {skill!r}", mend)
    if not agents.document.agents:
        mend = "Add an agent, or no call is ever answered by a person"
        yield agents.wrong(("agents",), "no-agents", "no agents", mend, Severity.WARNING)
