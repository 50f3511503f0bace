"""A log of each released version is kept here, and still folds to the totals kept with it.

When a version is released, its log is kept once and never written again:

    PYTHONPATH=src .venv/bin/python tests/simulation/test_kept_logs.py 0.1.0

A later release that changes an event's shape passes the old bodies through its upcasters; when
this test fails, an upcaster is missing or wrong (FOUNDATION, "Three proofs").
"""

import sys
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.engine.bodies import Decoder, stored
from roost.engine.step import Engine
from roost.floor import definition as d
from roost.floor.affected import ModeKind, Scope
from roost.floor.agents import messages as a
from roost.floor.agents.messages import SegmentClosed
from roost.floor.calls import messages as c
from roost.floor.calls.messages import CallArrived, ContactEnded
from roost.floor.cell import ROOM
from roost.floor.effects import DialNumber
from roost.floor.modes import messages as mo
from roost.floor.parties import ToEntry, ToQueue, WatchMode
from roost.floor.queues import messages as q
from roost.floor.queues.messages import ContactDequeued
from roost.floor.tasks import messages as t
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    EntryId,
    LegId,
    ModeId,
    MoveId,
    PromptId,
    QueueId,
    SegmentId,
    StreamName,
    TaskId,
    VaultId,
)
from roost.kernel.messages import Command
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs
from roost.simulator.dice import Dice
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Burst, Faults, Scenario, all_day, half_hours

KEPT = Path(__file__).parent / "kept"
EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


class Totals(msgspec.Struct):
    """What the log comes to, counted without the floor's state."""

    events: int = 0
    contacts: int = 0
    ended: dict[str, int] = {}
    left_queue: dict[str, int] = {}
    segments: int = 0
    talk_us: int = 0
    hold_us: int = 0
    wrap_up_us: int = 0
    calls_out: int = 0
    transfers: int = 0
    tasks: dict[str, int] = {}


class Row(msgspec.Struct, array_like=True):
    """One stored event, its body as text so that a person can read it."""

    number: int
    type: str
    version: int
    owner: str
    contact: str | None
    at: int
    actor: str
    cause: str
    body: str


def totals(envelopes: list[Envelope]) -> Totals:
    found = Totals(events=len(envelopes))
    ended, left, tasks = Counter[str](), Counter[str](), Counter[str]()
    for envelope in envelopes:
        match envelope.body:
            case CallArrived():
                found.contacts += 1
            case ContactEnded(reason=reason, blame=blame):
                ended[f"{blame} {reason}"] += 1
            case ContactDequeued(outcome=outcome):
                left[str(outcome)] += 1
            case SegmentClosed() as segment:
                found.segments += 1
                found.talk_us += segment.talk_us
                found.hold_us += segment.hold_us
                found.wrap_up_us += segment.wrap_up_us
            case c.CallMade():
                found.calls_out += 1
            case c.TransferCompleted():
                found.transfers += 1
            case t.TaskDone(outcome=outcome):
                tasks[str(outcome)] += 1
            case _:
                pass
    found.ended, found.left_queue = dict(sorted(ended.items())), dict(sorted(left.items()))
    found.tasks = dict(sorted(tasks.items()))
    return found


def written(row: Stored) -> bytes:
    fields = (row.number, row.type, row.version, row.owner, row.contact, row.at, row.actor)
    return msgspec.json.encode(Row(*fields, row.cause, row.body.decode()))


def read(path: Path) -> tuple[Totals, list[Stored]]:
    first, *lines = path.read_bytes().splitlines()
    rows = [msgspec.json.decode(line, type=Row) for line in lines]
    stream = StreamName("cell-1")
    return msgspec.json.decode(first, type=Totals), [
        msgspec.convert(
            {**msgspec.structs.asdict(row), "stream": stream, "body": row.body.encode()},
            Stored,
            builtin_types=(bytes,),
        )
        for row in rows
    ]


@pytest.mark.parametrize("path", sorted(KEPT.glob("*.jsonl")), ids=lambda path: path.stem)
def test_a_kept_log_still_folds_to_its_totals(path: Path) -> None:
    kept, rows = read(path)
    decoder = Decoder.of(ROOM)
    envelopes = [decoder.envelope(row) for row in rows]
    engine = Engine(ROOM, rows[0].stream)
    for envelope in envelopes:
        engine.fold(envelope.body, envelope.number, envelope.at)
    assert totals(envelopes) == kept
    assert not engine.state.calls.calls, "every contact had ended"


def test_what_is_kept_reads_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "now.jsonl"
    keep(path, arrivals=12, minutes=10)
    kept, rows = read(path)
    assert kept.contacts > 0
    assert [written(row) for row in rows] == path.read_bytes().splitlines()[1:]
    test_a_kept_log_still_folds_to_its_totals(path)


CLIENT, QUEUE = ClientId("power-grid"), QueueId("power-grid/bills")
EVERY_US = DurationUs(4 * SECOND)


class Desks:
    """What people do at their desks besides what the simulator's do: any of it, at any moment.
    What doesn't fit then is refused. Numbers that they call ring, answer and hang up."""

    def __init__(self, simulation: Simulation, agents: list[AgentId]) -> None:
        self.simulation, self.agents, self.dice = simulation, agents, Dice(2)
        self.declaring = Dice(10)
        self.timeline = simulation.timeline
        self.end = self.timeline.now + simulation.scenario.length_us
        simulation.world.acts[DialNumber] = self.called
        self.timeline.after(SECOND, self.act)
        self.timeline.after(DurationUs(3 * MINUTE), self.moves)

    def act(self, _: object) -> None:
        if self.timeline.now < self.end:
            if self.simulation.engine.state.calls.media is None:
                self.tell(c.MediaReady(self.simulation.world.callers.media))
            self.tell(self.drawn())
            declared = self.of_modes()
            self.tell(declared[self.declaring.below(len(declared))])
            self.timeline.after(EVERY_US, self.act)

    def tell(self, command: Command) -> None:
        self.timeline.send(command, f"desk:{self.timeline.now}:{type(command).__name__}")

    def called(self, effect: DialNumber) -> None:
        self.timeline.after(2 * SECOND, self.answers, effect.leg)

    def answers(self, leg: LegId) -> None:
        self.tell(c.LegAnswered(leg))
        self.timeline.after(40 * SECOND, self.hangs_up, leg)

    def hangs_up(self, leg: LegId) -> None:
        self.tell(c.LegClosed(leg, Blame.CALLER, Reason.HUNG_UP))

    def drawn(self) -> Command:
        waiting = self.simulation.engine.state.queues.entries
        commands = [*self.of_calls(), *self.of_segments(), *self.of_tasks()]
        commands += [q.ChangePriority(ContactId(contact), 3) for contact in waiting]
        return commands[self.dice.below(len(commands))]

    def one(self) -> AgentId:
        return self.agents[self.dice.below(len(self.agents))]

    def moves(self, _: object) -> None:
        """Somebody is moved for now, and put back when it's another one's turn."""
        state, now = self.simulation.engine.state, self.simulation.engine.at
        for move in sorted({m.id for one in state.agents.agents.values() for m in one.moves}):
            self.tell(a.PutBack(move))
        gives = next(line.skills for line in state.queues.lines.values() if line.skills)
        until = InstantUs(now + 10 * MINUTE)
        self.tell(a.MoveAgents(MoveId(f"move-{now}"), tuple(self.agents), gives, (), None, until))
        if now < self.end:
            self.timeline.after(DurationUs(9 * MINUTE), self.moves)

    def of_calls(self) -> list[Command]:
        state = self.simulation.engine.state
        talking = [one.id for one in state.agents.agents.values() if one.handling is not None]
        who = talking[self.dice.below(len(talking))] if talking else self.one()
        watcher = self.agents[-1]
        return [
            a.Hold(who, True),
            a.Hold(who, False),
            a.Merge(who),
            a.Toggle(who),
            a.Consult(who, ToEntry(EntryId("crew"))),
            a.Transfer(who, ToQueue(QUEUE)),
            a.CompleteTransfer(who),
            a.PauseRecording(who, True),
            a.PauseRecording(who, False),
            a.RaiseHand(who, True),
            a.RaiseHand(who, False),
            a.GoAway(watcher, "break"),
            a.Watch(watcher, who, WatchMode.LISTEN),
            a.Watch(watcher, who, WatchMode.WHISPER),
            a.SetWatch(watcher, WatchMode.BARGE),
            a.SetWatch(watcher, WatchMode.WHISPER),
            a.SetWatch(watcher, WatchMode.LISTEN),
            a.StopWatching(watcher),
            a.TakeOver(watcher),
            a.CallOut(self.one(), CLIENT, entry=EntryId("crew")),
            a.TellTeam("day", VaultId(f"told-{self.timeline.now}")),
            a.PhoneLapsed(self.agents[0]),
        ]

    def of_modes(self) -> list[Command]:
        """None that shuts anything: the hour goes on."""
        now, state = self.timeline.now, self.simulation.engine.state
        later, surge = InstantUs(now + 2 * MINUTE), ModeKind.SURGE
        found: list[Command] = [mo.DeclareMode(surge, Scope(CLIENT, (QUEUE,)), later)]
        for name in state.modes.modes:
            found += [mo.ExtendMode(ModeId(name), later), mo.EndMode(ModeId(name))]
        return found

    def of_segments(self) -> list[Command]:
        """The wrap-up of whoever has one, and what was left to be completed."""
        state = self.simulation.engine.state
        found: list[Command] = []
        for one in state.agents.agents.values():
            if one.handling is not None and one.handling.segment is not None:
                note = VaultId(f"draft-{one.handling.segment}")
                found += [a.DraftNote(one.id, one.handling.segment, note), a.ExtendWrapUp(one.id)]
                found.append(a.WrapUp(one.id, "other"))
            for left in one.to_complete:
                found.append(a.CompleteSegment(one.id, SegmentId(left.segment), "other"))
        return found

    def of_tasks(self) -> list[Command]:
        now, who = self.timeline.now, self.one()
        number = VaultId(f"number-{now}")
        soon = InstantUs(now + MINUTE)
        found: list[Command] = [t.PromiseCallback(who, QUEUE, None, number, soon)]
        for name, task in self.simulation.engine.state.tasks.tasks.items():
            task_id, by = TaskId(name), task.holder or who
            found += [
                t.TakeTask(who, task_id),
                a.CallOut(by, CLIENT, task=task_id),
                t.GiveTaskBack(task_id, by),
                t.AssignTask(task_id, who),
                t.FinishTask(by, task_id, t.TaskOutcome.NO_ANSWER, soon),
                t.FinishTask(by, task_id, t.TaskOutcome.REACHED),
            ]
        return found


RARE = frozenset(
    {
        "agents.AgentChanged",
        "agents.AgentSignedOut",
        "agents.HangUpAsked",
        "agents.NextStateChosen",
        "agents.PickUpAsked",
        "agents.SegmentCompleted",
        "calls.LegAsked",
        "calls.LegFound",
        "calls.LineInterrupted",
        "calls.WatcherJoined",
        "flows.FlowRescued",
        "queues.ContactTurnedAway",
        "tasks.TaskUnqueued",
    }
)
"""Nobody's hour has everything."""


def test_what_would_be_kept_today_holds_nearly_every_kind_of_event(tmp_path: Path) -> None:
    path = tmp_path / "now.jsonl"
    keep(path)
    _, rows = read(path)
    assert set(ROOM.events) - {row.type for row in rows} <= RARE


def ringed(floor: d.Floor) -> d.Floor:
    """The example with rules of routing that not every centre has."""
    change, soon = msgspec.structs.replace, DurationUs(20 * SECOND)
    return change(
        floor,
        queues=tuple(
            change(
                one,
                rings=(d.Ring(DurationUs(SECOND), ()),),
                boost_us=soon,
                tasks=d.RoutedTasks(),
            )
            for one in floor.queues
        ),
        agents=tuple(change(one, rest_us=DurationUs(5 * SECOND)) for one in floor.agents),
        flows=tuple(
            change(flow, steps={name: telling(step) for name, step in flow.steps.items()})
            for flow in floor.flows
        ),
    )


def telling(step: d.Step) -> d.Step:
    """Whoever waits is soon told how it stands, and offered a call in turn."""
    if not isinstance(step, d.Enqueue):
        return step
    told = d.Announce(
        first_us=DurationUs(SECOND),
        every_us=DurationUs(15 * SECOND),
        positions=(PromptId("next"), PromptId("further")),
        longer=PromptId("longer"),
    )
    offer = d.CallbackOffer(
        after_us=DurationUs(10 * SECOND),
        again_us=DurationUs(0),
        key="1",
        prompts=(PromptId("shall-we-call"),),
        answer_us=DurationUs(5 * SECOND),
        agreed=(PromptId("we-shall"),),
        customer_first=step.queue == QUEUE,
        waiting=(),
        tries=2,
        retry_us=DurationUs(MINUTE),
        within_us=DurationUs(30 * MINUTE),
    )
    return msgspec.structs.replace(step, announce=told, callback=offer)


def keep(path: Path, arrivals: int = 12, minutes: int = 60) -> None:
    """Write the log of an hour in which all sorts of things go wrong, and people do all that
    they can."""
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    day, length = scenario_of(loaded, "day"), DurationUs(minutes * MINUTE)
    scenario = Scenario(
        streams=(
            msgspec.structs.replace(day.streams[0], expected=half_hours((arrivals,), length)),
        ),
        shifts=all_day(tuple(AgentId(shift.agent) for shift in day.shifts), length),
        length_us=length,
        start=day.start,
        behaviour=msgspec.structs.replace(day.behaviour, consults=300_000, transfers=200_000),
        faults=Faults(
            lost=20_000,
            late=30_000,
            doubled=20_000,
            bursts=(Burst(20 * MINUTE, 3 * MINUTE, percent=2_000),),  # somebody has to wait
        ),
    )
    simulation = Simulation(ringed(compile_floor(loaded, "kept-voice")), scenario, seed=1)
    Desks(simulation, [AgentId(shift.agent) for shift in day.shifts])
    log = simulation.run().log
    lines = [msgspec.json.encode(totals(log)), *(written(stored(each)) for each in log)]
    path.write_bytes(b"\n".join(lines) + b"\n")


if __name__ == "__main__":
    target = KEPT / f"{sys.argv[1]}.jsonl"
    assert not target.exists(), f"{target} is kept already, and never written again"
    KEPT.mkdir(exist_ok=True)
    keep(target)
    print(f"kept {target}, {target.stat().st_size:,} bytes")
