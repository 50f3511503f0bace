"""For tests: an edge process of one's own with a client linked to it, and a fake edge."""

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, Self

from msgspec import structs

from roost.adapters.edge.client import EdgeClient
from roost.kernel.time import DurationUs
from roost.ports.edge import (
    Answered,
    Described,
    EdgeGone,
    Flow,
    OfferRefused,
    SessionId,
    SessionState,
)
from roost.ports.media import Law

PATIENCE_S: Final = 10.0
FIRST_PORT: Final = 50_000


class EdgeRig:
    """A real edge process and a client linked to it. An async context."""

    def __init__(self, folder: Path, host: str = "127.0.0.1", epoch: int = 1) -> None:
        self.path = folder / "edge.sock"
        self.host = host
        self.process: subprocess.Popen[bytes] | None = None
        self.flows: list[Flow] = []
        self.losses = 0
        self._news = asyncio.Condition()
        self._tasks: set[asyncio.Task[None]] = set()
        self._serving: asyncio.Task[None] | None = None
        self.client = self.new_client(epoch)

    def new_client(self, epoch: int) -> EdgeClient:
        client = EdgeClient(self.path, epoch)
        client.watch(self._told, self._lost)
        return client

    def start(self) -> None:
        """The process; another one after a kill."""
        command = [sys.executable, "-m", "roost.adapters.edge.process"]
        self.process = subprocess.Popen([*command, "--socket", str(self.path), "--bind", self.host])

    async def __aenter__(self) -> Self:
        self.start()
        self._serving = asyncio.ensure_future(self.client.serve())
        assert await self.client.ready(PATIENCE_S), "the edge isn't there"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._serving is not None:
            self._serving.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._serving
        self.kill()

    def kill(self) -> None:
        """As `kill -9` does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _told(self, flow: Flow) -> None:
        self.flows.append(flow)
        self._wake()

    def _lost(self) -> None:
        self.losses += 1
        self._wake()

    def _wake(self) -> None:
        task = asyncio.ensure_future(self._notify())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _notify(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def until(self, seen: Callable[[], bool], seconds: float = PATIENCE_S) -> None:
        """Waits for news of the edge that make it so."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(seen)

    async def flow(self, wanted: Flow, seconds: float = PATIENCE_S) -> None:
        """Waits until this was told."""
        await self.until(lambda: wanted in self.flows, seconds)


class FakeEdge:
    """`ports.edge.Edge` in memory. `flows` plays the browser: its audio begins, stops, ends."""

    def __init__(self) -> None:
        self.states: dict[SessionId, SessionState] = {}
        self.closed: list[SessionId] = []
        self.gone = False
        self.refuses: OfferRefused | None = None
        self._told: Callable[[Flow], None] = lambda _flow: None
        self._lost: Callable[[], None] = lambda: None

    def watch(self, told: Callable[[Flow], None], lost: Callable[[], None]) -> None:
        self._told, self._lost = told, lost

    async def offer(self, session: SessionId, described: Described, sdp: str, law: Law) -> Answered:
        self._here()
        if self.refuses is not None:
            raise self.refuses
        known = self.states.get(session)
        if known is not None:
            return known.answered
        port = FIRST_PORT + 2 * len(self.states)
        answered = Answered(f"answer to {sdp}", "127.0.0.1", port, law, 8, 101)
        state = SessionState(session, described, answered, "", False, DurationUs(0))
        self.states[session] = state
        return answered

    async def anchored(self, session: SessionId, host: str, port: int) -> None:
        self._here()
        state = self.states.get(session)
        if state is None:
            raise EdgeGone("unknown_session")
        self.states[session] = structs.replace(state, towards=f"{host}:{port}")

    async def close(self, session: SessionId) -> None:
        self._here()
        self.closed.append(session)
        if self.states.pop(session, None) is not None:
            self._told(Flow(session, False, True))

    async def sessions(self) -> list[SessionState]:
        self._here()
        return list(self.states.values())

    def _here(self) -> None:
        if self.gone:
            raise EdgeGone("not here")

    # --- the browser's part ---

    def flows(self, session: SessionId, flowing: bool = True) -> None:
        """Its audio begins, or falls quiet."""
        self.states[session] = structs.replace(self.states[session], flowing=flowing)
        self._told(Flow(session, flowing))

    def ends(self, session: SessionId, why: str = "lost") -> None:
        """Its connection is over."""
        self.states.pop(session)
        self._told(Flow(session, False, True, why))

    def dies(self) -> None:
        """The process is gone, and all sessions with it; another one is there at once."""
        self.states.clear()
        self._lost()
