"""A spreadsheet's formulas, worked out exactly: numbers are fractions, as they're written.

As much of the language as the golden month needs: + - * / (), cells, ranges, and a few functions.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

from openpyxl.utils import column_index_from_string

TOKEN = re.compile(r"\s*(?:(\d+\.?\d*)|([A-Z]+[0-9]+)|([A-Z]+)(?=\()|(.))")
CELL = re.compile(r"([A-Z]+)([0-9]+)")
Value = Fraction | str | None


class Sheet:
    """One sheet of a workbook that was opened with its formulas."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def section(self, name: str) -> list[list[Value]]:
        """The rows below a header whose first cell is the name, to the next empty row."""
        rows = list(self.page.iter_rows(values_only=True))
        start = next(place for place, row in enumerate(rows) if row[0] == name) + 2
        found: list[list[Value]] = []
        for number in range(start, len(rows) + 1):
            row = [self.value(number, column + 1) for column in range(len(rows[number - 1]))]
            if not any(one is not None for one in row):
                break
            found.append(row)
        return found

    def has(self, name: str) -> bool:
        return any(row[0] == name for row in self.page.iter_rows(values_only=True))

    def value(self, row: int, column: int) -> Value:
        """A cell, worked out."""
        raw = self.page.cell(row, column).value
        if isinstance(raw, str) and raw.startswith("="):
            return Formula(self, raw[1:]).worked_out()
        if isinstance(raw, int | float):
            return Fraction(Decimal(str(raw)))
        return raw

    def number(self, cell: str) -> Fraction:
        match = CELL.fullmatch(cell)
        assert match, cell
        found = self.value(int(match[2]), column_index_from_string(match[1]))
        assert isinstance(found, Fraction), f"{cell} isn't a number: {found!r}"
        return found

    def range(self, first: str, last: str) -> list[Fraction]:
        start, end = CELL.fullmatch(first), CELL.fullmatch(last)
        assert start
        assert end
        columns = range(column_index_from_string(start[1]), column_index_from_string(end[1]) + 1)
        return [
            self.number(self.page.cell(row, column).coordinate)
            for row in range(int(start[2]), int(end[2]) + 1)
            for column in columns
        ]


def _round(value: Fraction, digits: Fraction) -> Fraction:
    scaled = abs(value) * 10 ** int(digits)
    whole = floor(scaled + Fraction(1, 2))
    return Fraction(whole, 10 ** int(digits)) * (1 if value >= 0 else -1)


FUNCTIONS: dict[str, Callable[[list[Fraction]], Fraction]] = {
    "SUM": lambda given: sum(given, Fraction(0)),
    "MIN": min,
    "MAX": max,
    "ROUND": lambda given: _round(given[0], given[1]),
    "ROUNDUP": lambda given: Fraction(ceil(given[0])),  # to whole numbers, of positive ones
    "ROUNDDOWN": lambda given: Fraction(floor(given[0])),
}


class Formula:
    """Read by descent: sums of products of signed things."""

    def __init__(self, sheet: Sheet, text: str) -> None:
        self.sheet = sheet
        self.tokens = [match.group().strip() for match in TOKEN.finditer(text)]
        self.place = 0

    def worked_out(self) -> Fraction:
        found = self.sum()
        assert self.place == len(self.tokens), self.tokens[self.place :]
        return found

    @property
    def next(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1]

    def sum(self) -> Fraction:
        found = self.product()
        while self.next in ("+", "-"):
            sign = self.take()
            other = self.product()
            found = found + other if sign == "+" else found - other
        return found

    def product(self) -> Fraction:
        found = self.thing()
        while self.next in ("*", "/"):
            sign = self.take()
            other = self.thing()
            found = found * other if sign == "*" else found / other
        return found

    def thing(self) -> Fraction:
        token = self.take()
        if token == "-":
            return -self.thing()
        if token == "(":
            found = self.sum()
            assert self.take() == ")"
            return found
        if token in FUNCTIONS:
            return self.call(token)
        if CELL.fullmatch(token):
            return self.sheet.number(token)
        return Fraction(Decimal(token))

    def call(self, name: str) -> Fraction:
        assert self.take() == "("
        given: list[Fraction] = []
        while True:
            following = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else ""
            if following == ":":
                first, _, last = self.take(), self.take(), self.take()
                given += self.sheet.range(first, last)
            else:
                given.append(self.sum())
            if self.take() == ")":
                return FUNCTIONS[name](given)
