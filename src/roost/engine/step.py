"""The one step function: a command is run to rest, in memory, without acting.

    engine = Engine(ROOM, StreamName("cell-1"))
    step = engine.step(now, command, actor, cause)

decide → fold at once → the room's reactions in fixed order, until none is left. All reactions
of one round are decided before the reactions that they lead to (first in, first out); a
decision's events are all folded before `react` is asked about the first of them. Live driver,
simulator and tests use this same function; replay folds with `Engine.fold` and decides nothing.

What a step may come to:

- it's *refused* (`step.refusal`): nothing changed; `puts` are not to be stored;
- it's *done*: `envelopes` belong into the log, `effects` may leave once they're committed;
- a *fault*: deciding failed with an assertion of ours. That command is refused with the code
  `fault`, `step.incidents` says what happened, and the room's rescue brings the contact onto
  the safe path, so a step may be refused and still have envelopes;
- `FoldFailed` is raised: memory and log can't agree any more, so the process must stop.

A refused *reaction* is no trouble (a caller hung up meanwhile): it's counted by its code in
`Engine.ignored`.
"""

import traceback
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import Struct

from roost.engine.bodies import state_digest
from roost.kernel.actor import CLOCK, Actor
from roost.kernel.envelope import Envelope
from roost.kernel.ids import CommandId, ContactId, StreamName, VaultId
from roost.kernel.messages import Command, Decision, Effect, Event, Refusal, VaultPut
from roost.kernel.room import Room
from roost.kernel.time import BEGINNING, InstantUs

MOST_DIGESTS: Final = 20  # incidents of one engine that carry their state's digest
MOST_ROUNDS: Final = 64
FAULT: Final = "fault"

State = TypeVar("State")
_Known = tuple[  # an event's name and version, its fold and its reaction
    str, int, Callable[[Any, Any, InstantUs], None], Callable[[Any, Any], Sequence[Command]] | None
]


class FoldFailed(Exception):
    """An event of ours couldn't be folded: memory and log can't agree, the process must stop."""


class Incident(Struct, frozen=True, gc=False):
    """An assertion of ours failed. `number` names the state exactly: the stream's last event
    when it happened; `state` is that state's digest, which a replay to there gives again unless
    the step had gone on from there. Commands hold ids only, so there's nothing personal in
    here."""

    stream: StreamName
    number: int
    at: InstantUs
    actor: str
    cause: str
    command_type: str
    command: str  # JSON
    trouble: str  # the type of the exception
    traceback: str
    state: str = ""  # empty beyond MOST_DIGESTS: it takes a while of a large state


class Step(Struct, gc=False):
    """All that came of one command. `number` is the stream's position after it."""

    number: int
    envelopes: list[Envelope]
    effects: list[Effect]
    drops: list[VaultId]
    puts: Sequence[VaultPut] = ()
    refusal: Refusal | None = None
    incidents: Sequence[Incident] = ()

    @property
    def contact(self) -> ContactId | None:
        """The first contact that the events speak of."""
        for envelope in self.envelopes:
            if envelope.contact is not None:
                return envelope.contact
        return None


class Engine(Generic[State]):
    """A room's state with its place in the stream. Not thread-safe, never blocks."""

    def __init__(
        self,
        room: Room[State],
        stream: StreamName,
        *,
        state: State | None = None,
        number: int = 0,
        at: InstantUs = BEGINNING,
        epoch: int = 0,
    ) -> None:
        self.room = room
        self.stream = stream
        self.state: State = room.initial() if state is None else state
        self.number = number
        self.at = at
        self.epoch = epoch
        self.ignored: dict[str, int] = {}
        self._digests = 0
        self._known: dict[type[Event], _Known] = {
            cls: (name, cls.VERSION, room.folds[cls], room.reactions.get(cls))
            for name, cls in room.events.items()
        }
        self._decide = room.decide
        self._by_reaction = f"room:{room.name}"
        self._actor, self._who = CLOCK, str(CLOCK)

    def fold(self, event: Event, number: int, at: InstantUs) -> None:
        """Take over an event that the log already holds. Raises FoldFailed."""
        if number != self.number + 1:
            raise FoldFailed(f"{self.stream}: event {number} after {self.number}")
        try:
            self.room.fold(self.state, event, at)
        except Exception as trouble:
            raise FoldFailed(f"{self.stream} {number} {type(event).__name__}") from trouble
        self.number = number
        if at > self.at:
            self.at = at

    def step(
        self,
        now: InstantUs,
        command: Command,
        actor: Actor,
        cause: CommandId | str,
        puts: Sequence[VaultPut] = (),
    ) -> Step:
        """Run a command to rest. `cause` is its id. Raises FoldFailed."""
        at = now if now > self.at else self.at  # noqa: FURB136 - half the time of max()
        self.at = at
        state = self.state
        try:
            first = self._decide(state, at, command)
        except Exception as trouble:
            return self._fault_first(command, actor, cause, trouble)
        if first.__class__ is Refusal:
            return Step(self.number, [], [], [], (), first)  # pyright: ignore[reportArgumentType]
        step = Step(self.number, [], [], [], puts)
        following: list[Command] = []
        if actor is not self._actor:  # few actors give many commands, one after another
            self._actor, self._who = actor, str(actor)
        who = self._who
        trouble = self._take(step, first, who, cause, following)  # pyright: ignore[reportArgumentType]
        if trouble is not None:
            return self._fault_first(command, actor, cause, trouble)
        if following:
            self._react(step, following, cause, MOST_ROUNDS - 1, rescuing=False)
        step.number = self.number
        return step

    def _take(
        self,
        step: Step,
        decision: Decision,
        actor: str,
        cause: str,
        following: list[Command],
    ) -> Exception | None:
        """Number and fold a decision's events, and collect what follows from them.
        Gives the trouble, with nothing changed, when an event isn't one of the room's."""
        events = decision.events
        if events:
            at, number, known, stream = self.at, self.number, self._known, self.stream
            envelopes = step.envelopes
            before = len(envelopes)
            for event in events:
                kind = known.get(event.__class__)
                if kind is None:
                    del envelopes[before:]
                    return KeyError(f"{type(event).__name__} is no event of this room")
                number += 1
                envelopes.append(
                    Envelope(
                        stream,
                        number,
                        kind[0],
                        kind[1],
                        event.owner,
                        event.contact,
                        at,
                        actor,
                        cause,
                        event,
                    )
                )
            state = self.state
            try:
                for event in events:
                    known[event.__class__][2](state, event, at)
            except Exception as trouble:
                names = ", ".join(type(event).__name__ for event in events)
                raise FoldFailed(f"{stream} after {self.number}: {names}") from trouble
            self.number = number
            try:
                for event in events:
                    react = known[event.__class__][3]
                    if react is not None and (more := react(state, event)):
                        following += more
            except Exception as trouble:
                self._note(step, None, actor, cause, trouble)
        if decision.effects:
            step.effects += decision.effects
        if decision.drops:
            step.drops += decision.drops
        return None

    def _react(
        self, step: Step, commands: list[Command], cause: str, rounds: int, *, rescuing: bool
    ) -> None:
        """Decide commands of the room's own until none is left."""
        decide, state, who, at = self._decide, self.state, self._by_reaction, self.at
        rescue: list[Command] = []
        while commands:
            if rounds == 0:
                overrun = AssertionError(f"more than {MOST_ROUNDS} rounds")
                self._note(step, commands[0], who, cause, overrun)
                rescue.extend(self._safe_path(step, commands, who, cause))
                break
            rounds -= 1
            following: list[Command] = []
            for command in commands:
                try:
                    decision = decide(state, at, command)
                except Exception as trouble:
                    self._note(step, command, who, cause, trouble)
                    rescue.extend(self._safe_path(step, [command], who, cause))
                    continue
                if decision.__class__ is Refusal:
                    self._ignore(decision.code)  # pyright: ignore
                    continue
                bad = self._take(step, decision, who, cause, following)  # pyright: ignore
                if bad is not None:
                    self._note(step, command, who, cause, bad)
                    rescue.extend(self._safe_path(step, [command], who, cause))
            commands = following
        if rescue and not rescuing:  # a rescue that fails in its turn is left to the leases
            self._react(step, rescue, cause, MOST_ROUNDS, rescuing=True)

    def _fault_first(self, command: Command, actor: Actor, cause: str, trouble: Exception) -> Step:
        """The command itself failed: refuse it, and run the room's rescue. The rescue's events
        have a cause of their own: the command itself wasn't done, and may be given again."""
        step = Step(self.number, [], [], [])
        self._note(step, command, str(actor), cause, trouble)
        step.refusal = Refusal(FAULT, {"command": type(command).__name__})
        own = f"{FAULT}:{cause}"
        safe = self._safe_path(step, [command], str(actor), own)
        self._react(step, safe, own, MOST_ROUNDS, rescuing=True)
        step.number = self.number
        return step

    def _safe_path(
        self, step: Step, commands: list[Command], who: str, cause: str
    ) -> list[Command]:
        """The room's rescue for commands that failed. Where even that fails it's an incident of
        its own, and the contact is left to its leases."""
        rescue: list[Command] = []
        for command in commands:
            try:
                rescue.extend(self.room.rescue(self.state, command))
            except Exception as trouble:
                self._note(step, command, who, cause, trouble)
                self._ignore("rescue_failed")
        return rescue

    def _ignore(self, code: str) -> None:
        self.ignored[code] = self.ignored.get(code, 0) + 1

    def _note(
        self, step: Step, command: Command | None, actor: str, cause: str, trouble: Exception
    ) -> None:
        shown = b"{}" if command is None else _shown(command)
        step.incidents = (
            *step.incidents,
            Incident(
                self.stream,
                self.number,
                self.at,
                actor,
                str(cause),
                "reaction" if command is None else type(command).__name__,
                shown.decode(),
                type(trouble).__name__,
                "".join(traceback.format_exception(trouble)),
                self._digest(),
            ),
        )

    def _digest(self) -> str:
        self._digests += 1
        return state_digest(self.state) if self._digests <= MOST_DIGESTS else ""


def _shown(command: Command) -> bytes:
    """A command as JSON, whatever state it's in."""
    try:
        if command.HIDDEN:
            hidden = dict.fromkeys(command.HIDDEN, "hidden")
            shown = {**msgspec.structs.asdict(command), **hidden}
            return msgspec.json.encode(shown, enc_hook=_as_text)
        return msgspec.json.encode(command, enc_hook=_as_text)
    except Exception:
        return b'"cannot be shown"'


def _as_text(value: Any) -> str:
    return repr(value)


Perform = Callable[[Effect, int], None]
"""Carry out an effect under the writer's epoch. Must neither block nor raise."""
