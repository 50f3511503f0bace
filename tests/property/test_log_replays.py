"""Whatever a centre goes through: its log folds to the same state, in any portions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from roost.adapters.store.testing import MemoryStore
from roost.engine.bodies import Decoder, state_digest, stored
from roost.engine.followers import Follower, SnapshotProjection
from roost.engine.restore import restore
from roost.engine.step import Engine
from roost.engine.testing import DOORS, CloseDoor, Jam, Knock, OpenDoor, OpenJammed, Spin
from roost.engine.timers import Timers
from roost.engine.verify import verify
from roost.kernel.actor import CLOCK, SETUP
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.messages import Command, Wake
from roost.kernel.time import InstantUs
from roost.ports.log import Batch

STREAM = StreamName("doors-1")
DOOR = st.sampled_from(["a", "b", "c", "门"])
COMMAND: st.SearchStrategy[Command] = st.one_of(
    st.builds(OpenDoor, DOOR),
    st.builds(OpenDoor, DOOR),
    st.builds(CloseDoor, DOOR, st.integers(0, 5)),
    st.builds(Knock, DOOR),
    st.builds(Jam, DOOR),
    st.builds(OpenJammed, DOOR),
    st.builds(Spin, DOOR),
)
PLAN = st.lists(st.tuples(st.integers(0, 8_000_000), COMMAND), max_size=25)


def play(plan: list[tuple[int, Command]]) -> tuple[Engine, list[Envelope]]:  # pyright: ignore
    """Run a plan in virtual time, timers included."""
    engine, timers, log = Engine(DOORS, STREAM), Timers(), list[Envelope]()
    now = 0

    def give(at: int, command: Command, *, by_clock: bool) -> None:
        actor = CLOCK if by_clock else SETUP
        step = engine.step(InstantUs(at), command, actor, f"c{len(log)}")
        log.extend(step.envelopes)
        for effect in step.effects:
            if isinstance(effect, Wake):
                timers.wake(effect)

    for wait, command in plan:
        now += wait
        while timers.next_at() <= now:
            at = timers.next_at()
            for due in timers.due(at, 1):
                give(at, due, by_clock=True)
        give(now, command, by_clock=False)
    return engine, log


@given(PLAN)
def test_the_same_plan_gives_the_same_bytes(plan: list[tuple[int, Command]]) -> None:
    first, second = play(plan), play(plan)
    assert [stored(each) for each in first[1]] == [stored(each) for each in second[1]]
    assert state_digest(first[0].state) == state_digest(second[0].state)


@settings(deadline=None)
@given(PLAN, st.lists(st.integers(1, 40), max_size=8), st.integers(1, 30))
def test_any_portions_fold_to_the_state_that_was_decided(
    plan: list[tuple[int, Command]], sizes: list[int], every: int
) -> None:
    engine, log = play(plan)
    store = MemoryStore()
    writer, snapshots = store.writer(STREAM), store.snapshots()
    projection = SnapshotProjection(DOORS, STREAM, snapshots, every)
    follower = Follower(store.reader(), STREAM, Decoder.of(DOORS), projection, at_once=every)
    start = 0
    for size in [*sizes, len(log)]:
        writer.append(Batch(log[start : start + size]))
        start = min(start + size, len(log))
        assert follower.catch_up() == start
    restored = restore(DOORS, STREAM, store.reader(), snapshots)
    assert restored.number == engine.number == len(log)
    assert restored.state == engine.state
    report = verify(DOORS, STREAM, store.reader(), snapshots)
    assert report.ok, report.lines()
    assert report.digest == state_digest(engine.state)
