"""A small centre in memory to try the API on: the real floor on the real engine, real accounts
and records, phones and callers by hand. For tests, and for whoever builds on the API.

    async with SmallCentre(tmp_path) as centre:
        client = centre.client("li")             # httpx, logged in, without a network
        await client.post("/api/desk/sign-in")

Two clients, power-grid and water, one queue each; agents 1001 and 1002 serve both. Calling
`power-grid`'s number 95598 is answered and waits at once.
"""

import asyncio
import io
import wave
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Self, cast

import httpx
import msgspec
from litestar import Litestar
from msgspec import Struct

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.clock.wall import CellClock
from roost.adapters.randomness.testing import SeededRandomness
from roost.adapters.simulations.testing import MemorySimulations
from roost.adapters.store.alert_book import StreamAlerts
from roost.adapters.store.persons import KeyedPersons, normal
from roost.adapters.store.testing import MemoryStore
from roost.adapters.store.trail import StreamTrail
from roost.adapters.views.forgetting import ViewsPersonsForgotten
from roost.adapters.views.projection import CellProjection
from roost.adapters.views.sqlite import SqliteViews
from roost.definitions.application import name_id
from roost.definitions.messages import DefinitionsApplied
from roost.definitions.would_change import WouldChange
from roost.engine.bodies import Decoder
from roost.engine.runtime import LiveEngine
from roost.floor import definition, effects
from roost.floor.agents.messages import PhoneRegistered
from roost.floor.calls import messages as calls
from roost.floor.cell import ROOM
from roost.kernel.actor import SETUP, Actor, ActorKind
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import (
    OPERATOR,
    AgentId,
    ClientId,
    CommandId,
    ContactId,
    Digest,
    EntryId,
    FlowId,
    LegId,
    MediaId,
    Owner,
    QueueId,
    SkillId,
    StreamName,
    TrunkId,
    VaultId,
)
from roost.kernel.messages import Command, Effect, Refusal, VaultPut
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs
from roost.ports.accounts import Account, Role
from roost.ports.commands import Answer, Done
from roost.ports.log import Batch
from roost.ports.office import Office
from roost.ports.recordings import Side, Sound, Waveform
from roost.privacy.persons import People
from roost.web.app import create_app
from roost.web.feed import Feeds
from roost.web.follow import Follower
from roost.web.limits import FOLLOW_BATCH
from roost.web.parts import Parts, WebSettings
from roost.web.phone import PhonePages

STREAM: Final = StreamName("cell-1")
SETTINGS_STREAM: Final = StreamName("settings")
MEDIA: Final = MediaId("media-1")
TRUNK: Final = Actor(ActorKind.TRUNK, "local")
PASSWORD: Final = "correct horse battery staple"  # noqa: S105 - of every account here
SETTINGS: Final = WebSettings()
ORIGIN: Final = "http://centre.test"
NUMBERS: Final = {"power-grid": "95598", "water": "95599"}
CODES: Final = ("solved", "told")
OUT: Final = ("0931", "1")  # how numbers begin that agents may dial
PEOPLE: Final = (
    ("admin", OPERATOR, Role.ADMIN, None),
    ("qian", OPERATOR, Role.FINANCE, None),
    ("wang", OPERATOR, Role.SUPERVISOR, None),
    ("li", OPERATOR, Role.AGENT, AgentId("1001")),
    ("zhao", OPERATOR, Role.AGENT, AgentId("1002")),
    ("chen", Owner("power-grid"), Role.CLIENT_MANAGER, None),
    ("sun", Owner("water"), Role.CLIENT_MANAGER, None),
)


def small_floor(version: str = "1") -> definition.Floor:
    """Two clients, as described above."""
    clients = [ClientId(name) for name in NUMBERS]
    skill = SkillId("calls")
    return definition.Floor(
        version=Digest(version),
        clients=tuple(
            definition.Client(
                one,
                QueueId(f"{one}/calls"),
                (),
                True,
                CODES,
                directory=(definition.Entry(EntryId("crew"), "09315550120"),),
                calling_out=OUT,
            )
            for one in clients
        ),
        numbers=tuple(
            definition.Number(NUMBERS[one], one, FlowId(f"{one}/main")) for one in clients
        ),
        flows=tuple(_flow(one) for one in clients),
        queues=tuple(
            definition.Queue(
                id=QueueId(f"{one}/calls"),
                client=one,
                skills=(definition.Skill(skill),),
                priority=0,
                ring_us=DurationUs(20 * SECOND),
                wrap_up_us=DurationUs(5 * MINUTE),
                code_required=True,
                most_waiting=1_000,
                target_us=DurationUs(20 * SECOND),
                short_us=DurationUs(5 * SECOND),
            )
            for one in clients
        ),
        agents=tuple(
            definition.Agent(one, (definition.Skill(skill, 5),), "day", tuple(clients))
            for one in (AgentId("1001"), AgentId("1002"))
        ),
        away_reasons=("break", "lunch"),
        away_limits={"break": DurationUs(15 * MINUTE)},
    )


def _applied(now: InstantUs) -> Envelope:
    """The documents of that floor, as far as pages show them."""
    documents = {
        f"clients/{name}/client.yaml": {
            "name": name.title(),
            "language": "en",
            "numbers": {NUMBERS[name]: "main"},
            "queues": {"calls": {"skills": {"calls": 1}}},
            "default_queue": "calls",
            "sorry": "Sorry.",
            "wrap_up_codes": [{"code": code, "label": code.title()} for code in CODES],
            "calling_out": list(OUT),
            "directory": {"crew": {"name": "Repair crew", "number": "09315550120"}},
            "desk": {"colour": "#0f766e", "greeting": f"This is {name.title()}.", "script": "Ask."},
        }
        for name in NUMBERS
    }
    encoded = {file: msgspec.json.encode(one).decode() for file, one in documents.items()}
    applied = DefinitionsApplied(
        version=Digest("1"), floor=Digest("1"), voice="none", zones="none", documents=encoded
    )
    kind = "definitions.DefinitionsApplied"
    cause = CommandId("apply/1")
    return Envelope(
        SETTINGS_STREAM, 1, kind, applied.VERSION, OPERATOR, None, now, str(SETUP), cause, applied
    )


@cache
def _everybodys_accounts() -> bytes:
    """The file in which all PEOPLE have accounts, made once in a process: to hash their passwords
    takes longer than most tests."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "accounts.db"
        accounts = SqliteAccounts(path)
        for name, owner, role, agent in PEOPLE:
            account = accounts.create(owner, name, role, agent, PASSWORD)
            assert not isinstance(account, Refusal), account
        accounts.close()
        return path.read_bytes()


def _flow(client: ClientId) -> definition.Flow:
    queue = QueueId(f"{client}/calls")
    most = DurationUs(10 * MINUTE)
    return definition.Flow(
        FlowId(f"{client}/main"),
        client,
        Digest("1"),
        "answer",
        {
            "answer": definition.Answer("wait"),
            "wait": definition.Enqueue(queue, 0, (), (), most, "sorry"),
            "sorry": definition.HangUp(),
        },
    )


class MemorySound:
    """ports.recordings.Sound over bytes."""

    def __init__(self, data: bytes) -> None:
        self.size = len(data)
        self.pauses: tuple[tuple[DurationUs, DurationUs], ...] = ()
        self.closed = False
        self._data = data

    def read(self, start: int, length: int) -> bytes:
        return self._data[start : start + length]

    def close(self) -> None:
        self.closed = True


class MemoryRecordings:
    """ports.recordings.Recordings: a second of silence for every file that isn't `gone`."""

    def __init__(self) -> None:
        self.gone: set[str] = set()
        self.opened: list[tuple[ClientId, tuple[Side, ...]]] = []

    def open(self, client: ClientId, sides: Sequence[Side]) -> Sound | None:
        if any(side.file in self.gone for side in sides):
            return None
        self.opened.append((client, tuple(sides)))
        file = io.BytesIO()
        with wave.open(file, "wb") as out:
            out.setnchannels(min(2, len(sides)))
            out.setsampwidth(2)
            out.setframerate(8_000)
            out.writeframes(bytes(16_000 * min(2, len(sides))))
        return MemorySound(file.getvalue())

    def erase(self, client: ClientId, file: str) -> bool:
        there = file not in self.gone
        self.gone.add(file)
        return there

    def waveform(self, client: ClientId, sides: Sequence[Side], count: int) -> Waveform | None:
        if not sides or any(side.file in self.gone for side in sides):
            return None
        peaks = tuple((0, 0) * count for _ in sides)
        return Waveform(min(side.started for side in sides), DurationUs(SECOND), peaks)


class Ringing(Struct, frozen=True):
    leg: LegId
    contact: ContactId


class Phones:
    """Answers the floor's effects at once, except for what a person has to do."""

    def __init__(self, centre: "SmallCentre") -> None:
        self._centre = centre
        self.ringing: dict[AgentId, Ringing] = {}
        self.talking: dict[AgentId, Ringing] = {}
        self.outside: list[effects.DialNumber] = []  # numbers that ring
        self.tracks: dict[LegId, effects.StartTrack] = {}
        self.performed: list[Effect] = []

    def __call__(self, effect: Effect, _epoch: int) -> None:
        self.performed.append(effect)
        match effect:
            case effects.AnswerLeg(leg):
                self._tell(calls.LegAnswered(leg))
            case effects.DialAgent():
                self.ringing[effect.agent] = Ringing(effect.leg, effect.contact)
            case effects.DialNumber():
                self.outside.append(effect)
            case effects.EndLeg(leg) | effects.RefuseLeg(leg):
                self._forget(leg)
                self._tell(calls.LegClosed(leg, Blame.US, Reason.HUNG_UP))
            case effects.StartTrack():
                self.tracks[effect.leg] = effect
            case effects.CloseMedia(contact, _, legs):
                for leg in legs:
                    self._close_track(contact, leg)
            case _:
                pass

    def _forget(self, leg: LegId) -> None:
        for phones in (self.ringing, self.talking):
            for agent in [agent for agent, one in phones.items() if one.leg == leg]:
                del phones[agent]
        self.outside = [one for one in self.outside if one.leg != leg]

    def _close_track(self, contact: ContactId, leg: LegId) -> None:
        track = self.tracks.pop(leg, None)
        if track is not None:
            file = track.track.replace("/", "-")
            length = DurationUs(SECOND)
            self._tell(
                calls.TrackClosed(contact, leg, track.track, file, length, 8_000, DurationUs(0))
            )

    def _tell(self, command: Command) -> None:
        asyncio.get_running_loop().call_soon(self._centre.soon, command)


class SmallCentre:
    """See the module. `app` is the API; `follower` what it follows with."""

    def __init__(
        self,
        folder: Path,
        settings: WebSettings = SETTINGS,
        pages: Path | None = None,
        office: Callable[[MemoryStore, Path], Office] | None = None,
    ) -> None:
        self.store = MemoryStore()
        self.clock = CellClock()
        self.phones = Phones(self)
        self.recordings = MemoryRecordings()
        self.simulations = MemorySimulations()
        self.would_change = lambda: WouldChange("", (), None)
        path = folder / "accounts.db"
        path.write_bytes(_everybodys_accounts())
        self.accounts = SqliteAccounts(path)
        self.engine = LiveEngine(
            ROOM, STREAM, self.store.writer, self.store.reader(), self.clock, self.phones
        )
        persons = KeyedPersons(self.store.vault(STREAM), lambda owner: owner.encode() * 4)
        self._views = CellProjection(folder / "views.db", STREAM, persons.of)
        self._decoder = Decoder.of(ROOM)
        views = SqliteViews(folder / "views.db", self.store.reader(), STREAM)
        self.parts = Parts(
            submit=self.submit,
            log=self.store.reader(),
            vault=self.store.vault(STREAM),
            accounts=self.accounts,
            audit=StreamTrail(self.store.writer, self.clock, self.store.chain()),
            alerts=StreamAlerts(self.store.writer, self.store.reader()),
            views=views,
            recordings=self.recordings,
            simulations=self.simulations,
            would_change=self._would_change,
            clock=self.clock,
            randomness=SeededRandomness(),
            decoder=self._decoder,
            key=b"a centre's random key, for tests",
            stream=STREAM,
            settings=settings,
            people=self.store.vault(SETTINGS_STREAM),
            snapshots=self.store.snapshots(),
            persons=persons,
            people_data=self._people_data(folder / "views.db", views, persons),
            office=None if office is None else office(self.store, folder),
        )
        self.follower = Follower(self.parts)
        self.feeds = Feeds()
        self.phone_pages = PhonePages()
        self.app: Litestar = create_app(
            self.parts, self.follower, self.feeds, pages, self.phone_pages
        )
        self.given: list[tuple[Command, Actor, CommandId]] = []
        self.people: dict[str, Account] = {}
        self._count = 0
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stack = AsyncExitStack()

    def _people_data(self, place: Path, views: SqliteViews, persons: KeyedPersons) -> People:
        return People(
            STREAM,
            self.store.reader(),
            views,
            persons,
            self.store.vault(STREAM),
            self.store.vault_rows(STREAM),
            self.recordings,
            ViewsPersonsForgotten(place),
            normal,
            lambda _client, _number: (),
        )

    async def __aenter__(self) -> Self:
        await self.engine.start()
        self._stack.push_async_callback(self.engine.stop)
        self.people = {account.name: account for account in self.accounts.listing(None)}
        self._stack.callback(self.accounts.close)
        writer = self.store.writer(SETTINGS_STREAM)
        name = VaultPut(name_id(AgentId("1001")), OPERATOR, b"Li Na")
        writer.append(Batch((_applied(self.clock.now()),), (name,)))
        await self.do(definition.Configure(small_floor()), SETUP)
        await self._stack.enter_async_context(self.app.lifespan())
        await self.shown()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()
        self._views.close()

    # --- commands ---

    def _would_change(self) -> WouldChange:
        return self.would_change()

    async def submit(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """ports.commands.Submit, remembering what was given."""
        self.given.append((command, actor, id))
        return await self.engine.submit(command, actor, id, puts)

    async def do(
        self, command: Command, actor: Actor = TRUNK, puts: Sequence[VaultPut] = ()
    ) -> Done:
        """A command of the world that must not be refused."""
        self._count += 1
        answer = await self.engine.submit(command, actor, CommandId(f"w{self._count}"), puts)
        assert isinstance(answer, Done), answer
        return answer

    def soon(self, command: Command) -> None:
        """A command of the world, whatever becomes of it."""
        self._count += 1
        given = self.engine.submit(command, TRUNK, CommandId(f"w{self._count}"))
        task = asyncio.ensure_future(given)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def shown(self) -> None:
        """Until everything that happened so far is in the views and in the records."""
        while self._tasks:
            await asyncio.gather(*self._tasks)
            await asyncio.sleep(0)
        end = self.store.reader().last(STREAM)
        assert await self.follower.reached(end)
        while rows := self.store.reader().read(STREAM, self._views.position(), FOLLOW_BATCH):
            self._views.apply([self._decoder.envelope(row) for row in rows])

    # --- people and phones ---

    async def register(self, agent: str) -> None:
        await self.do(PhoneRegistered(AgentId(agent)))

    async def call(self, client: str = "power-grid", caller: str = "13800138000") -> ContactId:
        """Somebody rings a client's number, is answered and waits."""
        self._count += 1
        leg, number = LegId(f"leg-{self._count}"), VaultId(f"caller-{self._count}")
        put = VaultPut(number, Owner(client), caller.encode())
        done = await self.do(
            calls.ReceiveCall(leg, TrunkId("local"), NUMBERS[client], number, (), MEDIA),
            puts=(put,),
        )
        assert done.contact is not None
        await self.shown()
        return done.contact

    async def answer(self, agent: str) -> ContactId:
        """The agent lifts the ringing phone."""
        ringing = self.phones.ringing.pop(AgentId(agent))
        self.phones.talking[AgentId(agent)] = ringing
        await self.do(calls.LegAnswered(ringing.leg))
        await self.shown()
        return ringing.contact

    async def answer_outside(self) -> effects.DialNumber:
        """Whoever was called outside lifts the phone."""
        called = self.phones.outside.pop(0)
        await self.do(calls.LegAnswered(called.leg))
        await self.shown()
        return called

    async def hang_up(self, contact: ContactId) -> None:
        """The caller hangs up."""
        leg = self.engine.state.calls.calls[contact].caller_leg
        await self.do(calls.LegClosed(leg, Blame.CALLER, Reason.HUNG_UP))
        await self.shown()

    # --- clients of the API ---

    def anybody(self) -> httpx.AsyncClient:
        """Somebody who isn't logged in, as a program."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(cast("Any", self.app)),
            base_url=ORIGIN,
            headers={"Roost-Request": "1"},
        )

    async def login(self, name: str) -> httpx.AsyncClient:
        """Somebody of PEOPLE, by session."""
        client = self.anybody()
        owner = self.people[name].owner
        full = name if owner == OPERATOR else f"{owner}/{name}"
        answer = await client.post("/api/session", json={"name": full, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        return client
