"""One of the demo's agents: hands callers on, asks colleagues, promises calls and makes them.

    turn        what happens, all of it by the desk's own buttons
    talk        greets, talks, hangs up
    to_queue    greets, says that somebody else will go on, and hands the caller to a queue
    to_colleague   the same, to somebody who's ready
    consult     the caller hears music while a colleague is asked; back to the caller and to the
                colleague once more; then the colleague goes on
    promise     talks, and while writing up promises a call for a few seconds later

Ready and not rung, an agent now and then takes what the list of tasks has due (a promised call, a
message, somebody who gave up waiting), hears the message, calls, and says what came of it. What
the desk refuses (a colleague was quicker, nobody is ready) leads back to the talk.
"""

from array import array
from contextlib import suppress
from typing import Any, Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from roost.adapters.clock.wall import CellClock
from roost.adapters.phone.account import Account
from roost.adapters.phone.calls import PhoneCall
from roost.floor.parties import Party, SegmentKind
from roost.floor.tasks.messages import TaskKind, TaskOutcome
from roost.kernel.time import SECOND
from roost.processes.agent_at_work import AgentAtWork, Habits, Password, unless_over
from roost.processes.demo.plan import Turn, turn
from roost.processes.softphone import sound_of
from roost.web.rows import ContactState, DeskRow, PartyState, Presence, TaskRow
from roost.web.targets import Targets
from roost.web.tasks import TaskDetail, TaskPage

Answered = TypeVar("Answered")

ASKED_S: Final = 20.0  # a colleague's phone rings, and they answer
A_WORD_S: Final = 1.5
TAKES_OVER_S: Final = 40.0  # who was asked goes on with the caller, or is let go
HANDED_S: Final = 10.0  # until the desk lets go of a caller who was handed on
PROMISED_US: Final = 5 * SECOND  # from the promise to the call
AGAIN_US: Final = 60 * SECOND  # nobody there: another try
REACHED_S: Final = 25.0  # a number is called so long


class Sounds(Struct, frozen=True):
    """What they say."""

    talks: "array[int]"  # with the tone that callers know an agent by
    hands_over: "array[int]"
    asks: "array[int]"  # to a colleague


class Colleague(AgentAtWork):
    """See above; `seed` fixes what each call of theirs comes to."""

    def __init__(
        self,
        account: Account,
        url: str,
        login: Password,
        habits: Habits,
        sounds: Sounds,
        seed: int,
    ) -> None:
        super().__init__(account, url, login, habits, sounds.talks)
        self._sounds, self._seed, self._user = sounds, seed, account.user
        self._clock = CellClock()
        self._looked: int = 0
        self._quiet = False
        self._task = ""
        self._reached = False
        self._promise = False

    def no_more_of_their_own(self) -> None:
        """Everybody goes home soon: no task is taken any more."""
        self._quiet = True

    # --- a call ---

    async def _talk(self, call: PhoneCall) -> None:
        desk = self._desk
        kind = None if desk is None else desk.kind
        if kind is SegmentKind.CONSULT:
            await self._asked(call)
        elif kind in {SegmentKind.OUTBOUND, SegmentKind.CALLBACK}:
            await self._calls_out(call)
        elif kind is SegmentKind.ANSWER:  # nobody is handed on twice
            await self._serves(call)
        await super()._talk(call)

    async def _serves(self, call: PhoneCall) -> None:
        what = turn(self._seed, self._user, self._calls)
        match what:
            case Turn.TO_QUEUE | Turn.TO_COLLEAGUE:
                await self._hands_on(call, what)
            case Turn.CONSULT:
                await self._consults(call)
            case Turn.PROMISE:
                self._promise = not self._quiet
            case Turn.TALK:
                pass

    async def _asked(self, call: PhoneCall) -> None:
        """Somebody asks me: until the caller is mine."""
        await self._shows(lambda desk: desk.kind is not SegmentKind.CONSULT, TAKES_OVER_S)
        await unless_over(call, 0.1)

    async def _calls_out(self, call: PhoneCall) -> None:
        self._reached = await self._shows(
            lambda desk: desk.contact is not None and desk.contact.state is ContactState.TALKING,
            REACHED_S,
        )
        await unless_over(call, 0.1)

    async def _hands_on(self, call: PhoneCall, what: Turn) -> None:
        to = await self._says_to_whom(call, what)
        if to is not None and await self._do("transfer", to):
            await unless_over(call, HANDED_S)

    async def _consults(self, call: PhoneCall) -> None:
        to = await self._says_to_whom(call, Turn.TO_COLLEAGUE)
        if to is None or not await self._do("consult", to):
            return
        if not await self._shows(_colleague_talks, ASKED_S):
            await self._do("unhold")
            return
        sound_of(call).say(self._sounds.asks)
        await unless_over(call, A_WORD_S)
        for _ in range(2):  # to the caller, who waits, and back
            await self._do("toggle")
            await unless_over(call, A_WORD_S)
        if await self._do("complete-transfer"):
            await unless_over(call, HANDED_S)

    async def _says_to_whom(self, call: PhoneCall, what: Turn) -> dict[str, Any] | None:
        """Says that somebody else will go on, if anybody can, and finds out who can then. Raises
        Ended."""
        if await self._whom(what) is None:
            return None
        sound_of(call).say(self._sounds.hands_over)
        await unless_over(call, len(self._sounds.hands_over) / 8_000)
        return await self._whom(what)

    async def _whom(self, what: Turn) -> dict[str, Any] | None:
        targets = await self._get("/api/desk/targets", Targets)
        if targets is None:
            return None
        if what is Turn.TO_QUEUE:
            queues = sorted(targets.queues, key=lambda queue: (-queue.ready, queue.queue))
            return {"queue": queues[0].queue} if queues and queues[0].ready else None
        ready = [one for one in targets.colleagues if one.presence is Presence.READY]
        return {"agent": ready[self._calls % len(ready)].agent} if ready else None

    # --- what was promised ---

    async def _write_up(self, desk: DeskRow) -> bool:
        contact, self._promise, promised = desk.contact, False, self._promise
        if promised and contact is not None:
            at = self._clock.now() + PROMISED_US
            note = "Promised by the demo."
            await self._post("/api/tasks", {"ref": contact.ref, "at": at, "note": note})
        return await super()._write_up(desk)

    async def _idle(self, desk: DeskRow) -> bool:
        if self._task:
            return await self._finishes()
        if desk.task is not None:
            found = await self._get(f"/api/tasks/{desk.task}", TaskDetail)
            return False if found is None else await self._does(found.task)
        if self._quiet or self._calls == self._looked:
            return False
        self._looked = self._calls  # once after each call
        page = await self._get("/api/tasks?state=due&limit=1", TaskPage)
        if page is None or not page.tasks:
            return False
        return await self._does(page.tasks[0])

    async def _does(self, found: TaskRow) -> bool:
        """Takes a task, and calls its number."""
        if not await self._post(f"/api/tasks/{found.task}/take"):
            return False
        if found.kind is TaskKind.VOICEMAIL:
            with suppress(httpx.HTTPError):
                await self._http.get(f"/api/tasks/{found.task}/recording")
        self._task, self._reached = found.task, False
        rung = self._calls
        if await self._post(f"/api/tasks/{found.task}/call"):
            await self._shows(lambda _: self._calls > rung, ASKED_S)
            return True
        self._task = ""
        return await self._post(f"/api/tasks/{found.task}/give-back")

    async def _finishes(self) -> bool:
        """The call for a task is over: what came of it."""
        task, self._task = self._task, ""
        body: dict[str, Any] = {"outcome": TaskOutcome.REACHED}
        if not self._reached:
            again = self._clock.now() + AGAIN_US
            body = {"outcome": TaskOutcome.NO_ANSWER, "again": again}
        return await self._post(f"/api/tasks/{task}/finish", body)

    async def _get(self, path: str, kind: type[Answered]) -> Answered | None:
        """None when it's refused, or the web is away."""
        with suppress(httpx.HTTPError, msgspec.MsgspecError):
            answer = await self._http.get(path)
            if answer.is_success:
                return msgspec.json.decode(answer.content, type=kind)
        return None


def _colleague_talks(desk: DeskRow) -> bool:
    """Whom I've asked is there."""
    if desk.talk is None:
        return False
    return any(
        party.party is Party.AGENT
        and party.agent not in (None, desk.agent.agent)
        and party.state is PartyState.TALKING
        for party in desk.talk.parties
    )
