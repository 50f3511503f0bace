"""What ports.office promises, on a log of an hour of calls: a month goes from draft to credit, and
comes out the same again from the log."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from msgspec import structs

from contract.test_views_contract import CELL, GRID, SETTINGS, hour, settled
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.office_book import StreamOffice
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.testing import MemoryStore
from roost.adapters.views import CellProjection, SettingsProjection
from roost.kernel.actor import Actor
from roost.kernel.calendar import start_of_day
from roost.kernel.envelope import Envelope
from roost.kernel.ids import CommandId, VaultId
from roost.kernel.time import DAY, InstantUs
from roost.office.accounts import messages as say
from roost.office.accounts.documents import Document, DocumentKind
from roost.office.accounts.messages import OFFICE, Verdict
from roost.office.accounts.model import Stage
from roost.office.accounts.views import Answered, StatementView
from roost.office.contracts.messages import ContractAgreed
from roost.office.contracts.model import Contract, ForecastTerms, StatementRules
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.period import days_of, period_of
from roost.office.contracts.sellers import LegalEntity
from roost.ports.commands import Answer, Done, Refused
from roost.ports.log import Batch
from roost.ports.office import Office, Statements
from roost.processes.accounting import Accounting, accounting
from roost.processes.places import Places
from roost.processes.proving import verify_statements
from roost.processes.replaying import Log
from unit.accounts import CHEN, LI, WANG
from unit.billed import SELLER, SHANGHAI


class Calendar:
    """A clock that's told what time it is."""

    def __init__(self) -> None:
        self.at = InstantUs(0)

    def now(self) -> InstantUs:
        return self.at


def with_seller(event: Envelope) -> Envelope:
    body = event.body
    if not isinstance(body, ContractAgreed):
        return event
    terms = structs.replace(
        body.contract,
        versions=tuple(structs.replace(one, minimum="0") for one in body.contract.versions),
        seller=SELLER,
        buyer=LegalEntity("Power Grid", country="CN"),
        tax="standard",
        statement=StatementRules(silence_confirms=True),
    )
    return structs.replace(event, body=ContractAgreed(owner=body.owner, contract=terms))


class Desk:
    """The office with a month of calls, and people at it."""

    def __init__(self, folder: Path, agreed: Callable[[Envelope], Envelope] = with_seller) -> None:
        self.agreed = agreed
        self.places, self.clock = Places(folder), Calendar()
        self.store = SqliteStore(self.places.streams, KeyFile(self.places.keys))
        self.append(CELL, hour())
        self.append(SETTINGS, tuple(map(self.agreed, settled())))
        self.catch_up()
        self.printed: list[Document] = []
        self.office = accounting(self.places, CELL, self.store, self.clock, self.prints)
        self.period = period_of(SHANGHAI, hour()[-1].at)
        drafted = self.office.statements.drafted(GRID, self.period)
        assert drafted is not None
        self.clock.at = InstantUs(drafted.ends + 2 * DAY)
        self.given = 0

    def prints(self, document: Document, language: str) -> bytes:
        self.printed.append(document)
        return f"{document.number} {language}".encode()

    def append(self, stream: str, events: tuple[Envelope, ...]) -> None:
        writer = self.store.writer(stream)
        writer.append(Batch(events))
        writer.close()

    def catch_up(self) -> None:
        for kind, stream in ((CellProjection, CELL), (SettingsProjection, SETTINGS)):
            projection = kind(self.places.views, stream)
            done = projection.position()
            events = hour() if stream == CELL else tuple(map(self.agreed, settled()))
            projection.apply([one for one in events if one.number > done])
            projection.close()

    def id(self) -> CommandId:
        self.given += 1
        return CommandId(f"test-{self.given}")

    def stage(self) -> Stage | None:
        view = self.office.statements.statement(GRID, self.period)
        return None if view is None else view.stage

    def issued(self) -> None:
        done(self.office.freeze(GRID, self.period, LI, self.id()))
        done(self.confirm(1))
        done(self.office.issue(GRID, self.period, WANG, self.id()))

    def confirm(self, revision: int) -> Answer:
        command = say.ConfirmStatement(say.statement_id(GRID, self.period), revision)
        return self.office.give(command, CHEN, self.id())

    def verified(self, *, deep: bool = False) -> list[str]:
        log = Log(self.places, CELL)
        try:
            found = verify_statements(log, deep=deep)
        finally:
            log.close()
        assert all(one.ok for one in found), found
        return [one.number for one in found]


def done(answer: Answer) -> int:
    assert isinstance(answer, Done), answer
    return answer.number


def refused(answer: Answer) -> str:
    assert isinstance(answer, Refused), answer
    return answer.refusal.code


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.office.close()


def test_it_is_what_the_ports_ask_for(desk: Desk) -> None:
    office: Office = desk.office
    statements: Statements = office.statements
    assert statements.statements(None, None, 10) == []


def test_a_month_goes_from_draft_to_an_invoice_that_is_kept(desk: Desk) -> None:
    desk.issued()
    view = desk.office.statements.statement(GRID, desk.period)
    assert view is not None
    assert (view.stage, [one.number for one in view.documents]) == (
        Stage.ISSUED,
        ["GY-2026-000001"],
    )
    kept = desk.office.statements.document("GY-2026-000001")
    assert kept is not None
    assert kept.document.gross == view.frozen.draft.gross
    assert set(kept.kept) == {"en", "zh"}
    assert desk.office.pdf("GY-2026-000001", "zh") == b"GY-2026-000001 zh"
    assert desk.verified() == desk.verified(deep=True) == ["GY-2026-000001"]


def test_a_disputed_contact_is_struck_and_credited(desk: Desk) -> None:
    desk.issued()
    before = desk.office.statements.drafted(GRID, desk.period)
    count = billed_count(desk)
    disputed = desk.office.dispute(GRID, desk.period, (), (count,), "Wrong number", CHEN, desk.id())
    done(disputed)
    (dispute,) = view_of(desk).disputes.values()
    assert desk.office.words(GRID, dispute.words) == "Wrong number"
    done(desk.office.settle(dispute.dispute, Verdict.ACCEPT, "", LI, desk.id()))
    after = desk.office.statements.drafted(GRID, desk.period)
    assert before is not None
    assert after is not None
    assert view_of(desk).stale
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    assert refused(desk.office.issue(GRID, desk.period, LI, desk.id())) == "second_person"
    done(desk.office.issue(GRID, desk.period, WANG, desk.id()))
    credit = desk.printed[-1]
    assert credit.kind is DocumentKind.CREDIT_NOTE
    assert credit.moved == (count,)
    assert credit.net.minor == after.draft.total.minor - before.draft.total.minor < 0
    assert desk.verified(deep=True) == ["GY-2026-000001", "GY-2026-000002"]


def test_a_disputed_line_is_split_off_and_comes_back_when_rejected(desk: Desk) -> None:
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    whole = view_of(desk).frozen.draft
    line = whole.lines[0].name
    done(desk.office.dispute(GRID, desk.period, (line,), (), "Too much", CHEN, desk.id()))
    (dispute,) = view_of(desk).disputes
    done(desk.office.settle(dispute, Verdict.SPLIT, "", LI, desk.id()))
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    rest = view_of(desk).frozen.draft
    assert rest.total.minor == whole.total.minor - whole.lines[0].amount.minor
    done(desk.confirm(2))
    done(desk.office.issue(GRID, desk.period, WANG, desk.id()))
    done(desk.office.settle(dispute, Verdict.REJECT, "It's in the contract", LI, desk.id()))
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    done(desk.office.issue(GRID, desk.period, WANG, desk.id()))
    assert [one.kind for one in view_of(desk).documents] == [
        DocumentKind.INVOICE,
        DocumentKind.ADJUSTMENT,
    ]
    assert sum(one.gross.minor for one in view_of(desk).documents) == whole.gross.minor
    assert view_of(desk).disputes[dispute].status is Answered.REJECTED
    desk.verified()


def test_silence_confirms_after_the_working_days_of_the_contract(desk: Desk) -> None:
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    assert desk.office.let_silence_confirm() == 0
    desk.clock.at = view_of(desk).confirm_by
    assert desk.office.let_silence_confirm() == 1
    assert desk.stage() is Stage.CONFIRMED
    assert view_of(desk).by_silence


def test_a_one_off_item_is_on_the_draft_at_once_and_off_again(desk: Desk) -> None:
    before = desk.office.statements.drafted(GRID, desk.period)
    day = days_of(desk.period)[1] - 1
    item = OneOff("training", "Training day", day, "1800.00", tax="standard")
    done(desk.office.give(say.AddOneOff(GRID, item), LI, desk.id()))
    added = desk.office.statements.drafted(GRID, desk.period)
    assert before is not None
    assert added is not None
    assert added.draft.total.minor - before.draft.total.minor == 180_000
    done(desk.office.give(say.DropOneOff(say.ItemId(f"{GRID}/i1")), LI, desk.id()))
    dropped = desk.office.statements.drafted(GRID, desk.period)
    assert dropped is not None
    assert dropped.draft == before.draft


def test_a_contact_that_isnt_billed_cant_be_disputed(desk: Desk) -> None:
    done(desk.office.freeze(GRID, desk.period, LI, desk.id()))
    wrong = desk.office.dispute(GRID, desk.period, (), (99_999,), "", CHEN, desk.id())
    assert refused(wrong) == "unknown_contact"


def test_the_same_command_again_is_done_once(desk: Desk) -> None:
    once = desk.id()
    first = done(desk.office.freeze(GRID, desk.period, LI, once))
    assert done(desk.office.freeze(GRID, desk.period, LI, once)) == first
    assert desk.store.reader().last(OFFICE) == 1


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_of_two_who_are_equally_fast_one_decides_again(kind: str, tmp_path: Path) -> None:
    store = (
        MemoryStore()
        if kind == "memory"
        else SqliteStore(tmp_path / "log", KeyFile(tmp_path / "keys.json"))
    )
    one, two = (StreamOffice(store.writer, store.reader(), Calendar()) for _ in range(2))
    ask = say.DeclareExclusion(GRID, InstantUs(1), InstantUs(2), VaultId("w"))
    for number, book in enumerate((one, two, one, two), 1):
        id_ = CommandId(f"c{number}")
        assert book.give(lambda _: ask, LI, id_) == Done(number)
    assert set(one.ledger().exclusions) == {f"{GRID}/x{n}" for n in range(1, 5)}
    assert two.give(lambda _: ask, LI, CommandId("c1")) == Done(1), "known by its id"


def view_of(desk: Desk) -> StatementView:
    view = desk.office.statements.statement(GRID, desk.period)
    assert view is not None
    return view


def billed_count(desk: Desk) -> int:
    counts = tuple(range(1, 60))
    found, _ = desk.office.statements.billed(GRID, desk.period, counts)
    assert found
    return min(found)


def test_the_contract_of_the_example_is_what_the_office_reads(desk: Desk) -> None:
    contract = desk.office.statements.contract(GRID)
    assert isinstance(contract, Contract)
    assert contract.seller == SELLER
    assert isinstance(desk.office, Accounting)


def test_a_forecast_is_given_by_whom_and_until_when_the_contract_says(tmp_path: Path) -> None:
    def asked(event: Envelope) -> Envelope:
        body = with_seller(event).body
        if not isinstance(body, ContractAgreed):
            return event
        first = structs.replace(
            body.contract.versions[0], forecast=ForecastTerms("contacts", lead_days=5)
        )
        terms = structs.replace(body.contract, versions=(first, *body.contract.versions[1:]))
        return structs.replace(event, body=ContractAgreed(owner=body.owner, contract=terms))

    desk = Desk(tmp_path, asked)
    first, following = days_of(desk.period)
    counts = (100,) * (following - first)

    def give(who: Actor, at: InstantUs) -> Answer:
        desk.clock.at = at
        return desk.office.forecast(GRID, desk.period, "", first, counts, None, who, desk.id())

    deadline = start_of_day(SHANGHAI, following - 1 - 5)
    assert refused(give(LI, InstantUs(deadline - 2))) == "forecast_not_yours"
    done(give(CHEN, InstantUs(deadline - 2)))
    done(give(CHEN, InstantUs(deadline - 1)))
    assert refused(give(CHEN, deadline)) == "forecast_locked"
    found = desk.office.statements.facts(GRID).forecasts
    assert [one.locked for one in found.values()] == [deadline - 2, deadline - 1]
    desk.office.close()
