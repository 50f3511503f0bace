"""After a restart: media's legs against the log's."""

from roost.floor.calls.model import Call, Calls, Leg, LegState
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId, ContactId, LegId, MediaId, owner_of
from roost.kernel.time import InstantUs
from roost.ports import media
from roost.processes.reconcile import differences

M1 = MediaId("m1")


def call(contact: str, **legs: LegState) -> Call:
    made = {leg: Leg(LegId(leg), state) for leg, state in legs.items()}
    return Call(
        id=ContactId(contact),
        client=ClientId("grid"),
        media=M1,
        caller_leg=LegId(next(iter(legs))),
        number="95598",
        caller=None,
        legs=dict(made),
        arrived_at=InstantUs(0),
        unmeasured=[],
        owner=owner_of(ClientId("grid")),
    )


def state(*calls: Call) -> Calls:
    found = Calls()
    for one in calls:
        found.calls[one.id] = one
        found.legs.update(dict.fromkeys(one.legs, one.id))
    return found


def held(*legs: str, contact: str = "C1") -> list[media.LegState]:
    anchored = media.Anchored(M1, "127.0.0.1", 20_000)
    return [media.LegState(LegId(leg), ContactId(contact), anchored, 1, 0) for leg in legs]


def test_what_both_know_is_left_alone() -> None:
    found = differences(state(call("C1", a=LegState.UP, b=LegState.BRIDGED)), held("a", "b"))
    assert (found.unknown, found.missing) == ((), ())


def test_a_leg_that_nobody_knows_is_closed() -> None:
    assert differences(state(), held("z", "y")).unknown == ("y", "z")


def test_a_desks_standing_leg_is_left_standing_what_was_attached_to_it_isnt() -> None:
    listed = [*held("desk/1001", contact="desk/1001"), *held("C1/a1")]
    assert differences(state(), listed).unknown == ("C1/a1",)


def test_a_connected_leg_that_media_has_not_is_ended_with_that_reason() -> None:
    calls = state(call("C1", a=LegState.ANSWERED, b=LegState.DIALLED))
    (missing,) = differences(calls, held()).missing
    assert (missing.leg, missing.blame, missing.reason) == ("a", Blame.US, Reason.MEDIA_LOST)


def test_a_call_that_is_over_is_not_ended_again() -> None:
    over = call("C1", a=LegState.UP)
    over.ended_at = InstantUs(5)
    assert differences(state(over), held()).missing == ()
