"""Small charts for the docs as SVG: panels side by side, in the reader's own theme.

    panel = Panel("Bills", x=Scale(0, 120, " s"), y=Scale(0, 100, " %"))
    panel.line("no rings", points)
    drawn([panel, …], "What it shows, in words")

The same figures give the same bytes.
"""

from collections.abc import Collection, Iterator, Sequence
from html import escape
from typing import Final, NamedTuple

WIDTH: Final = 760
PANEL_HEIGHT: Final = 190
TITLE: Final = 22
LEFT, RIGHT, TOP, BOTTOM = 46, 18, 30, 24
LEGEND: Final = 22
LETTER: Final = 6.1  # about a letter's width, for the legend
STYLE: Final = """
svg{--bg:#fff;--fg:#14181c;--soft:#545e69;--line:#e1e5e8;
--c0:#0b6e69;--c1:#b45309;--c2:#5b3fa8;--c3:#2f76d8;--c4:#8c96a0;--bad:#ac2018}
@media(prefers-color-scheme:dark){svg{--bg:#171b1f;--fg:#e8ecee;--soft:#a3aeb8;--line:#2a3137;
--c0:#45bdb4;--c1:#f3bd66;--c2:#bba6f5;--c3:#8fbaff;--c4:#69747e;--bad:#ff9a91}}
rect.bg{fill:var(--bg);stroke:var(--line)}text{font:12px system-ui,sans-serif;fill:var(--soft)}
.t{font-weight:600;fill:var(--fg)}.x{text-anchor:middle}.y{text-anchor:end}.v{fill:var(--fg);
text-anchor:middle}.g{stroke:var(--line);fill:none}.l{fill:none;stroke-width:2}.m{stroke:var(--bad);
stroke-width:1.5;stroke-dasharray:5 4;fill:none}.w{stroke:var(--fg);fill:none}
.f0{fill:var(--c0)}.f1{fill:var(--c1)}.f2{fill:var(--c2)}.f3{fill:var(--c3)}.f4{fill:var(--c4)}
.s0{stroke:var(--c0)}.s1{stroke:var(--c1);stroke-dasharray:7 3}.s2{stroke:var(--c2);
stroke-dasharray:2 3}.s3{stroke:var(--c3);stroke-dasharray:9 3 2 3}.s4{stroke:var(--c4)}
.d{fill:none;stroke-width:4.5;stroke-linecap:round;stroke-opacity:.6}.d0{stroke:var(--c0)}.d1{stroke:var(--c1)}
""".replace("\n", "")


class Scale(NamedTuple):
    """From `low` to `high`, marked at `marks` with this unit."""

    low: float
    high: float
    unit: str = ""
    marks: tuple[float, ...] = ()
    words: tuple[str, ...] = ()  # instead of the marks' numbers

    def at(self, value: float, begin: float, length: float) -> float:
        inside = min(max(value, self.low), self.high)
        return begin + length * (inside - self.low) / (self.high - self.low)

    def labels(self) -> Sequence[tuple[float, str]]:
        if self.words:
            return list(zip(self.marks, self.words, strict=True))
        return [(mark, f"{mark:,.0f}{self.unit}") for mark in self.marks]


class Bar(NamedTuple):
    """`half` the width of its confidence interval; `says` stands over it."""

    value: float
    series: int
    says: str
    half: float = 0.0


class Panel:
    """One chart with a title."""

    def __init__(self, title: str, x: Scale, y: Scale, note: str = "") -> None:
        self.title, self.x, self.y, self.note = title, x, y, note
        self.parts: list[tuple[str, Sequence[tuple[float, float]], int]] = []
        self.bars: list[tuple[str, Sequence[Bar]]] = []
        self.levels: list[tuple[float, str]] = []

    def line(self, points: Sequence[tuple[float, float]], series: int) -> None:
        self.parts.append(("line", points, series))

    def dots(self, points: Sequence[tuple[float, float]], series: int) -> None:
        self.parts.append(("dots", points, series))

    def group(self, name: str, bars: Sequence[Bar]) -> None:
        """Bars beside each other; the panel's x isn't drawn then."""
        self.bars.append((name, bars))

    def level(self, value: float, says: str) -> None:
        """A limit, across."""
        self.levels.append((value, says))

    def drawn(self, left: float, top: float, width: float) -> str:
        begin, across = left + LEFT, width - LEFT - RIGHT
        head = TOP + 16 * bool(self.note)
        high, down = top + head, PANEL_HEIGHT - head - BOTTOM
        title = f'<text class="t" x="{left + 8:.0f}" y="{top + 16:.0f}">{escape(self.title)}</text>'
        made = [title]
        if self.note:
            made.append(f'<text x="{left + 8:.0f}" y="{top + 32:.0f}">{escape(self.note)}</text>')
        for mark, label in self.y.labels():
            y = high + down - self.y.at(mark, 0, down)
            made.append(f'<path class="g" d="M{begin:.0f} {y:.1f}h{across:.0f}"/>')
            made.append(f'<text class="y" x="{begin - 5:.0f}" y="{y + 4:.1f}">{label}</text>')
        if self.bars:
            made += self._bars(begin, across, high, down)
        for mark, label in () if self.bars else self.x.labels():
            x = self.x.at(mark, begin, across)
            made.append(f'<text class="x" x="{x:.1f}" y="{high + down + 17:.0f}">{label}</text>')
        for kind, points, series in self.parts:
            at = [
                (self.x.at(x, begin, across), high + down - self.y.at(y, 0, down))
                for x, y in points
            ]
            if kind == "dots":
                way = "".join(f"M{x:.0f} {y:.0f}h0" for x, y in at)
                made.append(f'<path class="d d{series}" d="{way}"/>')
            else:
                way = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
                made.append(f'<path class="l s{series}" d="M{way}"/>')
        for value, says in self.levels:
            y = high + down - self.y.at(value, 0, down)
            made.append(f'<path class="m" d="M{begin:.0f} {y:.1f}h{across:.0f}"/>')
            made.append(f'<text x="{begin + 4:.0f}" y="{y - 5:.1f}">{escape(says)}</text>')
        return "".join(made)

    def _bars(self, begin: float, across: float, high: float, down: float) -> list[str]:
        made: list[str] = []
        room = across / len(self.bars)
        for place, (name, bars) in enumerate(self.bars):
            middle = begin + room * (place + 0.5)
            made.append(
                f'<text class="x" x="{middle:.1f}" y="{high + down + 17:.0f}">{escape(name)}</text>'
            )
            thick = min(46.0, room * 0.84 / len(bars))
            for at, bar in enumerate(bars):
                x = middle + thick * (at - len(bars) / 2)
                ends = [high + down - self.y.at(one, 0, down) for one in (bar.value, 0.0)]
                top = min(ends)
                made.append(
                    f'<rect class="f{bar.series}" x="{x + 2:.1f}" y="{top:.1f}" '
                    f'width="{thick - 4:.1f}" height="{max(ends) - top:.1f}"/>'
                )
                end = top
                if bar.half:
                    end = high + down - self.y.at(bar.value + bar.half, 0, down)
                    low = high + down - self.y.at(bar.value - bar.half, 0, down)
                    made.append(f'<path class="w" d="M{x + thick / 2:.1f} {low:.1f}V{end:.1f}"/>')
                over = min(end, top) - 4
                made.append(
                    f'<text class="v" x="{x + thick / 2:.1f}" y="{over:.1f}">{bar.says}</text>'
                )
        return made


def drawn(
    panels: Sequence[Panel],
    says: str,
    legend: Sequence[str],
    *,
    across: int = 2,
    wide: Collection[int] = (),
) -> str:
    """The picture: panels side by side, `across` of them, but those `wide` a row of their own; and
    what the colours are."""
    parts: list[str] = []
    left, top, step = 6.0, float(LEGEND), (WIDTH - 12) / across
    for place, panel in enumerate(panels):
        width = WIDTH - 12.0 if place in wide else step
        if left + width > WIDTH - 5:
            left, top = 6.0, top + PANEL_HEIGHT
        parts.append(panel.drawn(left, top, width))
        left += width
    height = top + PANEL_HEIGHT + 8
    begin = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" role="img" '
        f'aria-label="{escape(says, quote=True)}"><style>{STYLE}</style>'
        f'<rect class="bg" x=".5" y=".5" width="{WIDTH - 1}" height="{height - 1:.0f}" rx="8"/>'
    )
    return "".join((begin, *_legend(panels, legend), *parts, "</svg>\n"))


def _legend(panels: Sequence[Panel], names: Sequence[str]) -> Iterator[str]:
    """Lines where there are any, else the colours."""
    lines = any(kind == "line" for panel in panels for kind, *_ in panel.parts)
    x = 16.0
    for series, name in enumerate(names):
        if lines:
            yield f'<path class="l s{series}" d="M{x:.0f} 15h22"/>'
        else:
            yield f'<rect class="f{series}" x="{x:.0f}" y="9" width="12" height="12"/>'
        yield f'<text x="{x + (28 if lines else 18):.0f}" y="19">{escape(name)}</text>'
        x += (44 if lines else 34) + LETTER * len(name)
