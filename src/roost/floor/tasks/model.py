"""Work that isn't a call now.

    (begun →) open → due ⇄ (offered ⇄) taken → done
                ↑__________________________|
                      tried, again

A task is `open` until its time comes, then `due`; `taken` by an agent from either, and done by
its outcome, or open again for another try. `begun` is a voicemail that's being left. Nothing
sticks: an agent's hold is a lease by their presence (GiveTasksBack), `open` ends at its time
(TaskFallsDue), and whatever nobody gets to is given up at `until` (TaskLapses).

Where its queue is routed a due task is `queued`: routing has it in a line, and offers it, for so
long (TaskOfferLapsed). What's somebody's own is theirs to do while they're signed in: it stands
in no line.
"""

from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from roost.floor import definition
from roost.floor.definition import Skill
from roost.floor.tasks import messages as m
from roost.kernel.ids import AgentId, ClientId, ContactId, OfferId, QueueId, TaskId, VaultId
from roost.kernel.time import DAY, MINUTE, SECOND, DurationUs, InstantUs

MOST_TASKS: Final = 10_000  # of one cell; beyond it: too_many_tasks
MOST_TAKEN: Final = 5  # of one agent at a time
MOST_TRIES: Final = 10
FURTHEST_US: Final = DurationUs(90 * DAY)  # a promise may lie so far ahead
BEFORE_US: Final = DurationUs(5 * MINUTE)  # and so far back: who promised "now" a moment ago
KEPT_US: Final = DurationUs(7 * DAY)  # after its time a task is given up
LEAST_MESSAGE_US: Final = DurationUs(SECOND)  # a shorter voicemail is none


class TaskState(StrEnum):
    BEGUN = "begun"
    OPEN = "open"
    DUE = "due"
    OFFERED = "offered"
    TAKEN = "taken"


class Task(Struct, gc=False):
    id: TaskId
    kind: m.TaskKind
    client: ClientId
    queue: QueueId
    contact: ContactId | None
    number: VaultId | None
    note: VaultId | None
    agent: AgentId | None  # whose own it is
    at: InstantUs
    until: InstantUs
    state: TaskState
    holder: AgentId | None = None
    tries: int = 0
    since: InstantUs = InstantUs(0)  # due
    queued: bool = False
    ring: int = 0
    offer: OfferId | None = None
    offered: AgentId | None = None
    lapses: InstantUs = InstantUs(0)  # the offer


class Person(Struct, gc=False):
    """An agent, as far as tasks are concerned."""

    skills: tuple[Skill, ...]
    here: bool = False
    phone: bool = False
    taken: int = 0
    routed: int = 0  # of those taken
    most: int = 1  # that are routed
    offered: TaskId | None = None
    removed: bool = False  # by new definitions; goes when signed out


class Line(Struct, gc=False):
    """A queue: who can do its tasks, and whether those who give up are called back."""

    client: ClientId
    skills: tuple[Skill, ...]
    call_back: bool
    short_us: DurationUs
    routed: definition.RoutedTasks | None = None
    rings: tuple[DurationUs, ...] = ()  # after which wait each begins


class Tasks(Struct, gc=False):
    made: int = 0  # tasks so far: the next is T(made + 1)
    tasks: dict[str, Task] = field(default_factory=dict[str, Task])
    begun: dict[str, TaskId] = field(default_factory=dict[str, TaskId])  # by contact
    people: dict[str, Person] = field(default_factory=dict[str, Person])
    queues: dict[str, Line] = field(default_factory=dict[str, Line])


def configured(state: Tasks, floor: definition.Floor) -> None:
    """Who's gone from the definitions stays until signed out; a queue that's gone leaves its
    tasks to whoever serves its client."""
    people: dict[str, Person] = {}
    for one in floor.agents:
        person = state.people.get(one.id)
        people[one.id] = person = Person(one.skills) if person is None else person
        person.skills = one.skills
        person.most = definition.share(one.capacity, definition.TASK).most
        person.removed = False
    for gone, person in state.people.items():
        if gone not in people and person.here:
            person.skills = ()
            person.removed = True
            people[gone] = person
    state.people = people
    state.queues = {
        queue.id: Line(
            queue.client,
            queue.skills,
            queue.call_back_abandoned,
            queue.short_us,
            queue.tasks,
            tuple(ring.after_us for ring in queue.rings),
        )
        for queue in floor.queues
    }


def here(state: Tasks, agent: AgentId, there: bool) -> None:
    """Signed in, or out."""
    person = state.people.get(agent)
    if person is None:
        return
    person.here = there
    _forget(state, agent, person)


def _forget(state: Tasks, agent: AgentId, person: Person) -> None:
    if person.removed and not person.here and person.offered is None:
        del state.people[agent]


def skilled(state: Tasks, agent: AgentId, skills: tuple[Skill, ...]) -> None:
    """Somebody has these skills for now."""
    person = state.people.get(agent)
    if person is not None:
        person.skills = skills


def phone(state: Tasks, agent: AgentId, there: bool) -> None:
    """A phone came, or went."""
    person = state.people.get(agent)
    if person is not None:
        person.phone = there


def added(state: Tasks, event: m.TaskAdded, at: InstantUs) -> None:
    state.made += 1
    if event.begun:
        now = TaskState.BEGUN
        assert event.contact is not None
        state.begun[event.contact] = event.task
    else:
        now = TaskState.DUE if event.at <= at else TaskState.OPEN
    state.tasks[event.task] = Task(
        event.task,
        event.kind,
        ClientId(event.owner),
        event.queue,
        event.contact,
        event.number,
        event.note,
        event.agent,
        event.at,
        event.until,
        now,
        since=at,
    )


def due(state: Tasks, event: m.TaskDue, at: InstantUs) -> None:
    task = state.tasks[event.task]
    if task.state is TaskState.BEGUN and task.contact is not None:
        del state.begun[task.contact]
    task.state, task.since = TaskState.DUE, at


def queued(state: Tasks, event: m.TaskQueued) -> None:
    task = state.tasks[event.task]
    task.queued, task.ring = True, event.ring


def widened(state: Tasks, event: m.TaskWidened) -> None:
    state.tasks[event.task].ring = event.ring


def unqueued(state: Tasks, event: m.TaskUnqueued) -> None:
    state.tasks[event.task].queued = False


def offered(state: Tasks, event: m.TaskOffered) -> None:
    task = state.tasks[event.task]
    task.state = TaskState.OFFERED
    task.offer, task.offered, task.lapses = event.offer, event.agent, event.until
    state.people[event.agent].offered = task.id


def offer_over(state: Tasks, event: m.TaskOfferEnded) -> None:
    task = state.tasks.get(event.task)
    if task is not None and task.offer == event.offer:  # else it had come to no offer
        _asked_no_more(state, task)
        task.state = TaskState.DUE


def _asked_no_more(state: Tasks, task: Task) -> None:
    person = state.people.get(task.offered or "")
    if person is not None and task.offered is not None:
        person.offered = None
        _forget(state, task.offered, person)
    task.offer = task.offered = None


def taken(state: Tasks, event: m.TaskTaken) -> None:
    task = state.tasks[event.task]
    _asked_no_more(state, task)
    task.state, task.holder = TaskState.TAKEN, event.agent
    state.people[event.agent].taken += 1
    state.people[event.agent].routed += task.queued


def given_back(state: Tasks, event: m.TaskGivenBack, at: InstantUs) -> None:
    """What was due before has been due all the time."""
    task = state.tasks[event.task]
    _free(state, task)
    task.state = TaskState.DUE if task.at <= at else TaskState.OPEN
    task.since = InstantUs(max(task.since, task.at))


def assigned(state: Tasks, event: m.TaskAssigned) -> None:
    state.tasks[event.task].agent = event.agent


def tried(state: Tasks, event: m.TaskTried, at: InstantUs) -> None:
    """Once more: it's due, and stands in line, anew."""
    task = state.tasks[event.task]
    _free(state, task)
    task.tries, task.at, task.until, task.note = event.tries, event.at, event.until, event.note
    task.state = TaskState.DUE if task.at <= at else TaskState.OPEN
    task.queued, task.since = False, at


def done(state: Tasks, event: m.TaskDone) -> None:
    task = state.tasks.pop(event.task)
    _free(state, task)
    if task.state is TaskState.BEGUN and task.contact is not None:
        del state.begun[task.contact]


def _free(state: Tasks, task: Task) -> None:
    """Nobody holds it; who held it may have been removed since."""
    if task.holder is not None and task.holder in state.people:
        state.people[task.holder].taken -= 1
        state.people[task.holder].routed -= task.queued
    task.holder = None
