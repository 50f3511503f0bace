"""One simulated run: the production room under the one step function, in virtual time.

Faults are injected where they happen in life: a message from the world is lost, late or
doubled; the process dies after a step, before or after its group was committed. After a crash
the state is folded again from what was committed, and the room says what is unfinished. Media
may die and the trunk fail as well: `world.py` and `callers.py`.
"""

import gc
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import msgspec

from roost.engine.step import Engine, Incident, Step
from roost.floor.agents.messages import (
    AgentAway,
    AgentReady,
    AgentSignedIn,
    AgentSignedOut,
    AgentWorks,
    WrapUpStarted,
)
from roost.floor.calls.messages import (
    CallArrived,
    CallbackClosed,
    CallbackPromised,
    ContactEnded,
    LegEnded,
)
from roost.floor.cell import ROOM
from roost.floor.definition import Configure, Floor
from roost.floor.flows.messages import CallbackOffered, FlowAdvanced
from roost.floor.queues.messages import ContactQueued
from roost.floor.state import CellState
from roost.kernel.actor import CLOCK, SETUP, Actor, ActorKind
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.messages import Command, Effect, Event, Wake
from roost.kernel.time import MINUTE
from roost.simulator.dice import Dice
from roost.simulator.figures import Ledger
from roost.simulator.scenario import Harm, Scenario
from roost.simulator.timeline import Timeline
from roost.simulator.turns import Turns
from roost.simulator.world import World

STREAM = StreamName("cell-1")
OUTSIDE = Actor(ActorKind.TRUNK, "simulator")
DRAIN_US = 20 * MINUTE  # after the last arrival: what began comes to its end
MOST_DRAINS = 16  # if leases have to do it, one after another, or a promised call its limit

Observer = Callable[[Envelope], None]
"""Sees each committed event; a Ledger says for each kind of event what takes it in."""
Seen = tuple[Callable[[Any], None] | None, tuple[Observer, ...]]


@contextmanager
def no_collector() -> Generator[None, None, None]:
    """A run makes no cycles: Python's collector would only look for them in vain, and often."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Simulation:
    """`log` keeps every committed envelope while `keep` is set; `observers` see each as a
    follower would. `crashes` counts the restarts."""

    def __init__(
        self,
        floor: Floor,
        scenario: Scenario,
        seed: int,
        *,
        keep: bool = True,
        digest: bool = False,
        observers: tuple[Observer, ...] = (),
    ) -> None:
        self.floor = floor
        self.scenario = scenario
        self.hash = sha256() if digest else None
        self.observers = (*observers, self.hashed) if digest else observers
        self.log: list[Envelope] = []
        self.seen: dict[type[Event], Seen] = {}
        self.events = 0
        self.steps = 0
        self.crashes = 0
        self.incidents: list[Incident] = []
        self.refused: dict[str, int] = {}
        self.generation = 0
        self.chaos = Dice(seed, 1 << 50)
        faults = scenario.faults
        lossy = bool(faults.lost or faults.late or faults.doubled or faults.harm_at)
        self.told = 0  # messages, while some may suffer harm
        self.mortal = bool(faults.crash or faults.crash_at)
        self.timeline = Timeline(scenario.start, scenario.behaviour.network_us, self.give)
        tell = self.tell_perhaps if lossy else self.timeline.send
        self.world = World(scenario, seed, self.timeline, tell)
        self.keep = keep or self.mortal
        self.engine: Engine[CellState] = Engine(ROOM, STREAM)
        self.encoder = msgspec.json.Encoder()
        people, callers = self.world.people, self.world.callers
        self.notices: dict[type[Event], Callable[[Any], None]] = {
            AgentReady: people.sees_ready,
            AgentWorks: people.sees_working,
            **people.tasks.notices(),
            AgentAway: people.sees_away,
            AgentSignedIn: people.sees_signed_in,
            AgentSignedOut: people.sees_signed_out,
            WrapUpStarted: people.sees_wrap_up,
            CallArrived: callers.arrived,
            FlowAdvanced: callers.chose,
            ContactQueued: callers.waits,
            CallbackOffered: callers.offered,
            CallbackPromised: callers.promise,
            CallbackClosed: callers.closed,
            ContactEnded: callers.over,
            LegEnded: callers.forget,
        }

    def run(self) -> "Simulation":
        """Play the whole scenario, then wait until all that began has ended."""
        with no_collector():
            while not self.engine.number:  # put in force again, should the process die of it
                self.give(Configure(self.floor), "configure", SETUP)
            self.world.begin(self.floor)
            for at, floor in self.scenario.changes:
                self.timeline.after(at, self.change, floor)
            end = self.scenario.start + self.scenario.length_us
            self.timeline.run(end)
            for drain in range(1, MOST_DRAINS + 1):
                self.timeline.run(end + drain * DRAIN_US)
                if not self.going_on():
                    break
        return self

    def change(self, floor: Floor) -> None:
        """Other definitions are put in force meanwhile."""
        self.give(Configure(floor), "configure", SETUP)

    def going_on(self) -> bool:
        """Whether the engine knows of a call, or of an agent with a contact."""
        state = self.engine.state
        if state.calls.calls:
            return True
        return any(agent.handling is not None for agent in state.agents.agents.values())

    # --- from the world to the engine ---

    def tell_perhaps(self, command: Command, key: str) -> None:
        """A message on its way: usually it takes a moment, sometimes it fails."""
        faults, network_us = self.scenario.faults, self.scenario.behaviour.network_us
        self.told += 1
        harm = faults.harm if self.told == faults.harm_at else Harm.NONE
        if self.chaos.chance(faults.lost) or harm is Harm.LOST:
            return
        is_late = self.chaos.chance(faults.late) or harm is Harm.LATE
        late = self.chaos.exponential(faults.late_us) if is_late else 0
        self.timeline.after(network_us + late, self.arrive, (command, key))
        if self.chaos.chance(faults.doubled) or harm is Harm.DOUBLED:
            again = self.chaos.exponential(faults.late_us)
            self.timeline.after(network_us + again, self.arrive, (command, key))

    def arrive(self, about: tuple[Command, str]) -> None:
        self.give(*about)

    def wake(self, about: tuple[Command, int]) -> None:
        command, generation = about
        if generation == self.generation:
            self.give(command, "timer", CLOCK)

    # --- the engine ---

    def give(self, command: Command, cause: str, actor: Actor = OUTSIDE) -> None:
        step = self.engine.step(self.timeline.now, command, actor, cause)
        self.steps += 1
        if step.incidents:
            self.incidents.extend(step.incidents)
        refusal = step.refusal
        if refusal is not None:
            self.refused[refusal.code] = self.refused.get(refusal.code, 0) + 1
        if self.mortal and self.dies(step):
            return
        if step.envelopes:
            self.commit(step.envelopes)
        if step.effects:
            self.perform(step.effects)

    def dies(self, step: Step) -> bool:
        """Whether the process dies after this step; if so, it has been started again."""
        faults = self.scenario.faults
        if faults.crash and self.chaos.chance(faults.crash):
            self.die(step.envelopes if self.chaos.chance(500_000) else ())
        elif self.steps == faults.crash_at:
            self.die(step.envelopes if faults.stored else ())
        else:
            return False
        return True

    def commit(self, envelopes: Sequence[Envelope]) -> None:
        """What people and phones notice of each event, and what followers are given."""
        seen = self.seen
        for envelope in envelopes:
            body = envelope.body
            kind = body.__class__
            notice, observers = seen.get(kind) or self.sees(kind)
            if notice is not None:
                notice(body)
            for observer in observers:
                observer(envelope)
        self.events += len(envelopes)
        if self.keep:
            self.log.extend(envelopes)

    def sees(self, kind: type[Event]) -> Seen:
        """Who sees events of a kind."""
        takes = [
            observer.takes(kind) if isinstance(observer, Ledger | Turns) else observer
            for observer in self.observers
        ]
        found = self.notices.get(kind), tuple(one for one in takes if one is not None)
        self.seen[kind] = found
        return found

    def hashed(self, envelope: Envelope) -> None:
        assert self.hash is not None
        self.hash.update(self.encoder.encode(envelope))

    def perform(self, effects: Sequence[Effect]) -> None:
        """Timers are set here; the rest is the world's."""
        timeline, perform = self.timeline, self.world.perform
        for effect in effects:
            if type(effect) is Wake:
                length = effect.at - timeline.now
                about = effect.command, self.generation
                timeline.timer(length if length > 0 else 0, self.wake, about)  # noqa: FURB136
            else:
                perform(effect)

    def die(self, committed: Sequence[Envelope]) -> None:
        """Killed between deciding and acting: effects never left; the group perhaps did."""
        self.commit(committed)
        self.crashes += 1
        self.generation += 1
        self.engine = Engine(ROOM, STREAM)
        for envelope in self.log:
            self.engine.fold(envelope.body, envelope.number, envelope.at)
        self.perform(ROOM.unfinished(self.engine.state, self.timeline.now))

    def digest(self) -> str:
        """Of the log's bytes: the same seed gives the same, on any machine."""
        assert self.hash is not None, "made without digest=True"
        return self.hash.hexdigest()
