"""A stormy hour's log through the real store: every way back to the state gives the same one."""

from contextlib import closing
from pathlib import Path

import msgspec

from roost.adapters.store.keys import KeyFile
from roost.adapters.store.snapshots import SqliteSnapshots
from roost.adapters.store.sqlite import SqliteStore
from roost.definitions import compile_floor, load
from roost.definitions.load import Loaded
from roost.engine.bodies import Decoder, state_digest
from roost.engine.followers import Follower, SnapshotProjection
from roost.engine.restore import restore
from roost.engine.verify import verify
from roost.floor.cell import ROOM
from roost.kernel.ids import AgentId
from roost.kernel.time import HOUR, MINUTE, DurationUs
from roost.ports.log import Batch
from roost.simulator.loading import scenario_of
from roost.simulator.run import STREAM, Simulation
from roost.simulator.scenario import Faults, Scenario, all_day, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"


def stormy_hour() -> Simulation:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    day = scenario_of(loaded, "day")
    length = DurationUs(HOUR)
    scenario = Scenario(
        streams=(msgspec.structs.replace(day.streams[0], expected=half_hours((60,), length)),),
        shifts=all_day(tuple(AgentId(shift.agent) for shift in day.shifts), length),
        length_us=length,
        start=day.start,
        behaviour=day.behaviour,
        faults=Faults(lost=20_000, late=30_000, doubled=20_000, late_us=DurationUs(MINUTE)),
    )
    return Simulation(compile_floor(loaded, "test-voice"), scenario, seed=7).run()


def test_a_stormy_hour_comes_back_the_same_from_the_store(tmp_path: Path) -> None:
    hour = stormy_hour()
    store = SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))
    with closing(SqliteSnapshots(tmp_path / "snapshots.db")) as snapshots:
        kept = SnapshotProjection(ROOM, STREAM, snapshots, every=500)
        follower = Follower(store.reader(), STREAM, Decoder.of(ROOM), kept)
        with closing(store.writer(STREAM)) as writer:
            for start in range(0, len(hour.log), 137):
                writer.append(Batch(hour.log[start : start + 137]))
                follower.catch_up()
        assert follower.position == hour.engine.number == len(hour.log)
        engine = restore(ROOM, STREAM, store.reader(), snapshots)
        assert state_digest(engine.state) == state_digest(hour.engine.state)
        assert engine.state == hour.engine.state
        report = verify(ROOM, STREAM, store.reader(), snapshots)
        assert report.ok, "\n".join(report.lines())
        assert report.digest == state_digest(hour.engine.state)
