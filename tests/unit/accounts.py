"""Drafts and people for tests of a client's month."""

from fractions import Fraction

from roost.kernel.actor import Actor, ActorKind
from roost.kernel.ids import OPERATOR, ClientId, Owner, StreamName
from roost.kernel.messages import Command, Refusal
from roost.kernel.money import Money, rounded
from roost.kernel.time import DAY, InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.decide import Decided, decide
from roost.office.accounts.documents import Document
from roost.office.accounts.fold import apply
from roost.office.accounts.model import Ledger, person_of
from roost.office.contracts.sellers import LegalEntity
from roost.office.invoices.messages import Draft, DraftLine, TaxSum

GRID = ClientId("power-grid")
MONTH = "2026-11"
STATEMENT = say.statement_id(GRID, MONTH)
ENDS = InstantUs(1_796_054_400_000_000)  # 2026-12-01 in Shanghai
KNOWN = {StreamName("cell-1"): 10, StreamName("settings"): 2, StreamName("office"): 0}
SELLER = LegalEntity("Guiyang Answers Ltd", country="CN", tax_number="91520100MA")
BUYER = LegalEntity("Power Grid", country="CN", tax_number="91520000PG")


def person(name: str, owner: Owner = OPERATOR) -> Actor:
    return Actor(ActorKind.PERSON, name, owner)


LI, WANG = person("U1"), person("U2")
CHEN = person("U9", Owner(GRID))


def line(name: str, amount: str, *, contacts: int = 0, tax: str = "services") -> DraftLine:
    money = rounded(Fraction(amount), "CNY")
    return DraftLine(name, name.title(), "1", "item", amount, contacts, money, tax=tax)


def draft(*lines: DraftLine, rate: str = "6", damages: tuple[DraftLine, ...] = ()) -> Draft:
    """Taxed by category, once a group."""
    net = sum(one.amount.minor for one in lines)
    groups: dict[str, int] = {}
    for one in lines:
        groups[one.tax] = groups.get(one.tax, 0) + one.amount.minor
    taxes = tuple(
        TaxSum(name, rate, Money("CNY", sum_), rounded(Fraction(sum_, 10_000) * int(rate), "CNY"))
        for name, sum_ in sorted(groups.items())
    )
    total = Money("CNY", net)
    gross = Money("CNY", net + sum(one.tax.minor for one in taxes))
    return Draft(
        GRID, MONTH, "CNY", "contracts/2", "tzdata 2026a", "2026-01-01", lines, total, total,
        "guiyang", taxes, gross, damages,
    )  # fmt: skip


class Month:
    """The office with one client's month, driven by commands."""

    def __init__(self) -> None:
        self.ledger = Ledger()
        self.documents: list[Document] = []
        self.frozen = draft()
        self.standing: Draft | None = None

    def give(self, actor: Actor, command: Command, at: int = ENDS + DAY) -> Decided:
        """Decided and, unless refused, folded."""
        found = decide(self.ledger, InstantUs(at), actor, command)
        if isinstance(found, Refusal):
            return found
        for event in found.events:
            apply(self.ledger, person_of(actor), event)
            if isinstance(event, say.DocumentIssued):
                self.documents.append(event.document)
        return found

    def done(self, actor: Actor, command: Command, at: int = ENDS + DAY) -> None:
        found = self.give(actor, command, at)
        assert not isinstance(found, Refusal), found

    def refused(self, actor: Actor, command: Command, at: int = ENDS + DAY) -> str:
        found = self.give(actor, command, at)
        assert isinstance(found, Refusal), found
        return found.code

    def freeze(self, made: Draft, *, silence: bool = False) -> say.FreezeStatement:
        self.frozen = made
        return say.FreezeStatement(
            GRID, MONTH, made, KNOWN, ENDS, InstantUs(ENDS + 10 * DAY), silence
        )

    def issue(self, series: str = "GY-2026-") -> say.IssueInvoice:
        return say.IssueInvoice(
            STATEMENT, self.frozen, series, "2026-12-03", "2027-01-02", SELLER, BUYER,
            self.standing,
        )  # fmt: skip

    def issued(self, made: Draft) -> None:
        """All the way to an invoice."""
        self.done(LI, self.freeze(made))
        self.done(CHEN, say.ConfirmStatement(STATEMENT, 1))
        self.done(WANG, self.issue())
        self.standing = made

    def corrected(self, now: Draft) -> None:
        """A correction frozen and issued."""
        self.done(LI, self.freeze(now))
        self.done(WANG, self.issue())
        self.standing = now
