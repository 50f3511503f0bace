"""Running SIPp against telephony on free ports of the loopback."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from roost.adapters.clock.wall import CellClock
from roost.adapters.telephony.settings import TelephonySettings, TrunkSettings
from roost.adapters.telephony.telephony import Telephony
from roost.adapters.telephony.testing import FakeFloor, FakeMedia, Script, ring_and_answer
from roost.kernel.ids import OPERATOR, ClientId, TrunkId, VaultId
from roost.kernel.messages import VaultPut
from roost.kernel.time import InstantUs
from roost.protocols.sip.digest import secret_of
from roost.protocols.sip.registrar import Binding
from roost.protocols.sip.routing import UDP, Peer

SCENARIOS = Path(__file__).parent / "sipp"
LOOPBACK = "127.0.0.1"
NUMBER = "95598"
PASSWORD = "correct horse"


def bound(kind: socket.SocketKind, port: int = 0, host: str = LOOPBACK) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family, kind)
    if kind == socket.SOCK_STREAM:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    else:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    made.bind((host, port))
    if kind == socket.SOCK_STREAM:
        made.listen(128)
    made.setblocking(False)
    return made


def free_port() -> int:
    with bound(socket.SOCK_DGRAM) as one:
        return int(one.getsockname()[1])


def both(host: str = LOOPBACK) -> tuple[list[socket.socket], int]:
    """A UDP and a TCP socket on one port."""
    for _ in range(50):
        datagrams = bound(socket.SOCK_DGRAM, host=host)
        port = int(datagrams.getsockname()[1])
        try:
            return [datagrams, bound(socket.SOCK_STREAM, port, host)], port
        except OSError:
            datagrams.close()
    raise AssertionError("no port is free for both")


def settings_for(
    port: int,
    host: str = LOOPBACK,
    most_calls: int = 5_000,
    trunks: tuple[TrunkSettings, ...] = (),
) -> TelephonySettings:
    """`trunks` stand instead of the one that calls in from the loopback."""
    return TelephonySettings(
        advertise=host,
        port=port,
        realm="roost",
        key=b"k" * 32,
        trunks=trunks or (TrunkSettings(TrunkId("local"), (host,)),),
        agents={user: secret_of(user, "roost", PASSWORD) for user in ("1001", "1002")},
        numbers={NUMBER: ClientId("power-grid")},
        most_calls=most_calls,
        silent_s=0.8,
    )


class Centre:
    """Telephony with a fake floor and fake media behind it."""

    def __init__(
        self,
        port: int,
        host: str,
        script: Script,
        most_calls: int,
        trunks: tuple[TrunkSettings, ...] = (),
    ) -> None:
        self.port = port
        self.load = 0.0  # of the floor, as its engine would tell
        self.floor = FakeFloor(script)
        self.media = FakeMedia(host)
        self.telephony = Telephony(
            settings_for(port, host, most_calls, trunks),
            self.floor,
            self.media,
            self.floor.vault,
            CellClock(),
            lambda: self.load,
        )
        self.floor.telephony = self.telephony

    def bind(self, user: str, port: int) -> None:
        """A registration as the vault would bring it back after a restart."""
        peer = Peer(UDP, LOOPBACK, port)
        uri = f"sip:{user}@{LOOPBACK}:{port}"
        binding = Binding(uri, "c", 1, 1000, 300, InstantUs(0), peer)
        value = msgspec.msgpack.encode([binding])
        self.floor.vault.put(VaultPut(VaultId(f"binding:{user}"), OPERATOR, value))
        self.telephony.restore()


@asynccontextmanager
async def centre(
    script: Script = ring_and_answer,
    host: str = LOOPBACK,
    most_calls: int = 5_000,
    trunks: tuple[TrunkSettings, ...] = (),
) -> AsyncIterator[Centre]:
    sockets, port = both(host)
    made = Centre(port, host, script, most_calls, trunks)
    await made.telephony.start(sockets)
    try:
        yield made
    finally:
        await made.telephony.close()


async def sipp(
    scenario: str | Path,
    port: int | None,
    *options: str,
    calls: int = 1,
    local_port: int = 0,
    within_s: float = 60,
    folder: Path | None = None,
) -> tuple[int, str]:
    """Runs SIPp to its end: its exit status and what it printed."""
    path = SCENARIOS / f"{scenario}.xml" if isinstance(scenario, str) else scenario
    command = [
        *("sipp", "-sf", str(path)),
        *("-i", LOOPBACK),
        *("-m", str(calls), "-s", NUMBER, "-nostdin", "-timeout", str(int(within_s))),
        *("-timeout_error",),
    ]
    if local_port:
        command += ["-p", str(local_port)]
    command += options
    if port is not None:
        command.append(f"{LOOPBACK}:{port}")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    try:
        async with asyncio.timeout(within_s + 10):
            printed, _ = await process.communicate()
    except BaseException:
        process.kill()
        raise
    assert process.returncode is not None
    return process.returncode, printed.decode("utf-8", "replace")[-4_000:]


async def until(condition: Callable[[], bool], within_s: float = 60) -> None:
    """Polls a condition until it holds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110 - it's a condition of several objects
            await asyncio.sleep(0.01)
