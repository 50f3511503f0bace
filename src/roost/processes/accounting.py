"""The office as it's built: `ports.office.Office` on the stream, the views, and the printer.

Each command is decided on the stream's end. What a statement is made of is read from `views.db`
in one transaction with its places in the streams; whatever the office was told is taken over
first, by this process itself where the worker hasn't yet. Blocking, thread-safe.
"""

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from msgspec import Struct

from roost.adapters.store.office_book import StreamOffice
from roost.adapters.views.office import OfficeProjection
from roost.adapters.views.sqlite import SqliteViews
from roost.adapters.views.statements import Drafted, SqliteStatements
from roost.engine.bodies import Decoder
from roost.engine.followers import Follower
from roost.kernel.actor import CLOCK, Actor
from roost.kernel.calendar import day_text, local_day, start_of_day
from roost.kernel.ids import ClientId, CommandId, ContactId, Digest, StreamName, VaultId, owner_of
from roost.kernel.messages import Command, Event, Refusal, VaultPut
from roost.kernel.money import Money
from roost.kernel.purview import WHOLE
from roost.kernel.time import DAY, DurationUs
from roost.office.accounts import messages as say
from roost.office.accounts.deadlines import answer_until, weekday
from roost.office.accounts.documents import Document, TaxWord
from roost.office.accounts.issuing import as_agreed
from roost.office.accounts.messages import OFFICE, OFFICE_EVENTS, DisputeId, Verdict
from roost.office.accounts.model import MOST_COUNTS
from roost.office.accounts.views import StatementView
from roost.office.contracts.model import Contract, ForecastTerms, Raised, StatementRules
from roost.office.contracts.one_off import OneOff
from roost.office.contracts.period import days_of, months
from roost.office.contracts.sellers import LegalEntity
from roost.ports.clock import Clock
from roost.ports.commands import Answer, Refused
from roost.ports.log import LogReader, LogWriter, Vault
from roost.ports.office import As, Exported
from roost.processes.places import Places
from roost.processes.stores import views_of

LANGUAGES: Final = ("en", "zh")
MOST_EXPORTED: Final = 1_000  # documents of one export
MOST_MOVED: Final = 10_000  # contacts that a correction names
Print = Callable[[Document, str], bytes]
"""A document as a PDF in a language."""


class Store(Protocol):
    """The log, as any adapter of it is."""

    def writer(self, stream: StreamName) -> LogWriter: ...

    def reader(self) -> LogReader: ...

    def vault(self, stream: StreamName) -> Vault: ...


class Accounting(Struct):
    """See `accounting`."""

    places: Places
    cell: StreamName
    store: Store
    clock: Clock
    book: StreamOffice
    views: SqliteViews
    prints: Print

    def close(self) -> None:
        """Files are opened again when they're asked for."""
        self.book.close()
        self.views.close()

    @property
    def statements(self) -> SqliteStatements:
        """Everybody's: whoever asks the office was let through to the client before."""
        return self.views.statements(WHOLE)

    # --- commands ---

    def give(
        self, command: Command, actor: Actor, id: CommandId, puts: Sequence[VaultPut] = ()
    ) -> Answer:
        """Any command that needs nothing but itself."""
        return self._given(lambda _: command, actor, id, puts)

    def _given(
        self,
        make: Callable[[int], Command | Refusal],
        actor: Actor,
        id: CommandId,
        puts: Sequence[VaultPut] = (),
    ) -> Answer:
        answer = self.book.give(make, actor, id, puts, self._kept)
        if not isinstance(answer, Refused):
            self._catch_up()
        return answer

    def freeze(self, client: ClientId, period: str, actor: Actor, id: CommandId) -> Answer:
        """The month's draft as it is now, by what its contract says of statements."""

        def make(last: int) -> Command | Refusal:
            drafted = self._drafted(client, period, last)
            if isinstance(drafted, Refusal):
                return drafted
            zone, rules = drafted.contract.zone, drafted.contract.statement
            now = self.clock.now()
            until = answer_until(zone, now, rules.answer_days, _working(rules))
            return say.FreezeStatement(
                client,
                period,
                drafted.draft,
                drafted.known,
                drafted.ends,
                until,
                rules.silence_confirms,
            )

        return self._given(make, actor, id)

    def _drafted(self, client: ClientId, period: str, last: int) -> Drafted | Refusal:
        self._catch_up()
        drafted = self.statements.drafted(client, period)
        if drafted is None:
            return Refusal("no_draft", {"client": client, "period": period})
        if drafted.known.get(OFFICE, 0) < last:
            return Refusal("views_behind")
        reader = self.store.reader()
        try:
            following = reader.read(self.cell, drafted.known.get(self.cell, 0), 1)
        finally:
            reader.close()
        if following and following[0].at < drafted.ends:
            return Refusal("views_behind")
        return drafted

    def dispute(
        self,
        client: ClientId,
        period: str,
        lines: tuple[str, ...],
        counts: tuple[int, ...],
        words: str,
        actor: Actor,
        id: CommandId,
    ) -> Answer:
        """Contacts by the client's own count."""
        found, _ = self.statements.billed(client, period, counts)
        missing = [count for count in counts if count not in found]
        if missing:
            return Refused(Refusal("unknown_contact", {"contact": f"{client}-{missing[0]}"}))
        place = VaultId(f"dispute-{id}")
        contacts = tuple(found[count] for count in counts)
        command = say.Dispute(say.statement_id(client, period), place, lines, contacts)
        return self.give(command, actor, id, (_put(client, place, words),))

    def settle(
        self, dispute: DisputeId, verdict: Verdict, words: str, actor: Actor, id: CommandId
    ) -> Answer:
        """Accepted or split-off lines become deductions of what they came to."""
        client, _, rest = dispute.partition("/")
        period, _, _ = rest.partition("/")
        place = VaultId(f"answer-{id}") if words else None

        def make(_: int) -> Command | Refusal:
            self._catch_up()
            view = self.statements.statement(ClientId(client), period)
            known = None if view is None else view.disputes.get(dispute)
            if view is None or known is None:
                return Refusal("unknown_dispute", {"dispute": dispute})
            contract = self.statements.contract(ClientId(client))
            included = contract is not None and contract.tax_included
            items = _deductions(view, dispute, known.lines, included=included)
            return say.SettleDispute(dispute, verdict, place, items)

        puts = () if place is None else (_put(ClientId(client), place, words),)
        return self._given(make, actor, id, puts)

    def forecast(
        self,
        client: ClientId,
        period: str,
        programme: str,
        first_day: int,
        counts: tuple[int, ...],
        interval_us: DurationUs | None,
        actor: Actor,
        id: CommandId,
    ) -> Answer:
        """By whom, and until when, the contract says."""
        contract = self.statements.contract(client)
        terms = None if contract is None else _forecast_terms(contract, period, programme)
        if contract is None or terms is None:
            return Refused(Refusal("no_forecast_asked", {"client": client, "period": period}))
        if terms.by_client != (actor.owner == owner_of(client)):
            return Refused(Refusal("forecast_not_yours"))
        first, following = days_of(period)
        if not first <= first_day < following:
            return Refused(Refusal("forecast_of_what", {"most": str(MOST_COUNTS)}))
        slots = 1 if interval_us is None else max(1, DAY // interval_us)
        last_day = min(following, first_day + -(-len(counts) // slots)) - 1
        locks_at = start_of_day(contract.zone, last_day - terms.lead_days)
        command = say.GiveForecast(
            client, period, first_day, counts, locks_at, programme, interval_us
        )
        return self.give(command, actor, id)

    def issue(self, client: ClientId, period: str, actor: Actor, id: CommandId) -> Answer:
        """The confirmed statement, or the correction that was frozen since."""
        statement = say.statement_id(client, period)

        def make(_: int) -> Command | Refusal:
            self._catch_up()
            view = self.statements.statement(client, period)
            contract = self.statements.contract(client)
            if view is None:
                return Refusal("unknown_statement", {"statement": statement})
            if contract is None or contract.seller is None:
                return Refusal("no_seller", {"client": client})
            frozen, standing = view.correction or view.frozen, view.standing
            raises = standing is not None and frozen.draft.total.minor > standing.draft.total.minor
            if standing and raises and contract.statement.raised is Raised.NEXT:
                return say.CarryCorrection(
                    statement,
                    frozen.draft,
                    standing.draft,
                    self._next_open(client, period),
                    contract.tax_included,
                )
            return self._issuing(view, contract)

        return self._given(make, actor, id)

    def _issuing(self, view: StatementView, contract: Contract) -> say.IssueInvoice:
        frozen, standing = view.correction or view.frozen, view.standing
        seller = contract.seller
        assert seller is not None, "looked at before"
        today = local_day(contract.zone, self.clock.now())
        moved = () if standing is None else self._moved(view)
        return say.IssueInvoice(
            view.statement,
            frozen.draft,
            f"{seller.series}-{day_text(today)[:4]}-",
            day_text(today),
            day_text(today + contract.statement.payment_days),
            seller.entity,
            contract.buyer or LegalEntity(view.client),
            None if standing is None else standing.draft,
            tuple(TaxWord(one.name, one.code, one.reason) for one in seller.taxes),
            _order(contract),
            moved,
        )

    def _next_open(self, client: ClientId, period: str) -> str:
        """The first later month that isn't issued."""
        for month in months(period, "9998-12")[1:]:
            view = self.statements.statement(client, month)
            if view is None or view.standing is None:
                return month
        raise AssertionError("months don't end")

    def _moved(self, view: StatementView) -> tuple[int, ...]:
        """The contacts that a correction is about: struck or put back since, with another code,
        or whose end came into the log later; by the client's own count."""
        standing, correction = view.standing, view.correction
        assert standing is not None
        since = standing.known.get(OFFICE, 0)
        upto = since if correction is None else correction.known.get(OFFICE, 0)
        moved = dict.fromkeys(self._touched(view.client, since, upto))
        moved |= dict.fromkeys(
            self.statements.late(view.client, view.period, standing.known.get(self.cell, 0))
        )
        return tuple(sorted(self.statements.counts(list(moved)[:MOST_MOVED])))

    def _touched(self, client: ClientId, since: int, upto: int) -> Iterable[ContactId]:
        from roost.adapters.store.office_book import decoded
        from roost.office.facts import touched

        reader = self.store.reader()
        try:
            rows = reader.read(OFFICE, since, upto - since) if upto > since else []
            for row in rows:
                if row.owner == client:
                    yield from touched(decoded(row))
        finally:
            reader.close()

    def let_silence_confirm(self) -> int:
        """Statements that nobody disputed in time are confirmed where their contract says so;
        how many. For whoever looks now and then."""
        confirmed = 0
        for view in self.statements.silent(self.clock.now()):
            command = say.LetSilenceConfirm(view.statement)
            once = CommandId(f"silence/{view.statement}/{view.revision}")
            confirmed += not isinstance(self.give(command, CLOCK, once), Refused)
        return confirmed

    # --- documents ---

    def _kept(self, event: Event) -> Iterable[Event]:
        """A document is printed in both languages and kept before it's issued."""
        if not isinstance(event, say.DocumentIssued):
            return
        for language in LANGUAGES:
            body = self.prints(event.document, language)
            digest = Digest(sha256(body).hexdigest())
            _write(self.places.documents / f"{digest}.pdf", body)
            yield say.DocumentKept(
                owner=event.owner,
                number=event.document.number,
                language=language,
                digest=digest,
            )

    def pdf(self, number: str, language: str) -> bytes | None:
        """The document as it was kept; printed again where the file is gone. None where there's
        no such document."""
        view = self.statements.document(number)
        if view is None or language not in LANGUAGES:
            return None
        path = self.places.documents / f"{view.kept.get(language, '')}.pdf"
        return path.read_bytes() if path.exists() else self.prints(view.document, language)

    def ubl(self, number: str) -> bytes | None:
        """The document as UBL 2.1; None where there's no such document."""
        from roost.adapters.documents.ubl import ubl

        view = self.statements.document(number)
        return None if view is None else ubl(view.document)

    def export(
        self, what: Exported, owner: ClientId | None, since: str, until: str, form: As
    ) -> bytes:
        """The documents of these days as a table."""
        from roost.adapters.documents import fapiao, journal, tables

        found = self.statements.documents(owner, since, until, MOST_EXPORTED)
        issued = [view.document for view in found]
        match what:
            case Exported.FAPIAO:
                columns, rows = fapiao.COLUMNS, fapiao.fapiao_rows(issued)
            case Exported.JOURNAL:
                columns, rows = journal.COLUMNS, journal.journal_rows(issued)
        return (tables.as_csv if form is As.CSV else tables.as_xlsx)(columns, rows)

    def words(self, client: ClientId, id: str) -> str:
        """What somebody said, from the vault; empty when it's gone."""
        value = self.store.vault(OFFICE).reveal(owner_of(client), VaultId(id))
        return "" if value is None else value.decode(errors="replace")

    def _catch_up(self) -> None:
        """Takes over what the office was told since. Harmless beside the worker."""
        projection, reader = OfficeProjection(views_of(self.places), OFFICE), self.store.reader()
        try:
            Follower(reader, OFFICE, Decoder(OFFICE_EVENTS, {}), projection).catch_up()
        finally:
            projection.close()
            reader.close()


def printed(document: Document, language: str) -> bytes:
    """By Typst, which is loaded when the first document is printed."""
    from roost.adapters.documents.pdf import pdf

    return pdf(document, language)


def accounting(
    places: Places,
    cell: StreamName,
    store: Store,
    clock: Clock,
    prints: Print = printed,
) -> Accounting:
    """The office on a data folder."""
    return Accounting(
        places,
        cell,
        store,
        clock,
        StreamOffice(store.writer, store.reader(), clock),
        SqliteViews(views_of(places)),
        prints,
    )


def _write(path: Path, body: bytes) -> None:
    if path.exists():
        return  # its name is its content
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(".part")
    fresh.write_bytes(body)
    fresh.replace(path)


def _put(client: ClientId, place: VaultId, words: str) -> VaultPut:
    return VaultPut(place, owner_of(client), words.encode())


def _working(rules: StatementRules) -> Callable[[int], bool]:
    calendar = rules.calendar
    if calendar is None:
        return weekday
    return lambda day: calendar.kind(day) in rules.working


def _forecast_terms(contract: Contract, period: str, programme: str) -> ForecastTerms | None:
    """What hangs on a programme's forecast in a month."""
    first, _ = days_of(period)
    held = [one for one in contract.versions if one.effective_day <= first]
    if not held:
        return None
    if not programme:
        return held[-1].forecast
    named = (one for one in held[-1].programmes if one.name == programme)
    return next((one.forecast for one in named), None)


def _order(contract: Contract) -> str:
    version = contract.versions[-1]
    return version.order


def _deductions(
    view: StatementView, dispute: DisputeId, lines: tuple[str, ...], *, included: bool
) -> tuple[tuple[str, OneOff], ...]:
    """What the disputed lines come to, taken off on the month's last day."""
    draft = (view.standing or view.frozen).draft
    last = days_of(view.period)[1] - 1
    found = {line.name: line for line in draft.lines}
    name = dispute.rpartition("/")[2]
    made: list[tuple[str, OneOff]] = []
    for line in lines:
        own = found.get(line)
        if own is not None:
            less = Money(own.amount.currency, -own.amount.minor)
            rate = as_agreed(less, own.tax, draft, included=included)
            item = OneOff(
                f"{name}-{len(made) + 1}",
                f"{own.text} ({name})",
                last,
                rate,
                programme=own.programme,
                tax=own.tax,
            )
            made.append((line, item))
    return tuple(made)
