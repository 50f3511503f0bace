"""When the log can't be written (a full disk): what callers hear, and how they're let go.

    writing ── a commit fails ──► failing ── PATIENCE_S ──► sorry ── SPEAK_S ──► let go
       ▲                             │                                              │
       └────── the log is back ──────┴──── whoever was told sorry is ended ◄────────┘

New callers get 503 from telephony as long as nothing can be decided. Who waits or chooses would
stay for ever where they are: so after a moment they hear their client's `sorry`, and are let
go. Nobody who talks is touched: audio flows without control. None of this is decided by the
room, for it couldn't be remembered; the contacts are ended in the log as soon as there is one.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from roost.floor.calls.model import Call, LegState
from roost.floor.effects import EndLeg, FromPrompts, RefuseLeg, Route, SetMatrix
from roost.floor.state import CellState
from roost.kernel.ends import Reason
from roost.kernel.ids import ContactId, LegId, PlayId
from roost.kernel.messages import Effect

PATIENCE_S: Final = 4.0
SPEAK_S: Final = 8.0
LOOK_S: Final = 0.1
LATER: Final = 1_000_000  # beyond every version that the room gives a matrix


class LastWords:
    """`perform` sends an effect past the room; `ended` is told whom to end in
    the log, once there is one again. The
    state in memory may hold calls that were never committed (and whose ids will be given
    again): so only those are touched whose leg media holds (`held`)."""

    def __init__(
        self,
        failing: Callable[[], bool],
        state: Callable[[], CellState],
        held: Callable[[], Awaitable[set[LegId]]],
        perform: Callable[[Effect], None],
        ended: Callable[[ContactId], None],
    ) -> None:
        self._failing = failing
        self._state = state
        self._held = held
        self._perform = perform
        self._ended = ended
        self._task: asyncio.Task[None] | None = None

    def failed(self) -> None:
        """A commit failed, or does so still."""
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._watch())

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _watch(self) -> None:
        await self._pause(PATIENCE_S)
        if self._failing():
            held = await self._held()
            told = {call.id: call for call in self._alone() if call.caller_leg in held}
            for call in told.values():
                self._say_sorry(call)
            await asyncio.sleep(SPEAK_S)
            for contact, call in told.items():
                self._ended(contact)  # in line before whatever their phones say
                self._let_go(call)

    async def _pause(self, most_s: float) -> None:
        """Until the log can be written again, at most so long."""
        while self._failing() and most_s > 0:
            await asyncio.sleep(LOOK_S)
            most_s -= LOOK_S

    def _alone(self) -> list[Call]:
        """Calls in which nobody talks to anybody."""
        return [
            call
            for call in self._state().calls.calls.values()
            if call.ended_at is None
            and not any(leg.state is LegState.BRIDGED for leg in call.legs.values())
        ]

    def _say_sorry(self, call: Call) -> None:
        safe = self._state().flows.safe.get(call.client)
        if safe is None or not safe.waiting or not (call.answered or call.early):
            return
        play = FromPrompts(PlayId(f"{call.id}/sorry"), safe.waiting)
        route = Route(play, call.caller_leg)
        self._perform(SetMatrix(call.id, call.media, call.version + LATER, (route,)))

    def _let_go(self, call: Call) -> None:
        for leg in call.legs.values():
            answered = leg.connected or leg.id != call.caller_leg
            self._perform((EndLeg if answered else RefuseLeg)(leg.id, Reason.OVERLOADED))
