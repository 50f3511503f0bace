"""What simulations came to, for people (a table), for programs (JSON) and for sheets (CSV)."""

import sys
from collections.abc import Sequence

import msgspec

from roost.simulator import guesses
from roost.simulator.estimates import FIGURES, Estimate, Figure
from roost.simulator.report import Report, csv_lines, figures_of, short
from roost.simulator.tables import Row

WORDS = {
    "offered": "offered",
    "answered": "answered",
    "abandoned": "abandoned",
    "called_back": "to be called back",
    "callbacks_reached": "callbacks reached",
    "service_level": "service level",
    "asa": "ASA",
    "aht": "AHT",
    "occupancy": "occupancy",
    "cost": "cost",
    "revenue": "revenue",
    "penalty": "penalty",
    "margin": "margin",
}


LEFT_OUT = frozenset({"callbacks_reached"})  # of the intervals: a line of a terminal is short


def as_json(made: Report) -> None:
    sys.stdout.write(msgspec.json.encode(made).decode() + "\n")


def as_csv(made: Report) -> None:
    """A row a variant, interval, client and queue; each figure with its half-width."""
    for line in csv_lines(made):
        sys.stdout.write(line)


def show(made: Report, *, queues: bool) -> None:
    """Tables: all the time beside what if, then intervals, then promises."""
    from rich.console import Console

    console = Console()
    tables = (_compared(made, queues), *_trusted(made), *_intervals(made, queues))
    for table in (*tables, *_promised(made), *_estimated(made)):
        console.print(table)
    if made.says[0]:
        console.print(made.says[0], highlight=False)
    if made.variants[0].waits_say[0]:
        console.print(f"estimated waits: {made.variants[0].waits_say[0]}", highlight=False)
    first = made.variants[0]
    lost = sum(variant.lost for variant in made.variants)
    console.print(
        f"{len(made.seeds)} run{'s' * (len(made.seeds) > 1)} of {first.contacts:,.0f} contacts, "
        f"{first.contacts_per_second:,} contacts a second"
        + (f"; {lost} LOST" if lost else "")
        + (f"; the log is kept and {'proved' if made.verified else 'NOT proved'}: "
           f"{made.digest[:16]}" if made.verified is not None else ""),
        highlight=False,
    )  # fmt: skip


def _names(row: Row) -> str:
    return row.queue.split("/")[-1] if row.queue else row.client or "all"


def _compared(made: Report, queues: bool):
    from rich.table import Table

    table = Table(title=f"{made.scenario}, in virtual time", title_justify="left")
    table.add_column("")
    table.add_column("")
    for place, variant in enumerate(made.variants):
        table.add_column(short(variant.name), justify="right", overflow="fold")
        if place:
            table.add_column("difference", justify="right")
    whole = [[row for row in one.rows if not row.at] for one in made.variants]
    keys = dict.fromkeys((row.client, row.queue) for rows in whole for row in rows)
    alone = len({client for client, _ in keys if client}) == 1
    for client, queue in keys:
        if (queue and not queues) or (alone and client and not queue):
            continue
        rows = [
            next((row for row in rows if (row.client, row.queue) == (client, queue)), None)
            for rows in whole
        ]
        for figure in figures_of(made):
            cells = list(_cells(rows, figure))
            if any(cell not in ("", "–") for cell in cells):
                name = (
                    _names(next(row for row in rows if row)) if figure.id == FIGURES[0].id else ""
                )
                table.add_row(name, WORDS[figure.id], *cells)
        table.add_section()
    return table


def _cells(rows: Sequence[Row | None], figure: Figure):
    for place, row in enumerate(rows):
        found = row.figures.get(figure.id) if row else None
        yield "" if found is None else text(figure, found)
        if place:
            change = row.change.get(figure.id) if row else None
            yield "" if change is None else changed_text(figure, change)


def _intervals(made: Report, queues: bool):
    """Values alone: how sure each is stands in CSV, JSON and on the page."""
    from rich.table import Table

    for variant in made.variants:
        rows = [row for row in variant.rows if row.at]
        if len({row.at for row in rows}) < 2:
            continue
        alone = len({row.client for row in rows if row.client}) == 1
        shown = [
            row
            for row in rows
            if not (row.queue and not queues) and not (alone and row.client and not row.queue)
        ]
        figures = [one for one in FIGURES if any(_any(row, one) for row in shown)]
        figures = [one for one in figures if one.id not in LEFT_OUT]
        table = Table(title=short(variant.name), title_justify="left", pad_edge=False)
        table.add_column("from")
        if len({_names(row) for row in shown}) > 1:
            table.add_column("")
        for figure in figures:
            table.add_column(WORDS[figure.id], justify="right")
        days = len({row.at[:10] for row in shown}) > 1
        for row in shown:
            at = row.at[:10] if made.interval == "day" else row.at[11:16]
            at = f"{row.at[5:10]} {at}" if days and made.interval != "day" else at
            cells = [_value(figure, row) for figure in figures]
            names = [_names(row)] if len(table.columns) > len(figures) + 1 else []
            table.add_row(at, *names, *cells)
        yield table


def _trusted(made: Report):
    from rich.table import Table

    if not made.trust:
        return
    table = Table(title="the twin beside what happened", title_justify="left")
    table.add_column("")
    for name in ("happened", "the twin", "bias", "error", "as if a run"):
        table.add_column(name, justify="right")
    for one in made.trust:
        figure = next(each for each in FIGURES if each.id == one.figure)
        happened, bias, error = (
            "–" if each is None else number(figure, each)
            for each in (one.happened, one.bias, one.error)
        )
        inside = "–" if one.inside is None else f"{one.inside:.0%} of {one.intervals}"
        table.add_row(WORDS[one.figure], happened, text(figure, one.twin), bias, error, inside)
    yield table


def _value(figure: Figure, row: Row) -> str:
    found = row.figures.get(figure.id)
    if found is None or found.value is None:
        return "" if found is None else "–"
    return f"{found.value:,.0f}" if figure.unit == "money" else number(figure, found.value)


def _any(row: Row, figure: Figure) -> bool:
    found = row.figures.get(figure.id)
    return found is not None and bool(found.value)


def _promised(made: Report):
    from rich.table import Table

    if not any(variant.promises for variant in made.variants):
        return
    table = Table(title="what the contracts say", title_justify="left")
    for name in ("", "client", "term", "period"):
        table.add_column(name)
    for name in ("promised", "reached", "kept in", "costs"):
        table.add_column(name, justify="right")
    for variant in made.variants:
        for one in variant.promises:
            sure = "–" if one.sure is None else f"{one.sure:.0%} of runs"
            reached = text(Figure("", (), unit="%"), one.reached)
            due = text(Figure("", (), unit="money"), one.due)
            table.add_row(short(variant.name), one.client, one.term, one.period,
                          f"{one.target:.1%}", reached, sure, due)  # fmt: skip
    yield table


def _estimated(made: Report):
    """How far estimated waits were off."""
    from rich.table import Table

    several = len(made.variants) > 1
    table = Table(title="estimated wait, of those who had to wait", title_justify="left")
    for name in ("", "queue")[not several :]:
        table.add_column(name)
    for name in ("contacts", "mean wait", "error: median", "90 % within", "bias"):
        table.add_column(name, justify="right")
    for variant in made.variants:
        for one in guesses.shown(variant.waits):
            names = [short(variant.name)] if several else []
            figures = (one.waited, one.median, one.p90)
            cells = ["–" if each is None else f"{each:.1f} s" for each in figures]
            bias = "–" if one.bias is None else f"{one.bias:+.1f} s"
            name = one.queue or one.client or "all"
            table.add_row(*names, name, f"{one.contacts:,}", *cells, bias)
    if table.row_count:
        yield table


def text(figure: Figure, found: Estimate) -> str:
    """A figure with its interval, as far as it's known."""
    if found.value is None:
        return "–"
    shown = number(figure, found.value)
    return shown if not found.half else f"{shown} ± {number(figure, found.half).rstrip('%')}"


def changed_text(figure: Figure, found: Estimate) -> str:
    """A difference with its sign; green or red where it's one, dim where it may be luck."""
    if found.value is None:
        return "–"
    if not found.value and not found.half:
        return "="
    sign = "+" if found.value > 0 else ""
    shown = f"{sign}{text(figure, found)}"
    if not found.differs:
        return f"[dim]{shown}[/dim]"
    if not figure.better:
        return shown
    colour = "green" if found.value * figure.better > 0 else "red"
    return f"[{colour}]{shown}[/{colour}]"


def number(figure: Figure, value: float) -> str:
    match figure.unit:
        case "%":
            return f"{value:.1f}%"
        case "s":
            return f"{value:.1f}"
        case "money":
            return f"{value:,.2f}"
        case _:
            return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.1f}"
