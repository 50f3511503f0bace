"""Drafts of any contract and any month: nothing is lost, nothing hangs on the order."""

import random
from fractions import Fraction

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from roost.definitions import times
from roost.floor.parties import SegmentKind
from roost.kernel.ids import AgentId, ClientId, ContactId, QueueId, SegmentId
from roost.kernel.time import DAY, HOUR, MINUTE, SECOND, DurationUs, InstantUs
from roost.office import billing
from roost.office.books import key_of
from roost.office.contracts.days import DayKinds
from roost.office.contracts.measured import Measured, MeasuredSegment
from roost.office.contracts.model import (
    Anchor,
    AnchorFrom,
    AnchorStep,
    Band,
    Banding,
    Caps,
    Contract,
    ContractVersion,
    Kind,
    Line,
    Measure,
    Programme,
    RoundPer,
    Surcharge,
)
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Part, Unbilled, price
from roost.office.contracts.rates import RENEGOTIATE, Charged, Total, charges, placed, reach
from roost.office.contracts.sellers import LegalEntity, Seller, TaxCategory, TaxRate
from roost.office.contracts.terms import Period, Side, Step, Term
from roost.office.invoices.messages import Draft
from roost.office.invoices.tally import Tally
from roost.office.month import Month
from roost.office.quantities import Quantities, Served

CLIENT = ClientId("grid")
QUEUES = (QueueId("grid/bills"), QueueId("grid/outage"), QueueId("grid/other"))
BERLIN = times.zone("Europe/Berlin")
START = times.local_day("2026-10-01") or 0
NIGHT = Surcharge("night", "night", "50", DurationUs(22 * HOUR), DurationUs(6 * HOUR))
REST = Surcharge("rest", "rest days", "33.3", kinds=("rest",))
DAYS = DayKinds("all", 0, 40_000, ("work",) * 5 + ("rest",) * 2)
SELLER = Seller(
    "one",
    LegalEntity("One Ltd"),
    "ONE",
    (TaxCategory("a", (TaxRate(0, "6"),)), TaxCategory("b", (TaxRate(0, "13"),))),
)

rates = st.integers(1, 10**6).map(lambda millionths: f"{millionths / 10**4:.4f}")
edges = st.lists(st.integers(1, 60), min_size=1, max_size=3, unique=True).map(sorted)


@st.composite
def lines(draw: st.DrawFn, name: str) -> Line:
    """One of any kind that contacts add to."""
    measure = draw(
        st.sampled_from(
            [Measure.CONTACTS, Measure.SEGMENTS, Measure.CONNECTED_MINUTES,
             Measure.HANDLED_MINUTES, Measure.RESULTS]
        )
    )  # fmt: skip
    line = Line(name, name, measure, draw(rates), tax=draw(st.sampled_from(["", "b"])))
    if draw(st.booleans()):
        line = structs.replace(line, queues=(draw(st.sampled_from(QUEUES)),))
    if measure is Measure.RESULTS:
        return structs.replace(line, codes=("sold",), window_us=DurationUs(5 * DAY))
    if measure in (Measure.CONNECTED_MINUTES, Measure.HANDLED_MINUTES) and draw(st.booleans()):
        per = draw(st.sampled_from([RoundPer.CONTACT, RoundPer.LINE]))
        line = structs.replace(line, unit_us=DurationUs(6 * SECOND), round_per=per)
    match draw(st.integers(0, 4)):
        case 0:
            return line
        case 1:
            uptos = [*(str(edge) for edge in draw(edges)), None]
            bands = tuple(Band(upto, draw(rates)) for upto in uptos)
            return structs.replace(line, bands=bands, banding=draw(st.sampled_from(Banding)))
        case 2:
            return structs.replace(line, included=str(draw(st.integers(0, 40))))
        case 3:
            anchor = Anchor(
                "20", "500", "10",
                (AnchorStep("150", "9"), AnchorStep(None, "8.5")), (AnchorStep("50", "7"),),
                draw(st.sampled_from(AnchorFrom)),
            )  # fmt: skip
            return structs.replace(line, anchor=anchor)
        case _:
            split = line.unit_us is None and line.measure in (
                Measure.CONNECTED_MINUTES,
                Measure.HANDLED_MINUTES,
            )
            return structs.replace(line, surcharges=(REST, NIGHT), calendar=DAYS, split=split)


@st.composite
def terms(draw: st.DrawFn, name: str) -> Term:
    return Term(
        name, (), "service_level", 1, "0.80",
        draw(st.sampled_from(Period)),
        side=draw(st.sampled_from(Side)),
        step=draw(st.sampled_from(Step)),
        percent=draw(rates),
        cap_percent=draw(st.sampled_from(["", "10"])),
    )  # fmt: skip


@st.composite
def contracts(draw: st.DrawFn) -> Contract:
    """Of one to three lines, perhaps with a programme, terms, a minimum, a change of rates."""
    own = tuple(draw(lines(f"l{place}")) for place in range(draw(st.integers(1, 3))))
    programmes: tuple[Programme, ...] = ()
    if draw(st.booleans()):
        inner = (structs.replace(draw(lines("inner")), queues=()),)
        minimum = draw(st.sampled_from(["0", "777.77"]))
        programmes = (Programme("bills", "", QUEUES[:1], "", inner, minimum),)
    promises = tuple(draw(terms(f"t{place}")) for place in range(draw(st.integers(0, 2))))
    caps = draw(st.sampled_from([None, Caps(malus_percent="8"), Caps("50", netted=True)]))
    first = ContractVersion(
        draw(st.sampled_from([START - 100, START + 4])), own,
        draw(st.sampled_from(["0", "1234.56"])), promises, caps=caps, programmes=programmes,
    )  # fmt: skip
    dearer = tuple(
        structs.replace(line, rate="7.77") if line.plain and not line.surcharges else line
        for line in own
    )
    at = InstantUs((START + 11) * DAY + 13 * HOUR)
    second = structs.replace(first, effective_day=START + 11, at=at, lines=dearer)
    changes = draw(st.booleans())
    return Contract(
        CLIENT, "CNY", BERLIN, ("answered",), (first, second) if changes else (first,),
        seller=SELLER, tax="a", tax_included=draw(st.booleans()),
    )  # fmt: skip


def contacts(seed: int, count: int) -> list[Measured]:
    """So many in October, with none to two segments each."""
    dice = random.Random(seed)
    found: list[Measured] = []
    for number in range(count):
        began = START * DAY + dice.randrange(31 * DAY)
        segments: list[MeasuredSegment] = []
        end = began
        for place in range(dice.choice((0, 1, 1, 2))):
            talk = dice.randrange(1, 600 * SECOND)
            segments.append(
                MeasuredSegment(
                    SegmentId(f"C{number}/s{place}"), AgentId("1001"), dice.choice(QUEUES),
                    InstantUs(end), DurationUs(talk), DurationUs(0), DurationUs(30 * SECOND),
                    number * 10 + place, SegmentKind.ANSWER, DurationUs(0),
                    dice.choice(("sold", "moved")),
                )
            )  # fmt: skip
            end += talk + 30 * SECOND
        kind = Kind.ANSWERED if segments else dice.choice((Kind.ABANDONED, Kind.SOLVED))
        found.append(
            Measured(ContactId(f"C{number:03}"), CLIENT, number, InstantUs(end), kind,
                     dice.choice(QUEUES), tuple(segments), number)
        )  # fmt: skip
    return found


def served(seed: int) -> tuple[Served, ...]:
    dice = random.Random(seed)
    return tuple(
        Served(
            InstantUs(START * DAY + dice.randrange(31 * 96) * 15 * MINUTE), queue,
            {"offered": 10, "answered": 9, "abandoned": 1, "answered_in_target": dice.randrange(9)},
        )
        for queue in (QueueId(""), *QUEUES)
        for _ in range(6)
    )  # fmt: skip


def tally_of(parts: list[Part]) -> Tally:
    made = Tally()
    for part in parts:
        made.add(key_of(part), part.quantity)
    return made


def of_october(plan: Plan, finished: list[Measured]) -> list[Part]:
    found: list[Part] = []
    for one in finished:
        priced = price(plan, one)
        if not isinstance(priced, Unbilled):
            found += [part for part in priced if START <= part.day < START + 31]
    return found


def drafted(plan: Plan, tally: Tally, seed: int) -> Draft:
    return billing.draft(plan, "2026-10", Quantities(tally, served(seed)))


@settings(max_examples=150, deadline=None)
@given(contracts(), st.integers(0, 10**6), st.integers(0, 60))
def test_any_order_and_any_batches_give_the_same_bytes(
    terms: Contract, seed: int, count: int
) -> None:
    plan, finished = Plan(terms), contacts(seed, count)
    parts = of_october(plan, finished)
    whole = drafted(plan, tally_of(parts), seed)
    dice = random.Random(seed + 1)
    dice.shuffle(parts)
    made, place = Tally(), 0
    while place < len(parts):
        size = dice.randrange(1, 20)
        made.take(tally_of(parts[place : place + size]))
        made = msgspec.msgpack.decode(msgspec.msgpack.encode(made), type=Tally)
        place += size
    again = drafted(Plan(terms), made, seed)
    encode = msgspec.json.Encoder(order="deterministic").encode
    assert encode(whole) == encode(again)


@settings(max_examples=150, deadline=None)
@given(contracts(), st.integers(0, 10**6), st.integers(0, 60))
def test_the_lines_are_the_total_and_tax_is_on_top(terms: Contract, seed: int, count: int) -> None:
    plan, finished = Plan(terms), contacts(seed, count)
    made = drafted(plan, tally_of(of_october(plan, finished)), seed)
    assert sum(line.amount.minor for line in made.lines) == made.total.minor
    assert sum(one.net.minor for one in made.taxes) == made.total.minor
    assert made.gross is not None
    assert made.gross.minor == made.total.minor + sum(one.tax.minor for one in made.taxes)
    names = [line.name for line in (*made.lines, *made.damages)]
    assert len(names) == len(set(names))
    month = Month(plan, "2026-10", Quantities(Tally()))
    for line in made.lines:
        if line.kind in ("usage", "included", "fixed"):
            assert month.planned(line.name) is not None, line.name


@settings(max_examples=100, deadline=None)
@given(contracts(), st.integers(0, 10**6))
def test_every_contact_has_its_lines_or_one_reason(terms: Contract, seed: int) -> None:
    plan = Plan(terms)
    known = {(one.name, one.since) for own in plan.lines for one in own}
    for one in contacts(seed, 40):
        priced = price(plan, one)
        if isinstance(priced, Unbilled):
            assert priced.reason
            continue
        assert priced
        keys = [(part.line, part.since, part.surcharge) for part in priced]
        assert len(keys) == len(set(keys))
        assert {key[:2] for key in keys} <= known


@settings(max_examples=150, deadline=None)
@given(
    lines("l").filter(placed),
    st.lists(st.integers(0, 40), max_size=12),
    st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(27, 31)]),
)
def test_contacts_by_their_places_come_to_the_lines(
    line: Line, quantities: list[int], part: Fraction
) -> None:
    """What explain shows of bands, included and additional volume sums to each charge."""
    line = structs.replace(line, measure=Measure.CONTACTS, unit_us=None)
    total = Total(len(quantities), sum(quantities))
    for one in charges(line, {"": total} if quantities else {}, part):
        if one.suffix == "base" or one.suffix.startswith("reduced"):
            continue
        low, high = reach(line, one.suffix, part)
        inside, before = Fraction(0), 0
        for quantity in quantities:
            end = Fraction(before + quantity)
            inside += max(Fraction(0), (end if high is None else min(end, high)) - max(before, low))
            before += quantity
        assert inside == one.quantity, one
        assert one.kind in (Charged.USAGE, Charged.INCLUDED)
        assert one.note in ("", RENEGOTIATE)
