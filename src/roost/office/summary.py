"""A day's (or a demo's) figures from its records, by the measures' definitions."""

from collections.abc import Iterable

from msgspec import Struct

from roost.floor.effects import TrackPurpose
from roost.kernel.ends import LOST, Blame
from roost.kernel.time import SECOND
from roost.office.counting import Facts, facts_of
from roost.office.measures import dictionary
from roost.office.measures.counts import add
from roost.office.measures.dictionary import MEASURES
from roost.office.measures.facts import What
from roost.office.measures.formulas import exact
from roost.office.records.model import Record


class Summary(Struct, frozen=True, gc=False):
    """Counts of contacts as a whole. `offered` entered a queue: = answered + abandoned +
    overflowed + called_back + voicemail + ended_by_us + waiting; `abandoned` includes `short`.
    `service_level` is a part of 1, None without contacts; ASA and AHT in seconds, None where
    there's nothing to average. `lost`: ended without exactly one end, or with our blame.
    `recordings` are conversations recorded, however many tracks they have."""

    contacts: int
    offered: int
    answered: int
    abandoned: int
    short: int
    overflowed: int
    called_back: int
    voicemail: int
    ended_by_us: int
    waiting: int
    voicemails: int  # messages left, from a queue or not
    lost: int
    open: int
    service_level: float | None
    asa_s: float | None
    aht_s: float | None
    recordings: int
    recorded_s: float


def lost(record: Record) -> bool:
    """A contact that we lost: without exactly one end, or ended by our fault."""
    if record.ends != 1:
        return True
    return record.blame is Blame.US or record.reason in LOST


def summarise(records: Iterable[Record], *, over: bool = True) -> Summary:
    """The figures of these records. `over`: nothing goes on any more, so a contact without an
    end is a lost one, but for a promised call, which waits on for the centre's next start; else
    it's open."""
    count = Count()
    for record in records:
        count.take(record, over)
    return count.summary()


class Count:
    """Counts records one by one, so that a year needs no more memory than a day."""

    def __init__(self) -> None:
        self.lost = self.open = self.recordings = self.recorded_us = 0
        self.sums: dict[str, int] = {}

    def take(self, record: Record, over: bool, facts: Facts | None = None) -> None:
        """`facts` are the record's, where they're known already."""
        if record.ended is None and (not over or record.callback == "waiting"):
            self.open += 1
        elif lost(record):
            self.lost += 1
        for fact in facts_of(record) if facts is None else facts:
            if fact.what is not What.VISIT or not fact.queue:
                add(self.sums, fact)
        recorded = 0
        for track in record.tracks:
            if track.closed and track.purpose is not TrackPurpose.VOICEMAIL:
                recorded = max(recorded, track.length_us)
        self.recordings += recorded > 0
        self.recorded_us += recorded

    def summary(self) -> Summary:
        def count(id: str) -> int:
            return dictionary.count(id, self.sums)

        return Summary(
            contacts=count("contacts"),
            offered=count("offered"),
            answered=count("answered"),
            abandoned=count("abandoned"),
            short=count("short_abandoned"),
            overflowed=count("overflowed"),
            called_back=count("called_back"),
            voicemail=count("to_voicemail"),
            ended_by_us=count("ended_by_us"),
            waiting=count("waiting"),
            voicemails=count("messages"),
            lost=self.lost,
            open=self.open,
            service_level=self._figure("service_level", 1, 4),
            asa_s=self._figure("asa", SECOND, 3),
            aht_s=self._figure("aht", SECOND, 3),
            recordings=self.recordings,
            recorded_s=self.recorded_us / SECOND,
        )

    def _figure(self, id: str, unit: int, digits: int) -> float | None:
        found = exact(MEASURES[id].formula, self.sums)
        return None if found is None else round(float(found / unit), digits)
