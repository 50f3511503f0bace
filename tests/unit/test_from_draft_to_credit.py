"""A client's month from draft to credit: BILLING 8, as its people would tell it."""

import pytest

from roost.kernel.actor import CLOCK
from roost.kernel.ids import ContactId, Owner, SegmentId, VaultId
from roost.kernel.time import DAY, InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.documents import DocumentKind, Fapiao, digest
from roost.office.accounts.messages import Verdict
from roost.office.accounts.model import Stage
from roost.office.contracts.one_off import OneOff
from unit.accounts import (
    CHEN,
    ENDS,
    GRID,
    LI,
    MONTH,
    STATEMENT,
    WANG,
    Month,
    draft,
    line,
    person,
)

WORDS = VaultId("w1")
CONTACTS = draft(line("contacts", "1000.00", contacts=200))
D1 = say.DisputeId(f"{STATEMENT}/d1")


@pytest.fixture
def month() -> Month:
    return Month()


def disputed(month: Month, *lines: str, contacts: tuple[str, ...] = ()) -> None:
    named = tuple(ContactId(one) for one in contacts)
    month.done(CHEN, say.Dispute(STATEMENT, WORDS, lines, named))


def test_finance_freezes_the_client_confirms_and_a_second_person_issues(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    assert month.refused(WANG, month.issue()) == "not_confirmed"
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 1))
    assert month.refused(LI, month.issue()) == "second_person"
    month.done(WANG, month.issue())
    (invoice,) = month.documents
    assert (invoice.kind, invoice.number) == (DocumentKind.INVOICE, "GY-2026-000001")
    assert (str(invoice.net), str(invoice.tax), str(invoice.gross)) == (
        "1000.00 CNY",
        "60.00 CNY",
        "1060.00 CNY",
    )
    assert month.refused(WANG, month.issue()) == "issued_already"


def test_a_token_of_whoever_froze_it_is_no_second_person(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 1))
    assert month.refused(person("U1/t3"), month.issue()) == "second_person"


def test_a_month_that_isnt_over_isnt_frozen(month: Month) -> None:
    assert month.refused(LI, month.freeze(CONTACTS), ENDS - 1) == "month_not_over"


def test_only_the_clients_own_people_confirm_and_dispute(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    other = person("U8", Owner("city"))
    for who in (LI, other):
        assert month.refused(who, say.ConfirmStatement(STATEMENT, 1)) == "not_your_statement"
        assert month.refused(who, say.Dispute(STATEMENT, WORDS, ("contacts",))) == (
            "not_your_statement"
        )


def test_silence_confirms_where_the_contract_says_so_and_not_a_moment_earlier(
    month: Month,
) -> None:
    month.done(LI, month.freeze(CONTACTS, silence=True))
    until = ENDS + 10 * DAY
    early = month.refused(CLOCK, say.LetSilenceConfirm(STATEMENT), until - 1)
    assert early == "silence_confirms_nothing"
    late = month.refused(CHEN, say.Dispute(STATEMENT, WORDS, ("contacts",)), until)
    assert late == "too_late_to_dispute"
    month.done(CLOCK, say.LetSilenceConfirm(STATEMENT), until)
    assert month.ledger.statements[STATEMENT].stage is Stage.CONFIRMED


def test_silence_confirms_nothing_that_is_disputed(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS, silence=True))
    disputed(month, "contacts")
    late = month.refused(CLOCK, say.LetSilenceConfirm(STATEMENT), ENDS + 11 * DAY)
    assert late == "disputes_open"


def test_what_was_frozen_again_is_confirmed_anew(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    month.done(LI, month.freeze(draft(line("contacts", "995.00", contacts=199))))
    assert month.refused(CHEN, say.ConfirmStatement(STATEMENT, 1)) == "statement_moved_on"
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 2))


def test_another_draft_than_the_frozen_one_cant_be_issued(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 1))
    month.frozen = draft(line("contacts", "1.00"))
    assert month.refused(WANG, month.issue()) == "statement_moved_on"


def test_an_accepted_dispute_takes_contacts_out_of_the_statement(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    disputed(month, contacts=("C7",))
    assert month.refused(CHEN, say.ConfirmStatement(STATEMENT, 1)) == "disputes_open"
    month.done(LI, say.SettleDispute(D1, Verdict.ACCEPT))
    assert month.refused(CHEN, say.ConfirmStatement(STATEMENT, 1)) == "freeze_again"
    month.done(LI, month.freeze(draft(line("contacts", "995.00", contacts=199))))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 2))
    month.done(WANG, month.issue())
    again = say.Dispute(STATEMENT, WORDS, (), (ContactId("C7"),))
    assert month.refused(CHEN, again) == "disputed_already"


def test_a_dispute_is_rejected_in_words_only(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    disputed(month, "contacts")
    assert month.refused(LI, say.SettleDispute(D1, Verdict.REJECT)) == "reject_in_words"
    month.done(LI, say.SettleDispute(D1, Verdict.REJECT, WORDS))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 1))


def test_what_is_split_off_lets_the_rest_be_issued_and_is_added_when_rejected(
    month: Month,
) -> None:
    whole = draft(line("contacts", "1000.00"), line("fee", "300.00"))
    month.done(LI, month.freeze(whole))
    disputed(month, "fee", contacts=("C7",))
    out = OneOff("fee-d1", "Fee, disputed", 20_787, "-300.00", tax="services")
    month.done(LI, say.SettleDispute(D1, Verdict.SPLIT, items=(("fee", out),)))
    rest = draft(line("contacts", "995.00"), line("fee", "300.00"), line("fee-d1", "-300.00"))
    month.done(LI, month.freeze(rest))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 2))
    month.done(WANG, month.issue())
    month.standing = rest
    month.done(LI, say.SettleDispute(D1, Verdict.REJECT, WORDS))
    assert not month.ledger.items, "the deduction is dropped"
    month.corrected(whole)
    invoice, added = month.documents
    assert added.kind is DocumentKind.ADJUSTMENT
    assert str(invoice.gross + added.gross) == str(whole.gross)


def test_a_dispute_names_lines_that_are_there(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    assert month.refused(CHEN, say.Dispute(STATEMENT, WORDS)) == "dispute_what"
    assert month.refused(CHEN, say.Dispute(STATEMENT, WORDS, ("minutes",))) == "unknown_line"


def test_striking_a_contact_credits_what_the_last_one_cost(month: Month) -> None:
    """20,003 graduated contacts are 95,012; striking number 10 credits 4.00, not 5.00."""
    month.issued(draft(line("contacts", "95012.00", contacts=20_003)))
    month.corrected(draft(line("contacts", "95008.00", contacts=20_002)))
    credit = month.documents[1]
    assert credit.kind is DocumentKind.CREDIT_NOTE
    assert (str(credit.net), credit.corrects) == ("-4.00 CNY", "GY-2026-000001")
    assert [one.contacts for one in credit.lines] == [-1]


def test_three_credits_cancel_an_invoice_to_the_last_fen(month: Month) -> None:
    """Three credits of 10.09 against 30.27 with tax 1.82: 0.61, 0.60, 0.61."""
    names = ("one", "two", "three")
    month.issued(draft(*(line(name, "10.09") for name in names)))
    assert str(month.documents[0].tax) == "1.82 CNY"
    for left in (names[1:], names[2:], ()):
        month.corrected(draft(*(line(name, "10.09") for name in left)))
    credits_ = month.documents[1:]
    assert [str(one.tax) for one in credits_] == ["-0.61 CNY", "-0.60 CNY", "-0.61 CNY"]
    assert [str(one.net) for one in credits_] == ["-10.09 CNY"] * 3
    assert sum(one.gross.minor for one in month.documents) == 0


def test_a_later_version_with_an_earlier_effect_makes_an_adjustment(month: Month) -> None:
    """Signed 10 Dec, effective 1 Nov, +0.20 on 8,000 contacts: 1,600.00 and 96.00 tax."""
    month.issued(draft(line("contacts", "40000.00", contacts=8_000)))
    month.corrected(draft(line("contacts", "41600.00", contacts=8_000)))
    added = month.documents[1]
    assert added.kind is DocumentKind.ADJUSTMENT
    assert (str(added.net), str(added.tax)) == ("1600.00 CNY", "96.00 CNY")
    (change,) = added.changes
    assert (str(change.amount), str(change.now_amount)) == ("40000.00 CNY", "41600.00 CNY")


def test_what_raises_a_month_may_stand_on_the_next_one(month: Month) -> None:
    month.issued(CONTACTS)
    now = draft(line("contacts", "1005.00", contacts=201))
    month.done(LI, month.freeze(now))
    carry = say.CarryCorrection(STATEMENT, now, CONTACTS, "2026-12")
    assert month.refused(LI, carry) == "second_person"
    month.done(WANG, carry)
    (item,) = month.ledger.items.values()
    assert item.statement == f"{GRID}/2026-12"
    assert month.refused(LI, month.freeze(now)) == "nothing_to_correct"


def test_what_changes_no_sum_is_closed_without_a_document(month: Month) -> None:
    month.issued(CONTACTS)
    same = draft(line("contacts", "1000.00", contacts=199))
    month.corrected(same)
    assert len(month.documents) == 1
    assert month.ledger.statements[STATEMENT].digest == digest(same)


def test_damages_are_untaxed_and_a_document_of_their_own(month: Month) -> None:
    """A malus of 5,000 on 100,000 as damages: 101,000.00."""
    malus = line("answered-in-time", "-5000.00", tax="")
    month.issued(draft(line("contacts", "100000.00"), rate="6", damages=(malus,)))
    invoice, damages = month.documents
    assert (invoice.number, damages.number) == ("GY-2026-000001", "GY-2026-000002")
    assert str(invoice.gross + damages.gross) == "101000.00 CNY"
    assert damages.taxes == ()
    month.corrected(draft(line("contacts", "100000.00"), rate="6"))
    assert str(month.documents[2].gross) == "5000.00 CNY"


def test_a_later_credit_names_the_fapiao_of_its_invoice(month: Month) -> None:
    month.issued(CONTACTS)
    given = (
        Fapiao("24522000000012345678", "2026-12-04"),
        Fapiao("24522000000012345679", "2026-12-04"),
    )
    month.done(LI, say.RecordFapiao(("GY-2026-000001",), given))
    assert month.refused(LI, say.RecordFapiao(("GY-2026-9",), given)) == "unknown_document"
    month.corrected(draft(line("contacts", "995.00", contacts=199)))
    assert month.documents[1].fapiao == given


def test_one_off_items_make_a_frozen_statement_out_of_date(month: Month) -> None:
    month.done(LI, month.freeze(CONTACTS))
    item = OneOff("training", "Training day", 20_787, "1800.00")
    month.done(LI, say.AddOneOff(GRID, item))
    assert month.refused(CHEN, say.ConfirmStatement(STATEMENT, 1)) == "freeze_again"
    month.done(LI, month.freeze(draft(line("contacts", "1000.00"), line("training", "1800.00"))))
    month.done(CHEN, say.ConfirmStatement(STATEMENT, 2))
    month.done(WANG, month.issue())
    assert month.refused(LI, say.AddOneOff(GRID, item)) == "issued_already"
    assert month.refused(LI, say.DropOneOff(say.ItemId(f"{GRID}/i1"))) == "issued_already"


def test_the_client_answers_an_exclusion_once(month: Month) -> None:
    asked = say.DeclareExclusion(GRID, InstantUs(ENDS), InstantUs(ENDS + 1), WORDS)
    month.done(LI, asked)
    exclusion = say.ExclusionId(f"{GRID}/x1")
    assert month.refused(LI, say.AnswerExclusion(exclusion, accepted=True)) == (
        "not_your_statement"
    )
    month.done(CHEN, say.AnswerExclusion(exclusion, accepted=True))
    assert month.refused(CHEN, say.AnswerExclusion(exclusion, accepted=False)) == (
        "answered_already"
    )
    month.done(LI, say.WithdrawExclusion(exclusion))
    assert month.refused(LI, say.WithdrawExclusion(exclusion)) == "unknown_exclusion"


def test_a_forecast_may_be_given_again_until_its_locked(month: Month) -> None:
    locks = InstantUs(ENDS)
    ask = say.GiveForecast(GRID, MONTH, 20_758, (100,) * 30, locks)
    month.done(CHEN, ask, ENDS - 2)
    month.done(CHEN, ask, ENDS - 1)
    assert month.refused(CHEN, ask, ENDS) == "forecast_locked"
    month.done(LI, say.LockForecast(GRID, MONTH))
    assert month.refused(CHEN, ask, ENDS - 1) == "forecast_locked"


def test_a_wrap_up_code_is_put_right_with_a_reason(month: Month) -> None:
    fix = say.CorrectCode(GRID, ContactId("C7"), SegmentId("C7/s1"), "resolved", WORDS)
    found = month.give(LI, fix)
    (event,) = found.events  # type: ignore[union-attr]
    assert (event.contact, event.code, event.owner) == ("C7", "resolved", GRID)
