"""Whatever `roost check` accepts is drafted: no contract that passed stops a month's end."""

import json
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from property.test_drafts import contacts as finished_contacts
from property.test_drafts import of_october, served, tally_of
from roost.definitions import Loaded, compile_contracts, load
from roost.kernel.ids import AgentId, ClientId
from roost.kernel.money import Money
from roost.kernel.time import HOUR, InstantUs
from roost.office import billing
from roost.office.contracts.messages import CostSum, ForecastLocked
from roost.office.contracts.model import Measure
from roost.office.contracts.plan import Plan
from roost.office.quantities import Quantities, take_worked
from roost.office.worktime.messages import Worked

CENTRE = Path(__file__).parents[1] / "unit" / "golden_month"
FILES = ("centre.yaml", "agents.yaml", "billing.yaml")

number = st.integers(0, 300).map(str)
decimal = st.integers(0, 99_999).map(lambda cents: f"{cents / 100:.2f}")
percent = st.integers(0, 150).map(str)
maybe = st.one_of


def some(**keys: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Any of these keys, none of them needed."""
    return st.fixed_dictionaries({}, optional=keys)


def with_(needed: dict[str, st.SearchStrategy[Any]], **keys: Any) -> Any:
    return st.fixed_dictionaries(needed, optional=keys)


@st.composite
def bands(draw: st.DrawFn) -> list[dict[str, str]]:
    """Upwards, the last without an end; sometimes not."""
    edges = draw(st.lists(st.integers(1, 60), max_size=2, unique=True))
    ordered = edges if draw(st.integers(0, 19)) == 0 else sorted(edges)
    last = {"to": "99"} if draw(st.integers(0, 19)) == 0 else {}
    made = [{"to": str(edge), "rate": draw(decimal)} for edge in ordered]
    return [*made, {"rate": draw(decimal)} | last]


surcharges = st.lists(
    with_(
        {"surcharge": st.sampled_from(["night", "rest"]), "percent": percent},
        days=st.just(["rest"]),
        **{"from": st.just("22:00"), "until": st.just("06:00")},
    ),
    max_size=2,
)
fte = some(contracted=number, hours=number, ceiling=number, of=st.just("paid_hours"))
anchor = with_(
    {"volume": number, "amount": decimal},
    dead_band=st.sampled_from(["0", "5", "30"]),
    up=st.lists(with_({"to": st.sampled_from(["120", "150"]), "rate": decimal}), max_size=1),
    down=st.lists(with_({"to": st.sampled_from(["80", "0"]), "rate": decimal}), max_size=1),
    **{"from": st.sampled_from(["edge", "base"])},
)
priced = st.sampled_from(["rate", "bands", "anchor", "plus", ""])


@st.composite
def lines(draw: st.DrawFn, place: int) -> dict[str, Any]:
    """Mostly sensible, so that some pass; any key may stand where it doesn't belong."""
    measure = draw(st.sampled_from([str(one) for one in Measure]))
    made: dict[str, Any] = {"line": f"l{place}", "measure": measure}
    way = draw(priced)
    usual = {"cost": "plus", "fixed": "rate", "fte": "rate"}
    way = usual.get(measure, way or "rate") if draw(st.integers(0, 9)) else way
    if way == "plus" and measure != "cost" and draw(st.integers(0, 9)):
        way = "rate"
    prices = {"rate": decimal, "bands": bands(), "anchor": anchor, "plus": percent}
    if way:
        made[way] = draw(prices[way])
    if measure == "fte":
        made["fte"] = draw(st.sampled_from([{"contracted": "3"}, {"hours": "166"}]) | fte)
    if measure == "results":
        made |= {"codes": ["sold"], "window": draw(st.sampled_from(["0", "3d"]))}
    odd = some(
        unit=st.just("6s"), round_per=st.sampled_from(["contact", "segment", "line"]),
        included=number, banding=st.just("whole"), split=st.booleans(), surcharges=surcharges,
        calendar=st.just("days"), tax=st.sampled_from(["low", "standard"]),
        queues=st.just(["general"]),
    )  # fmt: skip
    for key, value in draw(odd).items():
        if draw(st.integers(0, 15)) == 0:
            made[key] = value
    return made


term = with_(
    {"term": st.sampled_from(["a", "b"]), "target": st.just("80"), "percent": st.just("1.5")},
    period=st.sampled_from(["day", "month"]), cap_percent=percent,
    each=st.just("30m"), step=st.sampled_from(["full", "started", "linear"]), relief=percent,
    side=st.sampled_from(["malus", "bonus"]), lines=st.just(["l0"]), point=st.just("0.5"),
    **{"as": st.sampled_from(["price", "damages"])},
)  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    own = [draw(lines(place)) for place in range(draw(st.integers(1, 3)))]
    version: dict[str, Any] = {"effective": "2026-01-01", "lines": own}
    version |= draw(some(minimum=decimal, service=st.lists(term, max_size=2)))
    if version.get("service") and draw(st.booleans()):
        version["caps"] = draw(some(malus_percent=percent, bonus=decimal, netted=st.booleans()))
    if own[0]["measure"] == "contacts" and draw(st.booleans()):
        version["forecast"] = {"line": "l0", "lead_days": 3} | draw(
            some(floor=percent, ceiling=percent, surcharge=percent)
        )
    if draw(st.integers(0, 2)) == 0:
        version["programmes"] = {"p": {"queues": ["complaints"], "lines": [draw(lines(7))]}}
    made: dict[str, Any] = {
        "currency": "CNY", "seller": "guiyang", "tax": "standard", "pools": {"shared": 1},
        "days": {"days": {"from": "2026-01-01", "to": "2026-12-31",
                          "weekly": {"mon-fri": "work", "sat-sun": "rest"}}},
        "versions": [version],
    }  # fmt: skip
    made |= draw(some(tax_included=st.booleans(), last_day=st.just("2026-10-20"),
                      part_periods=st.just("whole")))  # fmt: skip
    return made


def loaded(document: dict[str, Any]) -> Loaded | None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        for file in FILES:
            (folder / file).write_bytes((CENTRE / file).read_bytes())
        client = folder / "clients" / "grid"
        (client / "flows").mkdir(parents=True)
        for file in ("client.yaml", "flows/main.yaml"):
            (client / file).write_bytes((CENTRE / "clients" / "hotline" / file).read_bytes())
        (client / "contract.yaml").write_text(json.dumps(document), encoding="utf-8")
        found = load(folder)
        if isinstance(found, Loaded):
            return found
        errors = [one for one in found if one.severity == "error"]
        assert all(one.line > 0 and one.mend for one in errors), errors
        event(f"refused: {errors[0].code}")
        return None


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(contracts(), st.integers(0, 10**6))
def test_what_is_accepted_is_drafted(document: dict[str, Any], seed: int) -> None:
    found = loaded(document)
    if found is None:
        return
    event("accepted")
    (terms,) = compile_contracts(found)
    plan, dice = Plan(terms), random.Random(seed)
    tally = tally_of(of_october(plan, finished_contacts(seed, 40)))
    start = plan.contract.versions[0].effective_day
    october = start + 273
    take_worked(
        tally,
        plan,
        [
            Worked(ClientId("grid"), InstantUs((october + place) * 24 * HOUR), AgentId("1001"),
                   dice.randrange(int(HOUR)), int(HOUR))
            for place in range(31)
        ],
    )  # fmt: skip
    made = billing.draft(
        plan,
        "2026-10",
        Quantities(
            tally,
            served(seed),
            forecasts=(ForecastLocked(october, (dice.randrange(90),) * 31, InstantUs(0)),),
            costs=(CostSum("trunks", Money("CNY", dice.randrange(10**6))),),
        ),
    )
    assert sum(line.amount.minor for line in made.lines) == made.total.minor
    assert made.gross is not None
    names = [line.name for line in made.lines]
    assert len(names) == len(set(names))
