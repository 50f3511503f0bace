"""CPU per call of two legs, with and without recording, beside rtpengine in user space.

Header rewriting, statistics, latching and RTCP are on. The same generator, in a process of its
own, drives both: PCMA both ways, a packet every 20 ms. CPU is the process's own time, user and
system, over the time that packets flow.
"""

import asyncio
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks._rtpengine import Rtpengine
from roost.adapters.media.testing import MediaRig
from roost.floor.effects import FromLeg, Route, SetMatrix, StartTrack, TrackPurpose
from roost.kernel.ids import ClientId, ContactId, LegId, TrackId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Law

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_s(pid: int) -> float:
    """User and system time of a process, all threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Generator:
    """The process that sends and receives."""

    def __init__(self, calls: int, legs: int = 2) -> None:
        command = [sys.executable, "-m", "benchmarks._rtp_load", str(calls), str(legs)]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.ports: list[int] = json.loads(self.process.stdout.readline())

    def run(self, ports: list[int], seconds: float, pids: list[int]) -> dict[str, float]:
        """What came through, and the CPU that these processes took meanwhile."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        before = [cpu_s(pid) for pid in pids]
        began = time.monotonic()
        self.process.stdin.write(json.dumps({"ports": ports, "seconds": seconds}) + "\n")
        self.process.stdin.flush()
        figures: dict[str, float] = json.loads(self.process.stdout.readline())
        figures["passed_s"] = time.monotonic() - began
        for number, pid in enumerate(pids):
            figures[f"cpu_{number}_s"] = cpu_s(pid) - before[number]
        self.process.wait()
        return figures


async def _through_roost(
    calls: int, seconds: float, record: bool, folder: Path
) -> dict[str, float]:
    async with MediaRig(folder, ports=(30_000, 44_999)) as rig:
        assert rig.process is not None
        generator = Generator(calls)
        ports: list[int] = []
        for number in range(calls):
            contact = ContactId(f"C{number}")
            legs = (LegId(f"{contact}/c"), LegId(f"{contact}/a"))
            for leg, port in zip(legs, generator.ports[2 * number :][:2], strict=True):
                agreed = Agreed("127.0.0.1", port, Law.PCMA, 8, 101)
                anchored = await rig.client.open_leg(rig.media, contact, leg, agreed)
                ports.append(anchored.port)
            one, other = legs
            routes = (Route(FromLeg(one), other), Route(FromLeg(other), one))
            rig.client.perform(SetMatrix(contact, rig.media, 1, routes))
            for leg in legs if record else ():
                rig.client.perform(
                    StartTrack(
                        contact,
                        ClientId("bench"),
                        rig.media,
                        leg,
                        TrackId(f"{leg}/t1"),
                        TrackPurpose.RECORDING,
                        DurationUs(0),
                    )
                )
        assert len(await rig.client.legs(rig.media)) == 2 * calls
        pids = [rig.process.pid, *children(rig.process.pid)]
        return await asyncio.to_thread(generator.run, ports, seconds, pids)


def children(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


def _through_rtpengine(calls: int, seconds: float, record: Path | None) -> dict[str, float]:
    with Rtpengine(record) as engine:
        generator = Generator(calls)
        ports: list[int] = []
        for number in range(calls):
            ports += engine.call(f"call-{number}", *generator.ports[2 * number :][:2])
        return generator.run(ports, seconds, [engine.process.pid])


@contextmanager
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as name:
        yield Path(name)


def percent(figures: dict[str, float], calls: int, seconds: float, process: int = 0) -> float:
    """CPU a call, in percent of a core."""
    return 100 * figures.get(f"cpu_{process}_s", 0.0) / seconds / calls


def run(seconds: float = 5.0, calls: int = 200, rounds: int = 2) -> dict[str, float | str]:
    """CPU in percent of a core a call; loss in packets of all; jitter p99 in microseconds. The
    candidates take turns, and each shows its best round: what else runs here disturbs all."""
    peer = shutil.which("rtpengine") is not None
    plain: list[dict[str, float]] = []
    recorded: list[dict[str, float]] = []
    theirs: list[dict[str, float]] = []
    for _ in range(rounds):
        with folder() as place:
            plain.append(asyncio.run(_through_roost(calls, seconds, False, place)))
        if peer:
            theirs.append(_through_rtpengine(calls, seconds, None))
        with folder() as place:
            recorded.append(asyncio.run(_through_roost(calls, seconds, True, place)))
    ours, with_tracks = best(plain), best(recorded)
    spent = percent(ours, calls, seconds)
    packets = percent(with_tracks, calls, seconds)
    writer = percent(with_tracks, calls, seconds, 1)
    found: dict[str, float | str] = {
        "calls": calls,
        "cpu_percent_a_call": spent,
        "cpu_percent_a_call_recorded": packets + writer,
        "of_that_the_writer": writer,
        "recorded_to_plain": (packets + writer) / max(spent, 1e-9),
        **quality("", ours),
        **quality("recorded_", with_tracks),
    }
    if not peer:
        return {**found, "rtpengine": "not installed"}
    peers = best(theirs)
    return {
        **found,
        "rtpengine_cpu_percent_a_call": percent(peers, calls, seconds),
        **quality("rtpengine_", peers),
        "ours_to_rtpengine": ours["cpu_0_s"] / max(peers["cpu_0_s"], 1e-9),
    }


def best(rounds: list[dict[str, float]]) -> dict[str, float]:
    return min(rounds, key=lambda figures: figures["cpu_0_s"])


def quality(whose: str, figures: dict[str, float]) -> dict[str, float]:
    return {
        f"{whose}lost_of_a_million": 1e6 * figures["lost"] / figures["sent"],
        f"{whose}jitter_p99_us": figures["jitter_p99_us"],
    }
