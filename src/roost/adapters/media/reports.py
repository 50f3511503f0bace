"""RTCP for each leg: what was sent and heard, every five seconds (RFC 3550, section 6)."""

from roost.adapters.media.leg import Leg
from roost.protocols.rtp import rtcp

CNAME = b"roost-media"
SMOOTHED = 4  # a new round trip counts so much less than those before


class Reporter:
    """Sends and reads the legs' reports. Counts what isn't a report."""

    def __init__(self) -> None:
        self.bad = 0

    def report(self, leg: Leg, now_us: int, wall_us: int) -> None:
        """The leg's report, when it's due."""
        if now_us < leg.report_due_us or not leg.sounds:
            return
        leg.report_due_us = now_us + rtcp.INTERVAL_US
        self._send(leg, self._packet(leg, now_us, wall_us))

    def goodbye(self, leg: Leg) -> None:
        if leg.sounds and leg.line.sent:
            self._send(leg, rtcp.build(leg.line.ssrc, None, (), CNAME, goodbye=True))

    def _packet(self, leg: Leg, now_us: int, wall_us: int) -> bytes:
        line, reception = leg.line, leg.reception
        sent = None
        if line.sent:
            passed = max(0, now_us - line.at_us) * 8 // 1_000
            sent = rtcp.Sent(rtcp.ntp(wall_us), line.timestamp + passed, line.sent, line.octets)
        blocks: tuple[rtcp.Block, ...] = ()
        if reception.stretch:
            since = (now_us - leg.last_sr_us) * 65_536 // 1_000_000 if leg.last_sr else 0
            blocks = (
                rtcp.Block(
                    reception.ssrc,
                    reception.fraction_lost(),
                    reception.lost,
                    reception.highest,
                    int(reception.jitter),
                    leg.last_sr,
                    since,
                ),
            )
        return rtcp.build(line.ssrc, sent, blocks, CNAME)

    def _send(self, leg: Leg, packet: bytes) -> None:
        address = leg.report_address()
        if address is None:
            return
        try:
            leg.rtcp.sendto(packet, address)
        except OSError:
            leg.send_errors += 1

    def readable(self, leg: Leg, now_us: int, wall_us: int) -> None:
        """Reports from the far end; only its own host is believed."""
        try:
            data, source = leg.rtcp.recvfrom(rtcp.MAX_COMPOUND)
        except OSError:
            return
        known = leg.latch.address or leg.latch.signalled
        if known is None or source[0] != known[0]:
            leg.strangers += 1
            return
        compound = rtcp.parse(data)
        if compound is None:
            self.bad += 1
            return
        for report in compound.reports:
            if report.sent is not None:
                leg.last_sr, leg.last_sr_us = rtcp.middle(report.sent.ntp), now_us
            for block in report.blocks:
                if block.ssrc == leg.line.ssrc:
                    leg.far_lost, leg.far_jitter = block.lost, block.jitter
                    trip = rtcp.round_trip_us(rtcp.ntp(wall_us), block)
                    if trip is not None:
                        before = leg.round_trip_us or trip
                        leg.round_trip_us = max(1, before + (trip - before) // SMOOTHED)
