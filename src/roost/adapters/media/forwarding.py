"""A packet's way through media: counted, recorded, sent on. The hottest code of the process.

The common case (a plain packet, next in its line, one listener, offsets laid) is one branch
without a call more than the two to the kernel; everything else takes the general way.
"""

import time
from collections.abc import Callable
from os import read, write
from typing import Final

from roost.adapters.media.leg import Leg, Relay
from roost.adapters.media.tracks import Recorder
from roost.protocols.rtp.packet import HEADER, MARKER, MAX_PACKET, PLAIN, parse

_unpack: Final = HEADER.unpack_from
_pack: Final = HEADER.pack


class Forwarder:
    """`on_digit` is told each digit once; `bad` and `send_errors` count."""

    __slots__ = ("_on_digit", "_recorder", "bad", "send_errors")

    def __init__(self, recorder: Recorder, on_digit: Callable[[Leg, str, int], None]) -> None:
        self._recorder = recorder
        self._on_digit = on_digit
        self.send_errors = 0
        self.bad = 0

    def readable(self, leg: Leg) -> None:
        """A latched leg's socket has a packet: takes one (the loop comes again for more)."""
        try:
            data = read(leg.fd, MAX_PACKET)
        except OSError:
            return  # refused by a far end that's gone: inactivity will tell
        now_us = time.monotonic_ns() // 1_000
        if len(data) < 13 or data[0] != PLAIN:
            self.general(leg, data, now_us)
            return
        _, second, sequence, timestamp, ssrc = _unpack(data)
        reception = leg.reception
        if (
            second != leg.payload_in
            or ssrc != reception.ssrc
            or sequence != (reception.highest + 1) & 0xFFFF
        ):
            self.general(leg, data, now_us)
            return
        reception.highest += 1
        reception.stretch += 1
        reception.received += 1
        transit = now_us * 0.008 - timestamp
        change = transit - reception.transit
        reception.transit = transit
        if change < 0:
            change = -change
        if change < 80_000:
            reception.jitter += (change - reception.jitter) * 0.0625
        leg.taken_us = now_us
        payload = data[12:]
        if leg.tracks:
            for track in leg.tracks:
                self._recorder.put(track, leg.a_law, now_us, timestamp, payload)
        if leg.voice is not None:
            leg.voice.put(timestamp, payload)
        relay = leg.heard_by[0] if leg.heard_by else None
        if relay is None or relay is not leg.heard_by[-1] or not relay.ready:
            for relay in leg.heard_by:
                self.relay_audio(relay, sequence, timestamp, payload, False, now_us, True)
            return
        listener, splice = relay.listener, relay.splice
        if relay.table is not None:
            payload = payload.translate(relay.table)
        line = listener.line
        line.sequence = sequence = (sequence + splice.sequence) & 0xFFFF
        line.timestamp = timestamp = (timestamp + splice.timestamp) & 0xFFFFFFFF
        line.at_us = now_us
        line.sent += 1
        line.octets += len(payload)
        try:
            write(
                listener.fd, _pack(PLAIN, relay.payload, sequence, timestamp, line.ssrc) + payload
            )
        except OSError:
            self.send_errors += 1

    def general(self, leg: Leg, data: bytes, now_us: int) -> None:
        """Any packet of a leg, from the right source."""
        packet = parse(data)
        if packet is None or not packet.payload:
            self.bad += 1
            return
        if packet.payload_type in (leg.payload_in, leg.payload):
            self._audio(leg, packet.sequence, packet.timestamp, packet.ssrc, packet.payload,
                        packet.marker, now_us)  # fmt: skip
        elif packet.payload_type in (leg.dtmf_in, leg.dtmf):
            self._event(leg, packet.sequence, packet.timestamp, packet.ssrc, packet.payload,
                        packet.marker, now_us)  # fmt: skip
        else:
            leg.unknown += 1
            leg.taken_us = now_us

    def _count(self, leg: Leg, sequence: int, timestamp: int, ssrc: int, now_us: int) -> bool:
        """Counts it; whether it's in order or ahead (not late, not doubled)."""
        reception = leg.reception
        highest = reception.highest
        leg.taken_us = now_us
        if not reception.take(ssrc, sequence, timestamp, now_us):
            leg.digits_in.restart()
            if leg.voice is not None:
                leg.voice.restart(leg.a_law)
            for relay in leg.heard_by:
                relay.splice.laid = False
            return True
        return reception.highest > highest

    def _audio(
        self,
        leg: Leg,
        sequence: int,
        timestamp: int,
        ssrc: int,
        payload: bytes,
        marker: bool,
        now_us: int,
    ) -> None:
        ahead = self._count(leg, sequence, timestamp, ssrc, now_us)
        for track in leg.tracks:
            self._recorder.put(track, leg.a_law, now_us, timestamp, payload)
        if leg.voice is not None:
            leg.voice.put(timestamp, payload)
        for relay in leg.heard_by:
            self.relay_audio(relay, sequence, timestamp, payload, marker, now_us, ahead)

    def relay_audio(
        self,
        relay: Relay,
        sequence: int,
        timestamp: int,
        payload: bytes,
        marker: bool,
        now_us: int,
        ahead: bool,
    ) -> None:
        """One packet to one listener. While a digit of ours is being sent, sound waits."""
        listener, splice = relay.listener, relay.splice
        if not listener.sounds:
            splice.laid = False
            return
        if listener.digits_out.busy:
            splice.laid = False
            return
        line = listener.line
        if not splice.laid:
            if not ahead:
                return  # a late packet of before
            splice.lay(line, sequence, timestamp, now_us)
            marker = True
        if relay.table is not None:
            payload = payload.translate(relay.table)
        out_sequence = (sequence + splice.sequence) & 0xFFFF
        out_timestamp = (timestamp + splice.timestamp) & 0xFFFFFFFF
        if ahead:
            line.sequence, line.timestamp, line.at_us = out_sequence, out_timestamp, now_us
            line.started = True
        line.sent += 1
        line.octets += len(payload)
        second = relay.payload | MARKER if marker else relay.payload
        listener.send(_pack(PLAIN, second, out_sequence, out_timestamp, line.ssrc) + payload)

    def _event(
        self,
        leg: Leg,
        sequence: int,
        timestamp: int,
        ssrc: int,
        payload: bytes,
        marker: bool,
        now_us: int,
    ) -> None:
        """Part of a digit: told once, passed through to whoever hears this leg and takes
        events; for the others it leaves no gap."""
        ahead = self._count(leg, sequence, leg_clock(leg, timestamp, now_us), ssrc, now_us)
        digit = leg.digits_in.take(timestamp, payload)
        for relay in leg.heard_by:
            listener, splice = relay.listener, relay.splice
            if not listener.sounds or listener.digits_out.busy:
                splice.laid = False
                continue
            if listener.dtmf is None:
                splice.skip()
                continue
            line = listener.line
            if not splice.laid:
                if not ahead:
                    continue
                splice.lay(line, sequence, timestamp, now_us)
                line.begin_event(now_us)
            out = (sequence + splice.sequence) & 0xFFFF
            if ahead:
                line.sequence = out
            line.sent += 1
            line.octets += len(payload)
            second = listener.dtmf | MARKER if marker else listener.dtmf
            listener.send(
                _pack(PLAIN, second, out, (timestamp + splice.timestamp) & 0xFFFFFFFF, line.ssrc)
                + payload
            )
        if digit is not None:
            self._on_digit(leg, digit, now_us)


def leg_clock(leg: Leg, timestamp: int, now_us: int) -> int:
    """A timestamp for counting an event's packets: they share one, so their transit would
    look like jitter; the one that leaves the transit as it was doesn't."""
    transit = leg.reception.transit
    return int(now_us * 0.008 - transit) if leg.reception.stretch else timestamp
