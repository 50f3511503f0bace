"""UBL 2.1 of an issued document, for EN 16931: an Invoice, or a CreditNote where money goes back.

What isn't said of a party isn't made up: without a country the receiver's check will say so
(BR-09, BR-11). A tax number that doesn't begin with its country, as China's, isn't a VAT
identifier (BR-CO-09); it stands as the company's number then, a seller's as its tax
registration as well.
"""

import calendar
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final
from xml.etree import ElementTree as Tree

from roost.kernel.money import Money, rounded
from roost.office.accounts.documents import Document, DocumentKind, TaxWord
from roost.office.accounts.issuing import plain
from roost.office.contracts.sellers import LegalEntity
from roost.office.invoices.messages import DraftLine, TaxSum

BASE: Final = "urn:oasis:names:specification:ubl:schema:xsd:"
CAC: Final = f"{BASE}CommonAggregateComponents-2"
CBC: Final = f"{BASE}CommonBasicComponents-2"
CUSTOMIZATION: Final = "urn:cen.eu:en16931:2017"
TYPES: Final = {DocumentKind.INVOICE: "380", DocumentKind.ADJUSTMENT: "383"}  # UNTDID 1001
CREDIT: Final = "381"
UNITS: Final = {"min": "MIN", "h": "HUR", "hour": "HUR", "month": "MON"}  # UN/ECE Rec. 20
ONE: Final = "C62"
OUTSIDE: Final = "O"
TRANSFER: Final = "30"  # UNTDID 4461
TAX_FREE: Final = frozenset({"E", "AE", OUTSIDE})


def ubl(document: Document) -> bytes:
    """The XML, in UTF-8."""
    return _Ubl(document).xml()


class _Ubl:
    def __init__(self, document: Document) -> None:
        self.of = document
        first = document.kind is DocumentKind.INVOICE
        self.credit = document.gross.minor < 0 and not first
        self.sign = -1 if self.credit else 1
        self.codes = {one.category: one for one in document.codes}
        self.name = "CreditNote" if self.credit else "Invoice"
        groups = [self.code(one.category).code for one in document.taxes] or [OUTSIDE]
        self.untaxed = set(groups) == {OUTSIDE}
        self.root = Tree.Element(f"{{{BASE}{self.name}-2}}{self.name}")

    def xml(self) -> bytes:
        for prefix, space in (("", f"{BASE}{self.name}-2"), ("cac", CAC), ("cbc", CBC)):
            Tree.register_namespace(prefix, space)
        self.head()
        self.party("AccountingSupplierParty", self.of.seller, seller=True)
        self.party("AccountingCustomerParty", self.of.buyer, seller=False)
        self.payment()
        self.totals()
        for place, line in enumerate(self.of.lines, 1):
            self.line(place, line)
        Tree.indent(self.root)
        return Tree.tostring(self.root, encoding="utf-8", xml_declaration=True)

    def text(self, parent: Tree.Element, name: str, text: str, **attributes: str) -> None:
        element = Tree.SubElement(parent, f"{{{CBC}}}{name}", attributes)
        element.text = text

    def part(self, parent: Tree.Element, name: str) -> Tree.Element:
        return Tree.SubElement(parent, f"{{{CAC}}}{name}")

    def money(self, parent: Tree.Element, name: str, money: Money) -> None:
        signed = Money(money.currency, self.sign * money.minor)
        self.text(parent, name, plain(signed), currencyID=money.currency)

    def code(self, category: str) -> TaxWord:
        return self.codes.get(category, TaxWord(category, "S" if category else OUTSIDE))

    def head(self) -> None:
        of, root = self.of, self.root
        self.text(root, "CustomizationID", CUSTOMIZATION)
        self.text(root, "ID", of.number)
        self.text(root, "IssueDate", of.day)
        if self.credit:
            self.text(root, "CreditNoteTypeCode", CREDIT)
        else:
            self.text(root, "DueDate", of.due)
            self.text(root, "InvoiceTypeCode", TYPES.get(of.kind, "380"))
        for one in of.fapiao:
            self.text(root, "Note", f"Fapiao {one.number} of {one.day}")
        self.text(root, "DocumentCurrencyCode", of.currency)
        year, month = int(of.period[:4]), int(of.period[5:7])
        period = self.part(root, "InvoicePeriod")
        self.text(period, "StartDate", f"{of.period}-01")
        self.text(period, "EndDate", f"{of.period}-{calendar.monthrange(year, month)[1]:02}")
        if of.order:
            self.text(self.part(root, "OrderReference"), "ID", of.order)
        if of.corrects:
            reference = self.part(root, "BillingReference")
            invoice = self.part(reference, "InvoiceDocumentReference")
            self.text(invoice, "ID", of.corrects)
            self.text(invoice, "IssueDate", of.corrects_day)

    def party(self, role: str, entity: LegalEntity, *, seller: bool) -> None:
        party = self.part(self.part(self.root, role), "Party")
        self.text(self.part(party, "PartyName"), "Name", entity.legal_name)
        address = self.part(party, "PostalAddress")
        for name, row in zip(("StreetName", "AdditionalStreetName"), entity.address, strict=False):
            self.text(address, name, row)
        if len(entity.address) > 2:
            self.text(self.part(address, "AddressLine"), "Line", ", ".join(entity.address[2:]))
        if entity.country:
            self.text(self.part(address, "Country"), "IdentificationCode", entity.country)
        number = entity.tax_number
        vat = bool(entity.country) and number.upper().startswith(entity.country)
        if number and not self.untaxed and (vat or seller):
            scheme = self.part(party, "PartyTaxScheme")
            self.text(scheme, "CompanyID", number)
            self.text(self.part(scheme, "TaxScheme"), "ID", "VAT" if vat else "TAX")
        legal = self.part(party, "PartyLegalEntity")
        self.text(legal, "RegistrationName", entity.legal_name)
        if number and (self.untaxed or not vat):
            self.text(legal, "CompanyID", number)

    def payment(self) -> None:
        bank = self.of.seller.bank
        if bank is None or self.credit:
            return
        means = self.part(self.root, "PaymentMeans")
        self.text(means, "PaymentMeansCode", TRANSFER)
        self.text(means, "PaymentID", self.of.number)
        account = self.part(means, "PayeeFinancialAccount")
        self.text(account, "ID", bank.account)
        self.text(account, "Name", self.of.seller.legal_name)
        if bank.code:
            self.text(self.part(account, "FinancialInstitutionBranch"), "ID", bank.code)

    def totals(self) -> None:
        of = self.of
        total = self.part(self.root, "TaxTotal")
        self.money(total, "TaxAmount", of.tax)
        nothing = Money(of.currency, 0)
        for group in of.taxes or (TaxSum("", "0", of.net, nothing),):
            own = self.part(total, "TaxSubtotal")
            self.money(own, "TaxableAmount", group.net)
            self.money(own, "TaxAmount", group.tax)
            self.category(self.part(own, "TaxCategory"), group.category, reason=True)
        sums = self.part(self.root, "LegalMonetaryTotal")
        self.money(sums, "LineExtensionAmount", of.net)
        self.money(sums, "TaxExclusiveAmount", of.net)
        self.money(sums, "TaxInclusiveAmount", of.gross)
        self.money(sums, "PayableAmount", of.gross)

    def category(self, element: Tree.Element, category: str, *, reason: bool) -> None:
        word = self.code(category)
        self.text(element, "ID", word.code)
        rates = {one.category: one.rate for one in self.of.taxes}
        if word.code != OUTSIDE:
            self.text(element, "Percent", rates.get(category, "0"))
        if reason and word.code in TAX_FREE:
            self.text(element, "TaxExemptionReason", word.reason or "Not subject to tax")
        self.text(self.part(element, "TaxScheme"), "ID", "VAT")

    def line(self, place: int, line: DraftLine) -> None:
        element = self.part(self.root, f"{self.name}Line")
        self.text(element, "ID", str(place))
        if line.clause:
            self.text(element, "Note", line.clause)
        quantity, price, unit = priced(line, self.sign)
        name = "CreditedQuantity" if self.credit else "InvoicedQuantity"
        self.text(element, name, quantity, unitCode=unit)
        self.money(element, "LineExtensionAmount", line.amount)
        item = self.part(element, "Item")
        self.text(item, "Name", line.text)
        self.category(self.part(item, "ClassifiedTaxCategory"), line.tax, reason=False)
        own = self.part(element, "Price")
        self.text(own, "PriceAmount", price, currencyID=line.amount.currency)


def priced(line: DraftLine, sign: int) -> tuple[str, str, str]:
    """Quantity, price and unit whose product is the line's amount. A price is never below zero
    (BR-27): what's deducted is so many of it less. Where a rate isn't all that made the amount,
    it's one item at the amount."""
    try:
        quantity, rate = Decimal(line.quantity) * sign, Decimal(line.rate)
    except InvalidOperation:
        quantity = rate = Decimal(0)
    if rate < 0:
        quantity, rate = -quantity, -rate
    made = rounded(Fraction(quantity) * Fraction(rate), line.amount.currency)
    if rate and abs(made.minor - sign * line.amount.minor) <= 1:
        return f"{quantity:f}", f"{rate:f}", UNITS.get(line.unit, ONE)
    minor = sign * line.amount.minor
    one = "-1" if minor < 0 else "1"
    return one, plain(Money(line.amount.currency, abs(minor))), ONE
