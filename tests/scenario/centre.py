"""A centre of virtual time, driven in the words of the business, on the production engine."""

import heapq
from typing import Any

from msgspec.structs import replace

from roost.engine.step import Engine
from roost.floor import definition as d
from roost.floor.agents import messages as a
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.cell import ROOM, CellState
from roost.floor.effects import (
    AskWeb,
    CollectDigits,
    DialAgent,
    DialNumber,
    FromLeg,
    FromPrompts,
    SetMatrix,
    StartTrack,
)
from roost.kernel.actor import SETUP
from roost.kernel.ends import Blame, Reason
from roost.kernel.messages import Command, Effect, Event, Wake
from roost.kernel.time import Hours, Zone

S = 1_000_000
MONDAY = 1_699_833_600 * S  # 2023-11-13T00:00:00Z, a Monday
MUSIC = ("please-wait", "music")


def skills(words: str) -> tuple[d.Skill, ...]:
    """ "outage:3 bills" as skills with levels."""
    made: list[d.Skill] = []
    for word in words.split():
        name, _, level = word.partition(":")
        made.append(d.Skill(name, int(level or 1)))  # type: ignore[arg-type]
    return tuple(made)


def queue(name: str, needs: str = "", **changes: Any) -> d.Queue:
    values: dict[str, Any] = {
        "id": f"grid/{name}",
        "client": "grid",
        "skills": skills(needs),
        "priority": 0,
        "ring_us": 15 * S,
        "wrap_up_us": 30 * S,
        "code_required": False,
        "most_waiting": 100,
        "target_us": 20 * S,
        "short_us": 5 * S,
    } | changes
    return d.Queue(**values)


def office_hours() -> Hours:
    """Monday to Friday, nine to five, in a zone eight hours east."""
    zone = Zone("Asia/Shanghai", "test", (-(10**15),), (8 * 3600,))
    hour = 3_600 * S
    return Hours(zone, tuple((day * 24 * hour + 9 * hour, day * 24 * hour + 17 * hour) for day in range(5)))  # fmt: skip  # noqa: E501


PLACE = d.Announce(30 * S, 60 * S, positions=("you-are-1", "you-are-2"))  # type: ignore[arg-type]
TURN = d.CallbackOffer(
    after_us=60 * S,
    again_us=120 * S,
    key="1",
    prompts=("shall-we-call",),
    answer_us=5 * S,
    agreed=("we-shall",),
    customer_first=False,
    waiting=(),
    tries=2,
    retry_us=600 * S,
    within_us=4 * 3600 * S,
)
CUSTOMER_FIRST = replace(TURN, customer_first=True, waiting=("hello", "music"))

FLOWS: dict[str, dict[str, d.Step]] = {
    "95598": {
        "answer": d.Answer("menu"),
        "menu": d.Menu(
            ("which",),
            {"1": d.Choice("outage", "outage"), "2": d.Choice("bill", "bills")},
            ("not-offered",),
            ("are-you-there",),
            3,
            5 * S,
            "anybody",
        ),
        "outage": d.Enqueue("grid/outage", 10, (), MUSIC, 120 * S, "message"),
        "bills": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, ""),
        "anybody": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, ""),
        "message": d.TakeVoicemail(("leave-word",), 60 * S, "bye"),
        "bye": d.HangUp(),
    },
    "outage": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/outage", 10, (), MUSIC, 120 * S, "message"),
        "message": d.TakeVoicemail(("leave-word",), 60 * S, ""),
    },
    "bills": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, ""),
    },
    "hours": {
        "when": d.ByHours(office_hours(), "open", "closed"),
        "open": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, ""),
        "closed": d.Say(("we-are-closed",), "end"),
        "end": d.HangUp(closed=True),
    },
    "meter": {
        "answer": d.Answer("account"),
        "account": d.Collect(
            ("your-number",),
            ("again",),
            "account",
            4,
            8,
            "#",
            5 * S,
            3 * S,
            True,
            2,
            "ask",
            "bills",
        ),
        "ask": d.AskWebStep(
            "https://grid.example/meter",
            "POST",
            ("account",),
            {"kind": ("vip", "plain")},
            ("street",),
            2 * S,
            False,
            "kind",
            "bills",
        ),
        "kind": d.ByVariable("kind", {"vip": "outage"}, "bills"),
        "outage": d.Enqueue("grid/outage", 20, (), MUSIC, 120 * S, ""),
        "bills": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, ""),
    },
    "told": {
        "answer": d.Answer("mode"),
        "mode": d.ByMode({"surge": "known", "closed": "bye"}, "district", "grid/outage"),  # type: ignore[arg-type]
        "known": d.Enqueue("grid/outage", 10, (), MUSIC, 30 * S, "message"),
        "district": d.Menu(
            ("which",),
            {"1": d.Choice("n", "north"), "2": d.Choice("s", "south")},
            (),
            (),
            1,
            5 * S,
            "wait",
        ),
        "north": d.SetVariables({"district": "north"}, "wait"),
        "south": d.SetVariables({"district": "south"}, "wait"),
        "wait": d.Enqueue(
            "grid/outage", 10, (), MUSIC, 120 * S, "message", modes={"closed": "bye"}
        ),
        "message": d.TakeVoicemail(("leave-word",), 60 * S, "bye"),
        "bye": d.Say(("goodbye",), ""),
    },
    "turn": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/bills", 0, (), MUSIC, 3600 * S, "", callback=TURN),
    },
    "turn-2": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/bills", 0, (), MUSIC, 3600 * S, "", callback=CUSTOMER_FIRST),
    },
    "placed": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/bills", 0, (), MUSIC, 3600 * S, "", announce=PLACE),
    },
    "turn-outage": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/outage", 0, (), MUSIC, 3600 * S, "", callback=TURN),
    },
    "li": {  # Li's own numbers
        "wait": d.Enqueue(
            "grid/bills",
            0,
            (),
            MUSIC,
            20 * S,
            "message",
            agent="Li",
            hold_us=20 * S,
            alone=True,
        ),
        "message": d.TakeVoicemail(("leave-word",), 60 * S, ""),
    },
    "li-or-bills": {
        "answer": d.Answer("wait"),
        "wait": d.Enqueue("grid/bills", 0, (), MUSIC, 300 * S, "", agent="Li", hold_us=20 * S),
    },
    "loop": {
        "one": d.SetVariables({"a": "b"}, "two"),
        "two": d.ByVariable("a", {"b": "one"}, ""),
    },
}


class Centre:
    """Agents are named by their id; a caller by the contact that the call became."""

    def __init__(self) -> None:
        self.now = MONDAY + 2 * 3600 * S  # ten in the morning in Shanghai
        self.engine: Engine[CellState] = Engine(ROOM, "cell-1")  # type: ignore[arg-type]
        self.wakes: list[tuple[int, int, Command]] = []
        self.log: list[tuple[int, Event]] = []
        self.effects: list[Effect] = []
        self.matrices: dict[str, SetMatrix] = {}
        self.calls = 0
        self.people: dict[str, str] = {}
        self.capacity: dict[str, tuple[d.Share, ...]] = {}
        self.queues = [queue("outage", "outage"), queue("bills", "bills")]
        self.record = False
        self.version = 0

    @property
    def state(self) -> CellState:
        return self.engine.state

    # --- definitions ---

    def floor(self) -> d.Floor:
        self.version += 1
        numbers = tuple(d.Number(name, "grid", f"grid/{name}") for name in FLOWS)  # type: ignore[arg-type]
        return d.Floor(
            f"v{self.version}",  # type: ignore[arg-type]
            (
                d.Client(
                    "grid",
                    "grid/bills",
                    ("sorry",),
                    self.record,
                    ("done", "again"),
                    ("hold-music",),
                    (d.Entry("crew", "0931555001"),),  # type: ignore[arg-type]
                    announcements={"storm": ("known-outage",), "away": ("we-are-away",)},  # type: ignore[dict-item]
                    lists=("vip", "north"),
                ),
            ),  # type: ignore[arg-type]
            numbers,
            tuple(
                d.Flow(f"grid/{name}", "grid", "1", next(iter(steps)), steps)  # type: ignore[arg-type]
                for name, steps in FLOWS.items()
            ),
            tuple(self.queues),
            tuple(
                d.Agent(
                    name,  # type: ignore[arg-type]
                    skills(has),
                    "team",
                    ("grid",),  # type: ignore[arg-type]
                    capacity=self.capacity.get(name, ()),
                )
                for name, has in self.people.items()
            ),
            ("break", "training"),
        )

    def apply(self) -> None:
        self.give(d.Configure(self.floor()))

    # --- driving ---

    def give(self, command: Command) -> Any:
        step = self.engine.step(self.now, command, SETUP, "test")  # type: ignore[arg-type]
        self.log.extend((envelope.at, envelope.body) for envelope in step.envelopes)
        for effect in step.effects:
            self.effects.append(effect)
            if isinstance(effect, Wake):
                heapq.heappush(self.wakes, (effect.at, len(self.effects), effect.command))
            elif isinstance(effect, SetMatrix):
                self.matrices[effect.contact] = effect
        return step

    def refusal(self, command: Command) -> str | None:
        refusal = self.give(command).refusal
        return refusal.code if refusal else None

    def after(self, seconds: float) -> "Centre":
        until = self.now + int(seconds * S)
        while self.wakes and self.wakes[0][0] <= until:
            at, _, command = heapq.heappop(self.wakes)
            self.now = max(self.now, at)
            self.give(command)
        self.now = until
        return self

    # --- people ---

    def signs_in(self, name: str, has: str = "outage bills", ready: bool = True) -> str:
        self.people[name] = has
        self.apply()
        self.give(a.PhoneRegistered(name))  # type: ignore[arg-type]
        self.give(a.SignIn(name))  # type: ignore[arg-type]
        if ready:
            self.give(a.GoReady(name))  # type: ignore[arg-type]
        return name

    def calls_in(
        self,
        number: str,
        vip: bool = False,
        caller: Any = None,
        person: str = "",
        may_call: bool = True,
        lists: tuple[str, ...] = (),
    ) -> str:
        self.calls += 1
        tags = ("vip", *lists) if vip else lists
        step = self.give(
            c.ReceiveCall(
                f"L{self.calls}",  # type: ignore[arg-type]
                "trunk",  # type: ignore[arg-type]
                number,
                caller,
                tags,
                "m1",  # type: ignore[arg-type]
                person,
                may_call,
            )
        )
        assert step.contact, step.refusal
        self.give(c.LegAnswered(self.leg_of(step.contact)))
        return step.contact

    def leg_of(self, contact: str) -> Any:
        return f"L{contact[1:]}"

    def rung(self, name: str) -> Any:
        """The leg by which an agent's phone was rung last."""
        return next(
            e.leg for e in reversed(self.effects) if isinstance(e, DialAgent) and e.agent == name
        )

    def answers(self, name: str) -> Any:
        """An agent picks up what rings, and has been heard when this is over."""
        leg = self.rung(name)
        self.give(c.LegAnswered(leg))
        self.after(2)
        return leg

    def dialled(self) -> Any:
        """The outside number that was called last."""
        return next(e.leg for e in reversed(self.effects) if isinstance(e, DialNumber))

    def talk(self, contact: str) -> set[tuple[str, str]]:
        """Who hears whom, as (source, listener); a leg that hears music is (♪, listener)."""
        return {
            ("♪" if isinstance(r.source, FromPrompts) else str(r.source.leg), str(r.listener))
            for r in self.matrices[contact].routes
        }

    def agents_leg(self, contact: str) -> Any:
        """The last phone that was rung for this contact."""
        return next(e.leg for e in reversed(self.effects) if isinstance(e, DialAgent) and e.contact == contact)  # fmt: skip  # noqa: E501

    def picks_up(self, contact: str) -> None:
        self.give(c.LegAnswered(self.agents_leg(contact)))

    def agent_hangs_up(self, contact: str) -> None:
        self.give(c.LegClosed(self.agents_leg(contact), Blame.AGENT, Reason.HUNG_UP))

    def hangs_up(self, contact: str) -> "Centre":
        self.give(c.LegClosed(self.leg_of(contact), Blame.CALLER, Reason.HUNG_UP))
        return self

    def presses(self, contact: str, digits: str, value: Any = None) -> None:
        asked = next(e for e in reversed(self.effects) if isinstance(e, CollectDigits) and e.contact == contact)  # fmt: skip  # noqa: E501
        ended = "enough" if digits else "silence"
        self.give(
            c.DigitsCollected(asked.contact, asked.collect, len(digits), ended, digits[:1], value)
        )

    def heard_out(self, contact: str) -> None:
        """The prompts have been played to their end."""
        source = self.matrices[contact].routes[0].source
        assert isinstance(source, FromPrompts)
        self.give(c.PlayEnded(contact, source.play))  # type: ignore[arg-type]

    # --- what a user would notice ---

    def presence(self, name: str) -> Presence:
        return self.state.agents.agents[name].presence

    def why_away(self, name: str) -> str:
        assert self.presence(name) is Presence.AWAY
        return self.state.agents.agents[name].reason

    def with_agent(self, name: str) -> str | None:
        """The contact that rings for an agent, or that the agent talks to."""
        handling = self.state.agents.agents[name].handling
        return handling.contact if handling else None

    def hears(self, contact: str) -> Any:
        """The prompts that the caller hears, or the legs that hear each other."""
        routes = self.matrices[contact].routes
        for route in routes:
            if isinstance(route.source, FromPrompts):
                return route.source.prompts
        return {(r.source.leg, r.listener) for r in routes if isinstance(r.source, FromLeg)}

    def events(self, kind: type[Any], contact: str | None = None) -> list[Any]:
        return [
            event
            for _, event in self.log
            if isinstance(event, kind) and contact in (None, event.contact)
        ]

    def the(self, kind: type[Any], contact: str | None = None) -> Any:
        (event,) = self.events(kind, contact)
        return event

    def asked(self, kind: type[Any]) -> list[Any]:
        return [effect for effect in self.effects if isinstance(effect, kind)]

    def tracks(self) -> list[StartTrack]:
        return self.asked(StartTrack)

    def web(self) -> AskWeb:
        return self.asked(AskWeb)[-1]

    def ended(self, contact: str) -> tuple[Blame, Reason]:
        event = self.the(c.ContactEnded, contact)
        return event.blame, event.reason

    def restarts(self) -> None:
        """The process dies; the next one has the log, and nothing else."""
        engine: Engine[CellState] = Engine(ROOM, "cell-1")  # type: ignore[arg-type]
        for number, (at, event) in enumerate(self.log, 1):
            engine.fold(event, number, at)  # type: ignore[arg-type]
        assert engine.state == self.engine.state
        self.engine = engine
        self.wakes.clear()
        self.effects.clear()
        for effect in ROOM.unfinished(engine.state, self.now):  # type: ignore[arg-type]
            self.effects.append(effect)
            if isinstance(effect, Wake):
                heapq.heappush(self.wakes, (effect.at, len(self.effects), effect.command))
