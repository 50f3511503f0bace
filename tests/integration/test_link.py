"""Commands reach the writer's process by a local socket, once, whatever the socket does."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest
import uvloop

from roost.adapters.link.client import LinkClient
from roost.adapters.link.server import LinkServer, listening
from roost.adapters.link.wire import Commands, frame
from roost.engine.testing import COMMANDS, Knock, OpenDoor
from roost.kernel.actor import SETUP, Actor, ActorKind
from roost.kernel.ids import AgentId, CommandId, ContactId, Owner, StreamName, VaultId
from roost.kernel.messages import Command, Refusal, VaultPut
from roost.ports import desks
from roost.ports.commands import Answer, Done, Refused, Unavailable
from roost.ports.edge import SessionId

DEADLINE_S = 60
REGISTRY = Commands(COMMANDS)
STREAM = StreamName("doors-1")


class Desk:
    """A `Submit` that remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[Command, Actor, CommandId, Sequence[VaultPut]]] = []
        self.hold: asyncio.Event | None = None
        self.arrived = asyncio.Event()
        self.answer: Answer = Done(7, ContactId("C1"))

    async def __call__(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        self.asked.append((command, actor, id, puts))
        self.arrived.set()
        if self.hold is not None:
            await self.hold.wait()
        return self.answer


def run(story: Callable[[], Awaitable[None]], loop: str = "asyncio") -> None:
    async def bounded() -> None:
        async with asyncio.timeout(DEADLINE_S):
            await story()

    if loop == "uvloop":
        uvloop.run(bounded())
    else:
        asyncio.run(bounded())


@pytest.mark.parametrize("loop", ["asyncio", "uvloop"])
def test_a_command_travels_whole_and_its_answer_comes_back(tmp_path: Path, loop: str) -> None:
    async def story() -> None:
        desk = Desk()
        server = LinkServer(desk, REGISTRY)
        await server.start(path=tmp_path / "s")
        assert (tmp_path / "s").stat().st_mode & 0o777 == 0o600
        link = LinkClient(tmp_path / "s", REGISTRY)
        await link.start()
        actor = Actor(ActorKind.PERSON, "1001", Owner("a"), frozenset(["agent"]))
        put = VaultPut(VaultId("v"), Owner("a"), b"\x00\xff")
        command = OpenDoor("front", VaultId("v"))
        assert await link(command, actor, CommandId("c1"), (put,)) == Done(7, ContactId("C1"))
        assert desk.asked == [(command, actor, "c1", [put])]
        desk.answer = Refused(Refusal("stale", {"door": "x"}))
        assert await link(Knock("x"), SETUP, CommandId("c2")) == desk.answer
        await link.stop()
        await server.stop()

    run(story, loop)


def test_what_was_not_answered_is_asked_again_under_the_same_id(tmp_path: Path) -> None:
    async def story() -> None:
        lost, found = Desk(), Desk()
        lost.hold = asyncio.Event()
        first = LinkServer(lost, REGISTRY)
        await first.start(path=tmp_path / "s")
        link = LinkClient(tmp_path / "s", REGISTRY)
        await link.start()
        asking = asyncio.create_task(link(Knock("x"), SETUP, CommandId("c1")))
        await lost.arrived.wait()
        await first.stop()
        second = LinkServer(found, REGISTRY)
        await second.start(sock=listening(tmp_path / "s"))
        assert isinstance(await asking, Done)
        assert [each[2] for each in found.asked] == ["c1"]
        lost.hold.set()
        await link.stop()
        await second.stop()

    run(story)


def test_without_a_writer_the_answer_is_unavailable_in_time(tmp_path: Path) -> None:
    async def story() -> None:
        link = LinkClient(tmp_path / "none", REGISTRY, timeout_s=0.05, most_in_flight=1)
        await link.start()
        one = asyncio.create_task(link(Knock("x"), SETUP, CommandId("c1")))
        await asyncio.sleep(0)
        assert await link(Knock("x"), SETUP, CommandId("c2")) == Unavailable("busy")
        assert await one == Unavailable("no_answer")
        await link.stop()

    run(story)


def test_hints_reach_every_peer_and_a_new_peer_hears_the_newest(tmp_path: Path) -> None:
    async def story() -> None:
        server = LinkServer(Desk(), REGISTRY)
        await server.start(path=tmp_path / "s")
        heard: asyncio.Queue[tuple[StreamName, int]] = asyncio.Queue()

        def hinted(stream: StreamName, number: int) -> None:
            heard.put_nowait((stream, number))

        server.hint(STREAM, 5)
        link = LinkClient(tmp_path / "s", REGISTRY, hinted=hinted)
        await link.start()
        assert await heard.get() == (STREAM, 5)
        server.hint(STREAM, 9)
        assert await heard.get() == (STREAM, 9)
        await link.stop()
        await server.stop()

    run(story)


@pytest.mark.parametrize(
    "rubbish",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x01\xc1",
        b"\x00\x00\x00\x0a\x82\xa4type\xa4told",
    ],
)
def test_a_peer_that_sends_rubbish_is_cut_off_and_the_others_go_on(
    tmp_path: Path, rubbish: bytes
) -> None:
    async def story() -> None:
        server = LinkServer(Desk(), REGISTRY)
        await server.start(path=tmp_path / "s")
        reader, writer = await asyncio.open_unix_connection(str(tmp_path / "s"))
        writer.write(rubbish)
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
        assert server.cut_off == 1
        link = LinkClient(tmp_path / "s", REGISTRY)
        await link.start()
        assert isinstance(await link(Knock("x"), SETUP, CommandId("c1")), Done)
        await link.stop()
        await server.stop()

    run(story)


def test_a_peer_that_does_not_read_is_cut_off_and_the_others_go_on(tmp_path: Path) -> None:
    async def story() -> None:
        desk = Desk()
        desk.answer = Refused(Refusal("stale", {"why": "x" * 100_000}))
        server = LinkServer(desk, REGISTRY)
        await server.start(path=tmp_path / "s")
        _, writer = await asyncio.open_unix_connection(str(tmp_path / "s"), limit=1)
        for turn in range(200):
            ask = REGISTRY.ask(turn, Knock("x"), SETUP, CommandId(f"c{turn}"), ())
            writer.write(frame(ask))
        while server.cut_off == 0:  # noqa: ASYNC110
            await asyncio.sleep(0)
        writer.close()
        link = LinkClient(tmp_path / "s", REGISTRY)
        await link.start()
        assert await link(Knock("x"), SETUP, CommandId("d1")) == desk.answer
        await link.stop()
        await server.stop()

    run(story)


def test_a_stopped_server_leaves_the_next_ones_socket_alone(tmp_path: Path) -> None:
    async def story() -> None:
        old, new = LinkServer(Desk(), REGISTRY), LinkServer(Desk(), REGISTRY)
        await old.start(path=tmp_path / "s")
        await new.start(path=tmp_path / "s")
        await old.stop()
        link = LinkClient(tmp_path / "s", REGISTRY)
        await link.start()
        assert isinstance(await link(Knock("x"), SETUP, CommandId("c1")), Done)
        await link.stop()
        await new.stop()
        assert not (tmp_path / "s").exists()

    run(story)


def test_two_commands_of_one_name_cannot_be_told_apart() -> None:
    class Knock(Command, frozen=True, gc=False):
        door: str

    with pytest.raises(ValueError, match="Knock"):
        Commands([*COMMANDS, Knock])


class Phones:
    """`ports.desks.Desks` that remembers, and tells one piece of news for each question."""

    def __init__(self) -> None:
        self.questions: list[desks.DeskRequest] = []
        self.forgot = asyncio.Event()

    async def asked(self, request: desks.DeskRequest, tell: desks.Tell) -> desks.DeskReply:
        self.questions.append(request)
        tell(desks.Told(request.page.connection, desks.Line(desks.LineState.STANDING)))
        return desks.Described("ours") if isinstance(request, desks.Offer) else desks.Fine()

    def forget(self, tell: desks.Tell) -> None:
        self.forgot.set()


def test_a_desks_phone_is_asked_for_and_its_news_come_back(tmp_path: Path) -> None:
    async def story() -> None:
        page = desks.From(AgentId("1001"), desks.ConnectionId("w1"), "tab")
        phones, heard, times = Phones(), asyncio.Queue[desks.Told](), asyncio.Queue[int]()
        server = LinkServer(Desk(), REGISTRY)
        await server.start(path=tmp_path / "s")
        link = LinkClient(
            tmp_path / "s", REGISTRY, news=heard.put_nowait, again=lambda: times.put_nowait(1)
        )
        await link.start()
        await times.get()
        assert await link.desk(desks.Here(page)) == desks.Declined("phone_unavailable")
        server.desks = phones
        offer = desks.Offer(page, SessionId("1001/1"), "sdp", True)
        assert await link.desk(offer) == desks.Described("ours")
        assert phones.questions == [offer]
        assert await heard.get() == desks.Told(
            page.connection, desks.Line(desks.LineState.STANDING)
        )
        await server.stop()
        await phones.forgot.wait()  # whose pages they were is known no more
        after = LinkServer(Desk(), REGISTRY)
        after.desks = phones
        await after.start(sock=listening(tmp_path / "s"))
        await times.get()  # so that pages say again that they're here
        assert await link.desk(desks.Here(page)) == desks.Fine()
        await link.stop()
        await after.stop()

    run(story)
