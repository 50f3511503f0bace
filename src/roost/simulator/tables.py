"""Outcomes of many seeds as rows: an interval of everybody, a client or a queue, with estimates."""

from collections.abc import Iterable, Sequence
from typing import Final

from roost.kernel.time import InstantUs, Zone
from roost.office.measures.intervals import wall
from roost.ports.simulations import Estimate
from roost.ports.simulations import SimulatedRow as Row
from roost.ports.simulations import SimulatedTerm as Promise
from roost.simulator.estimates import FIGURES, Figure, Runs, difference, estimate
from roost.simulator.outcome import Amounts, Outcome

WHOLE: Final = 0  # the start of a row for all of the time

#: Start (0: all the time), client ("": all), queue ("": the client's contacts as a whole).
RowKey = tuple[int, str, str]

QUEUES_HAVE: Final = frozenset({"offered", "answered", "abandoned", "service_level", "asa", "aht"})


def grouped(outcomes: Sequence[Outcome]) -> dict[RowKey, list[Amounts]]:
    """Every row's amounts, run by run."""
    rows: dict[RowKey, list[Amounts]] = {}
    for place, outcome in enumerate(outcomes):
        for cell in outcome.cells:
            for start in (WHOLE, cell.start):
                key = (start, cell.client, cell.queue)
                runs = rows.get(key)
                if runs is None:
                    runs = rows[key] = [{} for _ in outcomes]
                amounts = runs[place]
                for name, amount in cell.amounts.items():
                    amounts[name] = amounts.get(name, 0) + amount
    return rows


def rows_of(zone: Zone, outcomes: Sequence[Outcome], against: Sequence[Outcome] = ()) -> list[Row]:
    """Rows in order: all the time first, everybody first; with what changed, seed by seed."""
    rows = grouped(outcomes)
    before = grouped(against) if against else {}
    none: list[Amounts] = [{} for _ in outcomes]
    return [
        Row(
            at="" if start == WHOLE else wall(zone, InstantUs(start)),
            client=client,
            queue=queue,
            figures=_all(rows.get((start, client, queue), none), queue),
            change=_changes(before.get((start, client, queue), none),
                            rows.get((start, client, queue), none), queue) if against else {},
        )
        for start, client, queue in sorted({*rows, *before})
    ]  # fmt: skip


def _shown(queue: str) -> Iterable[Figure]:
    return [one for one in FIGURES if not queue or one.id in QUEUES_HAVE]


def _all(runs: Runs, queue: str) -> dict[str, Estimate]:
    return {figure.id: estimate(figure, runs) for figure in _shown(queue)}


def _changes(before: Runs, after: Runs, queue: str) -> dict[str, Estimate]:
    return {figure.id: difference(figure, before, after) for figure in _shown(queue)}


def promises(outcomes: Sequence[Outcome]) -> list[Promise]:
    """What the contracts say, over all runs."""
    keys = dict.fromkeys((j.client, j.term, j.period) for o in outcomes for j in o.judged)
    return [_promise(key, outcomes) for key in keys]


def _promise(key: tuple[str, str, str], outcomes: Sequence[Outcome]) -> Promise:
    found = [j for o in outcomes for j in o.judged if (j.client, j.term, j.period) == key]
    data = [one for one in found if one.kept is not None]
    reached = [{"reached": one.reached or 0.0} for one in data if one.reached is not None]
    return Promise(
        *key,
        target=found[0].target,
        reached=estimate(Figure("", ("reached",), (), 100), reached) if reached else Estimate(None),
        sure=sum(bool(one.kept) for one in data) / len(data) if data else None,
        due=estimate(Figure("", ("due",)), [{"due": one.due} for one in found]),
    )
