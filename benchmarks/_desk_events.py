"""A busy centre's events, as they'd come: simulated, then written to the cell's stream in time.

    python -m benchmarks._desk_events DATA AGENTS SECONDS OUT

Plays the part of `control`: appends to the stream as its one writer, and hints over the link. What
came before the measurement is written at once. OUT gets how many events there were, and when the
centre's figure of contacts offered became what.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from benchmarks._hotline import hotline
from roost.adapters.link.server import LinkServer
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.sqlite import SqliteStore
from roost.floor.queues.messages import ContactQueued
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, StreamName
from roost.kernel.time import HOUR, SECOND, DurationUs, InstantUs
from roost.ports.commands import Unavailable
from roost.ports.log import Batch
from roost.processes import travelling
from roost.processes.places import Places
from roost.simulator.run import Simulation
from roost.simulator.scenario import HALF_HOUR, Scenario, Stream, all_day, half_hours
from roost.web.live import ALL, Live
from roost.web.parts import UTC
from roost.web.permissions import View
from roost.web.project import Audience, change
from roost.web.rows import TotalsRow

STREAM: Final = StreamName("cell-1")
CALLS_A_SECOND: Final = 4.5  # for a thousand agents: nine of ten are busy
WARM_S: Final = 600
PREPARE_S: Final = 30


def wall() -> int:
    return time.time_ns() // 1_000


def simulated(agents: int, seconds: int, start: InstantUs) -> list[Envelope]:
    """The log of WARM_S and the seconds measured."""
    floor, _ = hotline(agents)
    rate = CALLS_A_SECOND * agents / 1_000
    length = DurationUs((WARM_S + seconds) * SECOND)
    scenario = Scenario(
        streams=(
            Stream(
                floor.numbers[0].number,
                expected=half_hours((round(rate * HALF_HOUR / SECOND),), length),
            ),
        ),
        shifts=all_day(tuple(agent.id for agent in floor.agents), HOUR),
        length_us=length,
        start=start,
    )
    return Simulation(floor, scenario, seed=1).run().log


async def main(data: Path, agents: int, seconds: int) -> dict[str, Any]:
    places = Places(data)
    store = SqliteStore(places.streams, KeyFile(places.keys, places.master))
    writer = store.writer(STREAM)
    start = InstantUs(wall() + (PREPARE_S - WARM_S) * SECOND)
    log = simulated(agents, seconds, start)
    begin, end = start + WARM_S * SECOND, start + (WARM_S + seconds) * SECOND
    figures = offered_after(log)
    before = [event for event in log if event.at < begin]
    during = [event for event in log if begin <= event.at < end]
    for place in range(0, len(before), 1_000):
        writer.append(Batch(before[place : place + 1_000]))

    async def nobody(*_: Any) -> Unavailable:
        return Unavailable("bench")

    link = LinkServer(nobody, travelling.travelling())
    await link.start(path=places.control_socket)
    link.hint(STREAM, len(before))
    sys.stdout.write(f"ready {begin}\n")
    sys.stdout.flush()
    offered = await play(during, figures, writer, link)
    await link.stop()
    writer.close()
    return {"begin": begin, "events": len(during), "offered": offered}


def offered_after(log: Sequence[Envelope]) -> dict[int, int]:
    """The figure after each event that changes it, by the live view's own fold."""
    live, found, last = Live(UTC), {}, 0
    for event in log:
        live.fold(event)
        if isinstance(event.body, ContactQueued):
            row = change(live, Audience(OPERATOR, View.TOTALS), ALL, 0).row
            assert isinstance(row, TotalsRow)
            if row.offered != last:
                last = found[event.number] = row.offered
    return found


async def play(
    during: Sequence[Envelope], figures: dict[int, int], writer: Any, link: LinkServer
) -> list[tuple[int, int]]:
    """In time: what falls into the same two milliseconds is one group, as control would do it."""
    offered: list[tuple[int, int]] = []
    place = 0
    while place < len(during):
        wait = during[place].at - wall()
        if wait > 0:
            await asyncio.sleep(wait / SECOND)
        now = wall()
        group: list[Envelope] = []
        while place < len(during) and during[place].at <= now + 2_000 and len(group) < 200:
            event = msgspec.structs.replace(during[place], at=InstantUs(now))
            if event.number in figures:
                offered.append((now, figures[event.number]))
            group.append(event)
            place += 1
        writer.append(Batch(group))
        link.hint(STREAM, group[-1].number)
        await asyncio.sleep(0)
    return offered


if __name__ == "__main__":
    folder, people, length, result = sys.argv[1:]
    told = asyncio.run(main(Path(folder), int(people), int(length)))
    Path(result).write_bytes(msgspec.json.encode(told))
