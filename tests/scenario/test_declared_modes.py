"""Surge, closed and emergency as a supervisor declares them, and as callers meet them."""

from typing import Any

import pytest

from roost.floor.affected import ModeKind, Scope
from roost.floor.agents.model import Presence
from roost.floor.calls import messages as c
from roost.floor.modes import messages as m
from roost.floor.queues import messages as q
from roost.kernel.ends import Blame, Reason
from scenario.centre import MUSIC, Centre, S

HOUR = 3_600 * S
STORM, AWAY = "known-outage", "we-are-away"


def declare(centre: Centre, kind: str = "surge", said: str = "storm", **changes: Any) -> Any:
    """The mode's id, or the refusal's code."""
    scope = {name: changes.pop(name) for name in ("queues", "lists", "variable", "value") if name in changes}  # fmt: skip  # noqa: E501
    values: dict[str, Any] = {"ends": centre.now + HOUR, "announcement": said} | changes
    client = values.pop("client", "grid")
    step = centre.give(m.DeclareMode(ModeKind(kind), Scope(client, **scope), **values))
    return step.refusal.code if step.refusal else step.envelopes[0].body.mode


def first_round(centre: Centre, contact: str) -> int:
    return centre.matrices[contact].routes[0].source.first  # type: ignore[union-attr]


# --- a surge ---


def test_the_affected_hear_the_announcement_once_and_wait_on(centre: Centre) -> None:
    waits = centre.calls_in("outage")
    declare(centre, queues=("grid/outage",))
    assert centre.hears(waits) == (STORM, *MUSIC)
    assert first_round(centre, waits) == 1, "only the music goes round"
    comes = centre.calls_in("outage")
    assert centre.hears(comes) == (STORM, *MUSIC)
    other = centre.calls_in("bills")
    assert centre.hears(other) == MUSIC
    centre.signs_in("Li")
    assert centre.with_agent("Li") == waits, "the place is kept"


@pytest.mark.parametrize(("lists", "told"), [((), False), (("north",), True), (("vip",), False)])
def test_a_surge_may_be_for_a_list_of_callers_alone(
    centre: Centre, lists: tuple[str, ...], told: bool
) -> None:
    before = centre.calls_in("outage", lists=lists)
    declare(centre, lists=("north",))
    after = centre.calls_in("outage", lists=lists)
    for contact in (before, after):
        assert (centre.hears(contact)[0] == STORM) is told


def test_a_surge_may_be_for_those_who_keyed_a_district(centre: Centre) -> None:
    declare(centre, variable="district", value="north")
    north, south = centre.calls_in("told"), centre.calls_in("told")
    centre.presses(north, "1")
    centre.presses(south, "2")
    assert centre.hears(north) == (STORM, *MUSIC)
    assert centre.hears(south) == MUSIC


def test_a_flow_may_tell_before_and_offer_something_else(centre: Centre) -> None:
    declare(centre, queues=("grid/outage",))
    contact = centre.calls_in("told")
    assert centre.hears(contact) == (STORM,)
    centre.heard_out(contact)
    assert centre.hears(contact) == MUSIC, "told once is enough"
    centre.after(30)
    assert centre.hears(contact) == ("leave-word",), "this way waits for half a minute only"


def test_who_waits_for_an_answer_while_a_phone_rings_hears_it_too(centre: Centre) -> None:
    centre.signs_in("Li")
    contact = centre.calls_in("outage")
    declare(centre)
    assert centre.with_agent("Li") == contact
    assert centre.hears(contact)[0] == STORM


def test_a_surge_for_later_begins_by_itself_and_is_over_by_itself(centre: Centre) -> None:
    declare(centre, begins=centre.now + HOUR, ends=centre.now + 2 * HOUR)
    assert centre.hears(centre.calls_in("bills")) == MUSIC
    contact = centre.after(HOUR / S - 1).calls_in("bills")
    centre.after(1)
    assert centre.hears(contact)[0] == STORM
    centre.after(HOUR / S)
    assert centre.hears(centre.calls_in("bills")) == MUSIC
    assert [over.why for over in centre.events(m.ModeOver)] == ["lapsed"]
    assert not centre.state.modes.modes


def test_a_mode_is_extended_ended_and_withdrawn(centre: Centre) -> None:
    mode = declare(centre)
    assert centre.refusal(m.ExtendMode(mode, centre.now + 3 * HOUR)) is None  # type: ignore[arg-type]
    centre.after(2 * HOUR / S)
    assert centre.hears(centre.calls_in("bills"))[0] == STORM, "beyond its first end"
    assert centre.refusal(m.EndMode(mode, withdrawn=True)) == "too_late_to_withdraw"
    assert centre.refusal(m.EndMode(mode)) is None
    assert centre.hears(centre.calls_in("bills")) == MUSIC
    assert centre.refusal(m.EndMode(mode)) == "unknown_mode"
    assert centre.refusal(m.EndMode(declare(centre), withdrawn=True)) is None
    assert [over.why for over in centre.events(m.ModeOver)] == ["ended", "withdrawn"]


# --- where nobody can answer ---


def test_an_emergency_sends_who_waits_to_another_queue_with_their_time(centre: Centre) -> None:
    first = centre.calls_in("outage")
    centre.after(40)
    declare(centre, "emergency", "away", queues=("grid/outage",), to="grid/bills")
    left = centre.the(q.ContactDequeued, first)
    assert (left.outcome, left.waited_us) == (q.Outcome.OVERFLOWED, 40 * S)
    assert centre.hears(first) == (AWAY, *MUSIC)
    bill = centre.calls_in("bills")
    second = centre.calls_in("outage")
    assert centre.hears(second) == (AWAY, *MUSIC)
    for who, contact in (("Li", first), ("Mo", second), ("An", bill)):
        centre.signs_in(who, "bills")
        assert centre.with_agent(who) == contact


def test_a_phone_that_rings_in_an_evacuated_centre_stops(centre: Centre) -> None:
    centre.signs_in("Li", "outage")
    contact = centre.calls_in("outage")
    assert centre.with_agent("Li") == contact
    declare(centre, "emergency", "away", queues=("grid/outage",), to="grid/bills")
    assert centre.presence("Li") is Presence.READY
    assert centre.events(q.ContactQueued, contact)[-1].queue == "grid/bills"


def test_who_talks_isnt_disturbed(centre: Centre) -> None:
    centre.signs_in("Li")
    contact = centre.calls_in("outage")
    centre.answers("Li")
    heard = centre.hears(contact)
    declare(centre, "emergency", "away", queues=("grid/outage",), to="grid/bills")
    assert centre.hears(contact) == heard
    assert centre.presence("Li") is Presence.TALKING


def test_without_another_queue_they_hear_why_and_go_the_flows_way(centre: Centre) -> None:
    waits = centre.calls_in("outage")
    declare(centre, "emergency", "away")
    comes = centre.calls_in("outage")
    for contact in (waits, comes):
        assert centre.hears(contact) == (AWAY,)
        centre.heard_out(contact)
        assert centre.hears(contact) == ("leave-word",)


def test_who_has_nowhere_to_go_is_told_and_the_contact_ends(centre: Centre) -> None:
    declare(centre, "closed", "away")
    contact = centre.calls_in("bills")
    centre.heard_out(contact)
    ended = centre.the(c.ContactEnded, contact)
    assert (ended.blame, ended.reason) == (Blame.CLIENT, Reason.CLOSED)


def test_a_step_names_its_own_way_for_a_mode(centre: Centre) -> None:
    declare(centre, "closed", "away", variable="district", value="north")
    contact = centre.calls_in("told")
    assert centre.hears(contact) == ("which",), "nobody knows the district yet"
    centre.presses(contact, "1")
    assert centre.hears(contact) == (AWAY,)
    centre.heard_out(contact)
    assert centre.hears(contact) == ("goodbye",)


def test_a_mode_that_ends_while_its_announcement_is_heard_lets_them_wait(centre: Centre) -> None:
    mode = declare(centre, "closed", "away")
    contact = centre.calls_in("outage")
    centre.give(m.EndMode(mode))
    centre.heard_out(contact)
    assert centre.hears(contact) == MUSIC
    assert centre.the(q.ContactQueued, contact).queue == "grid/outage"


def test_an_emergency_is_stronger_than_a_surge_and_both_are_heard(centre: Centre) -> None:
    declare(centre)
    declare(centre, "emergency", "away", queues=("grid/outage",))
    contact = centre.calls_in("outage")
    assert centre.hears(contact) == (AWAY, STORM)
    centre.heard_out(contact)
    assert centre.hears(contact) == ("leave-word",)


def test_who_comes_back_from_a_site_without_power_goes_elsewhere(centre: Centre) -> None:
    centre.signs_in("Li", "outage")
    contact = centre.calls_in("outage")
    leg = centre.rung("Li")
    centre.give(c.LegAnswered(leg))
    declare(centre, "emergency", "away", queues=("grid/outage",), to="grid/bills")
    centre.give(c.LegClosed(leg, Blame.NETWORK, Reason.MEDIA_SILENT))
    assert centre.events(q.ContactQueued, contact)[-1].queue == "grid/bills"


# --- what can't be declared ---


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"client": "water"}, "no_such_client"),
        ({"queues": ("grid/gas",)}, "unknown_queue"),
        ({"lists": ("east",)}, "unknown_list"),
        ({"variable": "district", "value": "east"}, "unknown_value"),
        ({"said": "flood"}, "unknown_announcement"),
        ({"ends": 0}, "mode_without_end"),
        ({"begins": 0}, "mode_too_early"),
        ({"to": "grid/bills"}, "mode_leads_back"),
        ({"kind": "emergency", "to": "grid/bills"}, "mode_leads_back"),
        ({"kind": "emergency", "to": "grid/bills", "queues": ("grid/bills",)}, "mode_leads_back"),
    ],
)
def test_a_declaration_that_makes_no_sense(
    centre: Centre, wrong: dict[str, Any], code: str
) -> None:
    assert declare(centre, **wrong) == code
    assert not centre.state.modes.modes


def test_every_mode_has_an_end_and_there_are_only_so_many(centre: Centre) -> None:
    assert declare(centre, ends=centre.now + 25 * HOUR) == "mode_too_long"
    assert declare(centre, begins=centre.now + 1000 * HOUR, ends=centre.now + 1001 * HOUR) == "mode_too_long"  # fmt: skip  # noqa: E501
    for _ in range(50):
        declare(centre)
    assert declare(centre) == "too_many_modes"
    centre.after(HOUR / S)
    assert not centre.state.flows.modes


def test_after_a_restart_a_mode_is_in_force_and_ends(centre: Centre) -> None:
    declare(centre)
    centre.restarts()
    contact = centre.calls_in("bills")
    assert centre.hears(contact)[0] == STORM
    centre.after(HOUR / S)
    assert [over.why for over in centre.events(m.ModeOver)] == ["lapsed"]


# --- with what else is said to those who wait ---


def test_a_position_waits_until_the_announcement_has_been_said(centre: Centre) -> None:
    comes = centre.calls_in("placed")
    declare(centre, queues=("grid/bills",))
    assert centre.hears(comes) == (STORM, *MUSIC)
    assert centre.after(59).hears(comes) == (STORM, *MUSIC), "how long it is nobody here knows"
    assert centre.after(1).hears(comes) == ("you-are-1",)
    centre.heard_out(comes)
    assert centre.hears(comes) == MUSIC


def test_a_position_that_is_being_said_gives_way_to_an_announcement(centre: Centre) -> None:
    comes = centre.calls_in("placed")
    centre.after(30)
    assert centre.hears(comes) == ("you-are-1",)
    declare(centre, queues=("grid/bills",))
    assert centre.hears(comes) == (STORM, *MUSIC)


def test_a_callback_is_offered_when_the_announcement_has_been_said(centre: Centre) -> None:
    centre.give(c.MediaReady("m1"))  # type: ignore[arg-type]
    comes = centre.calls_in("turn", caller="v7")
    centre.after(50)
    declare(centre, queues=("grid/bills",))
    centre.restarts()
    assert centre.after(59).hears(comes) == (STORM, *MUSIC)
    assert centre.after(1).hears(comes) == ("shall-we-call",)


def test_who_comes_in_a_mode_hears_its_announcement_out(centre: Centre) -> None:
    declare(centre, queues=("grid/bills",))
    comes = centre.calls_in("placed")
    assert centre.after(59).hears(comes) == (STORM, *MUSIC)
    assert centre.after(1).hears(comes) == ("you-are-1",)
