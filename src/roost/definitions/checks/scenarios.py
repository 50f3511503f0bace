"""`scenarios/*.yaml`: what they name must exist, and what they say must make sense."""

import re
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from roost.definitions import times
from roost.definitions.arrival_files import arrivals
from roost.definitions.checks.scenario_people import check_people
from roost.definitions.checks.scenario_trouble import check_trouble
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.scenario_documents import Scenario, StreamDocument
from roost.definitions.scenario_times import wall
from roost.definitions.steps import label_of
from roost.kernel.time import DAY

WORDS = frozenset({"invalid", "silence", "hang-up"})
LONGEST = 800 * DAY
ANY = "any"


def check_scenarios(draft: Draft) -> Iterator[Problem]:
    """Every scenario against clients and agents."""
    for source in draft.scenarios.values():
        if not (yield from _time(source)):
            continue
        if not source.document.streams:
            what, mend = "nobody calls", "Add a stream: a client's number, and how many call"
            yield source.wrong(("streams",), "no-stream", what, mend)
        for name, stream in source.document.streams.items():
            yield from _stream(draft, source, name, stream)
        yield from _named(draft, source)
        yield from _money(draft, source)
        yield from _returning(source)
        yield from check_people(draft, source)
        yield from check_trouble(draft, source)


def _time(source: Source[Scenario]) -> Iterator[Problem]:
    """Whether its time makes sense; nothing else does otherwise."""
    scenario = source.document
    day = times.local_day(scenario.begins.split(" ")[0])
    if day is None or re.search(r" ([01]\d|2[0-3]):[0-5]\d$", scenario.begins) is None:
        what = f"there's no time {scenario.begins}"
        yield source.wrong(("begins",), "no-such-day", what, "Write a day and a time that exist")
        return False
    lasts = times.length(scenario.lasts)
    if not 0 < lasts <= LONGEST:
        what = f"it can't last {scenario.lasts}"
        mend = "Write more than nothing, and at most two years"
        yield source.wrong(("lasts",), "lasts", what, mend)
        return False
    return True


def _stream(
    draft: Draft, source: Source[Scenario], name: str, stream: StreamDocument
) -> Iterator[Problem]:
    path = ("streams", name)
    yield from _keys(source, path, stream)
    yield from _calls(draft, source, path, stream)
    if stream.client not in draft.folders:
        what = f"unknown client {stream.client!r}"
        mend = did_you_mean(stream.client, draft.folders)
        yield source.wrong((*path, "client"), "unknown-client", what, mend)
        return
    client = draft.clients.get(stream.client)
    if client is None:
        return
    known = {*client.document.numbers, *client.document.own_numbers}
    if stream.number not in known:
        mend = did_you_mean(stream.number, known)
        what = f"unknown number {stream.number!r}"
        yield source.wrong((*path, "number"), "unknown-number", what, mend)
    codes = [code.code for code in client.document.wrap_up_codes]
    for code in stream.wrap_up_codes:
        if code not in codes:
            mend, where = did_you_mean(code, codes), (*path, "wrap_up_codes", code)
            yield source.wrong_key(where, "unknown-code", f"unknown wrap-up code {code!r}", mend)


def _keys(
    source: Source[Scenario], path: tuple[str, str], stream: StreamDocument
) -> Iterator[Problem]:
    for key in stream.keys:
        if re.fullmatch(r"[0-9*#]", key) is None and key not in WORDS:
            mend = "Write a key, `invalid`, `silence` or `hang-up`"
            where = (*path, "keys", key)
            yield source.wrong_key(where, "key", f"callers can't press {key!r}", mend)
    if sum(stream.keys.values()) == 0:
        what, mend = "no caller presses anything", "Give a key a weight"
        yield source.wrong((*path, "keys"), "no-keys", what, mend)


def _calls(
    draft: Draft, source: Source[Scenario], path: tuple[str, str], stream: StreamDocument
) -> Iterator[Problem]:
    ways = [bool(stream.calls), bool(stream.rates), stream.csv is not UNSET]
    if sum(ways) != 1:
        what = "no arrivals" if not any(ways) else "arrivals in several ways"
        mend = "Write one of `calls`, `rates` and `csv`"
        yield source.wrong(path, "no-arrivals", what, mend)
        return
    if stream.calls and times.length(stream.each) < 60_000_000:
        what, mend = f"an interval of {stream.each}", "Write at least a minute: 30m"
        yield source.wrong((*path, "each"), "interval", what, mend)
    if stream.csv is not UNSET:
        yield from _file(draft, source, path, stream.csv)
    yield from _rates(source, path, stream)


def _file(
    draft: Draft, source: Source[Scenario], path: tuple[str, str], name: str
) -> Iterator[Problem]:
    text = draft.arrivals.get(name)
    if text is None:
        mend = did_you_mean(name, draft.arrivals, none="Put it into scenarios/, UTF-8")
        what = f"there's no file scenarios/{name}"
        yield source.wrong((*path, "csv"), "no-file", what, mend)
        return
    yield from arrivals(f"scenarios/{name}", text, wall(source.document.begins))[1]


def _rates(
    source: Source[Scenario], path: tuple[str, str], stream: StreamDocument
) -> Iterator[Problem]:
    seen: list[tuple[int, int, str]] = []
    for text in stream.rates:
        since, until = times.span(text)
        if until <= since:
            mend = "Let it end later on the same day (24:00 is the day's end)"
            where = (*path, "rates", text)
            yield source.wrong_key(where, "span", f"{text} ends before it begins", mend)
            continue
        for begin, end, other in seen:
            if since < end and begin < until:
                what, mend = f"{text} overlaps with {other}", "Let each begin where another ends"
                yield source.wrong_key((*path, "rates", text), "intervals-overlap", what, mend)
        seen.append((since, until, text))


def _returning(source: Source[Scenario]) -> Iterator[Problem]:
    returning = source.document.returning
    if returning is not UNSET and times.length(returning.after) < 1_000_000:
        what = f"nobody calls again after {returning.after}"
        mend = "Write how long it takes on average: 20m"
        yield source.wrong(("returning", "after"), "returning", what, mend)


def _named(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    """What behaviour stands under: a queue, a menu's label, or `any`."""
    scenario = source.document
    known = set(_names(draft, {stream.client for stream in scenario.streams.values()}))
    for key, names in (("patience", scenario.patience), ("handling", scenario.handling)):
        for name in names:
            if name not in known and name != ANY:
                what = f"{name!r} is neither a queue nor a menu's label"
                mend = did_you_mean(name, known | {ANY})
                yield source.wrong_key((key, name), "unknown-queue", what, mend)
        if ANY not in names:
            mend = f"Add `{ANY}`, for all that isn't named"
            yield source.wrong((key,), "no-any", f"{key} doesn't say how it is otherwise", mend)


def _names(draft: Draft, clients: Iterable[str]) -> Iterator[str]:
    for name in clients:
        client = draft.clients.get(name)
        for queue in client.document.queues if client is not None else ():
            yield queue
            yield f"{name}/{queue}"
        for flow in draft.flows.get(name, {}).values():
            for step in flow.document.steps.values():
                if step.menu is not UNSET:
                    for choice in step.menu.choices.values():
                        yield label_of(choice)[0]


def _money(draft: Draft, source: Source[Scenario]) -> Iterator[Problem]:
    clients = {stream.client for stream in source.document.streams.values()}
    currencies = {
        draft.contracts[name].document.currency for name in clients if name in draft.contracts
    }
    if len(currencies) > 1:
        what = f"its clients pay in {' and '.join(sorted(currencies))}"
        mend = "Let a scenario have clients of one currency: sums need a rate of the day"
        yield source.wrong(("streams",), "currencies", what, mend)
