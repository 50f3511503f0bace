"""What a correction comes to by what contracts say: BILLING 8's figures, drafted by the office."""

from roost.kernel.messages import Refusal
from roost.office.accounts import messages as say
from roost.office.accounts.documents import Document, DocumentKind
from roost.office.contracts.model import Band
from roost.office.contracts.one_off import OneOff
from roost.office.invoices.messages import Draft
from unit.accounts import LI, STATEMENT, WANG, Month
from unit.billed import SELLER, VAT, agreed, day, drafted, line, plain, simple, version

BANDS = (Band("10000", "5.00"), Band("20000", "4.50"), Band(None, "4.00"))
GRADUATED = simple(line("", bands=BANDS), seller=SELLER, tax="standard")


def correction(before: Draft, after: Draft) -> Document:
    month = Month()
    month.issued(before)
    month.corrected(after)
    return month.documents[1]


def test_striking_one_of_many_credits_what_the_last_one_cost() -> None:
    """20,003 graduated contacts are 95,012; striking number 10 credits 4.00, not 5.00."""
    issued = drafted(GRADUATED, {"contacts": 20_003})
    assert plain(issued.total) == "95012.00"
    credit = correction(issued, drafted(GRADUATED, {"contacts": 20_002}))
    assert (credit.kind, plain(credit.net)) == (DocumentKind.CREDIT_NOTE, "-4.00")
    assert plain(credit.tax) == "-0.24"


def test_striking_contacts_across_a_bands_edge() -> None:
    """Nine of 10,005 excluded: 42.50."""
    credit = correction(
        drafted(GRADUATED, {"contacts": 10_005}), drafted(GRADUATED, {"contacts": 9_996})
    )
    assert plain(credit.net) == "-42.50"
    assert sum(one.contacts for one in credit.lines) == -9


def test_a_version_signed_late_is_an_adjustment_by_lines() -> None:
    """Signed 10 Dec, effective 1 Nov, +0.20 on 8,000 contacts → 1,600.00 + 96.00 tax."""
    old, new = (
        agreed(version("2026-01-01", line("5.00")), *more, seller=SELLER, tax="standard")
        for more in ((), (version("2026-11-01", line("5.20")),))
    )
    added = correction(drafted(old, {"contacts": 8_000}), drafted(new, {"contacts": 8_000}))
    assert added.kind is DocumentKind.ADJUSTMENT
    assert (plain(added.net), plain(added.tax)) == ("1600.00", "96.00")
    (change,) = added.changes
    assert (change.rate, change.now_rate) == ("5.00", "5.20")


def test_what_is_carried_comes_to_the_same_where_prices_include_tax() -> None:
    included = simple(line("5.30"), seller=SELLER, tax="standard", tax_included=True)
    issued, now = (drafted(included, {"contacts": count}) for count in (1_000, 1_003))
    month = Month()
    month.issued(issued)
    month.done(LI, month.freeze(now))
    carry = say.CarryCorrection(STATEMENT, now, issued, "2026-12", included=True)
    found = month.give(WANG, carry)
    assert not isinstance(found, Refusal)
    items = [one.one_off for one in found.events if isinstance(one, say.OneOffAdded)]
    assert [one.day for one in items] == [day("2026-12-01")]
    later = drafted(included, {}, "2026-12", one_off=tuple(items))
    assert later.total.minor == now.total.minor - issued.total.minor
    assert isinstance(items[0], OneOff)
    assert VAT.name == items[0].tax
