"""Yesterday again: a period of a centre's own log as a scenario, and what did happen in it.

Calls come when they came, press what was pressed, wait as long as is known that they would, and
take as long as they took; agents work and are away when they were. What the log can't say is drawn
by what's usual in it: how long somebody would have waited who was answered, how long a talk would
have been that never was. Calls out, consultations and second talks are the agents' being away.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct

from roost.floor.agents.messages import AgentSignedIn, AgentSignedOut
from roost.floor.calls.messages import CallArrived, CallbackPromised, CallMade
from roost.floor.definition import CentreConfigured, Floor, Menu
from roost.kernel.envelope import Envelope
from roost.kernel.ids import AgentId, ContactId
from roost.kernel.time import HOUR, SECOND, DurationUs, InstantUs
from roost.office.measures import presence
from roost.office.records.fold import fold
from roost.office.records.model import Record, Wait
from roost.simulator.outcome import Frame, Outcome, Twin
from roost.simulator.play import Job
from roost.simulator.scenario import (
    ANY,
    LEAVES,
    Absence,
    Behaviour,
    Handling,
    Known,
    Law,
    Scenario,
    Shape,
    Shift,
    Stream,
    Weights,
)

DRAIN_US: Final = 4 * HOUR  # after the period: what began in it comes to its end
MOMENT_US: Final = 2 * SECOND  # shorter absences are no absences
MISSED: Final = frozenset({"no_answer", "declined", "unreachable"})
USUAL_US: Final = 180 * SECOND
OURS: Final = (CallMade, CallbackPromised)  # contacts that nobody called in


class NothingThere(Exception):
    """The log has no calls in that period."""


class Past(Struct, frozen=True):
    """`actual` is what happened, as if it had been a run; `under_way` are the contacts that had
    begun before, which the twin doesn't know of."""

    job: Job
    actual: Outcome
    under_way: int
    contacts: int


class History:
    """Folds a log into a period's past. Events come in their order, from the log's first."""

    def __init__(self, since: InstantUs, until: InstantUs, frame: Frame) -> None:
        self.since, self.until, self.frame = since, until, frame
        self.floor: Floor | None = None
        self.floors: list[Floor] = []
        self.changes: list[tuple[int, Floor]] = []
        self.records: dict[ContactId, Record] = {}
        self.before: set[ContactId] = set()
        self.done: list[Record] = []
        self.open: dict[AgentId, presence.Span] = {}
        self.spans: list[presence.Span] = []
        self.persons: dict[ContactId, str] = {}  # who called, as a token
        self.came: dict[AgentId, InstantUs] = {}
        self.stays: list[tuple[AgentId, int, int]] = []
        length = DurationUs(until - since)
        self.twin = Twin(frame, Scenario((), (), length, since))
        self.begun = False

    def take(self, log: Iterable[Envelope]) -> None:
        """Everything up to the period's end, and what began in it to its own."""
        for envelope in log:
            if envelope.at >= self.until + DRAIN_US:
                break
            if envelope.at >= self.since and not self.begun:
                self.begin()
            self.one(envelope)
        if not self.begun:
            self.begin()
        for agent, since in self.came.items():
            self.stay(agent, since, self.until + DRAIN_US)
        for span in self.open.values():
            self.span(presence.ended(span, self.until))

    def begin(self) -> None:
        self.begun = True
        self.before = set(self.records)
        self.records.clear()
        for agent, span in self.open.items():
            if span.since < self.since:
                span = msgspec.structs.replace(span, since=self.since)
            self.twin.spans[agent] = span

    def one(self, envelope: Envelope) -> None:
        body = envelope.body
        if isinstance(body, CentreConfigured):
            self.configured(envelope, body)
        elif isinstance(body, CallArrived) and body.person and envelope.contact:
            self.persons[envelope.contact] = body.person
        elif isinstance(body, AgentSignedIn):
            self.came[body.agent] = envelope.at
        elif isinstance(body, AgentSignedOut):
            since = self.came.pop(body.agent, None)
            if since is not None:
                self.stay(body.agent, since, envelope.at)
        for span in presence.fold(self.open, envelope):
            self.span(span)
        late = envelope.at >= self.until and isinstance(body, CallArrived)
        if not late and not isinstance(body, OURS):
            record = fold(self.records, envelope)
            if record is not None and record.settled:
                self.records.pop(record.contact, None)
                self.done.append(record)
            if not self.begun:
                self.done.clear()
        if self.begun and not late and not isinstance(body, OURS):
            self.twin(envelope)

    def configured(self, envelope: Envelope, body: CentreConfigured) -> None:
        self.floors.append(body.floor)
        if envelope.at <= self.since or self.floor is None:
            self.floor = body.floor
        elif envelope.at < self.until:
            self.changes.append((envelope.at - self.since, body.floor))

    def stay(self, agent: AgentId, since: int, until: int) -> None:
        if until > self.since and since < self.until:
            self.stays.append((agent, max(0, since - self.since), until - self.since))

    def span(self, span: presence.Span) -> None:
        assert span.until is not None
        if span.until > self.since and span.since < self.until:
            self.spans.append(span)

    def past(self) -> Past:
        """Raises NothingThere."""
        records = [*self.done, *self.records.values()]
        records.sort(key=lambda one: one.arrived)
        if not records or self.floor is None:
            raise NothingThere("the log has no calls in that time")
        scenario = Scenario(
            streams=tuple(self.streams(records)),
            shifts=tuple(Shift(*stay) for stay in sorted(self.stays)),
            length_us=DurationUs(self.until - self.since),
            start=self.since,
            behaviour=self.behaviour(records),
            absences=tuple(self.absences({record.contact for record in records})),
            changes=tuple(self.changes),
        )
        cells, judged = self.twin.outcome()
        actual = Outcome(0, cells, judged, len(records), 0, 0, 0, "", 1.0)
        job = Job(self.floor, scenario, self.frame)
        return Past(job, actual, len(self.before), len(records))

    # --- callers ---

    def streams(self, records: list[Record]) -> Iterator[Stream]:
        """Each number's calls."""
        by_number: dict[str, list[Record]] = defaultdict(list)
        for record in records:
            by_number[record.number].append(record)
        labels = self.labels()
        for number, own in sorted(by_number.items()):
            codes = Counter(one.code for record in own for one in record.segments if one.code)
            weights: Weights = tuple(sorted(codes.items())) or (("other", 1),)
            yield Stream(
                number=number,
                name=number,
                client=own[0].client,
                known=tuple(self.known(record, labels) for record in own),
                codes=weights,
            )

    def labels(self) -> dict[str, str]:
        """Which key is pressed for a menu's label."""
        return {
            choice.label: key
            for floor in self.floors
            for flow in floor.flows
            for step in flow.steps.values()
            if isinstance(step, Menu)
            for key, choice in step.choices.items()
        }

    def known(self, record: Record, labels: dict[str, str]) -> Known:
        keys = tuple(labels[label] for label in record.choices if label in labels)
        first: Wait | None = record.waits[0] if record.waits else None
        if not keys:
            keys = (LEAVES,) if first is None and not record.segments else ("",)
        segment = record.segments[0] if record.segments else None
        talked = segment is not None and segment.closed is not None
        return Known(
            at_us=record.arrived - self.since,
            keys=keys,
            enters_us=-1 if first is None else first.since - record.arrived,
            patience_us=-1 if first is None else int(first.waited_us),
            outlasted=first is not None and str(first.outcome) != "abandoned",
            talk_us=segment.talk_us + segment.hold_us if segment and talked else -1,
            wrap_up_us=int(segment.wrap_up_us) if segment and talked else -1,
            person=self.persons.get(record.contact, ""),
        )

    def behaviour(self, records: list[Record]) -> Behaviour:
        """What's usual in the period."""
        rings = Counter(ring.why for record in records for ring in record.rings if ring.why)
        taken = [ring.rang_us for one in records for ring in one.rings if ring.why == "taken"]
        whole = sum(count for why, count in rings.items() if why == "taken" or why in MISSED)
        returns = [
            (one.until or one.since) - one.since
            for one in self.spans
            if one.state == "away" and one.reason in MISSED
        ]
        usual = Behaviour()
        return Behaviour(
            handling=self.handling(records),
            patience=self.patience(records),
            answers_after_us=_mean(taken, usual.answers_after_us),
            misses_ring=(rings["no_answer"] + rings["unreachable"]) * 1_000_000 // max(1, whole),
            declines=rings["declined"] * 1_000_000 // max(1, whole),
            returns_after_us=_mean(returns, usual.returns_after_us),
        )

    def handling(self, records: list[Record]) -> tuple[tuple[str, Handling], ...]:
        lengths: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for record in records:
            for one in record.segments[:1]:
                if one.closed is not None:
                    length = (int(one.talk_us + one.hold_us), int(one.wrap_up_us))
                    lengths[str(one.queue)].append(length)
                    lengths[ANY].append(length)
        usual = (USUAL_US, 30 * SECOND)
        return tuple(
            (queue, Handling(
                Law(_mean([talk for talk, _ in found], usual[0]), Shape.ERLANG),
                Law(_mean([wrap_up for _, wrap_up in found], usual[1])),
            ))
            for queue, found in sorted({ANY: [usual], **lengths}.items())
        )  # fmt: skip

    def patience(self, records: list[Record]) -> tuple[tuple[str, Law], ...]:
        """Exponential, by all that was waited over how many gave up: the likeliest mean, where
        the answered might have waited longer (censored)."""
        waited: dict[str, int] = Counter()
        gave_up: dict[str, int] = Counter()
        for record in records:
            for wait in record.waits:
                for name in (str(wait.queue), ANY):
                    waited[name] += wait.waited_us
                    gave_up[name] += str(wait.outcome) == "abandoned"
        return tuple(
            (name, Law(waited[name] // gave_up[name] if gave_up[name] else USUAL_US))
            for name in sorted({ANY, *waited})
        )

    # --- agents ---

    def absences(self, ours: set[ContactId]) -> Iterator[Absence]:
        """Breaks and meetings; and whatever else was in hand than the calls that come again."""
        assert self.floor is not None
        known = self.floor.away_reasons
        for span in self.spans:
            assert span.until is not None
            other = span.contact is not None and span.contact not in ours
            away = span.state == "away" and span.reason not in MISSED
            if not (other or away) or span.until - span.since < MOMENT_US or not known:
                continue
            reason = span.reason if span.reason in known else known[0]
            begin = max(0, span.since - self.since)
            yield Absence(span.agent, begin, span.until - self.since, reason)


def _mean(lengths: list[Any], otherwise: int) -> int:
    return int(sum(lengths) // len(lengths)) if lengths else otherwise
