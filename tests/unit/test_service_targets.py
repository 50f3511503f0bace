"""What the router is told of a contract: promises, and what a contact is worth."""

from typing import Any

import pytest

from roost.kernel.time import Hours, Zone
from roost.office.contracts.model import Contract, ContractVersion, Line, Measure
from roost.office.contracts.terms import Side, Term
from roost.office.service_terms.targets import earns, targets
from unit.promised import term

UTC = Zone("UTC", "test", (-(10**15),), (0,))
QUEUES: Any = ("grid/outage", "grid/bills")


def contract(*terms: Term) -> Contract:
    lines = (
        Line("contacts", "", Measure.CONTACTS, "2.80"),
        Line("minutes", "", Measure.HANDLED_MINUTES, "0.85"),
        Line("outages", "", Measure.CONTACTS, "1.00", queues=("grid/outage",)),  # type: ignore[arg-type]
    )
    return Contract("grid", "CNY", UTC, (), (ContractVersion(0, lines, service=terms),))  # type: ignore[arg-type]


def test_a_step_of_a_part_is_worth_that_part_of_one_contacts_lines() -> None:
    (found,) = targets(contract(term(lines=("contacts",))), QUEUES)
    assert (found.id, found.queues, found.promised) == ("grid/sl", QUEUES, 800_000)
    assert found.worth == 280_000, "1 % of the lines a point is one contact's line a contact"
    (half,) = targets(contract(term(lines=("contacts",), point="2")), QUEUES)
    assert half.worth == 140_000


def test_a_plain_sum_is_spread_over_the_usual_contacts() -> None:
    (found,) = targets(contract(term(percent="0", amount="500", minimum=20_000)), QUEUES)
    assert found.worth == 250_000, "500.00 a point, a point is 200 contacts"


@pytest.mark.parametrize(
    ("measure", "abandoned", "short_out"),
    [
        ("service_level", "missed", True),
        ("service_level_answered", "out", False),
        ("service_level_all", "missed", False),
        ("service_level_late", "out_in_time", False),
        ("service_level_left", "good_in_time", False),
    ],
)
def test_a_formula_says_how_those_who_gave_up_count(
    measure: str, abandoned: str, short_out: bool
) -> None:
    (found,) = targets(contract(term(measure=measure)), QUEUES)
    assert (found.abandoned, found.short_out) == (abandoned, short_out)


def test_the_router_minds_the_malus_before_the_bonus_on_the_same_queues() -> None:
    bonus = term(name="more", side=Side.BONUS, target="0.9")
    assert [one.id for one in targets(contract(term(), bonus), QUEUES)] == ["grid/sl"]
    assert [one.id for one in targets(contract(bonus), QUEUES)] == ["grid/more"]


def test_the_router_knows_the_hours_that_count() -> None:
    week = Hours(UTC, ((0, 3_600_000_000),))
    timed, always = targets(contract(term(hours=week), term(name="all")), QUEUES)
    assert (timed.hours, always.hours) == (week, None)


def test_an_answered_contact_earns_what_its_queues_lines_say() -> None:
    assert earns(contract(), QUEUES[1]) == 280_000 + 3 * 85_000
    assert earns(contract(), QUEUES[0]) == 280_000 + 3 * 85_000 + 100_000
