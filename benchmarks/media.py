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

    def __init__(self, calls: int) -> None:
        command = [sys.executable, "-m", "benchmarks._rtp_load", str(calls)]
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
        pids = [rig.process.pid, *_children(rig.process.pid)]
        return await asyncio.to_thread(generator.run, ports, seconds, pids)


def _children(pid: int) -> list[int]:
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
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="roost-bench-") as name:
        yield Path(name)


def _percent(figures: dict[str, float], calls: int, seconds: float, process: int = 0) -> float:
    """CPU a call, in percent of a core."""
    return 100 * figures.get(f"cpu_{process}_s", 0.0) / seconds / calls


def run(seconds: float = 8.0, calls: int = 150) -> dict[str, float | str]:
    """CPU in percent of a core a call; loss in packets of all; jitter p99 in microseconds."""
    with _folder() as folder:
        plain = asyncio.run(_through_roost(calls, seconds, False, folder))
    with _folder() as folder:
        recorded = asyncio.run(_through_roost(calls, seconds, True, folder))
    found: dict[str, float | str] = {
        "calls": calls,
        "cpu_percent_a_call": _percent(plain, calls, seconds),
        "cpu_percent_a_call_recorded": _percent(recorded, calls, seconds),
        "cpu_percent_a_call_writer": _percent(recorded, calls, seconds, 1),
        "lost_of_a_million": 1e6 * plain["lost"] / plain["sent"],
        "lost_of_a_million_recorded": 1e6 * recorded["lost"] / recorded["sent"],
        "jitter_p99_us": plain["jitter_p99_us"],
        "jitter_p99_us_recorded": recorded["jitter_p99_us"],
        "recorded_to_plain": recorded["cpu_0_s"] / max(plain["cpu_0_s"], 1e-9),
    }
    if shutil.which("rtpengine") is None:
        return {**found, "rtpengine": "not installed"}
    theirs = _through_rtpengine(calls, seconds, None)
    return {
        **found,
        "rtpengine_cpu_percent_a_call": _percent(theirs, calls, seconds),
        "rtpengine_lost_of_a_million": 1e6 * theirs["lost"] / theirs["sent"],
        "rtpengine_jitter_p99_us": theirs["jitter_p99_us"],
        "ours_to_rtpengine": plain["cpu_0_s"] / max(theirs["cpu_0_s"], 1e-9),
    }
