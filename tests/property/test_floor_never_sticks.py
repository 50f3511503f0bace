"""The floor under everything at once: calls, agents, phones and media in any order, with late,
doubled and invented messages, restarts and new definitions. What FOUNDATION 4 promises is
checked after every step, and at the end a dead world: only timers run, and nobody sticks."""

import heapq
from collections import Counter
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from roost.engine.step import Engine
from roost.floor import definition as d
from roost.floor.affected import ModeKind, Scope
from roost.floor.agents import messages as a
from roost.floor.agents.model import MOST_TO_COMPLETE, Presence
from roost.floor.agents.model import MOVES as PRESENCE
from roost.floor.calls import messages as c
from roost.floor.calls.model import MOVES as LEGS
from roost.floor.calls.model import LegState
from roost.floor.cell import ROOM, CellState
from roost.floor.effects import (
    AskLeg,
    AskWeb,
    CollectDigits,
    DialAgent,
    DialNumber,
    FromLeg,
    FromPrompts,
    SetMatrix,
    StartTrack,
    dialog_of,
)
from roost.floor.flows import messages as f
from roost.floor.modes import messages as mo
from roost.floor.parties import Party, ToAgent, ToEntry, ToNumber, ToQueue, WatchMode
from roost.floor.queues import messages as q
from roost.floor.queues.model import overflows_at, widens_at
from roost.floor.routing import messages as r
from roost.floor.routing.standing import there
from roost.floor.tasks import messages as t
from roost.floor.tasks.model import KEPT_US, TaskState
from roost.kernel.actor import SETUP
from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Command, Wake

S = 1_000_000
AGENTS = ("1001", "1002", "1003", "1004")
NUMBERS = ("95598", "95599", "95601", "95602", "0")


def turn(customer_first: bool) -> d.CallbackOffer:
    """A call in turn, offered soon and often."""
    offered, again, answer, retry, within = 2 * S, 7 * S, 4 * S, 30 * S, 600 * S
    hello = ("hello", "music") if customer_first else ()
    return d.CallbackOffer(
        offered, again, "1", ("press-1",), answer, ("we-shall",), customer_first, hello, 3, retry,
        within,
    )  # fmt: skip


def flows() -> tuple[d.Flow, ...]:
    choice = d.Choice
    menu = d.Menu(
        ("which",),
        {"1": choice("outage", "outage"), "2": choice("bill", "account")},
        ("no",),
        ("louder",),
        2,
        4 * S,
        "any",
    )
    main: dict[str, d.Step] = {
        "start": d.Say(("hello",), "answer"),
        "answer": d.Answer("vip"),
        "vip": d.ByCaller((("vip", "urgent"),), "told"),
        "told": d.ByMode({"surge": "menu", "emergency": "any"}, "menu", "pg/a"),
        "menu": menu,
        "account": d.Collect(
            ("number",), ("again",), "account", 3, 6, "#", 4 * S, 2 * S, True, 2, "ask", "any"
        ),
        "ask": d.AskWebStep(
            "https://x", "POST", ("account",), {"known": ("yes", "no")}, ("name",), 3 * S, False,
            "known", "bill",
        ),
        "known": d.ByVariable("known", {"yes": "bill"}, "any"),
        "outage": d.Enqueue(
            "pg/a", 0, (d.Skill("outage", 2),), ("music",), 40 * S, "message",
            overflow=(d.Overflow("pg/b", 9 * S), d.Overflow("pg/a", 20 * S)),
        ),
        "bill": d.Enqueue("pg/b", 1, (), ("music",), 60 * S, "any", callback=turn(True)),
        "any": d.Enqueue("pg/a", 0, (), (), 30 * S, "any", callback=turn(False)),
        "urgent": d.Enqueue(
            "pg/a", 5, (), ("music",), 90 * S, "", modes={"surge": "bye", "closed": "message"},
            overflow=(d.Overflow("pg/b", 0, "signed_out"), d.Overflow("pg/b", 3 * S, "away")),
        ),
        "message": d.TakeVoicemail(("beep",), 20 * S, "bye"),
        "bye": d.HangUp(),
    }  # fmt: skip
    plain: dict[str, d.Step] = {
        "queue": d.Enqueue("city/c", 0, (), ("music",), 30 * S, "round", callback=turn(False)),
        "round": d.SetVariables({"again": "yes"}, "loop"),
        "loop": d.ByVariable("again", {"yes": "spin"}, ""),
        "spin": d.SetVariables({}, "loop"),
    }
    own: dict[str, d.Step] = {
        "wait": d.Enqueue(
            "pg/a", 0, (), ("music",), 20 * S, "message", agent="1001", hold_us=20 * S, alone=True
        ),
        "message": d.TakeVoicemail(("beep",), 20 * S, ""),
    }
    first: dict[str, d.Step] = {
        "wait": d.Enqueue("pg/b", 0, (), ("music",), 60 * S, "", agent="1002", hold_us=15 * S),
    }
    return (
        d.Flow("pg/own", "pg", "v1", "wait", own),
        d.Flow("pg/first", "pg", "v1", "wait", first),
        d.Flow("pg/main", "pg", "v1", "start", main),
        d.Flow("city/main", "city", "v1", "queue", plain),
    )


def centre(variant: int) -> d.Floor:
    """Four sets of definitions: other skills, an agent gone, a queue gone, a new version."""
    skill = d.Skill
    skills = {
        "1001": (skill("outage", 3), skill("bills", 1)),
        "1002": (skill("bills", 2),) if variant != 1 else (skill("outage", 5),),
        "1003": (skill("outage", 1), skill("city", 1)),
        "1004": (),
    }
    queues = [
        d.Queue(
            "pg/a",
            "pg",
            (skill("outage", 1),),
            0,
            12 * S,
            20 * S,
            True,
            3,
            10 * S,
            5 * S,
            call_back_abandoned=True,
            sticky=d.Sticky(600 * S, 10 * S, 0),
            rings=(d.Ring(15 * S, (), ("team",)), d.Ring(25 * S, ())),
            tasks=(d.RoutedTasks(), None, d.RoutedTasks(3, 20 * S, False), d.RoutedTasks())[
                variant
            ],
        ),
        d.Queue(
            "pg/b",
            "pg",
            (skill("bills", 1),),
            0,
            12 * S,
            0,
            False,
            5,
            10 * S,
            5 * S,
            prefer=(skill("outage", 2),),
            agents=("least_skilled", "least_occupied", "fair_share", "most_skilled")[variant],
            boost_us=20 * S,
            boost_most=3,
        ),
        d.Queue(
            "city/c",
            "city",
            (),
            0,
            15 * S,
            30 * S,
            False,
            2,
            10 * S,
            5 * S,
            tasks=d.RoutedTasks(0, 10 * S, False) if variant % 2 == 0 else None,
        ),
    ]
    if variant == 2:
        del queues[1]
    capacity = {"1001": (d.Share("task", 2, 50),), "1004": (d.Share("task", variant % 2),)}
    agents = tuple(
        d.Agent(
            agent,
            skills[agent],
            "team",
            ("pg", "city") if variant != 1 else ("pg",),
            rest_us=5 * S if agent == "1003" else 0,
            most_busy=700 if agent == "1002" else 0,
            capacity=capacity.get(agent, ()),
        )
        for agent in AGENTS[: 3 if variant == 3 else 4]
    )
    return d.Floor(
        f"version-{variant}",
        (
            d.Client(
                "pg",
                "pg/a",
                ("sorry",),
                True,
                ("done", "spam"),
                ("music",),
                (d.Entry("crew", "0931"),),
                announcements={"known": ("we-know",), "away": ()},
                lists=("vip",),
            ),
            d.Client("city", "city/c", (), False, ()),
        ),
        (
            d.Number("95598", "pg", "pg/main"),
            d.Number("95599", "city", "city/main"),
            d.Number("95601", "pg", "pg/own"),
            d.Number("95602", "pg", "pg/first"),
        ),
        flows(),
        tuple(queues),
        agents,
        ("break",),
    )


class Floor(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.fault = 0  # the how manyth decision from now on fails; 0: none
        room = replace(ROOM, decide=self.decide)
        self.engine: Engine[CellState] = Engine(room, "cell-1")  # type: ignore[arg-type]
        self.now = 1_700_000_000 * S
        self.wakes: list[tuple[int, int, Command]] = []
        self.log: list[Any] = []
        self.said: list[Command] = []  # what was given before, to be given again
        self.legs = 0
        self.dialled: list[str] = []
        self.callers: list[str] = []
        self.asked: list[Any] = []  # effects whose outcomes the world owes
        self.plays: list[tuple[str, str]] = []
        self.needs: dict[str, tuple[str, int, d.Asked]] = {}
        self.variant = 0
        self.skills: dict[str, tuple[d.Skill, ...]] = {}
        self.moves: dict[str, list[a.AgentMoved]] = {}
        self.cause = 0
        self.began = 0  # of the log: where this step's part begins
        self.entered: dict[tuple[str, str], int] = {}  # since when somebody waits in a queue

    @property
    def state(self) -> CellState:
        return self.engine.state

    # --- driving ---

    def decide(self, state: CellState, now: Any, command: Command) -> Any:
        """The room's own decision, or the fault that was asked for."""
        self.fault -= 1
        assert self.fault != 0, "a fault of ours"
        return ROOM.decide(state, now, command)

    def give(self, command: Command, remember: bool = True) -> Any:
        if remember:
            self.said.append(command)
        self.cause += 1
        self.began = len(self.log)
        as_it_was = msgspec.msgpack.encode(self.state) if self.cause % 5 == 0 else None
        before = {
            contact: (waiter.klass, waiter.since, waiter.order)
            for contact, waiter in self.state.routing.waiters.items()
            if waiter.number
        }
        step = self.engine.step(self.now, command, SETUP, f"k{self.cause}")  # type: ignore[arg-type]
        faults = [one for one in step.incidents if "a fault of ours" not in one.traceback]
        assert not faults, faults[0].traceback
        assert "rescue_failed" not in self.engine.ignored
        self.fault = 0
        if step.refusal is not None and not step.incidents:
            assert not step.envelopes, "refused, and yet something happened"
            assert not step.effects
            assert as_it_was in (None, msgspec.msgpack.encode(self.state)), command
        ended = [e.body.leg for e in step.envelopes if isinstance(e.body, c.LegEnded)]
        assert {dialog_of(leg) for leg in ended} <= set(step.drops)
        for envelope in step.envelopes:
            self.take(envelope, before)
        for effect in step.effects:
            self.world(effect)
        return step

    def take(self, envelope: Any, waiting: dict[str, tuple[int, int, int]]) -> None:
        event = envelope.body
        self.log.append(envelope)
        match event:
            case q.ContactQueued():
                self.needs[event.contact] = (event.queue, event.ring, event.asked)
                entered = self.entered.setdefault((event.contact, event.queue), event.since)
                assert event.since == entered, f"{event.contact} lost the place"
            case q.ContactDequeued() if event.outcome is not q.Outcome.ANSWERED:
                self.entered.pop((event.contact, event.queue), None)
            case q.RingWidened() | q.PriorityChanged():
                self.needs[event.contact] = (event.queue, event.ring, event.asked)
            case a.AgentMoved():
                self.moves.setdefault(event.agent, []).append(event)
            case a.AgentPutBack():
                left = [one for one in self.moves[event.agent] if one.move != event.move]
                assert len(left) + 1 == len(self.moves[event.agent])
                self.moves[event.agent] = left
            case r.Assigned() if event.contact in waiting:
                klass, since, order = waiting[event.contact]
                older = [
                    other
                    for other, (k, s, o) in waiting.items()
                    if k == klass and (s, o) < (since, order)
                ]
                this_step = [x.body for x in self.log[self.began :]]
                gone = {e.contact for e in this_step if is_over(e)}
                given = {e.contact for e in this_step if isinstance(e, r.Assigned)}
                asks = {
                    e.contact for e in this_step if isinstance(e, q.RingWidened | q.PriorityChanged)
                }
                assert not set(older) - gone - given - asks, f"{event.contact} overtook {older}"
                assert event.candidates[0].agent == event.agent
            case r.WorkAssigned():
                seat = self.state.routing.seats.get(event.agent)
                assert seat is None or seat.loaded <= 100 or event.task not in seat.works
                assert event.candidates[0].agent == event.agent
            case _:
                pass

    def world(self, effect: Any) -> None:
        match effect:
            case Wake():
                heapq.heappush(self.wakes, (effect.at, self.cause, len(self.wakes), effect.command))  # type: ignore[arg-type]
            case DialAgent() | DialNumber():
                self.dialled.append(effect.leg)
            case SetMatrix():
                for route in effect.routes:
                    if isinstance(route.source, FromPrompts) and not route.source.repeat:
                        self.plays.append((effect.contact, route.source.play))
            case CollectDigits() | StartTrack() | AskWeb() | AskLeg():
                self.asked.append(effect)
            case _:
                pass

    def run_until(self, until: int) -> None:
        for _ in range(10_000):
            if not self.wakes or self.wakes[0][0] > until:
                break
            at, *_, command = heapq.heappop(self.wakes)
            self.now = max(self.now, at)
            self.give(command, remember=False)
        else:
            raise AssertionError("timers never come to rest")
        self.now = max(self.now, until)

    # --- rules ---

    @initialize(ready=st.booleans())
    def begin(self, ready: bool) -> None:
        self.give(d.Configure(centre(0)), remember=False)  # only `definitions` changes them
        self.give(c.MediaReady("m"))  # type: ignore[arg-type]
        self.skills = {agent.id: agent.skills for agent in centre(0).agents}
        for agent in AGENTS:
            self.give(a.PhoneRegistered(agent))
            self.give(a.SignIn(agent))
            if ready:
                self.give(a.GoReady(agent))

    @property
    def here(self) -> set[str]:
        """Who is at work: signed in, and not away."""
        away = (Presence.AWAY, Presence.SIGNED_OUT)
        return {a.id for a in self.state.agents.agents.values() if a.presence not in away}

    @rule(
        number=st.sampled_from(NUMBERS),
        vip=st.booleans(),
        media=st.sampled_from("mn"),
        person=st.sampled_from(("", "wang", "zhao")),
    )
    def arrives(self, number: str, vip: bool, media: str, person: str = "") -> None:
        self.legs += 1
        leg = f"L{self.legs}"
        self.callers.append(leg)
        self.give(
            c.ReceiveCall(
                leg, "trunk", number, f"n{leg}", ("vip",) if vip else (), media, person, True
            )  # type: ignore[arg-type]
        )

    @rule(agent=st.sampled_from((*AGENTS, "9999")), what=st.integers(0, 18))
    def agent_acts(self, agent: str, what: int) -> None:
        commands: tuple[Command, ...] = (
            a.SignIn(agent),
            a.SignOut(agent),
            a.GoReady(agent),
            a.GoReady(agent),
            a.GoAway(agent, "break"),
            a.TakeOffer(agent),
            a.DeclineOffer(agent),
            a.Hold(agent, True),
            a.Hold(agent, False),
            a.HangUp(agent),
            a.WrapUp(agent, "done"),
            a.WrapUp(agent, ""),
            a.ExtendWrapUp(agent),
            a.BringBack(agent),
            a.SendHome(agent),
            a.DraftNote(agent, self.segment_of(agent), f"draft-{self.segment_of(agent)}"),
            a.CompleteSegment(agent, self.segment_of(agent), "done"),
            a.RaiseHand(agent, True),
            a.RaiseHand(agent, False),
        )  # type: ignore[arg-type]
        self.give(commands[what])

    def segment_of(self, agent: str) -> Any:
        """The one in hand, or the first that's to be completed."""
        known = self.state.agents.agents.get(agent)
        if known is None:
            return ""
        if known.handling is not None and known.handling.segment is not None:
            return known.handling.segment
        return known.to_complete[0].segment if known.to_complete else ""

    @rule(
        agent=st.sampled_from(AGENTS),
        place=st.integers(0, 5),
        what=st.integers(0, 13),
        later=st.sampled_from((0, 60, 3_600)),
    )
    def tasks(self, agent: Any, place: int, what: int, later: int) -> None:
        there: list[Any] = [*self.state.tasks.tasks, "T0"]
        task = there[place % len(there)]
        at: Any = self.now + later * S
        outcome = t.TaskOutcome.NO_ANSWER
        commands: tuple[Command, ...] = (
            t.PromiseCallback(agent, "pg/a", None, f"n{at}", at, mine=place % 2 == 0),  # type: ignore[arg-type]
            t.PromiseCallback(agent, "city/c", None, f"n{at}", at),  # type: ignore[arg-type]
            t.TakeTask(agent, task),
            t.TakeTask(agent, task),
            t.GiveTaskBack(task, agent),
            t.GiveTaskBack(task),
            t.FinishTask(agent, task, outcome, at),
            t.FinishTask(agent, task, outcome),
            t.AssignTask(task, agent if place % 2 else None),
            t.CloseTask(task),
            a.CallOut(agent, "pg", task=task),  # type: ignore[arg-type]
            t.TakeTask(self.state.tasks.tasks[task].offered or agent, task)
            if task in self.state.tasks.tasks
            else t.TakeTask(agent, task),
            t.FinishTask(self.state.tasks.tasks[task].holder or agent, task, t.TaskOutcome.REACHED)
            if task in self.state.tasks.tasks
            else t.TakeTask(agent, task),
            t.DeclineTask(agent, task),
        )
        self.give(commands[what])

    @rule(
        agent=st.sampled_from(AGENTS),
        what=st.integers(0, 14),
        other=st.sampled_from((*AGENTS, "pg/a", "pg/b", "crew", "v1")),
    )
    def talks_with_several(self, agent: str, what: int, other: str) -> None:
        target: Any = ToAgent(other)  # type: ignore[arg-type]
        if "/" in other:
            target = ToQueue(other)  # type: ignore[arg-type]
        elif other == "crew":
            target = ToEntry(other)  # type: ignore[arg-type]
        elif other == "v1":
            target = ToNumber(other)  # type: ignore[arg-type]
        dropped = self.dialled[-1] if self.dialled else "none"
        mode = (WatchMode.LISTEN, WatchMode.WHISPER, WatchMode.BARGE)[what % 3]
        commands: tuple[Command, ...] = (
            a.Consult(agent, target),
            a.Consult(agent, target),
            a.Transfer(agent, target),
            a.CompleteTransfer(agent),
            a.Toggle(agent),
            a.Merge(agent),
            a.DropParty(agent, dropped),
            a.SendDigits(agent, "1#"),
            a.PauseRecording(agent, True),
            a.PauseRecording(agent, False),
            a.Watch(agent, other if other in AGENTS else "1001", mode),
            a.SetWatch(agent, mode),
            a.StopWatching(agent),
            a.TakeOver(agent),
            a.CallOut(agent, "pg", "v1"),
        )  # type: ignore[arg-type]  # fmt: skip
        self.give(commands[what])

    @rule(place=st.integers(0, 5), lost=st.booleans())
    def a_line(self, place: int, lost: bool) -> None:
        if self.dialled:
            leg: Any = self.dialled[-1 - place % len(self.dialled)]
            self.give(c.LegInterrupted(leg) if lost else c.LegResumed(leg))

    @rule(place=st.integers(0, 5))
    def the_phones_key(self, place: int) -> None:
        if self.dialled:
            leg: Any = self.dialled[-1 - place % len(self.dialled)]
            self.give(c.ReferAsked(leg, ToQueue("pg/a")))  # type: ignore[arg-type]

    @rule(place=st.integers(0, 5), what=st.integers(0, 6), held=st.booleans())
    def the_phones_second_line(self, place: int, what: int, held: bool) -> None:
        if not self.dialled:
            return
        leg: Any = self.dialled[-1 - place % len(self.dialled)]
        commands: tuple[Command, ...] = (
            c.LineAsked(leg, ToAgent(AGENTS[place % 4])),  # type: ignore[arg-type]
            c.LineAsked(leg, ToEntry("crew")),  # type: ignore[arg-type]
            c.LineAsked(leg, ToQueue("pg/a")),  # type: ignore[arg-type]
            c.LinesHeld(leg, held, not held),
            c.LinesHeld(leg, held, held),
            c.LineClosed(leg, held),
            c.ReplacesAsked(leg, leg),
        )
        self.give(commands[what])

    @rule(agent=st.sampled_from(AGENTS), there=st.booleans())
    def phone(self, agent: str, there: bool) -> None:
        self.give(a.PhoneRegistered(agent) if there else a.PhoneLapsed(agent))  # type: ignore[arg-type]

    @rule(place=st.integers(0, 5), what=st.integers(0, 6))
    def agents_leg(self, place: int, what: int) -> None:
        if not self.dialled:
            return
        leg: Any = self.dialled[-1 - place % len(self.dialled)]
        commands: tuple[Command, ...] = (
            c.LegAnswered(leg),
            c.LegAnswered(leg),
            c.LegRang(leg),
            c.LegFailed(leg, Blame.AGENT, Reason.BUSY, 486),
            c.LegClosed(leg, Blame.AGENT, Reason.HUNG_UP),
            c.LegSilent(leg),
            c.LegHeld(leg, place % 2 == 0),
        )
        self.give(commands[what])

    @rule(place=st.integers(0, 5), what=st.integers(0, 4))
    def callers_leg(self, place: int, what: int) -> None:
        if not self.callers:
            return
        leg: Any = self.callers[-1 - place % len(self.callers)]
        commands: tuple[Command, ...] = (
            c.LegAnswered(leg),
            c.LegClosed(leg, Blame.CALLER, Reason.HUNG_UP),
            c.LegSilent(leg),
            c.LegConfirmed(leg),
            c.ReceiveCall(leg, "trunk", "95598", None, (), "m"),  # type: ignore[arg-type]
        )
        self.give(commands[what])

    @rule(place=st.integers(0, 3), digits=st.sampled_from(("1", "2", "9", "", "1234")))
    def media_reports(self, place: int, digits: str) -> None:
        if self.plays and digits != "1234":
            contact, play = self.plays[-1 - place % len(self.plays)]
            self.give(c.PlayEnded(contact, play))  # type: ignore[arg-type]
        if not self.asked:
            return
        match self.asked[-1 - place % len(self.asked)]:
            case CollectDigits() as effect:
                self.give(
                    c.DigitsCollected(
                        effect.contact, effect.collect, len(digits), "enough", digits[:1]
                    )
                )
            case StartTrack() as effect:
                self.give(
                    c.TrackClosed(effect.contact, effect.leg, effect.track, "f", S, 8000, 0)  # type: ignore[arg-type]
                )
            case AskWeb() as effect:
                outcome = "answered" if digits != "9" else "refused"
                self.give(f.WebAnswered(effect.contact, effect.request, outcome, {"known": "yes"}))
            case AskLeg() as effect:
                self.give(c.LegConfirmed(effect.leg))

    @rule(key=st.sampled_from(("1", "1", "1", "2", "")), number=st.sampled_from(NUMBERS[:2]))
    def an_offer_is_answered(self, key: str, number: str) -> None:
        """By whom it's heard just now; else somebody calls, and waits until it's offered."""
        offered = [run for run in self.state.flows.runs.values() if run.offering]
        if not offered:
            self.arrives(number, vip=False, media="m")
            self.run_until(self.now + 20 * S)
        for run in offered[-1:]:
            ended = "enough" if key else "silence"
            self.give(
                c.DigitsCollected(run.contact, run.offering, len(key), ended, key)  # type: ignore[arg-type]
            )

    @rule(what=st.sampled_from(("up", "up", "busy", "gone", "ready")))
    def a_promise_goes_on(self, what: str) -> None:
        """Somebody is ready for it, or one of its phones does something."""
        contact = next(iter(self.state.callbacks.promises), None)
        legs = self.state.calls.calls[contact].legs if contact else {}  # type: ignore[index]
        if not legs or what == "ready":
            self.run_until(self.now + 31 * S)
            for agent in AGENTS:
                self.give(a.GoReady(agent))  # type: ignore[arg-type]
        for leg in list(legs.values())[-1:]:
            match what:
                case "busy":
                    self.give(c.LegFailed(leg.id, Blame.CALLER, Reason.BUSY, 486))
                case "gone":
                    self.give(c.LegClosed(leg.id, Blame.CALLER, Reason.HUNG_UP))
                case _:
                    self.give(c.LegAnswered(leg.id))

    @rule(place=st.integers(0, 3))
    def measures(self, place: int) -> None:
        for contact, call in list(self.state.calls.calls.items())[: place + 1]:
            if call.ended_at is not None and call.unmeasured:
                self.give(
                    c.LegMeasured(contact, call.unmeasured[0], 1, 1, 0, 0, 0)  # type: ignore[arg-type]
                )

    @rule(media=st.sampled_from("mn"))
    def media_dies(self, media: str) -> None:
        self.give(c.MediaLost(media))  # type: ignore[arg-type]

    @rule(seconds=st.sampled_from((0, 1, 3, 10, 30, 200, 1000)))
    def time_passes(self, seconds: int) -> None:
        self.run_until(self.now + seconds * S)

    @rule(back=st.integers(0, 400))
    def again(self, back: int) -> None:
        if self.said:
            self.give(self.said[-1 - back % len(self.said)], remember=False)

    @rule(variant=st.integers(0, 3))
    def definitions(self, variant: int) -> None:
        step = self.give(d.Configure(centre(variant)), remember=False)
        if step.refusal is None:
            self.variant = variant
            self.skills = {agent.id: agent.skills for agent in centre(variant).agents}

    @rule(place=st.integers(0, 3), by=st.sampled_from((-5, 0, 7, 1000)))
    def somebody_changes_a_priority(self, place: int, by: int) -> None:
        waiting: list[Any] = [*self.state.queues.entries, "none"]
        self.give(q.ChangePriority(waiting[place % len(waiting)], by))

    @rule(
        who=st.sampled_from((*AGENTS, "9999")),
        more=st.sampled_from(((), (), AGENTS)),
        what=st.integers(0, 5),
        length=st.sampled_from((5, 30, 1_000, 90_000)),
    )
    def somebody_is_moved(self, who: Any, more: Any, what: int, length: int) -> None:
        move: Any = f"move-{self.cause}"
        made = [one.move for moves in self.moves.values() for one in moves]
        skill = d.Skill
        gives = ((skill("outage", 4),), (skill("bills", 2), skill("outage", 1)), (), ())[what % 4]  # type: ignore[arg-type]
        takes: Any = ((), (), ("outage",), ("bills", "city"))[what % 4]
        commands: tuple[Command, ...] = (
            *[a.MoveAgents(move, (who, *more), gives, takes, None, self.now + length * S)] * 4,  # type: ignore[arg-type]
            a.PutBack(made[0] if made else move),
            a.PutBack(made[-1] if made else move, (who,)),
        )
        self.give(commands[what])

    @rule(
        kind=st.sampled_from(tuple(ModeKind)),
        scope=st.integers(0, 4),
        later=st.sampled_from((None, None, 0, 10)),
        length=st.sampled_from((5, 40, 1_000, 90_000)),
        said=st.sampled_from(("known", "known", "away", "")),
    )
    def somebody_declares(
        self, kind: ModeKind, scope: int, later: int | None, length: int, said: str
    ) -> None:
        whom: Any = (
            Scope("pg"),  # type: ignore[arg-type]
            Scope("pg", ("pg/a",)),  # type: ignore[arg-type]
            Scope("pg", ("pg/b",)),  # type: ignore[arg-type]
            Scope("pg", (), ("vip",)),  # type: ignore[arg-type]
            Scope("city"),  # type: ignore[arg-type]
        )
        to: Any = "pg/b" if kind is ModeKind.EMERGENCY and scope == 1 else None
        begins: Any = None if later is None else self.now + later * S
        said = said if scope != 4 else ""
        self.give(mo.DeclareMode(kind, whom[scope], self.now + length * S, begins, said, to))  # type: ignore[arg-type]

    @rule(how=st.integers(0, 2), which=st.integers(0, 5))
    def somebody_ends_it(self, how: int, which: int) -> None:
        made: list[Any] = [*self.state.modes.modes, "pg.m99"]
        mode = made[which % len(made)]
        commands: tuple[Command, ...] = (
            mo.EndMode(mode),
            mo.EndMode(mode, withdrawn=True),
            mo.ExtendMode(mode, self.now + 30 * S),  # type: ignore[arg-type]
        )
        self.give(commands[how])

    @rule(later=st.integers(1, 12))
    def something_of_ours_fails(self, later: int) -> None:
        self.fault = later + 1

    @rule()
    def restart(self) -> None:
        """A snapshot is the state, and what's unfinished comes back from it alone."""
        state = msgspec.msgpack.decode(msgspec.msgpack.encode(self.state), type=CellState)
        assert state == self.state
        self.engine.state = state
        self.wakes.clear()
        for effect in ROOM.unfinished(state, self.now):  # type: ignore[arg-type]
            self.world(effect)

    # --- what always holds ---

    @invariant()
    def no_eligible_pair_is_left(self) -> None:
        ready = [
            agent.id
            for agent in self.state.agents.agents.values()
            if agent.reachable
            and self.state.routing.seats[agent.id].state != "resting"
            and not self.is_offered_what_comes_first(agent.id)
        ]
        known = {queue.id: queue for queue in centre(self.variant).queues}
        for contact, entry in self.state.queues.entries.items():
            if entry.answered or entry.offer is not None:
                continue
            if entry.callback is not None and not self.state.routing.waiters[contact].number:
                continue  # its time hasn't come, or its customer is being called
            queue, ring, asked = self.needs[contact]
            if queue not in known:
                continue
            if ring < 0:
                assert entry.only in self.here, "nobody is held for who is away"
                assert entry.only not in ready, (entry.only, contact)
                assert entry.alone or entry.only_until >= self.now
                continue
            rings = known[queue].rings[:ring]
            needed = d.together(rings[-1].skills if rings else known[queue].skills, asked.skills)
            for agent in ready:
                assert not can(self.has(agent), needed), (agent, contact)

    def has(self, agent: str) -> tuple[d.Skill, ...]:
        """The definitions' skills, and each move's over them."""
        levels = {one.skill: one.level for one in self.skills.get(agent, ())}
        for move in self.moves.get(agent, ()):
            levels = {name: level for name, level in levels.items() if name not in move.takes}
            levels |= {one.skill: one.level for one in move.gives}
        return tuple(d.Skill(name, level) for name, level in levels.items())

    def is_offered_what_comes_first(self, agent: Any) -> bool:
        """Work that isn't interruptible goes by priority: also while it's offered."""
        works = self.state.routing.seats[agent].works.values()
        return any(not work.taken and not work.interruptible for work in works)

    def shared(self, contact: str) -> bool:
        """More than one agent may have to do with it: consulted, merged."""
        call = self.state.calls.calls.get(contact)
        return call is not None and (call.host is not None or call.transfer is not None)

    @invariant()
    def one_contact_an_agent_and_one_agent_a_contact(self) -> None:
        held = Counter(
            agent.handling.contact
            for agent in self.state.agents.agents.values()
            if agent.handling
            and agent.presence in (Presence.OFFERED, Presence.TALKING)
            and not self.shared(agent.handling.contact)
        )
        assert all(count == 1 for count in held.values()), held

    @invariant()
    def the_index_agrees_with_the_agents(self) -> None:
        routing = self.state.routing
        kinds = Counter(agent.presence for agent in self.state.agents.agents.values())
        at_rest = kinds[Presence.READY] + kinds[Presence.WORKING]
        assert routing.ready + routing.resting == at_rest
        for channel in routing.masks:
            ready = [seat for seat in routing.seats.values() if seat.state == "ready"]
            closed = sum(1 for seat in ready if channel not in seat.open)
            assert routing.full.get(channel, 0) == closed
        assert routing.away == kinds[Presence.AWAY]
        assert routing.busy == sum(
            kinds[one] for one in (Presence.OFFERED, Presence.TALKING, Presence.WRAPPING)
        )
        for klass in routing.classes:
            live = [
                free
                for free in klass.free
                if free[3] in routing.seats
                and routing.seats[free[3]].number == free[2]
                and routing.seats[free[3]].state == "ready"
            ]
            assert len(live) == klass.ready
            assert not live or klass.free[0] == min(live)
            places = klass.line.places[klass.line.head :]
            waiting = [place for place in places if there(routing.waiters, place)]
            assert waiting == sorted(waiting)
            assert not (waiting and live), "somebody waits whom somebody ready may serve"
            assert not waiting or klass.line.places[klass.line.head] == waiting[0]

    @invariant()
    def what_is_in_hand_is_known_alike(self) -> None:
        tasks = self.state.tasks.tasks.values()
        for name, seat in self.state.routing.seats.items():
            taken = {task.id for task in tasks if task.holder == name and task.queued}
            offered = {task.id for task in tasks if task.offered == name}
            assert len(offered) <= 1
            assert {key for key, work in seat.works.items() if work.taken} == taken
            assert {key for key, work in seat.works.items() if not work.taken} == offered
            agent = self.state.agents.agents.get(name)  # type: ignore[arg-type]
            assert agent is not None
            assert {work.task for work in agent.works} == taken
            assert not offered or agent.presence in (Presence.READY, Presence.WORKING)
            assert agent.presence is not Presence.WORKING or taken
            assert agent.presence is not Presence.READY or not taken
            person = self.state.tasks.people[name]
            assert person.routed == len(taken)
            assert person.offered == next(iter(offered), None)
        for task in tasks:
            waiter = self.state.routing.waiters.get(task.id)
            assert (waiter is not None) == task.queued
            if waiter is not None:
                assert (waiter.number > 0) == (task.state is TaskState.DUE)

    @invariant()
    def every_state_has_a_timer(self) -> None:
        due = [wake[-1] for wake in self.wakes]
        for call in self.state.calls.calls.values():
            checks = (c.CheckContact(call.id), c.CheckContact(call.id, asked=True))
            assert any(check in due for check in checks), f"{call.id} has no lease"
        for contact, entry in self.state.queues.entries.items():
            if not entry.answered:
                assert q.WaitLapsed(contact, entry.number) in due  # type: ignore[arg-type]
                line = self.state.queues.lines[entry.queue]
                if widens_at(line, entry, entry.ring) is not None:
                    assert q.Widen(contact, entry.number) in due  # type: ignore[arg-type]
                if overflows_at(entry, self.now) is not None:  # type: ignore[arg-type]
                    assert q.OverflowDue(contact, entry.number) in due, entry  # type: ignore[arg-type]
                if entry.callback is not None and entry.callback.not_before > self.now:
                    assert q.Stand(contact, entry.number) in due  # type: ignore[arg-type]
        for name, mode in self.state.modes.modes.items():
            assert mo.ModeLapses(name, mode.ends) in due, mode  # type: ignore[arg-type]
            assert mode.began or mo.ModeBegins(name) in due, mode  # type: ignore[arg-type]
            assert mode.began == (name in self.state.flows.modes)
        for run in self.state.flows.runs.values():
            if run.waits == "queue":
                assert run.contact in self.state.queues.entries, f"{run} waits in no queue"
                if run.offering:
                    assert f.OfferOver(run.contact, run.offering) in due, run  # type: ignore[arg-type]
            else:
                assert f.StepLapsed(run.contact, run.turn) in due, run
        for task in self.state.tasks.tasks.values():
            assert t.TaskLapses(task.id, task.until) in due, task
            if task.state is TaskState.OPEN:
                assert t.TaskFallsDue(task.id, task.at) in due, task
            if task.offer is not None:
                assert t.TaskOfferLapsed(task.id, task.offer) in due, task
            if task.queued and task.ring < len(self.state.tasks.queues[task.queue].rings):
                assert t.WidenTask(task.id, task.since) in due, task
        for name, seat in self.state.routing.seats.items():
            if seat.state == "resting":
                assert r.RestOver(name, seat.number) in due, name  # type: ignore[arg-type]
            if seat.shut_until:
                assert r.OpenAgent(name, seat.shut_until) in due, name  # type: ignore[arg-type]
        for agent in self.state.agents.agents.values():
            handling = agent.handling
            if agent.presence is Presence.OFFERED:
                assert a.OfferLapsed(agent.id, handling.offer) in due  # type: ignore[union-attr]
            elif agent.presence is Presence.WRAPPING:
                assert a.WrapUpLapsed(agent.id, handling.offer) in due  # type: ignore[union-attr]
            elif agent.presence is Presence.TALKING:
                call = self.state.calls.calls[handling.contact]  # type: ignore[union-attr]
                assert call.ended_at is None
                legs = [leg for leg in call.legs.values() if leg.offer == handling.offer]  # type: ignore[union-attr]
                assert len(legs) == 1, f"{agent.id} talks by {legs}"
                assert legs[0].state is not LegState.ENDING
        for moves in self.moves.values():
            assert all(a.MoveLapses(one.move) in due for one in moves), moves
        self.every_leg_has_a_timer(due)

    @invariant()
    def a_promise_is_kept_in_a_queue_or_on_a_call(self) -> None:
        """Its contact waits in its place, or a phone of an agent's or the customer's is rung."""
        for contact in self.state.callbacks.promises:
            call = self.state.calls.calls[contact]
            assert call.ended_at is None
            entry = self.state.queues.entries[contact]
            waiter = self.state.routing.waiters[contact]
            stands = bool(waiter.number) or waiter.offer is not None
            later = entry.callback is not None and entry.callback.not_before > self.now
            assert stands or later or call.legs or entry.answered, contact
        promised = [e.contact for e in self.log if isinstance(e.body, c.CallbackPromised)]
        closed = [e.contact for e in self.log if isinstance(e.body, c.CallbackClosed)]
        assert set(promised) == set(self.state.callbacks.promises) | set(closed)
        assert len(closed) == len(set(closed))

    def every_leg_has_a_timer(self, due: list[Command]) -> None:
        for call in self.state.calls.calls.values():
            if call.ended_at is not None:
                continue
            for leg in call.legs.values():
                if leg.state is LegState.DIALLED and leg.party is not Party.AGENT:
                    assert c.RingLapsed(leg.id) in due, leg
                if leg.lost_at is not None and leg.state is not LegState.ENDING:
                    assert c.LineLapsed(leg.id, leg.lost_at) in due, leg
                if leg.whisper is not None:
                    assert c.Bridge(call.id, leg.offer) in due, leg  # type: ignore[arg-type]
            if call.paused:
                assert c.PauseTracks(call.id, False, call.pauses) in due, call.id

    @invariant()
    def a_talk_is_of_those_who_take_part(self) -> None:
        """Nobody hears a leg that's gone, on hold or lost; a host is there and talks."""
        for call in self.state.calls.calls.values():
            if call.ended_at is not None:
                continue
            for route in call.routes:
                source = call.legs.get(getattr(route.source, "leg", ""))
                if isinstance(route.source, FromLeg):
                    assert source is not None, (call.id, route)
                    assert not source.held, (call.id, route)
                    assert source.lost_at is None, (call.id, route)
                    assert source.state is not LegState.ENDING
                    assert route.listener != route.source.leg
            if call.host is not None:
                host = call.legs[call.host]
                assert host.joined
                agent = self.state.agents.agents[host.agent]  # type: ignore[index]
                assert agent.handling is not None
                assert agent.handling.offer == host.offer
                assert agent.presence is Presence.TALKING
            assert sum(leg.party is Party.CUSTOMER for leg in call.legs.values()) <= 1
            talks = [leg for leg in call.legs.values() if leg.joined]
            if any(leg.party is Party.AGENT for leg in talks):
                assert call.host is not None, f"{call.id} has agents, and no host"
            entry = self.state.queues.entries.get(call.id)
            waits = entry is not None and not entry.answered
            calling = call.callback and not call.answered  # its agent hears the customer's phone
            if waits and not calling and call.id in self.state.flows.runs:
                assert not call.talking, f"{call.id} waits and talks"

    @invariant()
    def who_watches_is_away_and_on_a_call(self) -> None:
        for agent in self.state.agents.agents.values():
            if agent.watching is None:
                continue
            assert agent.presence is Presence.AWAY
            call = self.state.calls.calls[agent.watching.contact]
            legs = [leg for leg in call.legs.values() if leg.offer == agent.watching.offer]
            assert len(legs) == 1, agent

    @invariant()
    def a_task_is_with_one_who_is_there_or_with_nobody(self) -> None:
        tasks = self.state.tasks
        for task in tasks.tasks.values():
            assert (task.state is TaskState.TAKEN) == (task.holder is not None), task
            if task.holder is not None:
                agent = self.state.agents.agents[task.holder]
                assert agent.presence is not Presence.SIGNED_OUT, task
                assert agent.phone or agent.handling is not None, task
        held = Counter(task.holder for task in tasks.tasks.values())
        for name, person in tasks.people.items():
            known = self.state.agents.agents[name]
            assert person.here == (known.presence is not Presence.SIGNED_OUT)
            assert person.phone == known.phone
            assert person.taken == held[name]  # type: ignore[index]
        added = {e.body.task for e in self.log if isinstance(e.body, t.TaskAdded)}
        done = [e.body.task for e in self.log if isinstance(e.body, t.TaskDone)]
        assert len(done) == len(set(done))
        assert added == set(tasks.tasks) | set(done), "none is lost"
        begun = {one.contact: one.id for one in tasks.tasks.values() if one.state == "begun"}
        assert begun == tasks.begun

    @invariant()
    def a_code_comes_once(self) -> None:
        """Every segment that closed without its code is completed, still to be completed, or
        its shift is over; no other is ever completed."""
        open_ones = {e.body.segment for e in self.log if getattr(e.body, "to_complete", False)}
        done = [e.body.segment for e in self.log if isinstance(e.body, a.SegmentCompleted)]
        assert len(done) == len(set(done))
        assert set(done) <= open_ones
        for agent in self.state.agents.agents.values():
            left = {one.segment for one in agent.to_complete}
            assert left <= open_ones - set(done)
            assert len(agent.to_complete) <= MOST_TO_COMPLETE

    @invariant()
    def what_was_offered_is_accounted_for(self) -> None:
        offered = Counter(e.body.queue for e in self.log if isinstance(e.body, q.ContactQueued))
        left = Counter(e.body.queue for e in self.log if isinstance(e.body, q.ContactDequeued))
        waiting = Counter(
            entry.queue for entry in self.state.queues.entries.values() if not entry.answered
        )
        assert offered == left + waiting

    @invariant()
    def a_contact_ends_once_and_stays_ended(self) -> None:
        ends = Counter(e.contact for e in self.log if isinstance(e.body, c.ContactEnded))
        assert all(count == 1 for count in ends.values()), ends

    def nobody_held_what_somebody_else_held(self) -> None:
        holder: dict[str, str] = {}
        for envelope in self.log:
            match envelope.body:
                case t.TaskTaken() as event:
                    assert event.task not in holder
                    holder[event.task] = event.agent
                case t.TaskGivenBack() | t.TaskTried() as event:
                    assert holder.pop(event.task) == event.agent
                case t.TaskDone() as event:
                    assert holder.pop(event.task, event.agent) == event.agent or not event.agent
                case _:
                    pass

    def teardown(self) -> None:
        """Nobody reports anything any more: the timers alone bring everything to its end."""
        self.run_until(self.now + 4 * 3600 * S)
        state = self.state
        assert not state.calls.calls
        assert not state.calls.legs
        assert not state.flows.runs
        assert not state.queues.entries
        assert set(state.routing.waiters) <= set(state.tasks.tasks), "tasks are kept for days"
        assert not state.callbacks.promises
        stuck = [agent for agent in state.agents.agents.values() if agent.handling]
        assert not stuck
        assert not state.tasks.begun
        self.run_until(self.now + 25 * 3600 * S)
        assert not any(self.moves.values())
        for agent in AGENTS:  # or they'd be asked for days
            self.give(a.SignOut(agent), remember=False)  # type: ignore[arg-type]
        self.run_until(self.now + KEPT_US + 3_600 * S)
        assert not state.tasks.tasks
        self.nobody_held_what_somebody_else_held()
        begin = (c.CallArrived, c.CallMade, c.CallbackPromised)
        arrived = [e.contact for e in self.log if isinstance(e.body, begin)]
        ended = [e.contact for e in self.log if isinstance(e.body, c.ContactEnded)]
        assert sorted(arrived) == sorted(ended)
        again = ROOM.initial()
        for envelope in self.log:
            tables_allow(again, envelope.body)
            ROOM.fold(again, envelope.body, envelope.at)
        assert again == state


def is_over(event: Any) -> bool:
    return isinstance(event, q.ContactDequeued | c.ContactEnded)


def tables_allow(state: CellState, event: Any) -> None:
    """Every event is a legal move of its agent, and of its leg."""
    if type(event) in PRESENCE and not getattr(event, "aside", False):
        before, _ = PRESENCE[type(event)]
        assert state.agents.agents[event.agent].presence in before, event
    if type(event) in LEGS:
        before, _ = LEGS[type(event)]
        call = state.calls.calls.get(event.contact)
        leg = getattr(event, "leg", call.caller_leg if call else "")
        there = call.legs.get(leg) if call else None
        assert (there.state if there else None) in before, event


def can(skills: tuple[d.Skill, ...], needed: tuple[d.Skill, ...]) -> bool:
    levels = {one.skill: one.level for one in skills}
    return all(levels.get(one.skill, 0) >= one.level for one in needed)


TestFloor = Floor.TestCase
TestFloor.settings = settings(
    max_examples=250,
    stateful_step_count=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_rescue_too_late_leaves_nobody_in_a_queue() -> None:
    """The music fails for a caller whose queue is gone, and who has been ended by then."""
    floor = Floor()
    floor.begin(ready=False)
    floor.definitions(variant=2)
    floor.something_of_ours_fails(later=2)
    floor.arrives(number="95602", vip=False, media="m")
    floor.teardown()


@pytest.mark.soak
def test_the_floor_for_long() -> None:
    """Many more of the same, and longer ones."""
    long = settings(TestFloor.settings, max_examples=5_000, stateful_step_count=120)
    run_state_machine_as_test(Floor, settings=long)
