"""Draws what policies do to a small example, played by the twin: docs/images/policy-*.svg.

    python docs/pictures_of_policies.py [rings first contract choosing rest storm callback]

Every figure in them is of these runs; the same code gives the same bytes.
"""

import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from drawing import Bar, Panel, Scale, drawn
from small_centre import CLIENT, SEEDS, Seen, seen

from roost.definitions.load import Loaded, load
from roost.definitions.times import zone
from roost.kernel.time import Zone
from roost.simulator.outcome import Outcome
from roost.simulator.play import Job, play
from roost.simulator.tables import promises, rows_of
from roost.simulator.what_if import changed

ROOT: Final = Path(__file__).parents[1]
IMAGES: Final = ROOT / "docs" / "images"
BPO: Final = ROOT / "examples" / "bpo"
HOURS: Final = 6
MONDAYS: Final = range(1, 21)
NAMED: Final = Scale(0, 1)  # of bars
PARTS: Final = Scale(0, 115, " %", (0, 25, 50, 75, 100))
PER_CENT: Final = Scale(0, 100, " %", (0, 25, 50, 75, 100))
RUNS: Final = f"{len(SEEDS)} runs of six hours"


def bills(key: str, value: str) -> str:
    return f"{CLIENT}:queues.bills.{key}={value}"


def outage(key: str, value: str) -> str:
    return f"{CLIENT}:queues.outage.{key}={value}"


RINGS: Final = (bills("rings", "[{after: 20s, skills: {bills: 1}}, {after: 60s, skills: {}}]"),)
AT_ONCE: Final = (bills("skills", "{}"),)


def rings() -> str:
    """How soon callers are answered: Li alone, rings, everybody at once."""
    found = [seen(), seen(RINGS), seen(AT_ONCE)]
    x = Scale(0, 120, " s", (0, 20, 40, 60, 80, 100, 120))
    panels: list[Panel] = []
    for queue, title in (("bills", "Bills answered within"), ("outage", "Outages answered within")):
        panel = Panel(title, x, PER_CENT)
        for series, one in enumerate(found):
            panel.line([(s, one.answered_within(queue, s)) for s in range(0, 121, 2)], series)
        panels.append(panel)
    names = ("Li alone may", "rings after 20 s and 60 s", "everybody may at once")
    return drawn(panels, f"Rings: how soon bills and outages are answered, {RUNS}", names)


#: Everybody may take both, and there's more to do than three people can.
CROWDED: Final = (
    bills("skills", "{}"),
    outage("skills", "{}"),
    'streams.all.rates={"09:00-15:00": 46}',
    "patience.any=20m",
)
MORNING: Final = 3  # its seed
PRIORITY: Final = (*CROWDED, outage("priority", "2"))
BOOST: Final = (*PRIORITY, bills("boost", "{every: 2m, most: 3}"))


def first() -> str:
    """Every caller of one morning by how long they waited."""
    x = Scale(0, HOURS * 3600, "", (0, 7200, 14400), ("9:00", "11:00", "13:00"))
    y = Scale(0, 900, "", (0, 300, 600, 900), ("0 min", "5 min", "10 min", "15 min"))
    panels: list[Panel] = []
    for title, changes in (
        ("By time alone", CROWDED),
        ("Outages: priority 2", PRIORITY),
        ("… bills: boost to 3", BOOST),
    ):
        one = seen(changes, range(MORNING, MORNING + 1))
        tenth = [nine_of_ten(one, queue) for queue in ("bills", "outage")]
        panel = Panel(title, x, y, "9 of 10 wait less than {} and {}".format(*tenth))
        for series, queue in enumerate(("bills", "outage")):
            panel.dots([(visit.at, visit.waited) for visit in one.of(queue)], series)
        panels.append(panel)
    says = "Who goes first: how long each caller of one morning waited, by when they came"
    return drawn(panels, says, ("bills", "outages"), across=3)


GRID: Final = ROOT / "examples" / "power-grid"
RING: Final = "clients/power-grid/client.yaml:queues.outage.rings=[{after: 20s, skills: {}}]"
CALLBACK: Final = "clients/power-grid/flows/main.yaml:steps.outage.queue.callback"
AS_IT_IS: Final = "load=100"
EVENINGS: Final = range(1, 21)
COUNTS: Final = Scale(0, 250, "", (0, 50, 100, 150, 200))
MONEY: Final = Scale(-1_300, 4_000, "", (-1000, 0, 1000, 2000, 3000))


def storm() -> str:
    """The example's stormy evening: as it is, and under three changes."""
    changes = (AS_IT_IS, f"{CALLBACK}.after=2m", RING, "agents=-3")
    runs = [evenings(change) for change in changes]
    money = Panel("The evening, CNY", NAMED, MONEY)
    for name in ("cost", "revenue", "penalty", "margin"):
        money.group(name, bars_of(runs, name))
    says = "A stormy evening: callbacks sooner, a ring for outages, three people fewer"
    names = ("as it is", "callback after 2 min", "ring after 20 s", "three people fewer")
    return drawn([*by_half_hours(runs), money], says, names, wide=(2,))


def callback() -> str:
    """The same evening without callbacks, and with them sooner or later."""
    changes = (f"{CALLBACK}=", f"{CALLBACK}.after=3m", f"{CALLBACK}.after=2m")
    runs = [evenings(change) for change in changes]
    counts = Panel("Callers of the evening", NAMED, COUNTS)
    for name, label in (
        ("abandoned", "gave up"),
        ("called_back", "to be called back"),
        ("callbacks_reached", "reached"),
    ):
        counts.group(label, bars_of(runs, name))
    says = "A stormy evening without callbacks, and with the offer after three and two minutes"
    names = ("no callback", "offered after 3 min", "offered after 2 min")
    return drawn([*by_half_hours(runs), counts], says, names, wide=(2,))


def evenings(change: str) -> list[Outcome]:
    job = changed(GRID, GRID / "scenarios" / "storm.yaml", change, None)
    assert not isinstance(job, list), job
    return [play(job, seed) for seed in EVENINGS]


def by_half_hours(runs: list[list[Outcome]]) -> list[Panel]:
    """Service level and who gave up."""
    x = Scale(0, 12, "", (0, 4, 8, 12), ("16:00", "18:00", "20:00", "22:00"))
    level = Panel("Service level", x, PER_CENT)
    gone = Panel("Gave up, by the half hour", x, Scale(0, 100, "", (0, 25, 50, 75, 100)))
    for series, one in enumerate(runs):
        level.line(by_half_hour(zone_of_grid(), one, "service_level"), series)
        gone.line(by_half_hour(zone_of_grid(), one, "abandoned"), series)
    return [level, gone]


def bars_of(runs: list[list[Outcome]], name: str) -> list[Bar]:
    found = [rows_of(zone_of_grid(), one)[0].figures[name] for one in runs]
    return [
        Bar(one.value or 0.0, series, f"{one.value or 0:,.0f}", one.half or 0.0)
        for series, one in enumerate(found)
    ]


@cache
def zone_of_grid() -> Zone:
    loaded = load(GRID)
    assert isinstance(loaded, Loaded)
    return zone(loaded.centre.document.zone)


def nine_of_ten(one: Seen, queue: str) -> str:
    """What nine of ten wait less than: 6:20."""
    waits = sorted(visit.waited for visit in one.of(queue))
    minutes, seconds = divmod(round(waits[len(waits) * 9 // 10]), 60)
    return f"{minutes}:{seconds:02}"


MORE: Final = "load=108"  # than the Monday's pool is made for


def contract() -> str:
    """Promises and money of a busy Monday with three clients, by time and by contract."""
    scenario = BPO / "scenarios" / "monday.yaml"
    jobs: list[Job] = []
    for change in (MORE, f"{MORE}; centre.yaml:order=contract"):
        job = changed(BPO, scenario, change, None)
        assert not isinstance(job, list)
        jobs.append(job)
    outcomes = [[play(job, seed) for seed in MONDAYS] for job in jobs]
    kept = Panel("Promises kept, of the runs", NAMED, PARTS)
    terms = [promises(one) for one in outcomes]
    for before, after in zip(*terms, strict=True):
        pair = (before.sure or 0.0, after.sure or 0.0)
        bars = [Bar(100 * sure, series, f"{100 * sure:.0f}") for series, sure in enumerate(pair)]
        kept.group(before.client, bars)
    rows = [rows_of(job.frame.zone, one)[0] for job, one in zip(jobs, outcomes, strict=True)]
    money = Panel("A day, CNY", NAMED, Scale(0, 5_000, "", (0, 1000, 2000, 3000, 4000)))
    for name in ("penalty", "margin"):
        figures = [row.figures[name] for row in rows]
        money.group(
            name,
            [
                Bar(found.value or 0.0, series, f"{found.value:,.0f}", found.half or 0.0)
                for series, found in enumerate(figures)
            ],
        )
    says = "The contract's order: promises kept, penalties and margin of twenty busy Mondays"
    return drawn([kept, money], says, ("order: priority", "order: contract"))


RULES: Final = ("longest_idle", "most_skilled", "least_skilled", "least_occupied", "fair_share")
SHARED: Final = (bills("skills", "{bills: 1}"), 'streams.all.rates={"09:00-15:00": 26}')


def choosing() -> str:
    """Who is how busy under each rule."""
    busy = Panel("Busy with contacts, of six hours", NAMED, Scale(0, 80, " %", (0, 20, 40, 60)))
    for rule in RULES:
        one = seen((*SHARED, bills("agents", rule), outage("agents", rule)))
        whole = len(one.visits) * HOURS * 3600
        parts = [100 * one.busy.get(name, 0.0) / whole for name in ("Li", "Mo", "Ann")]
        bars = [Bar(part, at, f"{part:.0f}") for at, part in enumerate(parts)]
        busy.group(rule, bars)
    says = f"Which agent: how busy each of three people is under each rule, {RUNS}"
    return drawn([busy], says, ("Li", "Mo", "Ann"), across=1)


BUSY: Final = (
    bills("skills", "{}"),
    outage("skills", "{}"),
    'streams.all.rates={"09:00-11:00": 30, "11:00-13:00": 60, "13:00-15:00": 30}',
)
RESTED: Final = (*BUSY, "centre.yaml:teams.day={name: Day team, rest: 10s, most_busy_percent: 85}")


def rest() -> str:
    """How busy people are by the half hour, and what it costs those who wait."""
    found = [seen(BUSY), seen(RESTED)]
    times = ("9:00", "10:00", "11:00", "12:00", "13:00", "14:00", "15:00")
    x = Scale(0, 12, "", tuple(range(0, 13, 2)), times)
    occupancy = Panel("Busy with contacts", x, PER_CENT)
    level = Panel("Answered within 20 s", x, PER_CENT)
    for series, one in enumerate(found):
        occupancy.line(by_half_hour(one.zone, one.outcomes, "occupancy"), series)
        level.line(by_half_hour(one.zone, one.outcomes, "service_level"), series)
    occupancy.level(85, "at most 85 %")
    says = f"Rest: how busy people are, and how many are answered in time, {RUNS}"
    return drawn([occupancy, level], says, ("no limit", "rest: 10s, at most 85 %"))


def by_half_hour(zone: Zone, runs: list[Outcome], name: str) -> list[tuple[float, float]]:
    rows = [row for row in rows_of(zone, runs) if row.at and not row.client]
    values = [row.figures[name].value for row in rows]
    return [(at + 0.5, value) for at, value in enumerate(values) if value is not None]


PICTURES: Final[dict[str, Callable[[], str]]] = {
    "rings": rings,
    "first": first,
    "contract": contract,
    "choosing": choosing,
    "rest": rest,
    "storm": storm,
    "callback": callback,
}


def main() -> int:
    for name in sys.argv[1:] or PICTURES:
        (IMAGES / f"policy-{name}.svg").write_text(PICTURES[name](), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
