"""One leg: its sockets, its latch, what it sends and what it hears."""

import socket
from os import write
from typing import NamedTuple

from roost.adapters.media.latch import Address, Latch
from roost.adapters.media.playing import Play
from roost.adapters.media.tracks import Track
from roost.kernel.ids import ContactId, LegId
from roost.ports.media import Agreed, Anchored, Law, stands
from roost.protocols.rtp import g711
from roost.protocols.rtp.events import EventReader, EventWriter
from roost.protocols.rtp.jitter import JitterBuffer
from roost.protocols.rtp.line import Line, Splice
from roost.protocols.rtp.reception import Reception


class Relay:
    """`listener` hears `source`: the numbers' offsets, and the table from law to law."""

    __slots__ = ("gain_db", "listener", "payload", "source", "splice", "table")

    def __init__(self, source: "Leg", listener: "Leg", gain_db: int) -> None:
        self.source = source
        self.listener = listener
        self.gain_db = gain_db
        self.splice = Splice()
        self.table: bytes | None = None
        self.payload = 0
        self.fit()

    @property
    def ready(self) -> bool:
        """Whether a packet that's next in order needs nothing but its numbers rewritten."""
        listener = self.listener
        return self.splice.laid and listener.latched and not listener.digits_out.busy

    def fit(self) -> None:
        """After either end agreed anew: its codec, or that it hears nothing just now."""
        self.splice.laid = False
        self.payload = self.listener.payload
        self.table = g711.mapping(self.source.a_law, self.listener.a_law, self.gain_db)


class Mix:
    """What a leg hears when it hears several: each source with its gain."""

    __slots__ = ("parts",)

    def __init__(self, parts: "tuple[Part, ...]") -> None:
        self.parts = parts


class Counts(NamedTuple):
    """What was counted on a leg before its present attachment."""

    received: int = 0
    sent: int = 0
    lost: int = 0
    strangers: int = 0
    far_lost: int = 0


class Leg:
    """`heard_by` are the relays of what this leg sends, `voice` is it for mixes; `hears` is what
    it's sent: a relay, a play, a mix, or None. Times are microseconds of the process's
    monotonic clock.

    `own` and `home` are its name and its contact for life. `id` and `contact` are the same,
    except while a contact's leg is attached to a standing one: then it goes by that name."""

    __slots__ = (
        "a_law", "agreed", "anchored", "before", "closed", "contact", "digits_in", "digits_out",
        "dtmf", "dtmf_in", "far_jitter", "far_lost", "fd", "fresh", "heard_by", "hears", "home",
        "id", "interrupted", "last_sr", "last_sr_us", "latch", "latched", "line", "opened_us",
        "own", "payload", "payload_in", "play_table", "port", "reception", "report_due_us",
        "round_trip_us", "rtcp", "rtp", "send_errors", "silent_times", "sounds", "spoken_to",
        "stands", "stranger", "strangers", "taken_us", "tracks", "typed", "unknown", "voice",
    )  # fmt: skip

    def __init__(
        self,
        id: LegId,
        contact: ContactId,
        anchored: Anchored,
        sockets: tuple[socket.socket, socket.socket, socket.socket],
        line: Line,
        now_us: int,
    ) -> None:
        self.id = self.own = id
        self.contact = self.home = contact
        self.stands = stands(contact)
        self.anchored = anchored
        self.rtp, self.stranger, self.rtcp = sockets
        self.fd = self.rtp.fileno()
        self.port = anchored.port
        self.line = line
        self.agreed: Agreed | None = None
        self.a_law = True
        self.payload = 8
        self.dtmf: int | None = None
        self.payload_in = 8  # what it sends with; some send with their own number all the same
        self.dtmf_in: int | None = None
        self.latch = Latch()
        self.latched = False
        self.sounds = False  # whether packets can be sent to it
        self.reception = Reception()
        self.digits_in = EventReader()
        self.digits_out = EventWriter()
        self.heard_by: tuple[Relay, ...] = ()
        self.hears: Relay | Play | Mix | None = None
        self.voice: JitterBuffer | None = None  # as long as a mix hears it
        self.fresh = True  # its next packet of ours begins a talkspurt
        self.play_table: bytes | None = None  # the gain of the prompts that it hears
        # A matrix has let it hear something, or it stands: from then on never nothing.
        self.spoken_to = self.stands
        self.before = Counts()
        self.interrupted = False  # told, of what is attached
        self.tracks: tuple[Track, ...] = ()
        self.typed: list[tuple[int, str]] = []  # digits ahead of their collection
        self.strangers = 0
        self.unknown = 0  # packets that aren't what was agreed
        self.send_errors = 0
        self.opened_us = now_us
        self.taken_us = now_us  # its last packet, or since when one is expected
        self.silent_times = 0
        self.report_due_us = now_us
        self.last_sr = 0
        self.last_sr_us = 0
        self.far_lost = 0  # of what we sent, as the far end counts it
        self.far_jitter = 0
        self.round_trip_us = 0  # smoothed; 0: no report of the far end told it yet
        self.closed = False

    def agree(self, agreed: Agreed, now_us: int) -> None:
        """Signalling says where the far end is and what it speaks."""
        if not self.expected:
            self.taken_us, self.silent_times = now_us, 0  # silence counts from now
        self.agreed = agreed
        self.a_law = agreed.law is Law.PCMA
        self.payload = agreed.payload
        self.dtmf = agreed.dtmf_payload
        self.payload_in = agreed.payload if agreed.payload_in is None else agreed.payload_in
        self.dtmf_in = self.dtmf if agreed.dtmf_payload_in is None else agreed.dtmf_payload_in
        address = (agreed.host, agreed.port) if agreed.host and agreed.port else None
        if self.latch.signal(address, now_us):
            self.latched = False
        self.sounds = agreed.receives and (self.latched or address is not None)
        if self.voice is not None:
            self.voice.restart(self.a_law)
        heard = (self.hears,) if isinstance(self.hears, Relay) else ()
        for relay in (*self.heard_by, *heard):
            relay.fit()

    def settle(self, source: Address) -> None:
        """The latch has decided: from now on the kernel sorts this leg's packets out."""
        self.rtp.connect(source)
        self.latched = True
        self.sounds = self.agreed is not None and self.agreed.receives

    @property
    def sources(self) -> "tuple[Leg | Play, ...]":
        """All that it hears."""
        if isinstance(self.hears, Mix):
            return tuple(source for source, _ in self.hears.parts)
        if isinstance(self.hears, Relay):
            return (self.hears.source,)
        return (self.hears,) if self.hears is not None else ()

    @property
    def attached(self) -> bool:
        """Whether it stands, and goes by the name of a contact's leg."""
        return self.id != self.own

    def counts(self) -> Counts:
        """Of its whole life."""
        reception = self.reception
        return Counts(
            reception.received, self.line.sent, reception.lost, self.strangers, self.far_lost
        )

    @property
    def expected(self) -> bool:
        """Whether packets should be coming from it."""
        return self.agreed is not None and self.agreed.sends and bool(self.agreed.host)

    def send(self, packet: bytes) -> None:
        """Never blocks: what the kernel won't take now is lost, and counted."""
        try:
            if self.latched:
                write(self.fd, packet)
            elif self.latch.signalled is not None:
                self.rtp.sendto(packet, self.latch.signalled)
        except OSError:
            self.send_errors += 1

    def report_address(self) -> Address | None:
        """Where its RTCP goes: the port after RTP's."""
        address = self.latch.address or self.latch.signalled
        return (address[0], address[1] + 1) if address is not None else None

    def set_gain(self, gain_db: int) -> None:
        """Of the prompts that it hears."""
        self.play_table = g711.mapping(self.a_law, self.a_law, gain_db)


Part = tuple[Leg | Play, int]  # a source and its gain in decibels
