"""What is shown of simulations, in a terminal, as JSON or on a page: variants side by side."""

import re
from collections.abc import Sequence

from msgspec import Struct

from roost.simulator.estimates import FIGURES, Figure
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job
from roost.simulator.tables import Promise, Row, promises, rows_of
from roost.simulator.trust import Trust, said, trust


class Variant(Struct, frozen=True):
    """A job's figures; `rows` of all the time and of intervals, changes against the first."""

    name: str
    rows: list[Row]
    promises: list[Promise]
    contacts: float
    events: float
    lost: int
    incidents: int
    contacts_per_second: float


class Report(Struct, frozen=True):
    """`seeds` are those that all variants were played with; `digest` is of the first run's log, if
    it was kept, and `verified` whether it folds to the same."""

    scenario: str
    interval: str
    seeds: list[int]
    currency: str
    variants: list[Variant]
    digest: str = ""
    verified: bool | None = None
    trust: list[Trust] = []
    says: tuple[str, str] = ("", "")


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
    return Report(
        scenario=names[0],
        interval=first.frame.grain.value,
        seeds=[one.seed for one in outcomes[0]],
        currency=contracts[0].currency if contracts else "",
        variants=[
            Variant(
                name=name,
                rows=rows_of(job.frame.zone, found, outcomes[0] if place else ()),
                promises=promises(found),
                contacts=sum(one.contacts for one in found) / len(found),
                events=sum(one.events for one in found) / len(found),
                lost=sum(one.lost for one in found),
                incidents=sum(one.incidents for one in found),
                contacts_per_second=round(
                    sum(one.contacts for one in found) / sum(one.seconds for one in found)
                ),
            )
            for place, (job, name, found) in enumerate(zip(jobs, names, outcomes, strict=True))
        ],
        digest=outcomes[0][0].digest,
        verified=proved,
        trust=found,
        says=said(found, len(outcomes[0])) if actual is not None else ("", ""),
    )


def figures_of(made: Report) -> list[Figure]:
    """The figures that have anything to show."""
    rows = [row for variant in made.variants for row in variant.rows]
    there = {name for row in rows for name, found in row.figures.items() if found.value}
    return [figure for figure in FIGURES if not figure.rare or figure.id in there]


def short(name: str) -> str:
    """A variant's name without the files that it changes."""
    return re.sub(r"[^ ;]*\.yaml:", "", name)
