"""Whatever media is told, in whatever order: no fault, one outcome each, one line a leg."""

import os
import socket
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from roost.adapters.media import wire
from roost.adapters.media.exchange import Exchange, NotPossible
from roost.adapters.media.playing import PHASES, Library
from roost.adapters.media.port_pairs import PortPairs
from roost.adapters.media.testing import agreed_with
from roost.adapters.media.tracks import Recorder
from roost.floor.effects import (
    CloseMedia,
    CollectDigits,
    FromLeg,
    FromPrompts,
    PauseTrack,
    Route,
    SendDigits,
    SetMatrix,
    StartTrack,
    StopCollecting,
    StopTrack,
    TrackPurpose,
)
from roost.kernel.ids import (
    ClientId,
    CollectId,
    ContactId,
    LegId,
    MediaId,
    PlayId,
    PromptId,
    TrackId,
)
from roost.kernel.time import DurationUs
from roost.ports.media import Law
from roost.protocols.rtp.packet import ahead16, ahead32, build, parse

C1, M1 = ContactId("C1"), MediaId("m1")
LEGS = tuple(LegId(name) for name in "abc")
LEG = st.sampled_from(LEGS)
IDS = st.integers(1, 4)
SECOND = 1_000_000


class Phone:
    """The far end of a leg: sends when told to, and checks what it's sent."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.sequence, self.timestamp = 65_530, 2**32 - 480
        self.line: tuple[int, int, int] | None = None

    def send(self, to: int, law: Law) -> None:
        self.sequence, self.timestamp = self.sequence + 1, self.timestamp + 160
        payload = 8 if law is Law.PCMA else 0
        self.socket.sendto(
            build(payload, self.sequence, self.timestamp, 77, bytes(160)), ("127.0.0.1", to)
        )

    def check(self) -> None:
        """One source, unbroken sequence, a clock that never goes back."""
        while True:
            try:
                data = self.socket.recv(2_000)
            except OSError:
                return
            packet = parse(data)
            assert packet is not None
            if self.line is not None:
                assert packet.ssrc == self.line[0]
                assert ahead16(packet.sequence, self.line[1]) == 1
                assert ahead32(packet.timestamp, self.line[2]) >= 0
            self.line = (packet.ssrc, packet.sequence, packet.timestamp)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now_us = 1_000_000
        self.version = 0
        self.reopened = False  # the call was closed, and its ids forgotten with it
        self.outcomes: list[wire.OutcomeBody] = []
        self.recorder = Recorder("/nowhere", self.outcomes.append, size=65_536)
        self.recorder.link, self.writer = socket.socketpair()  # one that takes, and says nothing
        first = 33_000 + os.getpid() % 500 * 20
        self.exchange = Exchange(
            M1,
            PortPairs("127.0.0.1", first, first + 19),
            "127.0.0.1",
            Library(Path("/nowhere")),
            self.recorder,
            self.outcomes.append,
            lambda leg: None,
            lambda leg: None,
            SECOND,
        )
        self.phones: dict[LegId, Phone] = {}
        self.laws: dict[LegId, Law] = {}
        for leg, law in zip(LEGS, (Law.PCMA, Law.PCMU, Law.PCMA), strict=True):
            self._open(leg, law)

    def perform(self, effect: wire.MediaEffect) -> None:
        self.exchange.perform(wire.Perform(effect, bytes(32), b"w"), self.now_us, self.now_us)

    @rule(leg=LEG, law=st.sampled_from(list(Law)))
    def opens(self, leg: LegId, law: Law) -> None:
        if leg not in self.exchange.legs:
            self._open(leg, law)

    def _open(self, leg: LegId, law: Law) -> None:
        self.reopened = self.reopened or bool(self.phones and not self.exchange.calls)
        phone = Phone()
        try:
            self.exchange.open_leg(C1, leg, agreed_with(phone.port, law), self.now_us)
        except NotPossible:
            phone.socket.close()  # no port: another test's legs have them all
            return
        if leg in self.phones:
            self.phones[leg].socket.close()
        self.phones[leg], self.laws[leg] = phone, law

    @rule(leg=LEG, really=st.integers(0, 2))
    def closes(self, leg: LegId, really: int) -> None:
        if not really:
            self.exchange.close_leg(leg, self.now_us)

    @rule(
        heard=st.dictionaries(
            st.tuples(LEG, st.one_of(LEG, IDS)),
            st.tuples(st.booleans(), st.sampled_from([0, 6])),
            min_size=1,
        ),
        again=st.booleans(),
    )
    def routes(self, heard: dict[tuple[LegId, LegId | int], tuple[bool, int]], again: bool) -> None:
        self.version += not again
        made = tuple(
            Route(
                FromPrompts(PlayId(f"p{source}-{repeat}"), (PromptId("x"),), repeat)
                if isinstance(source, int)
                else FromLeg(source),
                listener,
                gain,
            )
            for (listener, source), (repeat, gain) in heard.items()
            if source != listener
        )
        self.perform(SetMatrix(C1, M1, self.version, made))

    @rule(leg=LEG, number=IDS, barge_in=st.booleans(), most=st.integers(1, 3))
    def collects(self, leg: LegId, number: int, barge_in: bool, most: int) -> None:
        clock = DurationUs(SECOND)
        self.perform(
            CollectDigits(
                C1, M1, leg, CollectId(f"{leg}/d{number}"), most, "#", clock, clock, barge_in, False
            )
        )

    @rule(leg=LEG, number=IDS)
    def stops_collecting(self, leg: LegId, number: int) -> None:
        self.perform(StopCollecting(M1, leg, CollectId(f"{leg}/d{number}")))

    @rule(leg=LEG, digit=st.sampled_from("1#"))
    def dials(self, leg: LegId, digit: str) -> None:
        self.exchange.info_digit(leg, digit, self.now_us)

    @rule(leg=LEG, digits=st.sampled_from(["1", "23", "x"]))
    def presses(self, leg: LegId, digits: str) -> None:
        self.perform(SendDigits(M1, C1, leg, digits))

    @rule(leg=LEG, number=IDS, paused=st.booleans())
    def pauses(self, leg: LegId, number: int, paused: bool) -> None:
        self.perform(PauseTrack(M1, leg, TrackId(f"t{number}"), paused))

    @rule(leg=LEG, number=IDS, purpose=st.sampled_from(list(TrackPurpose)))
    def records(self, leg: LegId, number: int, purpose: TrackPurpose) -> None:
        limit = DurationUs(SECOND if purpose is TrackPurpose.VOICEMAIL else 0)
        self.perform(StartTrack(C1, ClientId("g"), M1, leg, TrackId(f"t{number}"), purpose, limit))

    @rule(leg=LEG, number=IDS)
    def stops_recording(self, leg: LegId, number: int) -> None:
        self.perform(StopTrack(M1, leg, TrackId(f"t{number}")))

    @rule(really=st.integers(0, 5))
    def closes_all(self, really: int) -> None:
        if really:
            return
        self.perform(CloseMedia(C1, M1, LEGS))
        assert not self.exchange.calls

    @rule(frames=st.integers(1, 60))
    def passes(self, frames: int) -> None:
        """Time, with every phone sending and everything being read."""
        for _ in range(frames):
            self.now_us += 20_000
            for leg in list(self.exchange.legs.values()):
                self.phones[leg.id].send(leg.port, self.laws[leg.id])
                if leg.latched:
                    self.exchange.forwarder.readable(leg)
                self.exchange.unsorted(leg, leg.stranger, self.now_us)
            for phase in range(PHASES):
                self.exchange.frame(phase, self.now_us)
            self.exchange.tick(self.now_us)
        self.exchange.chores(self.now_us, self.now_us)

    @rule(leg=LEG)
    def moves(self, leg: LegId) -> None:
        """A re-INVITE: another law at the same place."""
        if leg in self.exchange.legs:
            self.laws[leg] = Law.PCMU if self.laws[leg] is Law.PCMA else Law.PCMA
            agreed = agreed_with(self.phones[leg].port, self.laws[leg])
            self.exchange.change_leg(leg, agreed, self.now_us)

    @invariant()
    def every_line_is_unbroken(self) -> None:
        for phone in self.phones.values():
            phone.check()

    @invariant()
    def each_has_one_outcome(self) -> None:
        plays = [body.play for body in self.outcomes if isinstance(body, wire.PlayDone)]
        assert len(plays) == len(set(plays)) or self.reopened
        digits = [b.asked.collect for b in self.outcomes if isinstance(b, wire.DigitsDone)]
        assert len(digits) == len(set(digits)) or self.reopened

    @invariant()
    def who_hears_is_heard(self) -> None:
        for leg in self.exchange.legs.values():
            for relay in leg.heard_by:
                assert relay.listener.hears is relay
                assert not relay.listener.closed

    def teardown(self) -> None:
        self.perform(CloseMedia(C1, M1, LEGS))
        assert not self.exchange.legs
        assert not self.exchange.routes.playing
        for phone in self.phones.values():
            phone.socket.close()
        self.recorder.close()
        self.writer.close()


AnyOrder.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestAnyOrder = AnyOrder.TestCase
