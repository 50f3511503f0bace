"""A raised hand, and what a supervisor tells a team."""

from roost.floor.agents import messages as a
from roost.floor.agents.model import MOST_TOLD, MOST_TOLD_AT_ONCE
from scenario.centre import Centre


def hand(centre: Centre, name: str = "Li") -> bool:
    return centre.state.agents.agents[name].hand


def test_a_hand_is_up_until_somebody_takes_it_down(centre: Centre) -> None:
    centre.signs_in("Li")
    call = centre.calls_in("bills")
    centre.picks_up(call)
    assert centre.refusal(a.RaiseHand("Li", True)) is None
    assert centre.the(a.HandRaised).contact == call
    assert centre.refusal(a.RaiseHand("Li", True)) == "already_so"
    centre.restarts()
    assert hand(centre)
    centre.give(a.RaiseHand("Li", False))
    assert not hand(centre)


def test_a_hand_goes_down_with_the_sign_out(centre: Centre) -> None:
    centre.signs_in("Li")
    centre.give(a.RaiseHand("Li", True))
    centre.give(a.SignOut("Li"))
    assert not hand(centre)
    assert centre.refusal(a.RaiseHand("Li", True)) == "not_signed_in"


def test_a_team_is_told_not_more_than_it_can_read(centre: Centre) -> None:
    centre.signs_in("Li")
    assert centre.refusal(a.TellTeam("nobody", "t0")) == "unknown_team"
    assert centre.refusal(a.TellTeam("", "t0", "nobody")) == "unknown_agent"
    for number in range(MOST_TOLD_AT_ONCE):
        assert centre.refusal(a.TellTeam("team", f"t{number}")) is None
    assert centre.refusal(a.TellTeam("team", "more")) == "too_many_messages"
    assert centre.refusal(a.TellTeam("", "own", "Li")) is None, "each has a measure of its own"
    centre.after(60)
    assert centre.refusal(a.TellTeam("team", "more")) is None


def test_what_falls_out_of_the_list_leaves_the_vault(centre: Centre) -> None:
    centre.signs_in("Li")
    dropped = []
    for number in range(MOST_TOLD + 3):
        dropped += centre.give(a.TellTeam("team", f"t{number}")).drops
        centre.after(30)
    assert dropped == ["t0", "t1", "t2"]
    assert len(centre.state.agents.told["team/team"]) == MOST_TOLD
