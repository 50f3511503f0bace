"""`roost replay`: the log folded again, from the first event, and compared with what was kept.

Proved: the cell's stream has no gap, folds the same at once and in parts, and to its snapshots;
the records and drafts of `views.db` are what both streams fold to. Nothing is written.
"""

from collections.abc import Iterator

from msgspec import Struct

from roost.adapters.views import SqliteViews
from roost.adapters.views.proof import prove
from roost.definitions.messages import SETTINGS_EVENTS
from roost.engine.bodies import Decoder, state_digest
from roost.engine.restore import envelopes_after, restore
from roost.engine.verify import verify
from roost.floor.cell import ROOM
from roost.floor.state import CellState
from roost.kernel.envelope import Envelope
from roost.kernel.ids import StreamName
from roost.kernel.purview import WHOLE
from roost.office.accounts.messages import OFFICE, OFFICE_EVENTS
from roost.office.books import Books, fold
from roost.ports.log import LogReader
from roost.processes.places import SETTINGS, Places
from roost.processes.stores import snapshots_of, store_of, views_of


class NoLog(Exception):
    """There's nothing to replay; the message names the mend."""


class Proved(Struct, frozen=True):
    name: str
    ok: bool
    says: str


class Replayed(Struct, frozen=True):
    """What the log folds to. `verified` is None when nothing was to be proved."""

    events: int
    digest: str
    calls: int  # standing at the log's end
    verified: bool | None
    proofs: tuple[Proved, ...]


class Log:
    """A data folder's streams, opened for reading."""

    def __init__(self, places: Places, cell: str) -> None:
        self.cell = StreamName(cell)
        self._places = places
        self._store = store_of(places)
        if self.cell not in self._store.streams():
            raise NoLog(
                f"{places.database or places.data} holds no log of {cell}: start the centre once,"
                " or name --data."
            )
        self.reader: LogReader = self._store.reader()

    def envelopes(self, stream: StreamName, upto: int) -> Iterator[Envelope]:
        """A stream's events up to (with) a number."""
        decoder = decoder_of(stream)
        for envelope in envelopes_after(self.reader, stream, 0, decoder):
            if envelope.number > upto:
                return
            yield envelope

    def books(self, settings: int, cell: int, office: int) -> Books:
        """The office's books as the streams fold to them, up to these numbers."""
        books = Books()
        for stream, upto in ((SETTINGS, settings), (OFFICE, office), (self.cell, cell)):
            for envelope in self.envelopes(stream, upto):
                fold(books, envelope)
        return books

    def state(self) -> CellState:
        """The cell's state at the log's end."""
        return restore(ROOM, self.cell, self.reader).state

    def close(self) -> None:
        self.reader.close()


def decoder_of(stream: StreamName) -> Decoder:
    """Of the settings', the office's, or else a cell's."""
    own = {SETTINGS: SETTINGS_EVENTS, OFFICE: OFFICE_EVENTS}.get(stream)
    return Decoder.of(ROOM) if own is None else Decoder(own, {})


def replay(places: Places, cell: str, prove_it: bool) -> Replayed:
    """Folds it all; with `prove_it` in several ways. Blocking. Raises NoLog,
    engine.step.FoldFailed, engine.bodies.UnknownEvent."""
    log = Log(places, cell)
    try:
        if prove_it:
            return _proved(places, log)
        engine = restore(ROOM, log.cell, log.reader)
        calls = len(engine.state.calls.calls)
        return Replayed(engine.number, state_digest(engine.state), calls, None, ())
    finally:
        log.close()


def _proved(places: Places, log: Log) -> Replayed:
    snapshots = snapshots_of(places)
    report = verify(ROOM, log.cell, log.reader, snapshots)
    snapshots.close()
    proofs = [Proved(proof.name, proof.ok, proof.says) for proof in report.proofs]
    views = SqliteViews(views_of(places), None, log.cell)
    try:
        held = views.records(WHOLE).held()
        places_ = (held.positions.get(stream, 0) for stream in (SETTINGS, log.cell, OFFICE))
        books = log.books(*places_)
        proofs += [Proved(proof.name, proof.ok, proof.says) for proof in prove(books, held)]
    finally:
        views.close()
    return Replayed(
        report.events,
        report.digest,
        len(log.state().calls.calls),
        all(proof.ok for proof in proofs),
        tuple(proofs),
    )
