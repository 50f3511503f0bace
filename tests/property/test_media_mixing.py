"""Any sequence of matrices, joins, leaves and attachments: what's heard is the matrix's sum.

Every phone sends one steady value of its own, so whoever hears it can be told from a sample;
what each should hear is added up slowly, from the matrix and who is there. One's own voice is
in no sum. Every line stays unbroken meanwhile.
"""

import os
import socket
import tempfile
from array import array
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from roost.adapters.media import wire
from roost.adapters.media.exchange import Exchange, NotPossible
from roost.adapters.media.playing import PHASES, Library
from roost.adapters.media.port_pairs import PortPairs
from roost.adapters.media.testing import agreed_with
from roost.adapters.media.tracks import Recorder
from roost.floor.effects import FromLeg, FromPrompts, Route, SetMatrix
from roost.kernel.ids import ContactId, LegId, MediaId, PlayId, PromptId
from roost.ports.media import Law
from roost.protocols.rtp import g711
from roost.protocols.rtp.packet import FRAME_SAMPLES, ahead16, ahead32, build, parse
from roost.protocols.rtp.prompt_files import file_name

M1, C1 = MediaId("m1"), ContactId("C1")
DESKS = (LegId("desk/1"), LegId("desk/2"))
OWN = (LegId("a"), LegId("b"), LegId("c"))
NAMES = (LegId("d1"), LegId("d2"))  # of legs that are attached
VALUES = {OWN[0]: 1_200, OWN[1]: 2_600, OWN[2]: 5_400, DESKS[0]: 11_000, DESKS[1]: 900}
MUSIC, LOUD = PromptId("music"), -20_000
SETTLED = 12  # frames: a buffer's filling, and its fading
ALL = (*OWN, *NAMES)
#: For each listener: whom it hears, and how much louder.
ROUTES = st.fixed_dictionaries(
    {
        listener: st.tuples(
            st.sets(st.sampled_from((*ALL, "music")), min_size=1), st.sampled_from([0, 0, -6, 6])
        )
        for listener in ALL
    }
)


def steady(value: int, law: Law, length: int = FRAME_SAMPLES) -> bytes:
    return g711.encode(array("h", [value]) * length, law is Law.PCMA)


class Phone:
    """Sends its value, and keeps what it's sent since it was last asked."""

    def __init__(self, value: int, law: Law) -> None:
        self.value, self.law = value, law
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.port = self.socket.getsockname()[1]
        self.sequence, self.timestamp = 65_500, 2**32 - 4_800
        self.line: tuple[int, int, int] | None = None

    def send(self, to: int) -> None:
        self.sequence, self.timestamp = self.sequence + 1, self.timestamp + FRAME_SAMPLES
        payload = 8 if self.law is Law.PCMA else 0
        sound = steady(self.value, self.law)
        packet = build(payload, self.sequence, self.timestamp, self.port, sound)
        self.socket.sendto(packet, ("127.0.0.1", to))

    def heard(self) -> list[bytes]:
        """The packets' sounds. One source, an unbroken sequence, a clock that never goes back."""
        found: list[bytes] = []
        while True:
            try:
                packet = parse(self.socket.recv(2_000))
            except OSError:
                return found
            assert packet is not None
            if self.line is not None:
                assert packet.ssrc == self.line[0]
                assert ahead16(packet.sequence, self.line[1]) == 1
                assert ahead32(packet.timestamp, self.line[2]) > 0
            self.line = (packet.ssrc, packet.sequence, packet.timestamp)
            assert packet.payload_type == (8 if self.law is Law.PCMA else 0)
            found.append(packet.payload)


class Mixing(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now_us, self.version, self.plays = 1_000_000, 0, 1
        self.matrix: dict[tuple[str, LegId], int] = {}
        self.attached: dict[LegId, LegId] = {}  # desks by what's attached to them
        self.folder = tempfile.TemporaryDirectory()
        prompts = Path(self.folder.name)
        for law in Law:
            sound = steady(LOUD, law, 3 * FRAME_SAMPLES)
            (prompts / file_name(MUSIC, law is Law.PCMA)).write_bytes(sound)
        outcomes: list[wire.OutcomeBody] = []
        self.recorder = Recorder("/nowhere", outcomes.append, size=65_536)
        first = 34_000 + os.getpid() % 400 * 20
        self.exchange = Exchange(
            M1,
            PortPairs("127.0.0.1", first, first + 19),
            "127.0.0.1",
            Library(prompts),
            self.recorder,
            outcomes.append,
            lambda leg: None,
            lambda leg: None,
            10**12,
        )
        self.phones: dict[LegId, Phone] = {}
        for leg, law in zip((*OWN, *DESKS), (Law.PCMA, Law.PCMU) * 3, strict=False):
            self.open(leg, law)
        self.attaches(DESKS[0], NAMES[0])

    def open(self, leg: LegId, law: Law) -> None:
        phone = Phone(VALUES[leg], law)
        contact = ContactId(leg) if leg in DESKS else C1
        try:
            self.exchange.open_leg(contact, leg, agreed_with(phone.port, law), self.now_us)
        except NotPossible:
            phone.socket.close()  # no port: another test's legs have them all
            return
        self.phones[leg] = phone

    def gone(self) -> None:
        """A call that nobody is left in is forgotten, and its matrix with it."""
        if C1 not in self.exchange.calls:
            self.matrix = {}

    @rule(wanted=ROUTES, settle=st.booleans())
    def routes(self, wanted: dict[LegId, tuple[set[str], int]], settle: bool) -> None:
        self.version += 1
        matrix = {
            (source, listener): gain
            for listener, (sources, gain) in wanted.items()
            for source in sorted(sources)
            if source != listener
        }
        if not any(source == "music" for source, _ in self.matrix):
            self.plays += 1
        made = tuple(
            Route(
                FromPrompts(PlayId(f"p{self.plays}"), (MUSIC,), repeat=True)
                if source == "music"
                else FromLeg(LegId(source)),
                listener,
                gain,
            )
            for (source, listener), gain in matrix.items()
        )
        if C1 in self.exchange.calls:
            self.matrix = matrix
            effect = SetMatrix(C1, M1, self.version, made)
            self.exchange.perform(wire.Perform(effect), self.now_us, self.now_us)
        if settle:
            self.settles()

    @rule(leg=st.sampled_from(OWN), law=st.sampled_from(list(Law)))
    def opens_or_closes(self, leg: LegId, law: Law) -> None:
        if leg not in self.phones:
            self.open(leg, law)
            return
        self.exchange.close_leg(leg, self.now_us)
        self.phones.pop(leg).socket.close()
        self.gone()

    @rule(desk=st.sampled_from(DESKS), name=st.sampled_from(NAMES))
    def attaches(self, desk: LegId, name: LegId) -> None:
        if desk in self.phones:
            self.exchange.attach_leg(C1, name, desk, self.now_us)
            self.attached = {n: d for n, d in self.attached.items() if name != n and desk != d}
            self.attached[name] = desk
            self.gone()

    @rule(name=st.sampled_from(NAMES))
    def detaches(self, name: LegId) -> None:
        self.exchange.close_leg(name, self.now_us)
        self.attached.pop(name, None)
        self.gone()

    @rule(leg=st.sampled_from((*OWN, *DESKS)))
    def agrees_anew(self, leg: LegId) -> None:
        """A re-INVITE: another law at the same place."""
        phone = self.phones.get(leg)
        if phone is not None:
            phone.heard()
            phone.law = Law.PCMU if phone.law is Law.PCMA else Law.PCMA
            agreed = agreed_with(phone.port, phone.law)
            self.exchange.change_leg(leg, agreed, self.now_us)

    @rule(frames=st.integers(1, 4))
    def passes(self, frames: int) -> None:
        """Time in which nothing has settled: lines hold all the same."""
        self.pass_frames(frames)
        for phone in self.phones.values():
            phone.heard()

    @rule()
    def settles(self) -> None:
        self.passes(SETTLED)
        self.pass_frames(3)
        for leg, phone in self.phones.items():
            self.compare(leg, phone)

    def pass_frames(self, frames: int) -> None:
        for _ in range(frames):
            self.now_us += 20_000
            for leg in list(self.exchange.legs.values()):
                self.phones[leg.own].send(leg.port)
                if leg.latched:
                    self.exchange.forwarder.readable(leg)
                self.exchange.unsorted(leg, leg.stranger, self.now_us)
            for phase in range(PHASES):
                self.exchange.frame(phase, self.now_us)
            self.exchange.tick(self.now_us)

    def compare(self, leg: LegId, phone: Phone) -> None:
        """Slowly: each sample against the sum of what the matrix lets it hear."""
        there = {name: self.phones[name].value for name in OWN if name in self.phones}
        there |= {name: self.phones[desk].value for name, desk in self.attached.items()}
        there["music"] = LOUD
        name = next((n for n, desk in self.attached.items() if desk == leg), leg)
        routes = [
            (source, gain)
            for (source, listener), gain in self.matrix.items()
            if listener == name and source in there
        ]
        exact = sum(there[source] * 10 ** (gain / 20) for source, gain in routes)
        wanted = max(-32_768, min(32_767, exact))
        heard = phone.heard()
        assert heard or not routes
        near = 40 + 0.06 * max([abs(wanted), *(abs(there[s]) for s, _ in routes)])
        for payload in heard:
            for sample in set(g711.decode(payload, phone.law is Law.PCMA)):
                assert abs(sample - wanted) <= near, (leg, name, routes, wanted, sample)

    def teardown(self) -> None:
        for leg in list(self.exchange.legs):
            self.exchange.close_leg(leg, self.now_us)
        assert not self.exchange.calls
        assert not self.exchange.routes.playing
        assert not self.exchange.attached.legs
        for phone in self.phones.values():
            phone.socket.close()
        self.recorder.close()
        self.folder.cleanup()


Mixing.TestCase.settings = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestMixing = Mixing.TestCase
