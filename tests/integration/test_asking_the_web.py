"""A flow's web requests against a real HTTP server: what may be asked, what may come back."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence

import msgspec
import pytest

from roost.adapters.outside.wall import NotAllowed, permitted, split
from roost.adapters.outside.web import Outside
from roost.floor.effects import AskWeb
from roost.floor.flows.messages import WebAnswered
from roost.kernel.actor import Actor
from roost.kernel.ids import ClientId, CommandId, ContactId, Owner, VaultId
from roost.kernel.messages import Command, VaultPut
from roost.kernel.time import seconds
from roost.ports.commands import Answer, Done

HERE = ("127.0.0.0/8",)


class OneValueVault:
    def reveal(self, owner: Owner, id: VaultId) -> bytes | None:
        return b"4711" if (owner, id) == ("power-grid", "C1/d1") else None

    def listing(self, prefix: str) -> list[tuple[Owner, VaultId, bytes]]:
        return []


class Server:
    """Answers each request with the next prepared bytes, and keeps what it was asked."""

    def __init__(self, *answers: bytes | float) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = 0
            for line in head.lower().split(b"\r\n"):
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            self.asked.append(head + await reader.readexactly(length))
            answer = self.answers.pop(0)
            if isinstance(answer, float):
                await reader.read()  # never answers; ends when the asker goes away
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()


@contextlib.asynccontextmanager
async def listening(*answers: bytes | float) -> AsyncIterator[Server]:
    server = Server(*answers)
    real = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.port = real.sockets[0].getsockname()[1]
    async with real:
        yield server


def answer(body: object, status: str = "200 OK", more: str = "") -> bytes:
    text = json.dumps(body).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(text)}\r\nConnection: close\r\n{more}\r\n"
    return head.encode() + text


def effect(port: int, **changes: object) -> AskWeb:
    made = AskWeb(
        contact=ContactId("C1"),
        client=ClientId("power-grid"),
        request="C1/w1",
        url=f"http://127.0.0.1:{port}/outages?area=3",
        method="POST",
        send={"meter": "vault:C1/d1", "kind": "outage"},
        choices={"known": ("yes", "no")},
        texts=("street",),
        deadline_us=seconds(2),
        idempotent=False,
    )
    return msgspec.structs.replace(made, **changes)


async def outcome(
    asked: AskWeb, private: Sequence[str] = HERE
) -> tuple[WebAnswered, list[VaultPut]]:
    got: asyncio.Future[tuple[WebAnswered, list[VaultPut]]] = asyncio.Future()

    async def submit(
        command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        assert isinstance(command, WebAnswered)
        got.set_result((command, list(puts)))
        return Done(1)

    outside = Outside(submit, OneValueVault(), b"k" * 32, private, most_bytes=1_000)
    outside.perform(asked)
    found = await asyncio.wait_for(got, 10)
    await outside.close()
    return found


def test_a_declared_answer_comes_back_with_texts_in_the_vault() -> None:
    async def story() -> None:
        body = {"known": "yes", "street": "Lantern Lane", "secret": "dropped"}
        async with listening(answer(body)) as server:
            said, puts = await outcome(effect(server.port))
        assert said.outcome == "answered"
        assert said.choices == {"known": "yes"}
        assert [(put.id, put.value) for put in puts] == [("C1/w1/street", b"Lantern Lane")]
        assert said.texts == {"street": "C1/w1/street"}
        head, _, sent = server.asked[0].partition(b"\r\n\r\n")
        assert json.loads(sent) == {"meter": "4711", "kind": "outage"}
        assert b"POST /outages?area=3 " in head
        assert b"idempotency-key: " in head.lower()
        assert b"C1/w1" not in head  # how many contacts we have is nobody's business

    asyncio.run(story())


@pytest.mark.parametrize(
    "reply",
    [
        answer({"known": "perhaps"}),
        answer({"street": "no choice"}),
        answer({"known": "yes", "street": "x" * 900, "more": "y" * 900}),
        answer(["known", "yes"]),
        answer({"known": "yes"}, "302 Found", "Location: http://127.0.0.1:1/\r\n"),
        answer({"known": "yes"}, "503 Service Unavailable"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{no",
    ],
)
def test_whatever_was_not_declared_is_refused(reply: bytes) -> None:
    async def story() -> None:
        async with listening(reply) as server:
            said, puts = await outcome(effect(server.port))
        assert (said.outcome, said.choices, puts) == ("refused", {}, [])

    asyncio.run(story())


def test_silence_is_late_and_a_broken_connection_unknown() -> None:
    async def story() -> None:
        async with listening(1.0) as server:
            said, _ = await outcome(effect(server.port, deadline_us=seconds(0.2)))
            assert said.outcome == "late"
        async with listening(b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{") as server:
            said, _ = await outcome(effect(server.port))
            assert said.outcome == "unknown"

    asyncio.run(story())


def test_an_idempotent_receiver_is_asked_once_more_with_the_same_key() -> None:
    async def story() -> None:
        broken = b"HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n{"
        async with listening(broken, answer({"known": "no"})) as server:
            said, _ = await outcome(effect(server.port, idempotent=True))
        assert said.choices == {"known": "no"}
        assert len(server.asked) == 2
        assert server.asked[0] == server.asked[1]

    asyncio.run(story())


def test_a_private_address_needs_this_machines_leave() -> None:
    async def story() -> None:
        async with listening() as server:
            said, _ = await outcome(effect(server.port), private=())
            assert said.outcome == "refused"
            assert server.asked == []

    asyncio.run(story())


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:10.0.0.1", "64:ff9b::a00:1",
     "fe80::1%eth0", "0.0.0.0", "224.0.0.1", "100.64.0.1", "2002:7f00:1::"],
)  # fmt: skip
def test_private_addresses_in_all_their_dresses(address: str) -> None:
    assert not permitted(address, ())


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://x/", "http://", "http://u:p@x/", "http://x:99999/", "x"]
)
def test_only_plain_web_addresses(url: str) -> None:
    with pytest.raises(NotAllowed):
        split(url)
