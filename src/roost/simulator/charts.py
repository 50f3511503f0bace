"""Small charts as SVG: lines with the band in which they're sure. Colours are the page's own."""

from collections.abc import Sequence
from html import escape
from typing import Final

from msgspec import Struct

WIDTH: Final = 640
HEIGHT: Final = 200
LEFT, RIGHT, TOP, BOTTOM = 48, 12, 10, 26
MOST_LABELS: Final = 8


class Line(Struct, frozen=True):
    """One variant's values with half the width of each interval; None is a gap."""

    name: str
    values: Sequence[float | None]
    halves: Sequence[float | None]


def chart(labels: Sequence[str], lines: Sequence[Line], *, most: float | None = None) -> str:
    """Lines over intervals. `most` is the scale's end, if it has one (100 %)."""
    top = most if most is not None else _nice(max(_highs(lines), default=1.0) or 1.0)
    low = min(0.0, min(_lows(lines), default=0.0))
    low = -_nice(-low) if low < 0 else 0.0
    parts = [*_grid(low, top), *_labels(labels)]
    for place, line in enumerate(lines):
        parts += _line(line, place, low, top)
    inside = "".join(parts)
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label='
        f'"{escape(", ".join(line.name for line in lines), quote=True)}">{inside}</svg>'
    )


def _highs(lines: Sequence[Line]) -> list[float]:
    return [
        one + (half or 0)
        for line in lines
        for one, half in zip(line.values, line.halves, strict=True)
        if one is not None
    ]


def _lows(lines: Sequence[Line]) -> list[float]:
    return [one for line in lines for one in line.values if one is not None]


def _nice(value: float) -> float:
    """The next round number."""
    size = 1.0
    while size * 10 <= value:
        size *= 10
    while size > value:
        size /= 10
    return next(size * step for step in (1, 1.5, 2, 3, 4, 5, 6, 8, 10) if size * step >= value)


def _y(value: float, low: float, top: float) -> float:
    inside = min(max(value, low), top)
    return TOP + (HEIGHT - TOP - BOTTOM) * (1 - (inside - low) / (top - low))


def _x(place: int, count: int) -> float:
    width = WIDTH - LEFT - RIGHT
    return LEFT + width * (place + 0.5) / count


def _grid(low: float, top: float) -> list[str]:
    made: list[str] = []
    for step in range(5):
        value = low + (top - low) * step / 4
        y = _y(value, low, top)
        made.append(f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>')
        made.append(f'<text class="y" x="{LEFT - 6}" y="{y + 4:.1f}">{_short(value)}</text>')
    return made


def _short(value: float) -> str:
    if abs(value) >= 10_000:
        return f"{value / 1000:,.0f}k"
    return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:.1f}"


def _labels(labels: Sequence[str]) -> list[str]:
    every = -(-len(labels) // MOST_LABELS) or 1
    return [
        f'<text class="x" x="{_x(place, len(labels)):.1f}" y="{HEIGHT - 8}">{escape(label)}</text>'
        for place, label in enumerate(labels)
        if place % every == 0
    ]


def _line(line: Line, place: int, low: float, top: float) -> list[str]:
    count = len(line.values)
    runs: list[list[int]] = [[]]
    for at, value in enumerate(line.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(at)
    made: list[str] = []
    for run in filter(None, runs):
        points = [(_x(at, count), line.values[at] or 0.0, line.halves[at] or 0.0) for at in run]
        if any(half for _, _, half in points):
            there = [f"{x:.1f} {_y(value + half, low, top):.1f}" for x, value, half in points]
            back = [f"{x:.1f} {_y(value - half, low, top):.1f}" for x, value, half in points]
            band = "L".join([*there, *reversed(back)])
            made.append(f'<path class="band v{place % 4}" d="M{band}Z"/>')
        path = "L".join(f"{x:.1f} {_y(value, low, top):.1f}" for x, value, _ in points)
        made.append(f'<path class="line v{place % 4}" d="M{path}"/>')
        if len(points) == 1:
            x, value, _ = points[0]
            made.append(
                f'<circle class="v{place % 4}" cx="{x:.1f}" cy="{_y(value, low, top):.1f}" r="3"/>'
            )
    return made
