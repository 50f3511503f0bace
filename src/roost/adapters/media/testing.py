"""For tests: a media process of one's own, prompts and keys to try it with, and a fake."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, Self, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from roost.adapters.media.client import MediaClient
from roost.adapters.media.memory import MemoryMedia as MemoryMedia
from roost.kernel.actor import Actor
from roost.kernel.ids import (
    CommandId,
    MediaId,
    Owner,
    PromptId,
)
from roost.kernel.messages import Command, VaultPut
from roost.ports.commands import Answer, Done, Unavailable
from roost.ports.keys import TrackKey
from roost.ports.media import Agreed, Law
from roost.protocols.rtp import g711
from roost.protocols.rtp.prompt_files import file_name
from roost.protocols.rtp.sound import tone

Wanted = TypeVar("Wanted", bound=Command)

PATIENCE_S: Final = 10.0
FIRST_PORT: Final = 30_000
SLOTS: Final = 200  # ranges to choose from
PORTS: Final = 100  # of each


def rendered(
    folder: Path, prompt: PromptId, hz: float, seconds: float, level_db: float = -20.0
) -> None:
    """Puts a tone into a prompts' folder, in both laws."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = tone(hz, level_db, round(8_000 * seconds))
    for a_law in (True, False):
        (folder / file_name(prompt, a_law)).write_bytes(g711.encode(samples, a_law))


class MemoryKeys:
    """`ports.keys.TrackKeys` with one key an owner, gone with the process."""

    def __init__(self) -> None:
        self._owners: dict[Owner, bytes] = {}

    def new(self, owner: Owner) -> TrackKey:
        mine = self._owners.setdefault(owner, os.urandom(32))
        data, nonce = os.urandom(32), os.urandom(12)
        return TrackKey(data, nonce + AESGCM(mine).encrypt(nonce, data, owner.encode()))

    def unwrap(self, owner: Owner, wrapped: bytes) -> bytes | None:
        mine = self._owners.get(owner)
        if mine is None or len(wrapped) < 13:
            return None
        try:
            return AESGCM(mine).decrypt(wrapped[:12], wrapped[12:], owner.encode())
        except InvalidTag:
            return None

    def destroy(self, owner: Owner) -> None:
        self._owners.pop(owner, None)


class Commands:
    """A `Submit` that keeps what it's given, each id once."""

    def __init__(self) -> None:
        self.given: list[Command] = []
        self.puts: list[VaultPut] = []
        self.ids: set[CommandId] = set()
        self.unavailable = False
        self.turned_away = 0
        self._news = asyncio.Condition()

    async def __call__(
        self,
        command: Command,
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
    ) -> Answer:
        if self.unavailable:
            self.turned_away += 1
            return Unavailable("told to be")
        async with self._news:
            if id not in self.ids:
                self.ids.add(id)
                self.given.append(command)
                self.puts += puts
                self._news.notify_all()
        return Done(len(self.given))

    async def take(
        self, kind: type[Wanted], fits: Callable[[Wanted], bool] = lambda _: True
    ) -> Wanted:
        """Waits for the next command of this kind, and takes it out."""

        def found() -> Wanted | None:
            for command in self.given:
                if isinstance(command, kind) and fits(command):
                    return command
            return None

        async with asyncio.timeout(PATIENCE_S), self._news:
            await self._news.wait_for(lambda: found() is not None)
            command = found()
            assert command is not None
            self.given.remove(command)
            return command


class MediaRig:
    """A real media process and a client linked to it. An async context."""

    def __init__(
        self,
        folder: Path,
        ports: tuple[int, int] = (0, 0),
        silent_after_s: float = 30.0,
        epoch: int = 1,
    ) -> None:
        self.folder = folder
        self.media = MediaId("m1")
        self.keys = MemoryKeys()
        self.commands = Commands()
        self.epoch = epoch
        self.prompts = folder / "prompts"
        self.recordings = folder / "recordings"
        self.path = folder / "media.sock"
        self.process: subprocess.Popen[bytes] | None = None
        self._ports = ports
        self._silent_after_s = silent_after_s
        self._serving: asyncio.Task[None] | None = None
        self.deposed: list[int] = []
        self.client = self.new_client()

    def new_client(self, epoch: int | None = None, commands: Commands | None = None) -> MediaClient:
        return MediaClient(
            {self.media: self.path},
            self.epoch if epoch is None else epoch,
            commands or self.commands,
            self.keys,
            lambda: self.deposed.append(self.epoch if epoch is None else epoch),
        )

    def writer_pid(self) -> int:
        """The process that writes the tracks."""
        assert self.process is not None
        pid = self.process.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def tracks(self) -> list[Path]:
        return sorted(self.recordings.glob("*.track"))

    def start(self) -> None:
        """The process; another one after a kill."""
        self.prompts.mkdir(parents=True, exist_ok=True)
        first, last = (
            self._ports if self._ports[0] else own_ports(int.from_bytes(os.urandom(2), "big"))
        )
        command = [sys.executable, "-m", "roost.adapters.media.process"]
        command += ["--socket", str(self.path), "--prompts", str(self.prompts)]
        command += ["--recordings", str(self.recordings), "--ports", f"{first}-{last}"]
        command += ["--silent-after", str(self._silent_after_s), "--id", self.media]
        self.process = subprocess.Popen(command)

    async def __aenter__(self) -> Self:
        self.start()
        self._serving = asyncio.ensure_future(self.client.serve())
        await self.client.ready()
        return self

    async def disconnect(self) -> None:
        """Control dies: its end of the link is gone at once."""
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving

    async def reconnect(self, epoch: int | None = None) -> None:
        """Control is back, with nothing in its memory."""
        self.client = self.new_client(epoch)
        self._serving = asyncio.ensure_future(self.client.serve())
        await self.client.ready()

    async def command(
        self, kind: type[Wanted], fits: Callable[[Wanted], bool] = lambda _: True
    ) -> Wanted:
        return await self.commands.take(kind, fits)

    async def __aexit__(self, *_: object) -> None:
        await self.disconnect()
        self.kill()

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def agreed_with(port: int, law: Law = Law.PCMA) -> Agreed:
    """What signalling would have agreed with a phone on this machine."""
    return Agreed("127.0.0.1", port, law, 8 if law is Law.PCMA else 0, 101)


async def until(seen: Callable[[], bool]) -> None:
    """Waits for something that nobody announces, such as a file's growth."""
    async with asyncio.timeout(PATIENCE_S):
        while not seen():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.02)


def own_ports(begin: int) -> tuple[int, int]:
    """A range that tests running side by side don't share (looked for from their own `begin`):
    every port of it is free. A busy media process gives its pairs in turn, so it may hold the
    whole of one."""
    for turn in range(SLOTS):
        first = FIRST_PORT + (begin + turn) % SLOTS * PORTS
        if _free(first, first + PORTS):
            return first, first + PORTS - 1
    raise AssertionError(f"no {PORTS} UDP ports of 127.0.0.1 in a row are free")


def _free(first: int, end: int) -> bool:
    with contextlib.ExitStack() as held:
        for port in range(first, end):
            one = held.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True
