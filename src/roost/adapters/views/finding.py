"""Which contacts: the filters of `ports.records` as conditions on the tables."""

from sqlalchemy import ColumnElement, and_, not_, or_, select, true

from roost.adapters.views.schema import contacts, facts
from roost.kernel.ids import ClientId
from roost.office.measures.counts import COUNTS, Count
from roost.office.measures.facts import What
from roost.ports.records import ContactFilter, Counted


def conditions(which: ContactFilter) -> list[ColumnElement[bool]]:
    """What narrows the list of contacts to those that are asked for."""
    column = contacts.c
    made: list[ColumnElement[bool]] = []
    if which.owner is not None:
        made.append(column.client == which.owner)
    if which.since is not None:
        made.append(column.arrived >= which.since)
    if which.until is not None:
        made.append(column.arrived < which.until)
    if which.queue is not None:
        made.append(column.queue == which.queue)
    if which.agent is not None:
        made.append(column.agents.contains(f"|{which.agent}|", autoescape=True))
    if which.outcome is not None:
        made.append(column.outcome == which.outcome.value)
    if which.reason is not None:
        made.append(column.reason == which.reason)
    if which.code is not None:
        made.append(column.codes.contains(f"|{which.code}|", autoescape=True))
    if which.task is not None:
        made.append(column.tasks.contains(f"|{which.task}|", autoescape=True))
    if which.recorded is not None:
        made.append(column.recordings > 0 if which.recorded else column.recordings == 0)
    if which.clients is not None:
        made.append(column.client.in_(sorted(which.clients)))
    if which.message is not None:
        made.append(column.message == int(which.message))
    if which.number is not None:
        made.append(column.number == which.number)
    if which.person is not None:
        made.append(and_(column.person == which.person, column.client == (which.owner or "")))
    if which.same_as is not None:
        made.append(_same_caller(*which.same_as))
    if which.ended_by is not None:
        made.append(column.ended_by == which.ended_by.value)
    if which.ended_why is not None:
        made.append(column.ended_why == which.ended_why.value)
    if which.least_wait_us is not None:
        made.append(column.waited_us >= which.least_wait_us)
    if which.least_talk_us is not None:
        made.append(column.talk_us >= which.least_talk_us)
    if which.counted is not None:
        counted = select(facts.c.contact).where(*counted_by(which.counted, which.owner))
        made.append(column.contact.in_(counted))
    return made


def _same_caller(client: ClientId, count: int) -> ColumnElement[bool]:
    """Of the same client, from the same number; nobody's, where the number isn't known."""
    asked = contacts.alias("asked")
    person = select(asked.c.person).where(asked.c.client == client, asked.c.count == count)
    return and_(contacts.c.client == client, contacts.c.person == person.scalar_subquery())


def counted_by(counted: Counted, owner: ClientId | None) -> list[ColumnElement[bool]]:
    """The facts that some counts take: the very conditions that the counts are defined by."""
    column = facts.c
    counts = {term: COUNTS[term.removeprefix("-")] for term in counted.terms}
    (what,) = {count.what for count in counts.values()}
    taken = [_takes(count) for term, count in counts.items() if term[0] != "-"]
    left_out = [not_(_takes(count)) for term, count in counts.items() if term[0] == "-"]
    made = [
        column.what == what.value,
        column.at >= counted.since,
        column.at < counted.until,
        or_(*taken),
        *left_out,
    ]
    if owner is not None:
        made.append(column.client == owner)
    if counted.queue is not None or what is What.VISIT:
        made.append(column.queue == (counted.queue or ""))
    if counted.agents is not None:
        made.append(column.agent.in_(counted.agents))
    if counted.code is not None:
        made.append(column.code == counted.code)
    return made


def _takes(count: Count) -> ColumnElement[bool]:
    """`Count.takes`, as a condition."""
    column = facts.c
    made: list[ColumnElement[bool]] = [true()]
    if count.words:
        made.append(column.word.in_(count.words))
    if count.having:
        made.append(column.marks.op("&")(count.having) == count.having)
    if count.lacking:
        made.append(column.marks.op("&")(count.lacking) == 0)
    return and_(*made)
