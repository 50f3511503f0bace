"""Whatever a leg hears, in whatever order: its line never breaks."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from roost.adapters.media.aligning import Placer
from roost.protocols.rtp import rtcp
from roost.protocols.rtp.line import Line, Splice
from roost.protocols.rtp.packet import ahead16, ahead32, parse

#: (kind of source, packets, pause before it in ms, its first sequence, its first timestamp)
STRETCH = st.tuples(
    st.sampled_from(["prompt", "relay"]),
    st.integers(1, 20),
    st.integers(0, 5_000),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFFFFFF),
)


@given(st.lists(STRETCH, min_size=1, max_size=8), st.integers(0, 0xFFFF), st.integers(0, 2**32 - 1))
def test_a_line_is_unbroken_over_any_sources(
    stretches: list[tuple[str, int, int, int, int]], sequence: int, timestamp: int
) -> None:
    line, now_us = Line(1, sequence, timestamp), 0
    out: list[tuple[int, int, int]] = []
    for kind, packets, pause_ms, first, clock in stretches:
        now_us += 1_000 * pause_ms
        splice = Splice()
        for number in range(packets):
            now_us += 20_000
            if kind == "prompt":
                packet = parse(line.next(8, bytes(160), now_us, fresh=number == 0))
                assert packet is not None
                out.append((packet.sequence, packet.timestamp, now_us))
                continue
            theirs, their_clock = (first + number) & 0xFFFF, (clock + 160 * number) & 0xFFFFFFFF
            if not splice.laid:
                splice.lay(line, theirs, their_clock, now_us)
            line.sequence = (theirs + splice.sequence) & 0xFFFF
            line.timestamp = (their_clock + splice.timestamp) & 0xFFFFFFFF
            line.at_us, line.started = now_us, True
            out.append((line.sequence, line.timestamp, now_us))
    for before, after in pairwise(out):
        assert ahead16(after[0], before[0]) == 1
        passed = (after[2] - before[2]) * 8 // 1_000
        assert abs(ahead32(after[1], before[1]) - passed) <= 160


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_nothing(data: bytes) -> None:
    parse(data)
    rtcp.parse(data)


@given(st.lists(st.tuples(st.integers(0, 60_000), st.integers(-5, 5)), min_size=1, max_size=100))
def test_placing_follows_timestamps_within_jitter(moves: list[tuple[int, int]]) -> None:
    """Packets up to 60 ms late, swapped or lost: each stands where its timestamp says."""
    placer, first = Placer(0), None
    for number, (late_us, shift) in enumerate(moves):
        place = max(0, number + shift)
        position = placer.place(100_000 + 20_000 * place + late_us, 160 * place, 160)
        if first is None:
            first = position - 160 * place
        assert position - 160 * place == first
