"""The demo's summary, recomputed from the log when all is over."""

from collections import Counter
from typing import Final

from msgspec import Struct

from roost.floor.agents.model import Presence
from roost.office.accounts.messages import OFFICE
from roost.office.books import drafts
from roost.office.summary import summarise
from roost.processes.places import SETTINGS, Places
from roost.processes.replaying import Log, replay

BUSY: Final = frozenset({Presence.OFFERED, Presence.TALKING, Presence.WRAPPING})


class Earned(Struct, frozen=True):
    currency: str
    minor: int


class DemoSummary(Struct, frozen=True):
    """`lost`: contacts without exactly one end, or ended by our fault; `stuck`: agents that a
    contact still holds though nobody is on the line; `earned`: what the invoice drafts'
    lines come to; `verified`: the replay's proof. Of the contacts, so many were handed on blind
    (`transferred`) or after a consultation (`consulted`), so many are calls out; `tasks` were
    done. `called_back` hung up and kept their place; of the calls that were `promised` to them so
    many wait still."""

    offered: int
    answered: int
    abandoned: int
    voicemails: int
    lost: int
    stuck: int
    service_level: float | None
    asa_s: float | None
    aht_s: float | None
    transferred: int
    consulted: int
    called_out: int
    tasks: int
    called_back: int
    promised: int
    recordings: int
    recorded_s: float
    earned: Earned
    events: int
    digest: str
    verified: bool
    contacts: int
    callers: int  # who called, and reported how it ended
    intended: int  # of them: as they had intended
    not_intended: tuple[str, ...] = ()

    @property
    def fine(self) -> bool:
        """Everything went as it should."""
        clean = self.lost == 0 and self.stuck == 0 and self.verified
        return clean and self.callers == self.intended


def summary_of(
    places: Places, cell: str, callers: int, intended: int, not_intended: tuple[str, ...]
) -> DemoSummary:
    """Folds the log of a stopped centre. Blocking."""
    proved = replay(places, cell, prove_it=True)
    log = Log(places, cell)
    try:
        ends = (log.reader.last(stream) for stream in (SETTINGS, log.cell, OFFICE))
        books = log.books(*ends)
        state = log.state()
    finally:
        log.close()
    agents = state.agents.agents.values()
    figures = summarise(books.records.values())
    how = Counter(
        segment.transferred for record in books.records.values() for segment in record.segments
    )
    usage = [draft.usage for draft in drafts(books)]
    currencies = {money.currency for money in usage} or {
        contract.currency for contract in books.contracts.values()
    }
    return DemoSummary(
        offered=figures.offered,
        answered=figures.answered,
        abandoned=figures.abandoned,
        voicemails=figures.voicemails,
        lost=figures.lost,
        stuck=sum(agent.presence in BUSY for agent in agents),
        service_level=figures.service_level,
        asa_s=figures.asa_s,
        aht_s=figures.aht_s,
        transferred=how["blind"],
        consulted=how["consult"],
        called_out=sum(record.outbound for record in books.records.values()),
        tasks=state.tasks.made - len(state.tasks.tasks),
        called_back=figures.called_back,
        promised=figures.open,
        recordings=figures.recordings,
        recorded_s=round(figures.recorded_s, 3),
        earned=Earned("/".join(sorted(currencies)), sum(money.minor for money in usage)),
        events=proved.events,
        digest=proved.digest,
        verified=bool(proved.verified),
        contacts=figures.contacts,
        callers=callers,
        intended=intended,
        not_intended=not_intended,
    )
