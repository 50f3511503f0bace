"""`views.db` keeps the promises of `ports.records`, of a projection, and of the wall between
clients."""

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from roost.adapters.views import CellProjection, SettingsProjection, SqliteViews
from roost.adapters.views.records import SqliteRecords
from roost.adapters.views.schema import open_views
from roost.definitions import Loaded, application, compile_floor, load
from roost.definitions.messages import SETTINGS_EVENTS
from roost.floor.queues.messages import Outcome
from roost.kernel.envelope import Envelope, Stored
from roost.kernel.ids import OPERATOR, ClientId, ContactId, StreamName
from roost.kernel.money import Money
from roost.kernel.purview import WHOLE
from roost.kernel.time import HOUR, DurationUs, InstantUs
from roost.office.contracts.messages import ContractAgreed
from roost.ports.records import ContactFilter, Place, Records
from roost.simulator.loading import scenario_of
from roost.simulator.run import Simulation
from roost.simulator.scenario import Scenario, half_hours

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
CELL, SETTINGS = StreamName("cell-1"), StreamName("settings")
GRID = ClientId("power-grid")
ALL = ContactFilter()


@cache
def example() -> Loaded:
    loaded = load(EXAMPLE)
    assert isinstance(loaded, Loaded), loaded
    return loaded


@cache
def hour() -> tuple[Envelope, ...]:
    whole = scenario_of(example(), "day")
    one = Scenario(
        streams=(msgspec.structs.replace(whole.streams[0], expected=half_hours((60,), HOUR)),),
        shifts=whole.shifts[:5],
        length_us=DurationUs(HOUR),
        start=whole.start,
        behaviour=whole.behaviour,
    )
    return tuple(Simulation(compile_floor(example(), "voice"), one, 3).run().log)


@cache
def settled() -> tuple[Envelope, ...]:
    names = {kind: name for name, kind in SETTINGS_EVENTS.items()}
    return tuple(
        Envelope(SETTINGS, number, names[type(event)], event.VERSION, OPERATOR, None,
                 InstantUs(0), "setup:test", "apply", event)
        for number, event in enumerate(application(example(), "voice", None).events, 1)
    )  # fmt: skip


class KeptLog:
    """The log, as far as a contact's history needs it."""

    def last(self, stream: StreamName) -> int:
        return len(hour())

    def read(self, stream: StreamName, after: int, limit: int) -> list[Stored]:
        return [
            Stored(e.stream, e.number, e.type, e.version, e.owner, e.contact, e.at, e.actor,
                   e.cause, msgspec.json.encode(e.body))
            for e in hour()[after : after + limit]
        ]  # fmt: skip

    def close(self) -> None:
        pass


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("views") / "views.db"
    cell, contracts = CellProjection(file, CELL), SettingsProjection(file, SETTINGS)
    contracts.apply(settled())
    cell.apply(hour())
    cell.close()
    contracts.close()
    return file


@pytest.fixture(scope="module")
def views(path: Path) -> Iterator[SqliteViews]:
    opened = SqliteViews(path, KeptLog())
    yield opened
    opened.close()


@pytest.fixture
def records(views: SqliteViews) -> SqliteRecords:
    return views.records(WHOLE)


def whole(path: Path) -> SqliteRecords:
    """All that's there."""
    return SqliteViews(path).records(WHOLE)


def test_it_is_what_the_port_asks_for(records: SqliteRecords) -> None:
    port: Records = records
    assert port.position() == hour()[-1].number


def test_pages_of_the_list_are_the_list(records: SqliteRecords) -> None:
    whole = records.contacts(ALL, None, 1000)
    assert [one.arrived for one in whole] == sorted((o.arrived for o in whole), reverse=True)
    assert len({one.count for one in whole}) == len(whole) > 50
    after, paged = None, []
    while page := records.contacts(ALL, after, 7):
        paged += page
        after = Place(page[-1].arrived, page[-1].client, page[-1].count)
    assert paged == whole


def test_filters_narrow_the_list_to_what_they_say(records: SqliteRecords) -> None:
    whole = records.contacts(ALL, None, 1000)
    answered = records.contacts(ContactFilter(outcome=Outcome.ANSWERED), None, 1000)
    assert answered == [one for one in whole if one.outcome is Outcome.ANSWERED]
    agent = answered[0].agents[0]
    theirs = records.contacts(ContactFilter(agent=agent), None, 1000)
    assert theirs == [one for one in whole if agent in one.agents]
    code = answered[0].codes[0]
    coded = records.contacts(ContactFilter(code=code), None, 1000)
    assert coded == [one for one in whole if code in one.codes]
    recorded = records.contacts(ContactFilter(recorded=True), None, 1000)
    assert recorded == [one for one in whole if one.recordings]
    middle = whole[len(whole) // 2].arrived
    late = records.contacts(ContactFilter(since=middle), None, 1000)
    early = records.contacts(ContactFilter(until=middle), None, 1000)
    assert late + early == whole


def test_an_agent_is_matched_whole_and_never_as_a_pattern(records: SqliteRecords) -> None:
    for word in ("100", "001", "%", "_", "|", "1001|1002"):
        assert records.contacts(ContactFilter(agent=word), None, 10) == []  # type: ignore[arg-type]


def test_another_client_sees_nothing(records: SqliteRecords) -> None:
    other = ClientId("water")
    assert records.contacts(ContactFilter(owner=other), None, 10) == []
    assert records.contact(other, 1) is None
    assert records.drafts(other) == []
    assert records.draft(other, "2026-03") is None
    assert records.explain(other, "2026-03", "contacts", 0, 10) is None


def test_a_record_has_legs_segments_tracks_lines_and_its_history(records: SqliteRecords) -> None:
    one = next(o for o in records.contacts(ALL, None, 1000) if o.outcome is Outcome.ANSWERED)
    record = records.contact(one.client, one.count)
    assert record is not None
    assert record.summary == one
    assert record.legs[0].agent is None
    assert record.segments[0].agent == one.agents[0]
    assert len(record.tracks) == 2
    assert {line.line for line in record.lines} == {"contacts", "minutes"}
    happened = [moment.what for moment in record.history]
    assert happened[0] == "calls.CallArrived"
    assert "calls.ContactEnded" in happened
    assert record.lines[0].events[0] in [moment.number for moment in record.history]


def test_the_draft_is_the_sum_of_what_explain_shows(records: SqliteRecords) -> None:
    (draft,) = records.drafts(None)
    assert draft == records.draft(GRID, "2026-03")
    contacts = next(line for line in draft.lines if line.line == "contacts")
    parts, after = [], 0
    while page := records.explain(GRID, draft.period, "contacts", after, 20):
        parts += page
        after += len(page)
    assert len(parts) == int(contacts.quantity)
    assert all(part.amount == "2.8" and part.events for part in parts)
    (minimum,) = records.explain(GRID, draft.period, "minimum", 0, 10) or []
    assert minimum.contact is None
    promised = next(line for line in draft.lines if line.line == "term:answered-in-time")
    days = records.explain(GRID, draft.period, promised.line, 0, 31) or []
    assert len(days) == 31
    assert -sum(Fraction(one.amount) for one in days) == promised.amount.as_major()
    assert records.explain(GRID, draft.period, "nothing", 0, 10) is None
    assert records.explain(GRID, "2026-3", "contacts", 0, 10) is None


def test_earned_is_the_lines_without_the_minimum(records: SqliteRecords) -> None:
    (draft,) = records.drafts(None)
    extra = ("minimum", "term:answered-in-time")  # which no contact earns
    lines = sum(line.amount.minor for line in draft.lines if line.line not in extra)
    assert records.earned(InstantUs(0), InstantUs(2**60)) == [(GRID, Money("CNY", lines))]
    assert records.earned(InstantUs(0), InstantUs(1)) == [(GRID, Money("CNY", 0))]


def test_counts_leave_unknown_contacts_out(records: SqliteRecords) -> None:
    assert records.counts([ContactId("C1"), ContactId("C0")]) == {ContactId("C1"): 1}


def test_without_a_file_there_is_nothing_yet(tmp_path: Path) -> None:
    records = whole(tmp_path / "views.db")
    assert records.position() == 0
    assert records.contacts(ALL, None, 10) == []
    assert records.drafts(None) == []
    assert not (tmp_path / "views.db").exists()


def test_half_a_batch_leaves_nothing(tmp_path: Path) -> None:
    """A batch that fails in the middle is taken over whole, later."""
    file = tmp_path / "views.db"
    cell = CellProjection(file, CELL)
    log = hour()
    cell.apply(log[:500])
    engine = open_views(file)
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE parts RENAME TO gone"))
    with pytest.raises(Exception, match="parts"):
        cell.apply(log[500:1000])
    assert cell.position() == 500
    with engine.connect() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO parts"))
    cell.apply(log[500:])
    records, again = whole(file), whole(tmp_path / "other.db")
    other = CellProjection(tmp_path / "other.db", CELL)
    other.apply(log)
    assert records.all_records() == again.all_records()
    for one in (cell, other, engine):
        (one.dispose if one is engine else one.close)()  # type: ignore[union-attr]


def test_a_projection_goes_on_where_it_stopped(tmp_path: Path, records: SqliteRecords) -> None:
    file = tmp_path / "views.db"
    log, place = hour(), 0
    while place < len(log):
        cell = CellProjection(file, CELL)
        assert cell.position() == place
        cell.apply(log[place : place + 900])
        cell.close()
        place = min(place + 900, len(log))
    restarted = whole(file)
    assert restarted.all_records() == records.all_records()


def test_another_shape_is_filled_anew(tmp_path: Path) -> None:
    file = tmp_path / "views.db"
    CellProjection(file, CELL).apply(hour()[:500])
    engine = open_views(file)
    with engine.connect() as connection:
        connection.execute(text("UPDATE shape SET shape = 'views/0'"))
    assert whole(file).position() == 0
    assert CellProjection(file, CELL).position() == 0
    engine.dispose()


def test_a_new_contract_prices_drafts_again(tmp_path: Path) -> None:
    file = tmp_path / "views.db"
    cell, contracts = CellProjection(file, CELL), SettingsProjection(file, SETTINGS)
    cell.apply(hour())
    records = whole(file)
    assert records.drafts(None) == []
    assert records.unbilled(GRID, 1) == "no_contract"
    contracts.apply(settled())
    (draft,) = records.drafts(None)
    agreed = next(e.body for e in settled() if isinstance(e.body, ContractAgreed))
    version = agreed.contract.versions[0]
    dearer = msgspec.structs.replace(
        agreed.contract,
        versions=(
            msgspec.structs.replace(
                version,
                lines=tuple(msgspec.structs.replace(one, rate="9999") for one in version.lines),
            ),
        ),
    )
    body = ContractAgreed(owner=agreed.owner, contract=dearer)
    contracts.apply([msgspec.structs.replace(settled()[-1], number=3, body=body)])
    (after,) = records.drafts(None)
    assert after.total.minor > draft.total.minor
    assert [line.quantity for line in after.lines[:2]] == [
        line.quantity for line in draft.lines[:2]
    ]
    for one in (cell, contracts):
        one.close()
