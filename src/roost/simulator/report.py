"""What is shown of simulations, in a terminal, as JSON or on a page: variants side by side."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from roost.ports.simulations import Estimate, ShownFigure
from roost.ports.simulations import SimulatedVariant as Variant
from roost.ports.simulations import SimulationReport as Report
from roost.simulator import guesses
from roost.simulator.estimates import FIGURES, Figure
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job
from roost.simulator.tables import promises, rows_of
from roost.simulator.trust import said, trust

EWT: Final = ("ewt_error_median", "ewt_error_p90", "ewt_bias")


def report(
    jobs: Sequence[Job],
    names: Sequence[str],
    outcomes: Sequence[Sequence[Outcome]],
    proved: bool | None,
    actual: Outcome | None = None,
) -> Report:
    """Everything that's shown. `actual` is what did happen, where a log is played again."""
    first = jobs[0]
    found = [] if actual is None else trust(first.frame.zone, actual, outcomes[0])
    contracts = first.frame.contracts
    made = Report(
        scenario=names[0],
        interval=first.frame.grain.value,
        seeds=[one.seed for one in outcomes[0]],
        currency=contracts[0].currency if contracts else "",
        variants=[
            _variant(name, job, found, outcomes[0] if place else ())
            for place, (job, name, found) in enumerate(zip(jobs, names, outcomes, strict=True))
        ],
        digest=outcomes[0][0].digest,
        verified=proved,
        trust=found,
        says=said(found, len(outcomes[0])) if actual is not None else ("", ""),
    )
    shown = [ShownFigure(one.id, one.unit, one.better) for one in figures_of(made)]
    return replace(made, figures=shown)


def _variant(name: str, job: Job, found: Sequence[Outcome], first: Sequence[Outcome]) -> Variant:
    waits = guesses.wait_errors(one.guessed for one in found)
    return Variant(
        name=name,
        rows=rows_of(job.frame.zone, found, first),
        promises=promises(found),
        contacts=sum(one.contacts for one in found) / len(found),
        events=sum(one.events for one in found) / len(found),
        lost=sum(one.lost for one in found),
        incidents=sum(one.incidents for one in found),
        contacts_per_second=round(
            sum(one.contacts for one in found) / sum(one.seconds for one in found)
        ),
        waits=waits,
        waits_say=guesses.said(waits),
    )


def figures_of(made: Report) -> list[Figure]:
    """The figures that have anything to show."""
    rows = [row for variant in made.variants for row in variant.rows]
    there = {name for row in rows for name, found in row.figures.items() if found.value}
    return [figure for figure in FIGURES if not figure.rare or figure.id in there]


def short(name: str) -> str:
    """A variant's name without the files that it changes."""
    return re.sub(r"[^ ;]*\.yaml:", "", name)


def csv_lines(made: Report) -> Iterator[str]:
    """A row a variant, interval, client and queue; each figure with its half-width. How far
    estimated waits were off stands in the rows for all the time."""
    ids = [figure.id for figure in FIGURES]
    names = [name for one in ids for name in (one, f"{one}_half")]
    yield _line(["variant", "at", "client", "queue", *names, *EWT])
    for variant in made.variants:
        waits = {(one.client, one.queue): one for one in variant.waits}
        for row in variant.rows:
            found = [row.figures.get(one, Estimate(None)) for one in ids]
            cells = [_plain(one) for estimate in found for one in (estimate.value, estimate.half)]
            of = waits.get((row.client, row.queue)) if not row.at else None
            off = [None] * len(EWT) if of is None else [of.median, of.p90, of.bias]
            cells += [_plain(one) for one in off]
            yield _line([variant.name, row.at, row.client, row.queue, *cells])


def _line(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(cells)
    return out.getvalue()


def _plain(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}" if abs(value) < 1e6 else f"{value:.2f}"
