"""`clients/NAME/client.yaml`: numbers, queues, codes, and what they point at."""

import re
from collections.abc import Iterable, Iterator

from msgspec import UNSET

from roost.definitions.checks.desks import check_desk
from roost.definitions.checks.hours import check_calendars, check_zone
from roost.definitions.checks.own_numbers import check_own_numbers
from roost.definitions.checks.prompts import check_prompts
from roost.definitions.checks.routing import check_routing
from roost.definitions.documents import ClientDocument, QueueDocument
from roost.definitions.problems import Problem, Severity, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.values import NAME


def check_clients(draft: Draft) -> Iterator[Problem]:
    """Each client by itself, and the numbers of all."""
    owners: dict[str, str] = {}
    for name in draft.folders:
        if re.fullmatch(NAME, name) is None or name == "operator":
            mend = "Rename the folder: small letters, digits and -, not `operator`"
            file = f"clients/{name}"
            yield Problem(file, 0, 0, "client-name", f"{name!r} can't be a client's name", mend)
        source = draft.clients.get(name)
        if source is None:
            continue
        for key, numbers in _numbers(source.document):
            for number in numbers:
                if number in owners:
                    what = f"the number {number} belongs to {owners[number]} already"
                    where, mend = (key, number), "Leave it with one client, in one place"
                    yield source.wrong_key(where, "number-taken", what, mend)
                owners.setdefault(number, name)
        yield from _client(draft, name, source)
        yield from check_desk(draft, name, source)


def _numbers(client: ClientDocument) -> Iterator[tuple[str, Iterable[str]]]:
    yield "numbers", client.numbers
    yield "own_numbers", client.own_numbers


def _client(draft: Draft, name: str, source: Source[ClientDocument]) -> Iterator[Problem]:
    client = source.document
    if client.zone is not UNSET:
        yield from check_zone(source, client.zone, "zone")
    yield from check_calendars(source, client.calendars)
    yield from check_prompts(source, ("sorry",), client.sorry, draft.recordings[name])
    if client.hold is not UNSET:
        yield from check_prompts(source, ("hold",), client.hold, draft.recordings[name])
    for said, prompts in client.announcements.items():
        where = ("announcements", said)
        yield from check_prompts(source, where, prompts, draft.recordings[name])
    flows = draft.flows[name]
    for number, flow in client.numbers.items():
        if flow not in flows and f"{name}/{flow}" not in draft.broken_flows:
            mend = did_you_mean(flow, flows, none=f"Add clients/{name}/flows/{flow}.yaml")
            where = ("numbers", number)
            yield source.wrong(where, "unknown-flow", f"unknown flow {flow!r}", mend)
    for flow, flow_source in flows.items():
        if flow not in client.numbers.values():
            what, mend = f"no number leads to the flow {flow!r}", "Give it a number, or remove it"
            yield flow_source.wrong((), "unused-flow", what, mend, Severity.WARNING)
    if client.default_queue not in client.queues:
        what = f"unknown queue {client.default_queue!r}"
        mend = did_you_mean(client.default_queue, client.queues)
        yield source.wrong(("default_queue",), "unknown-queue", what, mend)
    for queue_name, queue in client.queues.items():
        yield from _queue(draft, source, queue_name, queue)
        yield from check_routing(draft, source, queue_name, queue)
    yield from check_own_numbers(draft, name, source)
    yield from _codes(source)


def _queue(
    draft: Draft, source: Source[ClientDocument], name: str, queue: QueueDocument
) -> Iterator[Problem]:
    path = ("queues", name)
    known = True
    if draft.centre is not None:
        for skill in queue.skills:
            if skill not in draft.centre.document.skills:
                known = False
                mend = did_you_mean(skill, draft.centre.document.skills)
                where = (*path, "skills", skill)
                yield source.wrong_key(where, "unknown-skill", f"unknown skill {skill!r}", mend)
    if queue.code_required and not source.document.wrap_up_codes:
        what = "a code is required, but there are no wrap-up codes"
        mend = "Add wrap_up_codes, or leave code_required out"
        yield source.wrong((*path, "code_required"), "no-codes", what, mend)
    if queue.ring == "0":
        mend = "Write how long a phone rings: 20s"
        yield source.wrong((*path, "ring"), "no-ring", "a ring of no length", mend)
    if draft.agents is None or not known:
        return
    people = draft.agents.document.agents.values()
    if not any(
        all(agent.skills.get(skill, 0) >= level for skill, level in queue.skills.items())
        for agent in people
    ):
        what = f"nobody has the skills of the queue {name!r}"
        mend = "Give an agent these skills at these levels, or ask for less"
        yield source.wrong_key(path, "nobody-serves", what, mend, Severity.WARNING)


def _codes(source: Source[ClientDocument]) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, code in enumerate(source.document.wrap_up_codes):
        where = ("wrap_up_codes", index, "code")
        if code.code == "none":
            what, mend = "the code 'none' is kept for contacts without one", "Choose another name"
            yield source.wrong(where, "reserved-code", what, mend)
        if code.code in seen:
            what = f"the wrap-up code {code.code!r} stands twice"
            yield source.wrong(where, "doubled-code", what, "Keep one, or rename the other")
        seen.setdefault(code.code, index)
