"""How far the twin can be trusted: its figures beside what did happen.

A run of the twin would lie, 95 times in 100, within the interval of one more run: the interval of
the mean, wider by the root of one more than the number of runs. Where what happened lies outside
of it too often, or always on one side, the twin doesn't know something that matters.
"""

import math
from collections.abc import Sequence
from typing import Final

from roost.kernel.time import Zone
from roost.ports.simulations import Estimate, Trust
from roost.simulator.estimates import FIGURES
from roost.simulator.outcome import Outcome
from roost.simulator.tables import Row, rows_of

JUDGED: Final = ("offered", "answered", "abandoned", "service_level", "asa", "aht", "occupancy")
GOOD: Final = 0.85
NO_NEWS: Final = (
    "Too few runs to say how far the twin can be trusted: play at least five.",
    "模拟次数太少，无法判断孪生模型的可信度：请至少模拟五次。",
)
GOOD_NEWS: Final = (
    "What happened looks like one more run: differences over {off} points of service level hold.",
    "实际情况与又一次模拟无异。服务水平超过 {off} 个百分点的差异可信。",
)
BAD_NEWS: Final = (
    "The twin misses something about: {names}. Its service level is off by {off} points.",
    "孪生模型在以下指标上有偏差：{names}。服务水平平均相差 {off} 个百分点。",
)


def trust(zone: Zone, actual: Outcome, runs: Sequence[Outcome]) -> list[Trust]:
    """Of everybody together, figure by figure."""
    happened = {row.at: row for row in rows_of(zone, [actual]) if not row.client and not row.queue}
    twin = {row.at: row for row in rows_of(zone, runs) if not row.client and not row.queue}
    units = [figure.id for figure in FIGURES if figure.id in JUDGED]
    return [_trust(name, happened, twin, len(runs)) for name in units]


def _trust(name: str, happened: dict[str, Row], twin: dict[str, Row], runs: int) -> Trust:
    errors: list[float] = []
    inside = 0
    for at, row in happened.items():
        was, would = row.figures[name].value, twin[at].figures[name] if at in twin else None
        if not at or was is None or would is None or would.value is None:
            continue
        errors.append(would.value - was)
        inside += abs(errors[-1]) <= (would.half or 0) * math.sqrt(runs + 1) + 1e-9
    count = len(errors)
    whole = twin[""].figures[name] if "" in twin else Estimate(None)
    return Trust(
        figure=name,
        happened=happened[""].figures[name].value if "" in happened else None,
        twin=whole,
        bias=sum(errors) / count if count else None,
        error=sum(map(abs, errors)) / count if count else None,
        inside=inside / count if count else None,
        intervals=count,
    )


def said(found: Sequence[Trust], runs: int) -> tuple[str, str]:
    """How far it can be trusted, in English and Chinese."""
    judged = [one for one in found if one.inside is not None]
    if runs < 5 or not judged:
        return NO_NEWS
    weak = [one.figure.replace("_", " ") for one in judged if (one.inside or 0) < GOOD]
    level = next(one for one in found if one.figure == "service_level")
    off = f"{level.error:.1f}" if level.error is not None else "–"
    names = ", ".join(weak)
    english, chinese = GOOD_NEWS if not weak else BAD_NEWS
    return english.format(names=names, off=off), chinese.format(names=names, off=off)
