"""Whatever finance and clients do, in whatever order: numbers have no gap, and a month's documents
always add up to the month as it was last issued or corrected, net and tax, to the last fen."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from roost.kernel.actor import Actor
from roost.kernel.ids import ContactId, VaultId
from roost.kernel.messages import Refusal
from roost.kernel.money import Money
from roost.office.accounts import messages as say
from roost.office.accounts.documents import DocumentKind, digest
from roost.office.accounts.messages import Verdict
from roost.office.accounts.model import Stage, person_of
from roost.office.invoices.messages import Draft
from unit.accounts import CHEN, LI, STATEMENT, WANG, Month, draft, line

CONTACTS = tuple(ContactId(f"C{count}") for count in range(1, 7))
WORDS = VaultId("w1")
PEOPLE = st.sampled_from([LI, WANG, CHEN])


class Months(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.month = Month()
        self.price = 1_009  # fen each; every third costs a third less
        self.pending: Draft | None = None
        self.issuers: list[tuple[str, str]] = []

    def now(self) -> Draft:
        """The month as it would be by what's struck and what a contact costs."""
        account = self.month.ledger.statements.get(STATEMENT)
        struck = set() if account is None else account.struck
        count = len(set(CONTACTS) - struck)
        fen = sum(self.price if place % 3 else self.price * 2 // 3 for place in range(count))
        return draft(
            line("contacts", str(fen / 100), contacts=count),
            line("training", "10.09", tax="goods"),
            damages=(line("term", f"-{count}.00", tax=""),),
        )

    def give(self, actor: Actor, command: say.Command) -> bool:
        return not isinstance(self.month.give(actor, command), Refusal)

    @rule(price=st.integers(100, 2_000))
    def costs(self, price: int) -> None:
        self.price = price

    @rule(who=PEOPLE)
    def freezes(self, who: Actor) -> None:
        made = self.now()
        if self.give(who, self.month.freeze(made)):
            self.pending, self.frozen_by = made, person_of(who)

    @rule(who=PEOPLE, revision=st.integers(1, 3))
    def confirms(self, who: Actor, revision: int) -> None:
        if self.give(who, say.ConfirmStatement(STATEMENT, revision)):
            assert who == CHEN

    @rule(contacts=st.sets(st.sampled_from(CONTACTS), min_size=1, max_size=2))
    def disputes(self, contacts: set[ContactId]) -> None:
        self.give(CHEN, say.Dispute(STATEMENT, WORDS, (), tuple(sorted(contacts))))

    @rule(which=st.integers(1, 4), verdict=st.sampled_from(Verdict))
    def settles(self, which: int, verdict: Verdict) -> None:
        self.give(LI, say.SettleDispute(say.DisputeId(f"{STATEMENT}/d{which}"), verdict, WORDS))

    @rule(who=st.sampled_from([LI, WANG]))
    def issues(self, who: Actor) -> None:
        if self.pending is None:
            return
        self.month.frozen = self.pending
        if self.give(who, self.month.issue()):
            assert person_of(who) != self.frozen_by
            self.month.standing, self.pending = self.pending, None

    @invariant()
    def numbers_have_no_gap(self) -> None:
        numbers = [one.number for one in self.month.documents]
        assert numbers == [f"GY-2026-{place:06}" for place in range(1, len(numbers) + 1)]

    @invariant()
    def documents_add_up_to_the_month(self) -> None:
        standing = self.month.standing
        if standing is None:
            assert not self.month.documents
            return
        taxed = [one for one in self.month.documents if one.kind is not DocumentKind.DAMAGES]
        assert sum(one.net.minor for one in taxed) == standing.total.minor
        assert Money("CNY", sum(one.gross.minor for one in taxed)) == standing.gross
        for group in standing.taxes:
            parts = [tax for one in taxed for tax in one.taxes if tax.category == group.category]
            assert sum(one.tax.minor for one in parts) == group.tax.minor
        for one in self.month.documents:
            assert sum(row.amount.minor for row in one.lines) == one.net.minor
        damages = [one for one in self.month.documents if one.kind is DocumentKind.DAMAGES]
        owed = sum(row.amount.minor for row in standing.damages)
        assert sum(one.net.minor for one in damages) == owed

    @invariant()
    def nothing_is_issued_unconfirmed(self) -> None:
        account = self.month.ledger.statements.get(STATEMENT)
        if account is not None and account.stage is Stage.ISSUED:
            assert account.number == "GY-2026-000001"
            assert self.month.standing is not None
            assert account.digest == digest(self.month.standing)


Months.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestMonths = Months.TestCase
