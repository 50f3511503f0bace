"""Exports as files: CSV, and xlsx with one sheet.

A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
injection"); amounts below zero stay as they are.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any, Final

from openpyxl import Workbook

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def harmless(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    number = value[:1] == "-" and value[1:].replace(".", "", 1).isdigit()
    return value if number or not value.startswith(FORMULA) else f"'{value}"


def as_csv(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    """UTF-8 with its mark, so that a spreadsheet reads Chinese."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([harmless(row[name]) for name in columns] for row in rows)
    return ("\ufeff" + text.getvalue()).encode()


def as_xlsx(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> bytes:
    """Its head fixed; everything as text, so that nothing is rounded or cut."""
    book: Any = Workbook(write_only=True)
    page = book.create_sheet("roost")
    page.freeze_panes = "A2"
    page.append(list(columns))
    for row in rows:
        page.append([harmless(row[name]) for name in columns])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
