"""`clients/NAME/flows/*.yaml`: steps that are right by themselves and lead somewhere."""

from collections.abc import Iterator, Mapping

from msgspec import UNSET

from roost.definitions import announcements, times
from roost.definitions.checks.overflow import check_overflow, check_queue
from roost.definitions.checks.prompts import check_prompts
from roost.definitions.documents import (
    ClientDocument,
)
from roost.definitions.flow_documents import (
    CallbackDocument,
    CallFirst,
    FlowDocument,
    QueueStep,
    StepDocument,
)
from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.reading import Draft, Source
from roost.definitions.routing_documents import AnnounceDocument
from roost.definitions.steps import END, WAITING, kinds_of, prompts_of, targets
from roost.definitions.times import length
from roost.kernel.time import SECOND

#: Kinds that say themselves where the flow goes on, so `then` would never be used.
WITHOUT_THEN = frozenset({"menu", "hours", "variable", "caller", "mode", "queue", "hang_up"})


def check_flows(draft: Draft) -> Iterator[Problem]:
    """Every flow of every client."""
    for client, flows in draft.flows.items():
        for source in flows.values():
            yield from _flow(draft, client, source)


def _flow(draft: Draft, client: str, source: Source[FlowDocument]) -> Iterator[Problem]:
    flow = source.document
    if not flow.steps:
        yield source.wrong((), "no-steps", "a flow without steps", "Add the first step")
        return
    sound = True
    for name, step in flow.steps.items():
        path = ("steps", name)
        if name == END:
            sound = False
            what, mend = "'end' means the flow's end", "Choose another name for the step"
            yield source.wrong_key(path, "reserved-step", what, mend)
        kinds = kinds_of(step)
        if len(kinds) != 1:
            sound = False
            what = f"step {name!r} is {' and '.join(kinds)}" if kinds else f"step {name!r} is empty"
            mend = "Write one kind in a step; make the other a step of its own"
            yield source.wrong_key(path, "step-kind", what, mend if kinds else "Write its kind")
            continue
        for where, prompts in prompts_of(step):
            yield from check_prompts(source, (*path, *where), prompts, draft.recordings[client])
        yield from _step(source, name, step)
        if step.queue is not UNSET and step.queue.announce is not UNSET:
            where, language = (*path, "queue", "announce"), _language(draft, client, flow)
            yield from _announcing(source, where, step.queue.announce, language)
        yield from _references(draft, draft.clients.get(client), source, name)
        for where, target in targets(flow, name):
            if target != END and target not in flow.steps:
                sound = False
                mend = did_you_mean(target, [*flow.steps, END])
                what = f"unknown step {target!r}"
                yield source.wrong((*path, *where), "unknown-step", what, mend)
    if sound:
        yield from _reach(source)
        yield from _loops(source)


def _language(draft: Draft, client: str, flow: FlowDocument) -> str:
    """Of the flow's prompts; where the client's own file is missing, that's another problem."""
    if flow.language is not UNSET:
        return flow.language
    own = draft.clients.get(client)
    return "en" if own is None else own.document.language


def _step(source: Source[FlowDocument], name: str, step: StepDocument) -> Iterator[Problem]:
    path = ("steps", name)
    kind = kinds_of(step)[0]
    if step.then is not UNSET and kind in WITHOUT_THEN:
        what = f"'then' means nothing in a step of the kind {kind!r}"
        yield source.wrong_key((*path, "then"), "then", what, "Leave it out")
    if step.answer is False:
        what, mend = "'answer: false' does nothing", "Write `answer: true`, or leave the step out"
        yield source.wrong((*path, "answer"), "answer", what, mend)
    if step.menu is not UNSET and not step.menu.choices:
        what, mend = "a menu without choices", "Add a key and where it leads"
        yield source.wrong((*path, "menu", "choices"), "no-choices", what, mend)
    if step.queue is not UNSET and step.queue.callback is not UNSET:
        yield from _callback(source, (*path, "queue"), step.queue, step.queue.callback)
    if step.collect is not UNSET and step.collect.least > step.collect.most:
        what = f"at least {step.collect.least}, but at most {step.collect.most} digits"
        yield source.wrong((*path, "collect", "least"), "digits", what, "Make least smaller")


def _callback(
    source: Source[FlowDocument],
    path: tuple[str, ...],
    queue: QueueStep,
    offer: CallbackDocument,
) -> Iterator[Problem]:
    if length(offer.after) >= length(queue.most):
        what = f"nobody waits so long: {queue.most} at most"
        where = (*path, "callback", "after")
        yield source.wrong(
            where, "offered-too-late", what, "Offer it sooner, or make `most` longer"
        )
    if offer.hello is not UNSET and offer.first is not CallFirst.CUSTOMER:
        what = "'hello' is heard by customers who are called first"
        yield source.wrong_key(
            (*path, "callback", "hello"), "hello", what, "Write `first: customer`, or leave it out"
        )
    if offer.tries > 1 and length(offer.retry) >= length(offer.within):
        what = f"there's no second try within {offer.within}"
        mend = "Make `within` longer than `retry`, or write `tries: 1`"
        yield source.wrong((*path, "callback", "retry"), "no-second-try", what, mend)


def _announcing(
    source: Source[FlowDocument], path: tuple[str, ...], announce: AnnounceDocument, language: str
) -> Iterator[Problem]:
    """What is told of waiting can be said, says something, and isn't said all the time."""
    if announcements.words_of(language) is None:
        known = " or ".join(announcements.WORDS)
        what = f"there are no words for a wait in {language!r}"
        yield source.wrong_key(path, "announce-language", what, f"Leave it out, or speak {known}")
    if not (announce.position or announce.wait):
        what, mend = "an announcement of nothing", "Let it tell the position or the wait"
        yield source.wrong_key(path, "announce", what, mend)
    least = announcements.SOONEST_S
    if times.length(announce.every) < least * SECOND:
        what, mend = f"every {announce.every} is too often", f"Write at least {least}s"
        yield source.wrong((*path, "every"), "announce-every", what, mend)


def _references(
    draft: Draft, client: Source[ClientDocument] | None, source: Source[FlowDocument], name: str
) -> Iterator[Problem]:
    step, path = source.document.steps[name], ("steps", name)
    centre = draft.centre
    if step.queue is not UNSET and centre is not None:
        asked = [("skills", skill) for skill in step.queue.skills]
        asked += [("prefer", skill) for skill in step.queue.prefer]
        for key, skill in asked:
            if skill not in centre.document.skills:
                where = (*path, "queue", key, skill)
                mend = did_you_mean(skill, centre.document.skills)
                yield source.wrong_key(where, "unknown-skill", f"unknown skill {skill!r}", mend)
    if client is None:
        return
    own = client.document
    offers = step.queue is not UNSET and step.queue.callback is not UNSET
    if offers and not isinstance(own.calling_out, list):
        what = "nobody could be called back: the client allows no numbers"
        mend = "Write in the client's `calling_out` how its callers' numbers begin"
        yield source.wrong_key((*path, "queue", "callback"), "nobody-called", what, mend)
    if step.queue is not UNSET:
        yield from check_queue(source, (*path, "queue", "to"), step.queue.to, own)
        yield from check_overflow(source, name, step.queue, own)
    if step.mode is not UNSET and step.mode.queue is not UNSET:
        where = (*path, "mode", "queue")
        yield from check_queue(source, where, step.mode.queue, own)
    if step.hours is not UNSET and centre is not None:
        known = [*own.calendars, *centre.document.calendars]
        if step.hours.calendar not in known:
            what = f"unknown calendar {step.hours.calendar!r}"
            mend = did_you_mean(step.hours.calendar, known)
            yield source.wrong((*path, "hours", "calendar"), "unknown-calendar", what, mend)
    if step.caller is not UNSET:
        for listed in step.caller.lists:
            if listed not in own.callers:
                where = (*path, "caller", "lists", listed)
                mend = did_you_mean(listed, own.callers, none="Add it to the client's callers")
                yield source.wrong_key(where, "unknown-list", f"unknown list {listed!r}", mend)


def _graph(flow: FlowDocument) -> Mapping[str, set[str]]:
    return {
        name: {target for _, target in targets(flow, name) if target != END} for name in flow.steps
    }


def _reach(source: Source[FlowDocument]) -> Iterator[Problem]:
    graph = _graph(source.document)
    start = next(iter(graph))
    reached, open_ = {start}, [start]
    while open_:
        for target in graph[open_.pop()] - reached:
            reached.add(target)
            open_.append(target)
    for name in graph:
        if name not in reached:
            what = f"no way leads to the step {name!r}"
            mend = "Lead a step there, or remove it"
            yield source.wrong_key(("steps", name), "unreachable", what, mend)


def _loops(source: Source[FlowDocument]) -> Iterator[Problem]:
    """Steps that wait for nothing and lead back to themselves would never end: remove what
    leads out of the loops until only loops are left."""
    flow = source.document
    graph = {
        name: set(after)
        for name, after in _graph(flow).items()
        if kinds_of(flow.steps[name])[0] not in WAITING
    }
    changed = True
    while changed:
        changed = False
        for name in list(graph):
            graph[name] &= graph.keys()
            if not graph[name]:
                del graph[name]
                changed = True
    looping = [name for name in graph if _returns(graph, name)]
    if looping:
        what = f"a loop without a wait: {', '.join(looping)}"
        mend = "Put a step into it that waits (say, menu, queue…), or lead one of them out"
        yield source.wrong_key(("steps", looping[0]), "endless-loop", what, mend)


def _returns(graph: Mapping[str, set[str]], name: str) -> bool:
    reached: set[str] = set()
    open_ = [name]
    while open_:
        for target in graph[open_.pop()] - reached:
            reached.add(target)
            open_.append(target)
    return name in reached
