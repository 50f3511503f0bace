"""A day's (or a demo's) figures from its records, by the usual definitions (DESIGN,
"Measures"): by entry into the queue unless said otherwise."""

from collections.abc import Iterable
from fractions import Fraction

from msgspec import Struct

from roost.floor.effects import TrackPurpose
from roost.floor.queues.messages import Outcome
from roost.kernel.ends import LOST, Blame
from roost.office.records.model import Record


class Summary(Struct, frozen=True, gc=False):
    """Counts of contacts. `offered` entered a queue: = answered + abandoned + overflowed +
    called_back + voicemail + ended_by_us + waiting, by their last stay in a queue;
    `abandoned` includes `short`. `service_level` is answered in time ÷ (answered + abandoned
    but short ones), None without contacts; ASA and AHT in seconds, None where there's
    nothing to average. `lost`: ended without exactly one end, or with our blame. `recordings`
    are conversations recorded, however many tracks they have, `recorded_s` their length."""

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
    end is a lost one; else it's open."""
    count = Count()
    for record in records:
        count.take(record, over)
    return count.summary()


class Count:
    """Counts records one by one, so that a year needs no more memory than a day."""

    def __init__(self) -> None:
        self.contacts = self.offered = self.short = self.voicemails = 0
        self.lost = self.open = self.in_target = self.waited_us = 0
        self.waiting = self.segments = self.handled_us = 0
        self.recordings = self.recorded_us = 0
        self.outcomes = dict.fromkeys(Outcome, 0)

    def take(self, record: Record, over: bool) -> None:
        self.contacts += 1
        if record.ended is None and not over:
            self.open += 1
        elif lost(record):
            self.lost += 1
        if record.waits:
            self.offered += 1
            last = record.waits[-1]
            if last.outcome is None:
                self.waiting += 1
            else:
                self.outcomes[last.outcome] += 1
                self.short += last.outcome is Outcome.ABANDONED and last.short
            if last.outcome is Outcome.ANSWERED:
                self.waited_us += last.waited_us
                self.in_target += last.in_target
        for segment in record.segments:
            if segment.closed is not None:
                self.segments += 1
                self.handled_us += segment.talk_us + segment.hold_us + segment.wrap_up_us
        recorded = 0
        for track in record.tracks:
            if not track.closed:
                continue
            if track.purpose is TrackPurpose.VOICEMAIL:
                self.voicemails += track.length_us > 0
            else:
                recorded = max(recorded, track.length_us)
        self.recordings += recorded > 0
        self.recorded_us += recorded

    def summary(self) -> Summary:
        answered = self.outcomes[Outcome.ANSWERED]
        abandoned = self.outcomes[Outcome.ABANDONED]
        counted = answered + abandoned - self.short
        return Summary(
            contacts=self.contacts,
            offered=self.offered,
            answered=answered,
            abandoned=abandoned,
            short=self.short,
            overflowed=self.outcomes[Outcome.OVERFLOWED],
            called_back=self.outcomes[Outcome.CALLED_BACK],
            voicemail=self.outcomes[Outcome.VOICEMAIL],
            ended_by_us=self.outcomes[Outcome.ENDED_BY_US],
            waiting=self.waiting,
            voicemails=self.voicemails,
            lost=self.lost,
            open=self.open,
            service_level=_share(self.in_target, counted),
            asa_s=_seconds(self.waited_us, answered),
            aht_s=_seconds(self.handled_us, self.segments),
            recordings=self.recordings,
            recorded_s=self.recorded_us / 1_000_000,
        )


def _share(part: int, whole: int) -> float | None:
    return None if whole == 0 else round(float(Fraction(part, whole)), 4)


def _seconds(total_us: int, count: int) -> float | None:
    return None if count == 0 else round(total_us / count / 1_000_000, 3)
