"""A source's packets as they come, its frames as they're due: delay, loss, pauses, clocks."""

from hypothesis import given
from hypothesis import strategies as st

from roost.protocols.rtp.jitter import FADES, MOST, START, WINDOW, JitterBuffer
from roost.protocols.rtp.packet import FRAME_SAMPLES


def sound(number: int) -> bytes:
    return bytes([number % 120]) * FRAME_SAMPLES


def fed(buffer: JitterBuffer, *numbers: int, first: int = 2**32 - 320) -> None:
    for number in numbers:
        buffer.put((first + 160 * number) & 0xFFFFFFFF, sound(number))


def test_it_begins_with_forty_milliseconds_and_follows_in_order() -> None:
    buffer = JitterBuffer(a_law=True)
    fed(buffer, 0)
    assert buffer.take() is None
    fed(buffer, 2, 1)  # out of order, over the clock's end
    assert [buffer.take() for _ in range(3)] == [sound(0), sound(1), sound(2)]


def test_a_lost_packet_fades_and_the_next_is_in_its_place() -> None:
    buffer = JitterBuffer(a_law=True)
    fed(buffer, 0, 1, 3)
    assert [buffer.take(), buffer.take()] == [sound(0), sound(1)]
    lost = buffer.take()
    assert lost is not None
    assert lost not in (sound(1), sound(3))
    assert buffer.take() == sound(3)
    assert buffer.concealed == 1


def test_what_comes_late_is_waited_for_and_heard() -> None:
    buffer = JitterBuffer(a_law=True)
    fed(buffer, 0, 1)
    for _ in range(4):
        buffer.take()  # two frames, then two that aren't there yet
    fed(buffer, 2, 3, 4)
    assert [buffer.take() for _ in range(3)] == [sound(2), sound(3), sound(4)]
    assert buffer.late == 0


def test_silence_follows_a_source_that_ends_and_it_begins_anew() -> None:
    buffer = JitterBuffer(a_law=True)
    fed(buffer, 0, 1)
    heard = [buffer.take() for _ in range(20)]
    assert heard[2 + FADES :] == [None] * (18 - FADES)
    fed(buffer, 500)
    assert buffer.take() is None
    fed(buffer, 501)
    assert [buffer.take(), buffer.take()] == [sound(500), sound(501)]


def test_more_than_needed_is_left_out_in_time() -> None:
    buffer = JitterBuffer(a_law=True)
    fed(buffer, *range(5))
    for number in range(5, 5 + 4 * WINDOW):
        assert buffer.take() is not None
        fed(buffer, number)
    assert buffer.skipped == 3
    assert buffer.held == START


def test_never_more_than_a_tenth_of_a_second_is_held() -> None:
    buffer = JitterBuffer(a_law=False)
    fed(buffer, *range(30))
    assert buffer.held == MOST
    assert buffer.take() == sound(25)


def test_packets_of_other_lengths_are_cut_into_frames() -> None:
    for length in (80, 240, 320, 480):
        buffer = JitterBuffer(a_law=True)
        whole = bytes(n % 251 for n in range(960))
        heard = b""
        for at in range(0, 960, length):
            buffer.put(7_000 + at, whole[at : at + length])
            while buffer.held > START:
                heard += buffer.take() or b""
        assert whole.startswith(heard)
        assert len(heard) >= 960 - START - 480


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.integers(0, 2**32 - 1), st.integers(1, 960)),
            st.tuples(st.integers(0, 4_000), st.integers(1, 960)),
        ),
        max_size=80,
    )
)
def test_whatever_comes_it_stays_within_its_bounds(
    moves: list[tuple[int, int] | None],
) -> None:
    buffer = JitterBuffer(a_law=True)
    for move in moves:
        if move is None:
            frame = buffer.take()
            assert frame is None or len(frame) == FRAME_SAMPLES
        else:
            buffer.put(move[0], bytes(move[1]))
        assert 0 <= buffer.held <= MOST
        assert len(buffer._cells) <= 2 + MOST // FRAME_SAMPLES
