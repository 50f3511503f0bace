"""A simulation as one page that needs nothing else: figures, charts, promises; light and dark by
the reader's choice, English and Chinese by a switch without a script."""

from collections.abc import Iterator
from html import escape
from typing import Final

from roost.simulator import guesses
from roost.simulator.charts import Line, chart
from roost.simulator.estimates import FIGURES, Estimate, Figure
from roost.simulator.report import Report, Variant, figures_of, short
from roost.simulator.tables import Row

WORDS: Final = {
    "offered": ("Offered", "进入队列"),
    "answered": ("Answered", "已接听"),
    "abandoned": ("Abandoned", "放弃"),
    "called_back": ("To be called back", "转回呼"),
    "callbacks_reached": ("Callbacks reached", "回呼成功"),
    "service_level": ("Service level", "服务水平"),
    "asa": ("Average speed of answer, s", "平均应答时间（秒）"),
    "aht": ("Average handle time, s", "平均处理时间（秒）"),
    "occupancy": ("Occupancy", "占用率"),
    "cost": ("Cost", "成本"),
    "revenue": ("Revenue", "收入"),
    "penalty": ("Penalty", "违约扣款"),
    "margin": ("Margin", "毛利"),
    "all": ("All clients", "全部客户"),
    "runs": ("runs of", "次模拟，每次"),
    "contacts": ("contacts", "个联络"),
    "difference": ("difference", "差异"),
    "promised": ("Promises", "合同承诺"),
    "term": ("Term", "条款"),
    "period": ("Period", "周期"),
    "target": ("Promised", "承诺"),
    "reached": ("Reached", "达成"),
    "kept": ("Kept in", "达标比例"),
    "costs": ("Costs", "扣款"),
    "trust": ("How far the twin can be trusted", "孪生模型可信到什么程度"),
    "happened": ("Happened", "实际"),
    "twin": ("The twin", "孪生模型"),
    "bias": ("Bias an interval", "各时段偏差"),
    "error": ("Error an interval", "各时段误差"),
    "as_if": ("Intervals as if a run", "与模拟无异的时段"),
    "estimated": ("Estimated waits, of those who had to wait", "预计等待（仅计等待过的联络）"),
    "queue": ("Queue", "队列"),
    "waited": ("Contacts", "联络"),
    "mean_wait": ("Mean wait, s", "平均等待（秒）"),
    "median": ("Error: median, s", "误差中位数（秒）"),
    "p90": ("90 % within, s", "九成不超过（秒）"),
    "too_long": ("Too long by, s", "平均偏长（秒）"),
    "variant": ("Variant", "方案"),
    "intervals": ("Interval by interval", "分时段"),
    "sure": (
        "A band: 95 % confidence of the mean. A difference in grey may be luck.",
        "色带表示均值的 95 % 置信区间。差异取自遇到相同客户的两组模拟；灰色的可能只是偶然。",
    ),
}
CHARTS: Final = (
    ("service_level", 100.0),
    ("asa", None),
    ("offered", None),
    ("abandoned", None),
    ("occupancy", 100.0),
    ("margin", None),
)
STYLE: Final = """
:root{--bg:#fff;--fg:#1c2024;--soft:#60646c;--line:#e0e1e6;--card:#f9f9fb;
--c0:#0b68cb;--c1:#b45309;--c2:#15803d;--c3:#9333ea;--good:#15803d;--bad:#b91c1c}
@media(prefers-color-scheme:dark){:root{--bg:#111113;--fg:#edeef0;--soft:#b0b4ba;--line:#363a3f;
--card:#18191b;--c0:#70b8ff;--c1:#ffb366;--c2:#71d083;--c3:#c89cf5;--good:#71d083;--bad:#ff9592}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--fg);
font:16px/1.5 system-ui,"Noto Sans SC",sans-serif}
main{max-width:72rem;margin:0 auto;padding:1.5rem}h1{margin:.2rem 0;font-size:1.6rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}p{color:var(--soft);max-width:60rem}
.wide{overflow-x:auto}table{border-collapse:collapse;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .7rem;border-bottom:1px solid var(--line);text-align:right;white-space:nowrap}
th:first-child,td:first-child,td.l,th.l{text-align:left}th{color:var(--soft);font-weight:600}
td small,p small{color:var(--soft)}.good{color:var(--good)}.bad{color:var(--bad)}
.luck{color:var(--soft)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(24rem,100%),1fr));gap:1rem}
figure{margin:0;background:var(--card);border:1px solid var(--line);border-radius:.5rem;
padding:.7rem}figcaption{font-weight:600}svg{display:block;width:100%;height:auto}
svg text{font-size:12px;fill:var(--soft)}.x{text-anchor:middle}.y{text-anchor:end}
.grid{stroke:var(--line)}.line{fill:none;stroke-width:2}.band{opacity:.18;stroke:none}
.line.v0{stroke:var(--c0)}.line.v1{stroke:var(--c1);stroke-dasharray:6 3}
.line.v2{stroke:var(--c2);stroke-dasharray:2 3}.line.v3{stroke:var(--c3);stroke-dasharray:9 3 2 3}
.band.v0,circle.v0{fill:var(--c0)}.band.v1,circle.v1{fill:var(--c1)}
.band.v2,circle.v2{fill:var(--c2)}.band.v3,circle.v3{fill:var(--c3)}
.key{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;list-style:none}
.key svg{display:inline-block;width:2rem;height:.7rem;margin-right:.4rem}
.zh{display:none}#zh:checked~main .zh{display:inline}#zh:checked~main .en{display:none}
.switch{float:right;border:1px solid var(--line);border-radius:.4rem;padding:.2rem .7rem;
cursor:pointer}#zh{position:absolute;opacity:0}#zh:focus-visible~main .switch{outline:2px solid}
"""


def page(made: Report) -> str:
    """The whole page."""
    return "".join(_page(made))


def _page(made: Report) -> Iterator[str]:
    title = escape(made.scenario)
    yield (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{title} · Roost</title><style>{STYLE}</style></head><body>"
        '<input type="checkbox" id="zh" aria-label="中文"><main>'
        '<label class="switch" for="zh"><span class="en" lang="zh">中文</span>'
        '<span class="zh">English</span></label>'
    )
    first = made.variants[0]
    yield f"<h1>{title}</h1><p>{len(made.seeds)} {_t('runs')} {first.contacts:,.0f} "
    yield f"{_t('contacts')} · Roost</p>"
    yield from _trusted(made)
    if len(made.variants) > 1:
        yield '<ul class="key">'
        for place, variant in enumerate(made.variants):
            yield (
                f'<li><svg viewBox="0 0 32 8"><path class="line v{place % 4}" d="M0 4H32"/></svg>'
                f"{escape(short(variant.name))}</li>"
            )
        yield "</ul>"
    yield from _whole(made)
    yield from _charts(made)
    yield from _promises(made)
    yield from _estimated(made)
    yield f"<h2>{_t('intervals')}</h2>"
    for variant in made.variants:
        yield from _intervals(variant, figures_of(made))
    yield "</main></body></html>\n"


def _trusted(made: Report) -> Iterator[str]:
    if not made.trust:
        return
    yield f"<h2>{_t('trust')}</h2><p>{_both(*made.says)}</p>"
    yield '<div class="wide"><table><thead><tr><th></th>'
    yield "".join(f"<th>{_t(word)}</th>" for word in ("happened", "twin", "bias", "error", "as_if"))
    yield "</tr></thead><tbody>"
    for one in made.trust:
        figure = next(each for each in FIGURES if each.id == one.figure)
        happened, bias, error = (
            "–" if each is None else f"{number(figure, each)}{_unit(figure)}"
            for each in (one.happened, one.bias, one.error)
        )
        inside = "–" if one.inside is None else f"{one.inside:.0%}"
        yield f"<tr><td>{_t(one.figure)}</td><td>{happened}</td><td>{_value(figure, one.twin)}</td>"
        yield f"<td>{bias}</td><td>{error}</td><td>{inside}</td></tr>"
    yield "</tbody></table></div>"


def _t(word: str) -> str:
    return _both(*WORDS[word])


def _both(english: str, chinese: str) -> str:
    return (
        f'<span class="en">{escape(english)}</span>'
        f'<span class="zh" lang="zh">{escape(chinese)}</span>'
    )


def _clients(made: Report) -> list[str]:
    """All clients together, then each, if there are several."""
    found = dict.fromkeys(row.client for one in made.variants for row in one.rows if not row.queue)
    named = [client for client in found if client]
    return ["", *named] if len(named) > 1 else [""]


def _row(variant: Variant, client: str, at: str = "") -> Row | None:
    wanted = (at, client, "")
    return next((one for one in variant.rows if (one.at, one.client, one.queue) == wanted), None)


def _whole(made: Report) -> Iterator[str]:
    for client in _clients(made):
        yield f"<h2>{escape(client) if client else _t('all')}</h2>"
        yield '<div class="wide"><table><thead><tr><th></th>'
        for place, variant in enumerate(made.variants):
            yield f"<th>{escape(short(variant.name))}</th>"
            if place:
                yield f"<th>{_t('difference')}</th>"
        yield "</tr></thead><tbody>"
        for figure in figures_of(made):
            yield f"<tr><td>{_t(figure.id)}</td>"
            for place, variant in enumerate(made.variants):
                row = _row(variant, client)
                yield f"<td>{_value(figure, row.figures.get(figure.id) if row else None)}</td>"
                if place:
                    yield _change(figure, row.change.get(figure.id) if row else None)
            yield "</tr>"
        yield "</tbody></table></div>"
    yield f"<p><small>{_t('sure')}</small></p>"


def _value(figure: Figure, found: Estimate | None) -> str:
    if found is None or found.value is None:
        return "–"
    half = "" if not found.half else f" <small>± {number(figure, found.half)}</small>"
    return f"{number(figure, found.value)}{_unit(figure)}{half}"


def _change(figure: Figure, found: Estimate | None) -> str:
    if found is None or found.value is None:
        return "<td>–</td>"
    kind = "luck"
    if found.differs:
        side = found.value * figure.better
        kind = "good" if side > 0 else "bad" if side < 0 else ""
    sign = "+" if found.value > 0 else ""
    return f'<td class="{kind}">{sign}{_value(figure, found)}</td>'


def number(figure: Figure, value: float) -> str:
    """Without its unit."""
    if figure.unit == "money":
        return f"{value:,.2f}"
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:,.1f}"


def _unit(figure: Figure) -> str:
    return " %" if figure.unit == "%" else ""


def _charts(made: Report) -> Iterator[str]:
    for client in _clients(made):
        times = sorted({row.at for one in made.variants for row in one.rows if row.at})
        if len(times) < 2:
            return
        if client:
            yield f"<h2>{escape(client)}</h2>"
        yield '<div class="charts">'
        days = len({at[:10] for at in times}) > 1
        labels = [f"{at[5:10]} {at[11:16]}" if days else at[11:16] for at in times]
        for name, most in CHARTS:
            lines = [_line(variant, client, name, times) for variant in made.variants]
            if any(value for line in lines for value in line.values):
                drawn = chart(labels, lines, most=most)
                yield f"<figure><figcaption>{_t(name)}</figcaption>{drawn}</figure>"
        yield "</div>"


def _line(variant: Variant, client: str, name: str, times: list[str]) -> Line:
    rows = {row.at: row for row in variant.rows if row.client == client and not row.queue}
    found = [
        rows[at].figures.get(name, Estimate(None)) if at in rows else Estimate(None) for at in times
    ]
    return Line(variant.name, [one.value for one in found], [one.half for one in found])


def _promises(made: Report) -> Iterator[str]:
    if not any(variant.promises for variant in made.variants):
        return
    yield f"<h2>{_t('promised')}</h2>"
    yield '<div class="wide"><table><thead><tr>'
    for word in ("variant", "term", "period"):
        yield f'<th class="l">{_t(word)}</th>'
    for word in ("target", "reached", "kept", "costs"):
        yield f"<th>{_t(word)}</th>"
    yield "</tr></thead><tbody>"
    percent, money = Figure("", (), unit="%"), Figure("", (), unit="money")
    for variant in made.variants:
        for one in variant.promises:
            sure = "–" if one.sure is None else f"{one.sure:.0%}"
            yield f'<tr><td class="l">{escape(short(variant.name))}</td>'
            yield f'<td class="l">{escape(one.client)}: {escape(one.term)}</td>'
            yield f'<td class="l">{escape(one.period)}</td><td>{100 * one.target:.1f} %</td>'
            yield f"<td>{_value(percent, one.reached)}</td><td>{sure}</td>"
            yield f"<td>{_value(money, one.due)}</td></tr>"
    yield "</tbody></table></div>"


def _estimated(made: Report) -> Iterator[str]:
    """How far estimated waits were off, and what that's good for."""
    if not any(variant.waits for variant in made.variants):
        return
    several = len(made.variants) > 1
    yield f"<h2>{_t('estimated')}</h2>"
    for variant in made.variants:
        name = f"{escape(short(variant.name))}: " if several else ""
        yield f"<p>{name}{_both(*variant.waits_say)}</p>"
    yield '<div class="wide"><table><thead><tr>'
    for word in ("variant", "queue")[not several :]:
        yield f'<th class="l">{_t(word)}</th>'
    for word in ("waited", "mean_wait", "median", "p90", "too_long"):
        yield f"<th>{_t(word)}</th>"
    yield "</tr></thead><tbody>"
    for variant in made.variants:
        for one in guesses.shown(variant.waits):
            yield "<tr>" + f'<td class="l">{escape(short(variant.name))}</td>' * several
            name = one.queue or one.client
            yield f'<td class="l">{escape(name) if name else _t("all")}</td>'
            yield f"<td>{one.contacts:,}</td>"
            for found in (one.waited, one.median, one.p90):
                yield f"<td>{'–' if found is None else f'{found:.1f}'}</td>"
            yield f"<td>{'–' if one.bias is None else f'{one.bias:+.1f}'}</td></tr>"
    yield "</tbody></table></div>"


def _intervals(variant: Variant, figures: list[Figure]) -> Iterator[str]:
    rows = [row for row in variant.rows if row.at and (row.client or row.queue)]
    rows = rows or [row for row in variant.rows if row.at]
    yield f'<details><summary>{escape(short(variant.name))}</summary><div class="wide"><table>'
    yield '<thead><tr><th></th><th class="l"></th>'
    yield "".join(f"<th>{_t(figure.id)}</th>" for figure in figures)
    yield "</tr></thead><tbody>"
    for row in rows:
        at = row.at[:16].replace("T", " ")
        yield f'<tr><td>{at}</td><td class="l">{escape(row.queue or row.client)}</td>'
        for figure in figures:
            found = row.figures.get(figure.id)
            yield f"<td>{_value(figure, found) if found is not None else ''}</td>"
        yield "</tr>"
    yield "</tbody></table></div></details>"
