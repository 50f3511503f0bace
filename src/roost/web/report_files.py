"""Reports as files: CSV, row by row, and xlsx. Lengths in seconds, shares in per cent.

A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV
injection"): a queue, a code or a reason is whatever somebody called it.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from roost.kernel.time import SECOND
from roost.office.measures.dictionary import By, Measure, Unit
from roost.office.measures.formulas import text
from roost.office.measures.intervals import wall
from roost.office.measures.words import name, says
from roost.ports.reports import Reports
from roost.web.limits import MOST_XLSX_ROWS
from roost.web.report_rows import ReportRow, Table

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
UNITS: Final = {Unit.US: "s", Unit.PER_CENT: "%"}
WORDS: Final = {
    "en": {
        "queues": "Queue", "clients": "Client", "agents": "Agent", "codes": "Code",
        "client": "Client", "name": "Name", "from": "From", "to": "To",
        "away": "Away, by reason (s)",
        "report": "Roost report", "zone": "Time zone", "interval": "Interval",
        "generated": "Generated at", "definitions": "Definitions", "sheet": "Report",
        "about": "About", "measure": "Measure", "version": "Version", "unit": "Unit",
        "formula": "Formula", "rule": "Counted by", "says": "Says",
    },
    "zh": {
        "queues": "队列", "clients": "客户", "agents": "坐席", "codes": "整理代码",
        "client": "客户", "name": "姓名", "from": "从", "to": "至", "away": "离席原因 (s)",
        "report": "Roost 报表", "zone": "时区", "interval": "时段",
        "generated": "生成时间", "definitions": "指标定义", "sheet": "报表",
        "about": "说明", "measure": "指标", "version": "版本", "unit": "单位",
        "formula": "公式", "rule": "计入方式", "says": "含义",
    },
}  # fmt: skip

Cell = str | int | float | None


def safe(value: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{value}" if value.startswith(FORMULA) else value


def csv_of(
    table: Table, reports: Reports, names: Mapping[str, str], language: str
) -> Iterator[bytes]:
    """The file in parts, an interval at a time. UTF-8 with its mark, so that a spreadsheet reads
    Chinese; lines that begin with # say what it is. Blocking."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerows([f"# {label}", value] for label, value in _about(table, language))
    writer.writerow(_header(table, language))
    yield "\ufeff".encode() + _taken(out)
    lines = _Lines(table, names)
    for _, rows in table.rows(reports):
        writer.writerows(lines.of(rows))
        if out.tell():
            yield _taken(out)


def _taken(out: io.StringIO) -> bytes:
    content = out.getvalue().encode()
    out.seek(0)
    out.truncate()
    return content


def xlsx_of(
    table: Table, reports: Reports, names: Mapping[str, str], language: str
) -> bytes | None:
    """The file: the report, and a sheet that says what it is. None with more rows than
    MOST_XLSX_ROWS. Blocking."""
    words = WORDS[language]
    book: Any = Workbook(write_only=True)
    sheet = book.create_sheet(words["sheet"])
    sheet.freeze_panes = "A2"
    header = _header(table, language)
    for column, title in enumerate(header):
        letter = chr(ord("A") + column) if column < 26 else f"A{chr(ord('A') + column - 26)}"
        sheet.column_dimensions[letter].width = max(12, min(40, len(title) + 2))
    sheet.append([_bold(sheet, title) for title in header])
    lines, written = _Lines(table, names), 0
    for _, rows in table.rows(reports):
        written += len(rows)
        if written > MOST_XLSX_ROWS:
            return None
        for line in lines.of(rows):
            sheet.append(line)
    about = book.create_sheet(words["about"])
    for label, value in _about(table, language):
        about.append([_bold(about, label), safe(value)])
    about.append([])
    titles = ("measure", "version", "unit", "formula", "rule", "says")
    about.append([_bold(about, words[title]) for title in titles])
    for one in table.measures:
        about.append([
            name(one.id, language), f"{one.id}@{one.version}", one.unit.value,
            text(one.formula), one.rule.value, says(one.id, language),
        ])  # fmt: skip
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _bold(sheet: Any, value: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=safe(value))
    cell.font = Font(bold=True)
    return cell


def _about(table: Table, language: str) -> list[tuple[str, str]]:
    words, asked = WORDS[language], table.asked
    cut = asked.cut
    parts = {
        "client": cut.owner,
        "queue": cut.queue,
        "agent": None if cut.agents is None else " ".join(cut.agents),
        "code": cut.code,
    }
    return [
        (words["report"], table.by.value),
        *((name, safe(value)) for name, value in parts.items() if value),
        (words["from"], wall(asked.zone, table.bounds[0])),
        (words["to"], wall(asked.zone, table.bounds[-1])),
        (words["interval"], asked.grain.value),
        (words["zone"], f"{asked.zone.name} ({asked.zone.source})"),
        (words["generated"], wall(asked.zone, table.now)),
        (words["definitions"], " ".join(f"{one.id}@{one.version}" for one in table.measures)),
    ]


def _header(table: Table, language: str) -> list[str]:
    words = WORDS[language]
    client = [words["client"]] if table.by in (By.QUEUES, By.CODES) else []
    named = [words["name"]] if table.by in (By.AGENTS, By.CLIENTS) else []
    measures = [_title(one, language) for one in table.measures]
    away = [words["away"]] if table.spends else []
    return [*client, words[table.by.value], *named, words["from"], words["to"], *measures, *away]


def _title(measure: Measure, language: str) -> str:
    unit = UNITS.get(measure.unit)
    title = name(measure.id, language)
    return f"{title} ({unit})" if unit else title


class _Lines:
    """Rows as a file's lines. What is the same in all of them is looked up once."""

    def __init__(self, table: Table, names: Mapping[str, str]) -> None:
        self._zone = table.asked.zone
        self._names = names
        self._with_client = table.by in (By.QUEUES, By.CODES)
        self._named = table.by in (By.AGENTS, By.CLIENTS)
        self._measures = [(one.id, one.unit is Unit.US) for one in table.measures]
        self._spends = table.spends

    def of(self, rows: list[ReportRow]) -> Iterator[list[Cell]]:
        """The lines of one interval."""
        until = wall(self._zone, rows[0].until) if rows else ""
        for row in rows:
            line: list[Cell] = [safe(row.client or "")] if self._with_client else []
            line.append(safe(row.key))
            if self._named:
                line.append(safe(self._names.get(row.key, "")))
            line += (row.local, until)
            for measure, is_length in self._measures:
                value = row.figures[measure]
                if is_length and value is not None:
                    value = round(value / SECOND, 3)
                line.append(value)
            if self._spends:
                line.append(_by_reason(row.away))
            yield line


def _by_reason(away: Mapping[str, int]) -> str:
    return safe("; ".join(f"{reason} {us / SECOND:.3f}" for reason, us in sorted(away.items())))
