"""A writer's process is killed again and again while commands come by the link: each command is
done exactly once, whatever was answered is in the log, and the log folds to the state."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

from roost.adapters.link.client import LinkClient
from roost.adapters.link.wire import Commands
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.engine.testing import COMMANDS, DOORS, OpenDoor
from roost.engine.verify import verify
from roost.kernel.actor import SETUP
from roost.kernel.ids import CommandId, Owner, StreamName, VaultId
from roost.kernel.messages import VaultPut
from roost.ports.commands import Done

STREAM = StreamName("doors-1")
SOURCE = Path(__file__).parents[2] / "src"
DEADLINE_S = 180

CONTROL = """
    import asyncio, sys
    from pathlib import Path
    from roost.adapters.clock.wall import CellClock
    from roost.adapters.link.server import LinkServer
    from roost.adapters.link.wire import Commands
    from roost.adapters.store.keys import KeyFile
    from roost.adapters.store.sqlite import SqliteStore
    from roost.engine.runtime import LiveEngine
    from roost.engine.testing import COMMANDS, DOORS

    async def main(folder):
        store = SqliteStore(folder / "log", KeyFile(folder / "keys.json"))
        engine = LiveEngine(DOORS, "doors-1", store.writer, store.reader(), CellClock(),
                            lambda effect, epoch: None)
        await engine.start()
        server = LinkServer(engine.submit, Commands(COMMANDS))
        await server.start(path=folder / "control.sock")
        await asyncio.Event().wait()

    asyncio.run(main(Path(sys.argv[1])))
"""


class Control:
    """The writer's process, started again after each kill."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script = folder / "control.py"
        self.script.write_text(textwrap.dedent(CONTROL))
        self.process = self._started()

    def _started(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, str(self.script), str(self.folder)],
            env={**os.environ, "PYTHONPATH": str(SOURCE)},
        )

    def dies_and_comes_back(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.process = self._started()

    def ends(self) -> None:
        self.process.kill()
        self.process.wait()


async def ask_all(link: LinkClient, control: Control, commands: int, kill_at: set[int]) -> int:
    """Many desks at once, each asking until it's done; gives the number of answers."""
    answered = 0

    async def one(n: int) -> None:
        nonlocal answered
        vault = VaultId(f"note/{n}")
        put = VaultPut(vault, Owner("house"), str(n).encode())
        while True:
            answer = await link(OpenDoor(f"d{n}", vault), SETUP, CommandId(f"c{n}"), (put,))
            if isinstance(answer, Done):
                break
        answered += 1
        if answered in kill_at:
            control.dies_and_comes_back()

    async with asyncio.TaskGroup() as group:
        for n in range(commands):
            group.create_task(one(n))
            await asyncio.sleep(0)
    return answered


def test_every_command_is_done_exactly_once(tmp_path: Path) -> None:
    commands, kill_at = 600, {1, 50, 220, 400}
    control = Control(tmp_path)

    async def story() -> None:
        link = LinkClient(tmp_path / "control.sock", Commands(COMMANDS), timeout_s=2)
        await link.start()
        async with asyncio.timeout(DEADLINE_S):
            assert await ask_all(link, control, commands, kill_at) == commands
        await link.stop()

    try:
        asyncio.run(story())
    finally:
        control.ends()
    store = SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))
    reader = store.reader()
    rows = [row for row in reader.read(STREAM, 0, 10_000) if not row.cause.startswith("clock-")]
    causes = Counter(row.cause for row in rows if row.type == "doors.DoorOpened")
    assert causes == {f"c{n}": 1 for n in range(commands)}
    assert verify(DOORS, STREAM, reader).ok
    notes = {own: value for _, own, value in store.vault(STREAM).listing("note/")}
    assert notes == {f"note/{n}": str(n).encode() for n in range(commands)}
    # One who was killed before the claim left no epoch behind.
    assert 2 < store.writer(STREAM).epoch <= len(kill_at) + 2
    reader.close()
