"""One command is run to rest, and whatever goes wrong has its defined end."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from roost.engine.bodies import state_digest
from roost.engine.step import MOST_ROUNDS, Engine, FoldFailed
from roost.engine.testing import (
    DOORS,
    Break,
    CloseDoor,
    DoorOpened,
    Doors,
    Jam,
    Knock,
    OpenDoor,
    OpenJammed,
    RingBell,
    Spin,
    VisitCounted,
)
from roost.kernel.actor import SETUP
from roost.kernel.ids import StreamName, VaultId
from roost.kernel.messages import Command, VaultPut, Wake
from roost.kernel.time import InstantUs

STREAM = StreamName("doors-1")


def engine() -> Engine[Doors]:
    return Engine(DOORS, STREAM)


def step(own: Engine[Doors], command: Command, now: int = 1_000):
    return own.step(InstantUs(now), command, SETUP, "c1")


def test_a_command_is_run_to_rest_with_its_reactions() -> None:
    own = engine()
    done = step(own, OpenDoor("front"))
    assert [type(each.body) for each in done.envelopes] == [DoorOpened, VisitCounted]
    assert [each.number for each in done.envelopes] == [1, 2]
    assert {each.cause for each in done.envelopes} == {"c1"}
    assert [each.actor for each in done.envelopes] == ["setup:definitions", "room:doors"]
    assert done.envelopes[0].owner == "house"
    assert done.contact == "front"
    assert done.number == own.number == 2
    assert [type(effect) for effect in done.effects] == [RingBell, Wake]
    assert own.state.visits == {"front": 1}


def test_a_refusal_changes_nothing_and_stores_nothing() -> None:
    own = engine()
    step(own, OpenDoor("front"))
    put = VaultPut(VaultId("v1"), own.room.initial and "house", b"x")  # pyright: ignore
    refused = own.step(InstantUs(2_000), OpenDoor("front"), SETUP, "c2", (put,))
    assert refused.refusal is not None
    assert refused.refusal.code == "already_open"
    assert not refused.envelopes
    assert not refused.puts
    assert own.number == 2


def test_time_never_goes_back() -> None:
    own = engine()
    step(own, OpenDoor("front"), now=5_000)
    late = step(own, OpenDoor("back"), now=4_000)
    assert late.envelopes[0].at == 5_000


def test_an_effect_needs_no_event() -> None:
    done = step(engine(), Knock("front"))
    assert done.number == 0
    assert [type(effect) for effect in done.effects] == [RingBell]


def test_a_failed_assertion_refuses_the_command_and_runs_the_rescue() -> None:
    own = engine()
    step(own, OpenDoor("front"))
    before = state_digest(own.state)
    jammed = step(own, Jam("front"))
    assert jammed.refusal is not None
    assert jammed.refusal.code == "fault"
    (incident,) = jammed.incidents
    assert incident.command_type == "Jam"
    assert incident.number == 2
    assert incident.state == before, "a replay to there gives the same"
    assert "AssertionError: jammed" in incident.traceback
    assert own.state.open == {}
    assert [(each.type, each.cause) for each in jammed.envelopes] == [
        ("doors.DoorClosed", "fault:c1")
    ]


def test_a_rescue_that_fails_is_an_incident_too() -> None:
    def rescue(_: Doors, __: Command) -> Sequence[Command]:
        raise LookupError("no way out")

    own = Engine(replace(DOORS, rescue=rescue), STREAM)
    jammed = step(own, Jam("front"))
    assert jammed.refusal is not None
    assert [incident.trouble for incident in jammed.incidents] == ["AssertionError", "LookupError"]
    assert own.ignored == {"rescue_failed": 1}


def test_a_reaction_that_fails_leaves_the_command_done_and_runs_the_rescue() -> None:
    own = engine()
    done = step(own, OpenJammed("front"))
    assert done.refusal is None
    assert len(done.incidents) == 1
    assert own.state.open == {}
    assert own.state.visits == {"front": 1}


def test_a_refused_reaction_is_only_counted() -> None:
    own = engine()
    step(own, Jam("front"))  # its rescue finds nothing to close
    step(own, CloseDoor("front", 1))
    assert own.ignored == {}
    own.room.rescue  # noqa: B018


def test_reactions_without_end_are_cut_off_after_a_bound() -> None:
    own = engine()
    spun = step(own, Spin("front"))
    assert len(spun.envelopes) == MOST_ROUNDS
    assert "rounds" in spun.incidents[0].traceback


def test_an_event_that_cannot_be_folded_stops_everything() -> None:
    own = engine()
    with pytest.raises(FoldFailed):
        step(own, Break("front"))
