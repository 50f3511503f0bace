"""`scenarios/*.yaml`: what they name must exist."""

import re
from collections.abc import Iterator

from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.scenario_documents import Scenario
from roost.definitions.times import local_day

WORDS = frozenset({"invalid", "silence", "hang-up"})


def check_scenarios(draft: Draft) -> Iterator[Problem]:
    """Every scenario against clients and agents."""
    for source in draft.scenarios.values():
        yield from _callers(draft, source)
        yield from _agents(draft, source)


def _callers(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    scenario = source.document
    if local_day(scenario.begins.split(" ")[0]) is None:
        what = f"there's no day {scenario.begins}"
        yield source.wrong(("begins",), "no-such-day", what, "Write a day that exists")
    for key in scenario.arrivals.keys:
        if re.fullmatch(r"[0-9*#]", key) is None and key not in WORDS:
            mend = "Write a key, `invalid`, `silence` or `hang-up`"
            where = ("arrivals", "keys", key)
            yield source.wrong_key(where, "key", f"callers can't press {key!r}", mend)
    if sum(scenario.arrivals.keys.values()) == 0:
        what, mend = "no caller presses anything", "Give a key a weight"
        yield source.wrong(("arrivals", "keys"), "no-keys", what, mend)
    if not scenario.arrivals.per_half_hour:
        what, mend = "no arrivals", "Write how many callers come in each half hour"
        yield source.wrong(("arrivals", "per_half_hour"), "no-arrivals", what, mend)
    if scenario.client not in draft.folders:
        what = f"unknown client {scenario.client!r}"
        mend = did_you_mean(scenario.client, draft.folders)
        yield source.wrong(("client",), "unknown-client", what, mend)
        return
    client = draft.clients.get(scenario.client)
    if client is None:
        return
    if scenario.number not in client.document.numbers:
        mend = did_you_mean(scenario.number, client.document.numbers)
        what = f"unknown number {scenario.number!r}"
        yield source.wrong(("number",), "unknown-number", what, mend)
    codes = [code.code for code in client.document.wrap_up_codes]
    for code in scenario.wrap_up_codes:
        if code not in codes:
            mend, where = did_you_mean(code, codes), ("wrap_up_codes", code)
            yield source.wrong_key(where, "unknown-code", f"unknown wrap-up code {code!r}", mend)


def _agents(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    if draft.agents is None:
        return
    known = draft.agents.document.agents
    agents = source.document.agents
    if isinstance(agents, dict):
        for user, span in agents.items():
            if user not in known:
                mend, where = did_you_mean(user, known), ("agents", user)
                yield source.wrong_key(where, "unknown-agent", f"unknown agent {user!r}", mend)
            if re.fullmatch(r"\d\d:\d\d-\d\d:\d\d", span) is None:
                mend = "Write a span such as 08:00-17:00"
                yield source.wrong(("agents", user), "span", f"{span!r} is no span", mend)
        return
    for index, user in enumerate(agents):
        if user not in known:
            mend, where = did_you_mean(user, known), ("agents", index)
            yield source.wrong(where, "unknown-agent", f"unknown agent {user!r}", mend)
