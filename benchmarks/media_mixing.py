"""CPU per call of three, each hearing the two others, with and without recording.

Three legs in PCMA, all mixed: every packet through a jitter buffer, every frame decoded, added
and encoded. Beside it, in turn and under the same generator, as many legs in calls of two on
the fast path; and calls of two beside others of two, or beside as many legs in calls of three in
the same process: what mixing does to the packets that aren't mixed.
"""

import asyncio
from pathlib import Path

from benchmarks.media import Generator, best, children, folder, percent, quality
from roost.adapters.media.testing import MediaRig
from roost.floor.effects import FromLeg, Route, SetMatrix, StartTrack, TrackPurpose
from roost.kernel.ids import ClientId, ContactId, LegId, TrackId
from roost.kernel.time import DurationUs
from roost.ports.media import Agreed, Law


async def _opened(rig: MediaRig, kind: str, far: list[int], legs: int, record: bool) -> list[int]:
    """Calls of so many legs to these far ends, all of whom hear one another; media's ports."""
    ports: list[int] = []
    for number in range(len(far) // legs):
        contact = ContactId(f"{kind}{number}")
        names = [LegId(f"{contact}/{leg}") for leg in range(legs)]
        for name, port in zip(names, far[legs * number :], strict=False):
            agreed = Agreed("127.0.0.1", port, Law.PCMA, 8, 101)
            ports.append((await rig.client.open_leg(rig.media, contact, name, agreed)).port)
        routes = tuple(Route(FromLeg(a), b) for a in names for b in names if a != b)
        rig.client.perform(SetMatrix(contact, rig.media, 1, routes))
        for name in names if record else ():
            track, client = TrackId(f"{name}/t1"), ClientId("bench")
            purpose = TrackPurpose.RECORDING
            rig.client.perform(
                StartTrack(contact, client, rig.media, name, track, purpose, DurationUs(0))
            )
    return ports


async def _measured(
    place: Path, seconds: float, threes: int, others: int, twos: int, record: bool = False
) -> list[dict[str, float]]:
    """What each kind's generator saw, with the CPU of media and its writer."""
    async with MediaRig(place, ports=(30_000, 44_999)) as rig:
        assert rig.process is not None
        pids = [rig.process.pid, *children(rig.process.pid)]
        runs: list[asyncio.Future[dict[str, float]]] = []
        for kind, calls, legs in (("three", threes, 3), ("other", others, 2), ("two", twos, 2)):
            if calls:
                generator = Generator(calls, legs)
                ports = await _opened(rig, kind, generator.ports, legs, record)
                work = asyncio.to_thread(generator.run, ports, seconds, pids)
                runs.append(asyncio.ensure_future(work))
        await rig.client.legs(rig.media)
        return list(await asyncio.gather(*runs))


def run(
    seconds: float = 5.0, calls: int = 60, beside: int = 40, rounds: int = 2
) -> dict[str, float | str]:
    """CPU in percent of a core a call; loss in packets of all; jitter p99 in microseconds, of a
    mixed line against its own steps, of a relayed packet against its stream's delay."""
    mixed: list[dict[str, float]] = []
    recorded: list[dict[str, float]] = []
    relayed: list[dict[str, float]] = []
    alike: list[dict[str, float]] = []
    disturbed: list[dict[str, float]] = []
    for _ in range(rounds):
        half = calls // 2
        for kept, threes, others, twos, record in (
            (mixed, calls, 0, 0, False),
            (relayed, 0, 0, calls * 3 // 2, False),
            (recorded, calls, 0, 0, True),
            (alike, 0, half * 3 // 2, beside, False),
            (disturbed, half, 0, beside, False),
        ):
            with folder() as place:
                found = asyncio.run(_measured(place, seconds, threes, others, twos, record))
                kept.append(found[-1])
    three, two, kept_tracks = best(mixed), best(relayed), best(recorded)
    spent = percent(three, calls, seconds)
    with_tracks = percent(kept_tracks, calls, seconds) + percent(kept_tracks, calls, seconds, 1)
    return {
        "calls_of_three": calls,
        "cpu_percent_a_call_of_three": spent,
        "cpu_percent_a_call_of_three_recorded": with_tracks,
        "of_that_the_writer": percent(kept_tracks, calls, seconds, 1),
        "calls_of_three_a_core": 100 / max(spent, 1e-9),
        "calls_of_three_a_core_recorded": 100 / max(with_tracks, 1e-9),
        "a_mixed_leg_to_a_relayed_leg": three["cpu_0_s"] / max(two["cpu_0_s"], 1e-9),
        **quality("mixed_", three),
        **quality("mixed_recorded_", kept_tracks),
        "relayed_beside_relayed_jitter_p99_us": min(f["jitter_p99_us"] for f in alike),
        "relayed_beside_mixed_jitter_p99_us": min(f["jitter_p99_us"] for f in disturbed),
    }
