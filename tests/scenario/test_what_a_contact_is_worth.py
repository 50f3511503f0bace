"""Stories of contacts and what becomes of them in the books: each ends as exactly one kind,
is billed in one month, and is counted once."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
import pytest

from roost.definitions import times
from roost.floor.agents.messages import (
    HoldMarked,
    OfferEnded,
    OfferTaken,
    SegmentClosed,
    WrapUpStarted,
)
from roost.floor.calls.messages import (
    CallAnswered,
    CallArrived,
    ContactEnded,
    TrackEnded,
    TrackLost,
    TrackStarted,
)
from roost.floor.effects import TrackPurpose
from roost.floor.flows.messages import FlowAdvanced
from roost.floor.queues.messages import (
    ContactDequeued,
    ContactQueued,
    ContactTurnedAway,
    Outcome,
)
from roost.kernel.ends import Blame, Reason
from roost.kernel.envelope import Envelope
from roost.kernel.ids import (
    AgentId,
    ClientId,
    ContactId,
    LegId,
    MediaId,
    OfferId,
    Owner,
    QueueId,
    SegmentId,
    StreamName,
    TrackId,
    TrunkId,
)
from roost.kernel.messages import Event
from roost.kernel.time import MINUTE, SECOND, DurationUs, InstantUs, seconds
from roost.office.billing import draft
from roost.office.books import Books, drafts, fold, lines
from roost.office.contracts.model import Contract, ContractVersion, Line, Measure
from roost.office.contracts.plan import Plan
from roost.office.contracts.pricing import Unbilled
from roost.office.contracts.terms import Period, Term
from roost.office.counting import sums_of
from roost.office.invoices.tally import Tally
from roost.office.quantities import Quantities, Served
from roost.office.reactions import kind_of
from roost.office.records.deep import disagreements
from roost.office.summary import Summary, summarise

GRID, QUEUE = ClientId("grid"), QueueId("grid/outage")
LI = AgentId("1001")
NOON = InstantUs(int(datetime(2026, 11, 5, 4, tzinfo=UTC).timestamp()) * 1_000_000)
MIDNIGHT = InstantUs(int(datetime(2026, 10, 31, 16, tzinfo=UTC).timestamp()) * 1_000_000)


class Story:
    """A caller's way through the centre, told event by event."""

    def __init__(self, start: InstantUs = NOON) -> None:
        self.now = start
        self.books = Books()
        self.number = 0
        self.contact = ContactId("C0")
        self.contacts = 0
        self.entries = 0
        contract = Contract(
            client=GRID,
            currency="CNY",
            zone=times.zone("Asia/Shanghai"),
            billable=("answered", "voicemail"),
            versions=(
                ContractVersion(
                    effective_day=0,
                    lines=(
                        Line("contacts", "", Measure.CONTACTS, "2.80"),
                        Line("minutes", "", Measure.HANDLED_MINUTES, "0.60"),
                    ),
                ),
            ),
        )
        self.books.contracts[GRID] = contract

    def tell(self, event: Event) -> "Story":
        self.number += 1
        event = msgspec.structs.replace(event, owner=Owner(GRID), contact=self.contact)
        fold(
            self.books,
            Envelope(
                StreamName("cell-1"),
                self.number,
                type(event).__name__,
                1,
                event.owner,
                event.contact,
                self.now,
                "test",
                "test",
                event,
            ),
        )
        return self

    def after(self, wait_s: float) -> "Story":
        self.now = InstantUs(self.now + seconds(wait_s))
        return self

    def calls(self) -> "Story":
        self.contacts += 1
        self.contact = ContactId(f"C{self.contacts}")
        self.tell(
            CallArrived(
                leg=LegId(f"in{self.contacts}"),
                trunk=TrunkId("city"),
                number="95598",
                caller=None,
                tags=(),
                media=MediaId("m1"),
                count=self.contacts,
            )
        )
        return self.tell(CallAnswered())

    def chooses(self, label: str) -> "Story":
        return self.tell(
            FlowAdvanced(step="s", turn=1, attempt=0, variables={}, acts=(), choice=label)
        )

    def waits(self) -> "Story":
        self.entries += 1
        return self.tell(
            ContactQueued(
                queue=QUEUE,
                priority=0,
                skills=(),
                entry=self.entries,
                since=self.now,
                most_us=DurationUs(0),
            )
        )

    def leaves_queue(
        self, outcome: Outcome, waited_s: float = 10, short: bool = False, in_target: bool = True
    ) -> "Story":
        return self.tell(
            ContactDequeued(
                queue=QUEUE,
                outcome=outcome,
                agent=LI if outcome is Outcome.ANSWERED else None,
                waited_us=seconds(waited_s),
                short=short,
                in_target=in_target,
                entry=self.entries,
            )
        )

    def is_answered(self, waited_s: float = 10, in_target: bool = True) -> "Story":
        self.leaves_queue(Outcome.ANSWERED, waited_s, in_target=in_target)
        return self.tell(
            OfferTaken(
                agent=LI,
                offer=OfferId(f"{self.contact}/o{self.entries}"),
                segment=SegmentId(f"{self.contact}/s{self.entries}"),
                queue=QUEUE,
                client=GRID,
                rang_us=seconds(3),
            )
        )

    def is_lost_again_by_the_agent(self) -> "Story":
        offer = OfferId(f"{self.contact}/o{self.entries}")
        return self.tell(OfferEnded(agent=LI, offer=offer, why="declined", rang_us=DurationUs(0)))

    def talked(self, length_s: float) -> "Story":
        self.after(length_s)
        return self.tell(WrapUpStarted(agent=LI, offer=OfferId(f"{self.contact}/o{self.entries}")))

    def ends(self, blame: Blame = Blame.CALLER, reason: Reason = Reason.HUNG_UP) -> "Story":
        return self.tell(ContactEnded(blame=blame, reason=reason))

    def is_written_up(self, talk_s: float, wrap_up_s: float = 30) -> "Story":
        self.after(wrap_up_s)
        return self.tell(
            SegmentClosed(
                agent=LI,
                segment=SegmentId(f"{self.contact}/s{self.entries}"),
                queue=QUEUE,
                rang_us=seconds(3),
                talk_us=seconds(talk_s),
                hold_us=DurationUs(0),
                wrap_up_us=seconds(wrap_up_s),
                code="other",
                note=None,
            )
        )

    def begins_a_message(self) -> "Story":
        track = TrackId(f"{self.contact}/t1")
        return self.tell(
            TrackStarted(
                leg=LegId(f"in{self.contacts}"),
                track=track,
                purpose=TrackPurpose.VOICEMAIL,
                most_us=MINUTE,
            )
        )

    def the_message_is(self, length_s: float) -> "Story":
        return self.tell(
            TrackEnded(
                leg=LegId(f"in{self.contacts}"),
                track=TrackId(f"{self.contact}/t1"),
                purpose=TrackPurpose.VOICEMAIL,
                file="x",
                length_us=seconds(length_s),
                bytes=1,
                gap_us=DurationUs(0),
            )
        )

    @property
    def why_not_billed(self) -> str | None:
        found = lines(self.books, self.contact)
        return found.reason if isinstance(found, Unbilled) else None

    @property
    def earned(self) -> str:
        return " ".join(f"{draft.period} {draft.usage}" for draft in drafts(self.books))

    @property
    def summary(self) -> Summary:
        return summarise(self.books.records.values())


def test_a_caller_is_answered_helped_and_billed_when_it_is_written_up() -> None:
    story = Story().calls().chooses("outage").waits().after(10).is_answered().talked(90).ends()
    assert story.why_not_billed == "open"
    story.is_written_up(90)
    assert story.why_not_billed is None
    assert story.earned == "2026-11 4.00 CNY"  # 2.80 and two minutes
    record = story.books.records[story.contact]
    assert record.choices == ["outage"]
    assert story.summary.asa_s == 10
    assert story.summary.aht_s == 120


def test_what_was_measured_is_held_against_the_events() -> None:
    story = Story().calls().waits().is_answered().talked(60).ends().is_written_up(60)
    record = story.books.records[story.contact]
    assert disagreements(record) == []
    longer = Story().calls().waits().is_answered().talked(60).ends().is_written_up(61)
    (said,) = disagreements(longer.books.records[longer.contact])
    assert said == "C1/s1: talk 61000000 µs, by events 60000000 µs"


def test_hold_is_part_of_the_time_that_is_charged_but_not_of_the_talk() -> None:
    story = Story().calls().waits().is_answered().after(20)
    offer = OfferId("C1/o1")
    story.tell(HoldMarked(agent=LI, offer=offer, held=True)).after(30)
    story.tell(HoldMarked(agent=LI, offer=offer, held=False)).talked(10).ends().after(30)
    story.tell(
        SegmentClosed(
            agent=LI,
            segment=SegmentId("C1/s1"),
            queue=QUEUE,
            rang_us=seconds(3),
            talk_us=seconds(30),
            hold_us=seconds(30),
            wrap_up_us=seconds(30),
            code="other",
            note=None,
        )
    )
    assert disagreements(story.books.records[story.contact]) == []
    assert story.earned == "2026-11 3.70 CNY"  # 2.80 and a minute and a half
    assert story.summary.aht_s == 90


def test_a_wrap_up_over_midnight_belongs_to_the_new_month() -> None:
    story = Story(InstantUs(MIDNIGHT - 2 * MINUTE)).calls().waits().is_answered().talked(100)
    assert story.ends().is_written_up(100, 30).earned == "2026-11 4.10 CNY"


def test_service_level_goes_by_entry_and_the_invoice_by_the_end() -> None:
    """Entered 31 October 23:59:50, answered 00:00:15, written up at 00:05: what's promised in
    October was missed in October, and the contact is November's."""
    story = Story(InstantUs(MIDNIGHT - 10 * SECOND))
    contract = story.books.contracts[GRID]
    fee = Line("fee", "", Measure.FIXED, "1000")
    promise = Term("fast", (), "service_level", 1, "0.80", Period.MONTH, percent="0.1")
    version = msgspec.structs.replace(
        contract.versions[0], lines=(fee, *contract.versions[0].lines), service=(promise,)
    )
    story.books.contracts[GRID] = msgspec.structs.replace(contract, versions=(version,))
    story.calls().waits().after(25).is_answered(waited_s=25, in_target=False)
    story.talked(200).ends().is_written_up(200, 85)
    (november,) = drafts(story.books)
    assert november.period == "2026-11"
    assert [line.name for line in november.lines] == ["fee", "contacts", "minutes"]
    plan = Plan(story.books.contracts[GRID])
    cells = sums_of(story.books.records.values()).items()
    met = tuple(Served(InstantUs(at), QueueId(queue), sums) for (at, _, queue, _, _), sums in cells)
    october = draft(plan, "2026-10", Quantities(Tally(), served=met))
    assert [(line.name, line.text) for line in october.lines] == [
        ("fee", ""),
        ("term:fast", "fast: 0 % of 80 %"),
    ]


def test_one_that_was_answered_and_lost_goes_back_and_is_counted_once() -> None:
    story = Story().calls().waits().is_answered().is_lost_again_by_the_agent()
    story.waits().after(20).is_answered(waited_s=30, in_target=False).talked(60).ends()
    story.is_written_up(60)
    assert (story.summary.offered, story.summary.answered) == (1, 1)
    assert story.summary.service_level == 0
    assert len(story.books.records[story.contact].segments) == 1


def test_giving_up_soon_is_short_and_late_is_abandoned() -> None:
    soon = Story().calls().waits().leaves_queue(Outcome.ABANDONED, 3, short=True).ends()
    assert soon.why_not_billed == "short"
    late = Story().calls().waits().leaves_queue(Outcome.ABANDONED, 60).ends()
    assert late.why_not_billed == "abandoned"
    assert soon.summary.service_level is None  # no contact counts: none, never 100 %
    assert late.summary.service_level == 0


def test_a_message_is_billed_once_its_end_is_known() -> None:
    story = Story().calls().begins_a_message().after(20).ends()
    assert story.why_not_billed == "open"
    story.the_message_is(20)
    assert story.why_not_billed is None
    assert story.summary.voicemails == 1
    assert story.earned == "2026-11 2.80 CNY"


def test_a_message_of_nothing_is_none() -> None:
    assert Story().calls().begins_a_message().ends().the_message_is(0).why_not_billed == "given_up"


def test_a_message_that_was_lost_is_not_billed() -> None:
    story = Story().calls().begins_a_message().ends(Blame.US, Reason.MEDIA_LOST)
    lost = TrackLost(leg=LegId("in1"), track=TrackId("C1/t1"), purpose=TrackPurpose.VOICEMAIL)
    assert story.tell(lost).why_not_billed == "failed"
    assert story.summary.lost == 1


ENDS: list[tuple[Callable[[Story], Story], str]] = [
    (lambda story: story.ends(), "given_up"),
    (lambda story: story.ends(Blame.CLIENT, Reason.FLOW_ENDED), "solved"),
    (lambda story: story.ends(Blame.CLIENT, Reason.CLOSED), "closed"),
    (lambda story: story.ends(Blame.US, Reason.FAULT), "failed"),
    (lambda story: story.ends(Blame.NETWORK, Reason.MEDIA_SILENT), "failed"),
    (
        lambda story: story.tell(ContactTurnedAway(queue=QUEUE)).ends(
            Blame.CLIENT, Reason.FLOW_ENDED
        ),
        "turned_away",
    ),
    (
        lambda story: (
            story.waits().leaves_queue(Outcome.OVERFLOWED).ends(Blame.CLIENT, Reason.FLOW_ENDED)
        ),
        "turned_away",
    ),
]


@pytest.mark.parametrize(("end", "kind"), ENDS)
def test_every_other_end_has_its_one_reason(end: Callable[[Story], Story], kind: str) -> None:
    story = end(Story().calls())
    assert kind_of(story.books.records[story.contact]) == kind
    assert story.why_not_billed == kind
    assert story.earned == "2026-11 0.00 CNY"


def test_a_contact_that_ends_twice_or_never_is_a_lost_one() -> None:
    assert Story().calls().ends().ends().summary.lost == 1
    assert Story().calls().summary.lost == 1
    story = Story().calls()
    assert summarise(story.books.records.values(), over=False).open == 1


def test_the_service_level_by_the_default_formula() -> None:
    """BILLING, 4: 9,150 entered, 7,200 answered in time, 1,500 later, 450 abandoned, 150 of
    them short: 80 %, here in a hundredth."""
    story = Story()
    for _ in range(72):
        story.calls().waits().is_answered().talked(1).ends().is_written_up(1, 1)
    for _ in range(15):
        story.calls().waits().is_answered(40, in_target=False).talked(1).ends().is_written_up(1, 1)
    for place in range(5):
        short = place < 2
        story.calls().waits().leaves_queue(Outcome.ABANDONED, 3, short=short).ends()
    assert (story.summary.offered, story.summary.abandoned, story.summary.short) == (92, 5, 2)
    assert story.summary.service_level == 0.8
