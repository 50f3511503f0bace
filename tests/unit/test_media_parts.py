"""Media's decisions with the time as an argument: latching, collecting, placing, the ring."""

import base64
import io
import os
import socket
from pathlib import Path

import pytest

from roost.adapters.media import ring, track_file
from roost.adapters.media.aligning import MAX_DRIFT, Placer
from roost.adapters.media.bounds import LATCH_PATIENCE_US, LATCH_WINDOW_US
from roost.adapters.media.client import MediaClient
from roost.adapters.media.collecting import Collection, State
from roost.adapters.media.latch import Latch
from roost.adapters.media.matrix import objection
from roost.adapters.media.port_pairs import NoPort, PortPairs
from roost.adapters.media.recordings import RecordedTracks
from roost.adapters.media.testing import Commands, MemoryKeys, own_ports
from roost.adapters.media.tracks import Begin, Recorder, Track
from roost.adapters.media.wire import BadMessage, Deframer, Hello, TrackDone, frame
from roost.floor.effects import (
    CollectDigits,
    FromLeg,
    FromPrompts,
    Route,
    SendDigits,
    StartTrack,
    TrackPurpose,
)
from roost.kernel.ids import (
    ClientId,
    CollectId,
    ContactId,
    LegId,
    MediaId,
    Owner,
    PlayId,
    PromptId,
    TrackId,
)
from roost.kernel.time import DurationUs, InstantUs
from roost.ports.recordings import Side
from roost.protocols.rtp import g711

SIGNALLED, OTHER = ("192.0.2.1", 4_000), ("198.51.100.7", 5_000)
SECOND = 1_000_000


# --- latching ---


def test_the_signalled_address_latches_at_once() -> None:
    latch = Latch()
    latch.signal(SIGNALLED, 0)
    assert latch.take(SIGNALLED, 1, 1, 0)
    assert not latch.take(OTHER, 1, 2, 0)


def test_before_signalling_nobody_latches() -> None:
    assert not Latch().take(OTHER, 1, 1, 0)


def test_a_steady_other_source_latches_after_its_patience() -> None:
    latch = Latch()
    latch.signal(SIGNALLED, 0)
    taken = [latch.take(OTHER, 1, n, LATCH_PATIENCE_US + n) for n in range(4)]
    assert taken == [False, False, True, True]


def test_a_source_that_jumps_about_never_latches() -> None:
    latch = Latch()
    latch.signal(SIGNALLED, 0)
    for n in range(20):
        assert not latch.take(OTHER, 1, n * 50, SECOND)
        assert not latch.take(("198.51.100.8", n), 1, n, SECOND)


def test_after_the_window_only_the_signalled_one_may() -> None:
    latch = Latch()
    latch.signal(SIGNALLED, 0)
    late = LATCH_WINDOW_US + 1
    assert not any(latch.take(OTHER, 1, n, late) for n in range(10))
    assert latch.take(SIGNALLED, 1, 1, late)


def test_only_another_address_from_signalling_lifts_it() -> None:
    latch = Latch()
    latch.signal(SIGNALLED, 0)
    latch.take(SIGNALLED, 1, 1, 0)
    assert not latch.signal(SIGNALLED, 1)
    assert latch.signal(OTHER, 2)
    assert not latch.take(SIGNALLED, 1, 2, 3)
    assert latch.take(OTHER, 1, 1, 3)


# --- collecting ---


def asked(most: int = 4, barge_in: bool = True, terminators: str = "#") -> CollectDigits:
    return CollectDigits(
        ContactId("C1"),
        MediaId("m1"),
        LegId("l"),
        CollectId("d"),
        most,
        terminators,
        DurationUs(5 * SECOND),
        DurationUs(2 * SECOND),
        barge_in,
        False,
    )


def test_the_first_clock_runs_from_the_end_of_the_prompt() -> None:
    collection = Collection(asked(), 0, playing=True)
    collection.tick(60 * SECOND)
    assert not collection.over
    collection.play_ended(60 * SECOND)
    collection.tick(65 * SECOND - 1)
    assert not collection.over
    collection.tick(65 * SECOND)
    assert (collection.ended_by, collection.digits) == ("silence", "")


def test_a_digit_interrupts_and_starts_the_next_clock() -> None:
    collection = Collection(asked(), 0, playing=True)
    assert collection.digit("1", SECOND)
    assert collection.state is State.NEXT
    assert not collection.digit("2", 2 * SECOND)
    collection.tick(4 * SECOND)
    assert (collection.ended_by, collection.digits) == ("silence", "12")


def test_without_barge_in_digits_during_the_prompt_are_dropped() -> None:
    collection = Collection(asked(barge_in=False), 0, playing=True)
    assert not collection.digit("1", SECOND)
    collection.play_ended(2 * SECOND)
    collection.digit("2", 3 * SECOND)
    assert collection.digits == "2"


def test_enough_and_a_terminator_end_it() -> None:
    enough = Collection(asked(most=2), 0, playing=False)
    for digit in "123":
        enough.digit(digit, 1)
    assert (enough.digits, enough.ended_by) == ("12", "enough")
    short = Collection(asked(), 0, playing=False)
    for digit in "1#":
        short.digit(digit, 1)
    assert (short.digits, short.ended_by) == ("1", "terminator")


def test_a_prompt_that_begins_later_stops_the_first_clock() -> None:
    collection = Collection(asked(), 0, playing=False)
    collection.play_started()
    collection.tick(60 * SECOND)
    assert not collection.over


# --- matrices ---


def test_a_matrix_that_makes_no_sense_is_refused() -> None:
    a, b, c = LegId("a"), LegId("b"), LegId("c")
    assert objection((Route(FromLeg(a), b), Route(FromLeg(b), a), Route(FromLeg(a), c))) is None
    assert objection((Route(FromLeg(a), c), Route(FromLeg(b), c, -6))) is None
    assert "twice" in (objection((Route(FromLeg(a), c), Route(FromLeg(a), c, -6))) or "")
    assert "itself" in (objection((Route(FromLeg(a), a),)) or "")
    assert "gain" in (objection((Route(FromLeg(a), b, 99),)) or "")
    two = (PromptId("x"),), (PromptId("y"),)
    plays = [
        Route(FromPrompts(PlayId("p"), prompts), leg)
        for prompts, leg in zip(two, (a, b), strict=True)
    ]
    assert "two lists" in (objection(tuple(plays)) or "")


# --- placing ---


def test_jitter_moves_nothing_and_silence_leaves_its_gap() -> None:
    placer = Placer(started_us=1_000)
    assert placer.place(21_000, 5_000, 160) == 160
    assert placer.place(43_500, 5_160, 160) == 320  # 2.5 ms late
    assert placer.place(1_041_000, 13_160, 160) == 8_320  # a second of silence suppression
    assert placer.place(1_041_500, 13_000, 160) == 8_160  # one before it, late
    assert placer.end == 8_480


def test_a_restarted_clock_stands_where_it_arrives() -> None:
    placer = Placer(0)
    placer.place(0, 1_000, 160)
    assert placer.place(20_000, 900_000_000, 160) == 160
    assert placer.place(40_000, 900_000_160, 160) == 320
    far = placer.place(2_000_000, 900_000_320, 160)  # timestamps stood still for two seconds
    assert abs(far - 16_000) <= MAX_DRIFT


# --- the ring ---


@pytest.fixture
def small_ring() -> tuple[ring.Putter, ring.Taker]:
    handle = ring.make(4_096)
    return ring.Putter(handle, 4_096), ring.Taker(handle, 4_096)


def test_what_is_put_is_taken_in_order_over_many_rounds(
    small_ring: tuple[ring.Putter, ring.Taker],
) -> None:
    putter, taker = small_ring
    found: list[tuple[int, bytes]] = []
    for number in range(500):
        assert putter.put(ring.AUDIO_A, 1, number, number, os.urandom(number % 300))
        found += [(r.timestamp, r.payload) for r in taker.take()]
    found += [(r.timestamp, r.payload) for r in taker.take(last=True)]
    assert [timestamp for timestamp, _ in found] == list(range(500))
    assert [len(payload) for _, payload in found] == [number % 300 for number in range(500)]


def test_a_full_ring_takes_nothing_and_loses_nothing(
    small_ring: tuple[ring.Putter, ring.Taker],
) -> None:
    putter, taker = small_ring
    count = 0
    while putter.put(ring.AUDIO_A, 1, 0, count, bytes(100)):
        count += 1
    assert count == 4_096 // 120
    taker.take()
    assert [r.timestamp for r in taker.take()] == list(range(count))
    assert putter.put(ring.AUDIO_A, 1, 0, count, bytes(100))


def begun(recorder: Recorder) -> Track:
    asked = StartTrack(
        ContactId("C1"),
        ClientId("grid"),
        MediaId("m1"),
        LegId("l"),
        TrackId("t"),
        TrackPurpose.RECORDING,
        DurationUs(0),
    )
    del recorder
    return Track(Begin(1, asked, bytes(32), b"w", 0, 0))


def test_a_full_ring_drops_counts_and_marks_the_gap(tmp_path: Path) -> None:
    done: list[TrackDone] = []
    recorder = Recorder(str(tmp_path), done.append, size=4_096)
    track = begun(recorder)
    for number in range(60):  # 1.2 s: more than the ring holds
        recorder.put(track, True, number * 20_000, number * 160, bytes(160))
    assert recorder.dropped_packets >= 30
    taker = ring.Taker(recorder.ring_handle, 4_096)
    taker.take()
    before = taker.take()
    for number in range(60, 72):
        recorder.put(track, True, number * 20_000, number * 160, bytes(160))
    after = taker.take(last=True)
    assert [r.kind for r in before[:2]] == [ring.AUDIO_A] * 2
    assert after[-1].kind == ring.AUDIO_A
    gaps = [r.timestamp for r in (*before, *after) if r.kind == ring.GAP]
    assert sum(gaps) == track.gap == 160 * recorder.dropped_packets
    heard = sum(len(r.payload) for r in (*before, *after))
    assert heard + track.gap + 160 * len(track.run) == 11_520


# --- a track's file ---


def head() -> track_file.Head:
    return track_file.Head("t", "C1", "l", Owner("grid"), "recording", 5, "")


def written(path: Path, key: bytes, last: bool = True) -> None:
    with path.open("w+b", buffering=0) as file:
        writer = track_file.TrackWriter(file, head(), key)
        for number in range(5):
            writer.add(track_file.AUDIO_A, 160 * number, bytes([number]) * 160)
            writer.flush()
        writer.add(track_file.GAP, 800, (320).to_bytes(4, "little"))
        writer.add(track_file.END, 1_600, b"")
        if last:
            writer.flush(last=True)
        assert writer.size == file.tell()


def test_a_track_is_read_as_it_was_written(tmp_path: Path) -> None:
    path, key = tmp_path / "a.track", os.urandom(32)
    written(path, key)
    track = track_file.read(path, lambda owner, wrapped: key)
    assert (track.length, track.gap, track.complete) == (1_600, 320, True)
    assert [record.position for record in track.records] == [0, 160, 320, 480, 640]
    assert bytes([3]) * 16 not in path.read_bytes()


def test_an_interrupted_track_is_read_as_far_as_it_goes_and_goes_on(tmp_path: Path) -> None:
    path, key = tmp_path / "a.track", os.urandom(32)
    written(path, key, last=False)
    with path.open("ab") as file:
        file.write(track_file.CHUNK.pack(0, 5, 100) + b"half a chunk")
    track = track_file.read(path, lambda owner, wrapped: key)
    assert not track.complete
    assert track.length == 800
    file, number, place = track_file.reopen(path)
    with file:
        writer = track_file.TrackWriter(file, head(), key, number, place)
        writer.add(track_file.AUDIO_A, 800, bytes(160))
        writer.add(track_file.END, 960, b"")
        writer.flush(last=True)
    track = track_file.read(path, lambda owner, wrapped: key)
    assert (track.length, track.complete) == (960, True)


def test_a_changed_track_isnt_read(tmp_path: Path) -> None:
    path, key = tmp_path / "a.track", os.urandom(32)
    written(path, key)
    whole = path.read_bytes()
    with pytest.raises(track_file.BadTrack, match="key"):
        track_file.read(path, lambda owner, wrapped: None)
    with pytest.raises(track_file.BadTrack, match="chunk 0"):
        track_file.read(path, lambda owner, wrapped: os.urandom(32))
    for place in (30, len(whole) - 20):
        changed = bytearray(whole)
        changed[place] ^= 1
        path.write_bytes(changed)
        with pytest.raises(track_file.BadTrack):
            track_file.read(path, lambda owner, wrapped: key)
    size = track_file.CHUNK.size + 167 + 16
    first = whole.index(track_file.CHUNK.pack(0, 1, 183))
    path.write_bytes(whole[:first] + whole[first + size :])  # a chunk left out of the middle
    with pytest.raises(track_file.BadTrack):
        track_file.read(path, lambda owner, wrapped: key)
    path.write_bytes(b"RIFF" + bytes(100))
    with pytest.raises(track_file.BadTrack):
        track_file.read(path, lambda owner, wrapped: key)


def test_a_full_disk_leaves_a_gap_not_half_a_chunk(tmp_path: Path) -> None:
    class Filling(io.FileIO):
        full = False

        def write(self, data) -> int:  # a disk takes some of it, then nothing
            if not self.full:
                return super().write(data)
            if len(data) > 50:
                return super().write(data[:50])
            raise OSError(28, "No space left on device")

    path, key = tmp_path / "a.track", os.urandom(32)
    with Filling(path, "w+b") as file:
        writer = track_file.TrackWriter(file, head(), key)
        for number in range(4):
            file.full = number in (1, 2)
            writer.add(track_file.AUDIO_A, 160 * number, bytes([number]) * 160)
            if file.full:
                with pytest.raises(OSError, match="space"):
                    writer.flush()
            else:
                writer.flush()
        writer.flush(last=True)
        assert writer.size == path.stat().st_size
    track = track_file.read(path, lambda owner, wrapped: key)
    assert [record.position for record in track.records] == [0, 480]
    assert track.complete


def test_recordings_open_for_their_client_only(tmp_path: Path) -> None:
    keys = MemoryKeys()
    made = keys.new(Owner("grid"))
    wrapped = base64.b64encode(made.wrapped).decode()
    for name, started_us, code in (("a", 1_000_000, 0xAA), ("b", 1_500_000, 0x2A)):
        about = track_file.Head(name, "C1", name, Owner("grid"), "recording", started_us, wrapped)
        with (tmp_path / f"{name}.track").open("w+b", buffering=0) as file:
            writer = track_file.TrackWriter(file, about, made.data)
            writer.add(track_file.AUDIO_A, 800, bytes([code]) * 160)
            writer.add(track_file.PAUSE, 1_600, b"\x01")
            writer.add(track_file.PAUSE, 2_400, b"\x00")
            writer.add(track_file.END, 4_000, b"")
            writer.flush(last=True)
    recordings, grid = RecordedTracks(tmp_path, keys), ClientId("grid")
    both = [Side("a.track", InstantUs(0), True), Side("b.track", InstantUs(0), False)]
    sound = recordings.open(grid, both)
    assert sound is not None
    assert sound.size == 44 + 4 * 8_000  # half a second between them, half a second each
    samples = g711.from_bytes(sound.read(0, 10**9)[44:])
    left, right = samples[0::2], samples[1::2]
    assert [n for n, sample in enumerate(left) if sample] == list(range(800, 960))
    assert [n for n, sample in enumerate(right) if sample] == list(range(4_800, 4_960))
    assert (left[800], right[4_800]) == (32_256, -32_256)
    assert sound.read(sound.size, 10) == b""
    outline = recordings.waveform(grid, both, 100)  # 8 ms, or 80 samples, for each pair
    assert outline is not None
    assert (outline.started, outline.length_us) == (1_000_000, 1_000_000)
    assert outline.pauses == sound.pauses == ((200_000, 300_000), (700_000, 800_000))
    caller, agent = outline.peaks
    assert [n for n in range(100) if caller[2 * n + 1]] == [10, 11]
    assert [n for n in range(100) if agent[2 * n]] == [60, 61]
    assert (caller[20:22], agent[120:122]) == ((0, 126), (-126, 0))
    assert recordings.waveform(ClientId("bank"), both, 10) is None
    mono = recordings.open(grid, both[:1])
    assert mono is not None
    assert mono.size == 44 + 2 * 4_000
    assert recordings.open(ClientId("bank"), both) is None
    assert recordings.open(grid, [Side("gone.track", InstantUs(0), True)]) is None
    assert recordings.open(grid, [Side("../a.track", InstantUs(0), True)]) is None
    assert recordings.open(grid, []) is None
    keys.destroy(Owner("grid"))
    assert recordings.open(grid, both) is None


def test_an_owners_key_opens_that_owners_tracks_only() -> None:
    keys = MemoryKeys()
    made = keys.new(Owner("grid"))
    assert keys.unwrap(Owner("grid"), made.wrapped) == made.data
    keys.new(Owner("bank"))
    assert keys.unwrap(Owner("bank"), made.wrapped) is None
    keys.destroy(Owner("grid"))
    assert keys.unwrap(Owner("grid"), made.wrapped) is None


# --- ports and the wire ---


def test_ports_are_pairs_and_run_out() -> None:
    pairs = PortPairs("127.0.0.1", 47_101, 47_106)
    first, second = pairs.take(), pairs.take()
    assert {first[0] % 2, second[0] % 2} == {0}
    with pytest.raises(NoPort):
        pairs.take()
    for _, *opened in (first, second):
        for one in opened:
            one.close()
    pairs.give_back(first[0])
    again = pairs.take()
    assert again[0] == first[0]
    for one in again[1:]:
        one.close()


def test_messages_come_out_however_they_are_cut() -> None:
    data = frame(Hello(1)) + frame(Hello(2))
    for size in (1, 3, len(data)):
        deframer = Deframer()
        bodies = [
            body for at in range(0, len(data), size) for body in deframer.feed(data[at : at + size])
        ]
        assert len(bodies) == 2
    with pytest.raises(BadMessage):
        Deframer().feed(b"\xff\xff\xff\xff")


def test_keys_that_cannot_be_pressed_are_dropped_and_named_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = MediaClient({MediaId("m1"): tmp_path / "none"}, 1, Commands(), MemoryKeys())
    for media in (MediaId("m1"), MediaId("m9")):
        client.perform(SendDigits(media, ContactId("C1"), LegId("l"), "4929"))
    assert len(caplog.records) == 2
    assert "4929" not in caplog.text
    assert not client._links[MediaId("m1")]._pending


def test_a_rig_takes_a_range_of_which_nobody_holds_a_port() -> None:
    first, last = own_ports(7)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somebody:
        somebody.bind(("127.0.0.1", first + 51))
        other, _ = own_ports(7)
        assert other not in range(first, last + 1)


def test_an_address_that_was_left_does_not_take_turns_with_the_new_one() -> None:
    """A phone goes on sending from the line that it holds; the other line's sound comes from a
    port that its description doesn't name."""
    latch = Latch()
    latch.signal(("192.0.2.1", 4_000), 0)
    assert latch.take(("192.0.2.1", 4_000), 1, 1, 0)
    assert latch.signal(("10.0.0.9", 5_000), 1_000_000)
    took = False
    for n in range(20):
        now = 1_000_000 + n * 20_000
        assert not latch.take(("192.0.2.1", 4_000), 1, 2 + n, now)
        took = latch.take(("192.0.2.1", 5_000), 2, n, now) or took
    assert took
    assert latch.address == ("192.0.2.1", 5_000)
