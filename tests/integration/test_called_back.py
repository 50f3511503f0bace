"""A caller hangs up and keeps the place, on real SIP: called when an agent is there."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from integration.centre_up import AGENT_HZ, CALLER_HZ, Agent, Caller, CentreUp, until
from roost.adapters.phone.calls import PhoneCall
from roost.adapters.phone.phone import Account
from roost.processes import sockets
from roost.processes.softphone import Softphone, press, sound_of

CALLER = "13900000001"
FLOW = """
about: Straight to an agent, or called when it's one's turn.
steps:
  answer: {answer: true}
  wait:
    queue:
      to: outage
      waiting: [{music: soft}]
      most: 10m
      otherwise: done
      callback: {say: Press 1, after: 1s, answer: 20s, agreed: Goodbye, within: 5m, retry: 1m}
  done: {hang_up: done}
"""


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[tuple[CentreUp, int]]:
    port = sockets.free_port((socket.SOCK_DGRAM,))
    made = CentreUp(tmp_path, FLOW, port)
    made.up()
    asyncio.run(made.ready())
    yield made, port
    made.stop()


class AtHome:
    """The caller's own phone, where the carrier finds it."""

    def __init__(self, centre: CentreUp) -> None:
        self.softphone = Softphone(Account("city", "", "127.0.0.1", centre.sip))
        self.softphone.phone.on_invite = self.rung
        self.calls: list[PhoneCall] = []

    def rung(self, call: PhoneCall) -> None:
        self.calls.append(call)
        call.ring()
        call.answer()


def test_the_place_is_kept_and_the_phone_rings_when_an_agent_is_there(
    centre: tuple[CentreUp, int],
) -> None:
    made, port = centre

    async def story() -> None:
        home, caller, agent = AtHome(made), Caller(made, CALLER), Agent(made, "1001")
        await home.softphone.start(port=port)
        try:
            await caller.rings()
            for _ in range(20):  # until it's offered, and taken
                await press(caller.call, "1")
                with suppress(TimeoutError):
                    await caller.call.ended(1)
                    break
            await agent.starts()
            await until(lambda: bool(home.calls), 15, "the caller's phone didn't ring")
            call = home.calls[-1]
            assert call.called == CALLER
            await call.answered()
            sound_of(call).tone(CALLER_HZ)
            assert await sound_of(call).hears_tone(AGENT_HZ, timeout_s=10)
            await agent.hears_caller()
            call.hang_up()
            await agent.writes_up()
            rows = await made.contacts()
            first, second = (rows[ref] for ref in sorted(rows, key=lambda r: rows[r]["arrived"]))
            assert (first["outcome"], first["ended_why"]) == ("called_back", "callback_promised")
            assert (second["outcome"], second["outbound"]) == ("answered", True)
            assert second["waited_us"] > first["waited_us"]
            turns = [(await made.contact(one["ref"]))["in_turn"] for one in (first, second)]
            assert turns[0] == turns[1], "each leads to the other"
            assert turns[0]["first"] == first["ref"]
            assert [(one["ref"], one["outcome"]) for one in turns[0]["tries"]] == [
                (second["ref"], "reached")
            ]
        finally:
            for one in (caller, agent):
                await one.close()
            await home.softphone.close()

    asyncio.run(story())
