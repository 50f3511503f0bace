"""Leases: evidence renews them, a lapse asks, a restart begins anew."""

import pytest

from roost.engine.leases import Leases
from roost.engine.testing import Knock
from roost.kernel.time import NEVER, InstantUs, seconds


def at(count: float) -> InstantUs:
    return InstantUs(seconds(count))


def leases() -> Leases:
    return Leases({"ready": seconds(10), "waiting": seconds(30)})


def test_a_lease_that_nobody_renews_lapses_and_asks_again() -> None:
    own = leases()
    own.hold("ready", "1001", Knock("1001"), at(0))
    own.hold("waiting", "C1", Knock("C1"), at(0))
    assert own.next_at() == at(10)
    assert own.due(at(9)) == []
    assert own.due(at(10)) == [Knock("1001")]
    assert own.due(at(10)) == []
    assert own.due(at(30)) == [Knock("1001"), Knock("C1")]
    assert own.lapsed == {"ready": 2, "waiting": 1}


def test_evidence_renews_it() -> None:
    own = leases()
    own.hold("ready", "1001", Knock("1001"), at(0))
    for second in range(5, 60, 5):
        assert own.renew("1001", at(second))
        assert own.due(at(second)) == []
    assert own.due(at(64)) == []
    assert own.due(at(65)) == [Knock("1001")]
    assert not own.renew("1002", at(0))


def test_a_released_lease_is_gone_and_a_new_state_replaces_it() -> None:
    own = leases()
    own.hold("ready", "1001", Knock("old"), at(0))
    own.hold("waiting", "1001", Knock("new"), at(1))
    assert own.due(at(10)) == []
    assert own.due(at(31)) == [Knock("new")]
    own.release("1001")
    assert "1001" not in own
    assert own.next_at() == NEVER
    assert own.due(at(1000)) == []


def test_after_a_restart_every_lease_begins_anew() -> None:
    own = leases()
    own.hold("ready", "1001", Knock("1001"), at(0))
    own.restart(at(100))
    assert own.due(at(109)) == []
    assert own.due(at(110)) == [Knock("1001")]


def test_a_name_without_a_length_is_our_bug() -> None:
    with pytest.raises(KeyError):
        leases().hold("dozing", "1001", Knock("1001"), at(0))
