"""The office's truths over a simulated day with trouble: any batches and any interleaving of
the streams give the same bytes, and every contact has its lines or exactly one reason."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from roost.adapters.views import CellProjection, SettingsProjection, SqliteViews
from roost.adapters.views.proof import prove
from roost.definitions import Loaded, application, compile_floor, load
from roost.definitions.messages import SETTINGS_EVENTS
from roost.kernel.envelope import Envelope
from roost.kernel.ids import OPERATOR, StreamName
from roost.kernel.purview import WHOLE
from roost.kernel.time import HOUR, InstantUs
from roost.office.books import Books, drafts, fold, lines
from roost.office.contracts.model import Kind
from roost.office.contracts.pricing import Unbilled
from roost.office.counting import Ledger, cell_of, sums_of
from roost.office.invoices.tally import Tally
from roost.office.measures.counts import COUNTS, add
from roost.office.reactions import kind_of
from roost.office.summary import summarise
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Faults, Scenario

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
CELL, SETTINGS = StreamName("cell-1"), StreamName("settings")


@cache
def day() -> tuple[Envelope, ...]:
    """Three hours of the hotline, with lost and doubled messages and crashes."""
    loaded = example()
    whole = scenario_of(loaded, "day")
    some = Scenario(
        streams=whole.streams,
        shifts=whole.shifts[:6],
        length_us=type(whole.length_us)(3 * HOUR),
        start=whole.start,
        behaviour=whole.behaviour,
        faults=Faults(lost=10_000, late=20_000, doubled=10_000, crash=500),
    )
    return tuple(Simulation(compile_floor(loaded, "voice"), some, 7).run().log)


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


@cache
def settled() -> tuple[Envelope, ...]:
    """The settings stream."""
    names = {kind: name for name, kind in SETTINGS_EVENTS.items()}
    made = application(example(), "voice", None).events
    return tuple(
        Envelope(SETTINGS, number, names[type(event)], event.VERSION, OPERATOR, None,
                 InstantUs(0), "setup:test", "apply", event)
        for number, event in enumerate(made, 1)
    )  # fmt: skip


@cache
def whole() -> Books:
    books = Books()
    for envelope in (*settled(), *day()):
        fold(books, envelope)
    return books


def encoded(value: object) -> bytes:
    return msgspec.json.encode(value, order="deterministic")


def test_a_day_with_trouble_earns_something() -> None:
    (draft,) = drafts(whole())
    assert draft.usage.minor > 0
    assert draft.usage.minor < draft.total.minor  # the month's minimum
    assert len(whole().records) > 200


def test_every_contact_has_its_lines_or_one_reason() -> None:
    books = whole()
    (draft,) = drafts(books)
    billed = [contact for contact in books.records if isinstance(lines(books, contact), tuple)]
    reasons = [found.reason for contact in books.records
               if isinstance(found := lines(books, contact), Unbilled)]  # fmt: skip
    assert len(billed) + len(reasons) == len(books.records)
    assert set(reasons) <= set(Kind) - {Kind.ANSWERED, Kind.VOICEMAIL}
    counted = next(line for line in draft.lines if line.name == "contacts")
    assert counted.contacts == len(billed)


def test_every_priced_line_is_traceable_to_events_of_its_contact() -> None:
    books = whole()
    by_number = {envelope.number: envelope for envelope in day()}
    for contact in books.records:
        parts = lines(books, contact)
        if isinstance(parts, Unbilled):
            continue
        for part in parts:
            assert part.events
            for number in part.events:
                assert by_number[number].contact == contact
                assert by_number[number].type.endswith(("SegmentClosed", "ContactEnded"))


def test_the_sums_of_the_summary_are_all_contacts_in_a_queue() -> None:
    summary = summarise(whole().records.values())
    assert summary.offered == (
        summary.answered + summary.abandoned + summary.overflowed + summary.called_back
        + summary.voicemail + summary.ended_by_us + summary.waiting
    )  # fmt: skip
    answered = sum(kind_of(record) is Kind.ANSWERED for record in whole().records.values())
    assert answered >= summary.answered
    assert summary.open == summary.waiting == 0


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.integers(1, 800), max_size=40), st.data())
def test_any_batches_with_the_state_carried_over_give_the_same(
    sizes: list[int], data: st.DataObject
) -> None:
    books, log = Books(), list(day())
    settings_at = data.draw(st.integers(0, len(log)))
    place = 0
    for size in [*sizes, len(log)]:
        for at in range(place, min(place + size, len(log))):
            if at == settings_at:
                for envelope in settled():
                    fold(books, envelope)
            fold(books, log[at])
        place = min(place + size, len(log))
        books = msgspec.msgpack.decode(msgspec.msgpack.encode(books), type=Books)
    if settings_at >= len(log):
        for envelope in settled():
            fold(books, envelope)
    assert encoded(drafts(books)) == encoded(drafts(whole()))
    assert encoded(books.records) == encoded(whole().records)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 10**12))), st.data())
def test_additive_sums_may_be_split_anywhere(
    parts: list[tuple[str, int]], data: st.DataObject
) -> None:
    whole_sum, left, right = Tally(), Tally(), Tally()
    for line, quantity in parts:
        whole_sum.add((line, 0, "", 0), quantity)
        side = left if data.draw(st.booleans()) else right
        side.add((line, 0, "", 0), quantity)
    left.take(right)
    assert encoded(sorted(left.sums.items())) == encoded(sorted(whole_sum.sums.items()))


@pytest.mark.parametrize("settings_first", [True, False])
@pytest.mark.parametrize("size", [37, 1000])
def test_the_projections_are_what_the_log_folds_to(size: int, settings_first: bool) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "views.db"
        cell, contracts = CellProjection(path, CELL), SettingsProjection(path, SETTINGS)
        if settings_first:
            contracts.apply(settled())
        log = day()
        for start in range(0, len(log), size):
            cell.apply(log[start : start + size])
        if not settings_first:
            contracts.apply(settled())
        views = SqliteViews(path)
        records = views.records(WHOLE)
        proofs = prove(whole(), records.held())
        assert all(proof.ok for proof in proofs), proofs
        assert records.position() == log[-1].number
        for one in (cell, contracts, views):
            one.close()


def test_what_is_proved_was_so_at_one_moment_while_the_projections_go_on(tmp_path: Path) -> None:
    path = tmp_path / "views.db"
    cell, contracts = CellProjection(path, CELL), SettingsProjection(path, SETTINGS)
    contracts.apply(settled())
    log = day()
    cell.apply(log[:20])
    views = SqliteViews(path)
    records = views.records(WHOLE)

    def goes_on() -> None:
        for start in range(20, len(log), 20):
            cell.apply(log[start : start + 20])

    follower = Thread(target=goes_on)
    follower.start()
    while follower.is_alive():
        held = records.held()
        books = Books()
        for envelope in (*settled(), *log[: held.positions[CELL]]):
            fold(books, envelope)
        proofs = prove(books, held)
        assert all(proof.ok for proof in proofs), proofs
    follower.join()
    for one in (cell, contracts, views):
        one.close()


def test_each_intervals_offered_is_the_sum_of_how_its_waiting_ended() -> None:
    parts = ("answered", "abandoned", "overflowed", "called_back", "to_voicemail", "ended_by_us",
             "waiting")  # fmt: skip
    cells = sums_of(whole().records.values())
    offered = 0
    for sums in cells.values():
        assert sums.get("offered", 0) == sum(sums.get(part, 0) for part in parts)
        assert sums.get("short_abandoned", 0) <= sums.get("abandoned", 0)
        assert sums.get("answered_in_target", 0) <= sums.get("answered", 0)
        offered += sums.get("offered", 0)
    queues = sum(s.get("offered", 0) for key, s in cells.items() if key[2])
    assert offered == queues + summarise(whole().records.values()).offered


def test_what_changes_event_by_event_comes_to_what_the_records_say() -> None:
    """Also half-way through: who still waits is counted where they entered."""
    ledger, sums, books = Ledger(), {}, Books()
    half = len(day()) // 2
    for number, envelope in enumerate(day()):
        fold(books, envelope)
        for fact, sign in ledger.take(envelope):
            add(sums.setdefault(cell_of(fact), {}), fact, sign)
        if number in (half, len(day()) - 1):
            told = {key: plain(value) for key, value in sums.items() if plain(value)}
            kept = sums_of(books.records.values())
            assert told == {key: plain(value) for key, value in kept.items()}
    assert not ledger.records, "a finished contact is kept for ever"


def plain(sums: Mapping[str, int]) -> dict[str, int]:
    """Without zeros, and without the maximum, which isn't taken away again."""
    return {name: value for name, value in sums.items() if value and not COUNTS[name].most}
