"""A session's times and bounds, on the edge's own objects with sockets but no process."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import closing

import pytest

from roost.adapters.edge import bounds, wire
from roost.adapters.edge.process import Edge, EdgeSettings, NotPossible
from roost.adapters.edge.session import Phase
from roost.kernel.ids import AgentId
from roost.ports.edge import Described, SessionId
from roost.ports.media import Law
from roost.protocols.webrtc import stun
from unit.test_browsers_offer import CHROMIUM

LI = Described(AgentId("1001"), "tab-1")
FIRST = SessionId("1001/1")


def run(story: Callable[[Edge, tuple[str, int]], Awaitable[None]], most: int = 10) -> None:
    async def bounded() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as browsers:
            browsers.bind(("127.0.0.1", 0))
            browsers.setblocking(False)
            edge = Edge(EdgeSettings("127.0.0.1", most_sessions=most), browsers)
            async with asyncio.timeout(10):
                await story(edge, browsers.getsockname())
            edge.close()

    asyncio.run(bounded())


def offered(edge: Edge, session: SessionId = FIRST) -> None:
    edge.offer(wire.Offer(1, session, LI, CHROMIUM, Law.PCMA))


async def checks(edge: Edge, to: tuple[str, int], times: int = 1) -> list[tuple[str, int]]:
    """Valid checks, each from a port of its own; where they came from, in their order."""
    session = edge.sessions[FIRST]
    found: list[tuple[str, int]] = []
    loop = asyncio.get_running_loop()
    for _ in range(times):
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            sender.bind(("127.0.0.1", 0))
            sender.setblocking(False)
            check = stun.request(os.urandom(12), f"{session.ufrag}:7kQa", session.password)
            sender.sendto(check, to)
            answer = await loop.sock_recv(sender, 2_000)
            assert answer[:2] == b"\x01\x01"
            found.append(sender.getsockname())
    return found


def test_who_never_connects_is_forgotten() -> None:
    async def story(edge: Edge, _: tuple[str, int]) -> None:
        offered(edge)
        session = edge.sessions[FIRST]
        session.look(session.offered_s + bounds.NEVER_S - 1)
        assert session.phase is Phase.OFFERED
        session.look(session.offered_s + bounds.NEVER_S + 1)
        assert session.phase is Phase.OVER
        assert not edge.sessions

    run(story)


def test_audio_that_stops_is_told_within_a_second_and_lost_consent_ends_it() -> None:
    async def story(edge: Edge, to: tuple[str, int]) -> None:
        offered(edge)
        await checks(edge, to)
        session = edge.sessions[FIRST]
        assert session.phase is Phase.SECURING
        session.phase, session.flowing = Phase.UP, True
        session.look(session.heard_s + bounds.QUIET_S + 0.1)
        assert not session.flowing
        session.look(session.checked_s + bounds.LOST_S - 1)
        assert edge.sessions
        session.look(session.checked_s + bounds.LOST_S + 1)
        assert not edge.sessions

    run(story)


def test_the_latest_nomination_says_where_packets_go_and_few_sources_are_kept() -> None:
    async def story(edge: Edge, to: tuple[str, int]) -> None:
        offered(edge)
        session = edge.sessions[FIRST]
        sources = await checks(edge, to, bounds.MOST_SOURCES + 5)
        assert session.address == sources[-1]
        assert session.sources == sources[-bounds.MOST_SOURCES :]
        session.end("")
        offered(edge, SessionId("1001/2"))  # nothing of the first is left

    run(story)


def test_no_more_sessions_than_the_bound_and_the_same_offer_again_is_no_new_one() -> None:
    async def story(edge: Edge, _: tuple[str, int]) -> None:
        for number in range(2):
            offered(edge, SessionId(f"1001/{number}"))
            offered(edge, SessionId(f"1001/{number}"))
        with pytest.raises(NotPossible) as refused:
            offered(edge, SessionId("1002/1"))
        assert refused.value.code == "no_room"

    run(story, most=2)


def test_a_check_with_another_password_is_not_answered() -> None:
    async def story(edge: Edge, to: tuple[str, int]) -> None:
        offered(edge)
        session = edge.sessions[FIRST]
        with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as sender:
            sender.setblocking(False)
            sender.sendto(stun.request(bytes(12), f"{session.ufrag}:x", "guessed"), to)
            await checks(edge, to)  # a later one is answered: the first was read
            with pytest.raises(BlockingIOError):
                sender.recv(2_000)
        assert edge.counts["bad_checks"] == 1

    run(story)
