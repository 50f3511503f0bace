"""The owners' keys: wrapped by a master that lies elsewhere, renewed, destroyed, at any crash."""

import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from roost.adapters.media import track_file
from roost.adapters.store.keys import KeyFile
from roost.adapters.store.master import KeysExposed, KeysUnusable, MasterMissing, beside
from roost.adapters.store.sqlite import SqliteStore
from roost.adapters.store.track_keys import FileTrackKeys
from roost.kernel.ids import Owner, StreamName, VaultId
from roost.kernel.messages import Event, VaultPut
from roost.office.audit.messages import KeyDestroyed, KeyRenewed
from roost.ports.log import Batch, Tried
from roost.processes.custody import Custody
from roost.processes.places import Places
from roost.processes.settings import BadSettings, launch

HOUSE, GRID = Owner("house"), Owner("power-grid")
CELL = StreamName("cell-1")


class PowerCut(BaseException):
    """The machine stops here."""


class Cutting:
    """Fails the so-manieth time that something is to reach the disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._at, self._seen = -1, 0
        for name in ("replace", "fsync", "pwrite", "write", "unlink"):
            monkeypatch.setattr(os, name, self._wrapped(getattr(os, name)))

    def _wrapped(self, real: Callable[..., object]) -> Callable[..., object]:
        def called(*arguments: object, **named: object) -> object:
            self._seen += 1
            if self._seen == self._at:
                raise PowerCut
            return real(*arguments, **named)

        return called

    def cut_at(self, step: int, action: Callable[[], object]) -> bool:
        """Whether it was cut; False: it came to its end before."""
        self._at, self._seen = step, 0
        try:
            action()
        except PowerCut:
            return True
        finally:
            self._at = -1
        return False


@pytest.fixture
def cutting(monkeypatch: pytest.MonkeyPatch) -> Cutting:
    return Cutting(monkeypatch)


def keys_in(folder: Path) -> KeyFile:
    folder.mkdir(exist_ok=True)
    return KeyFile(folder / "keys.json")


def test_without_the_master_nothing_opens_and_the_words_say_what_to_do(tmp_path: Path) -> None:
    data = tmp_path / "data"
    sealed = keys_in(data).seal(HOUSE, b"personal", b"v")
    master = beside(data)
    assert master.stat().st_mode & 0o777 == 0o600
    assert "Keep a copy" in master.read_text()
    kept = master.read_bytes()
    master.unlink()
    with pytest.raises(MasterMissing, match="put back your copy"):
        keys_in(data).open(HOUSE, sealed, b"v")
    keys_in(tmp_path / "other").ensure(HOUSE)
    beside(tmp_path / "other").rename(master)
    with pytest.raises(MasterMissing, match="holds another one"):
        keys_in(data).open(HOUSE, sealed, b"v")
    master.write_bytes(kept)
    assert keys_in(data).open(HOUSE, sealed, b"v") == b"personal"
    master.chmod(0o640)
    with pytest.raises(KeysExposed, match="chmod 600"):
        keys_in(data).open(HOUSE, sealed, b"v")


def test_the_key_file_tells_no_key_and_a_key_is_nobody_elses(tmp_path: Path) -> None:
    keys = keys_in(tmp_path)
    sealed = keys.seal(HOUSE, b"personal", b"v")
    keys.ensure(GRID)
    assert keys.open(GRID, sealed, b"v") is None
    assert keys.open(HOUSE, sealed, b"w") is None
    text = (tmp_path / "keys.json").read_text()
    own, other = keys.owners()[HOUSE], keys.owners()[GRID]
    swapped = text.replace(own.keys[1].wrapped, other.keys[1].wrapped)
    (tmp_path / "keys.json").write_text(swapped)
    with pytest.raises(KeysUnusable, match="was changed"):
        keys_in(tmp_path).open(HOUSE, sealed, b"v")


def test_a_key_is_renewed_while_the_old_one_opens_until_it_is_retired(tmp_path: Path) -> None:
    keys, other = keys_in(tmp_path), keys_in(tmp_path)
    before = keys.seal(HOUSE, b"before", b"")
    index = keys.index_key(HOUSE)
    assert keys.renew(HOUSE) == 2
    after = other.seal(HOUSE, b"after", b"")
    assert other.open(HOUSE, before, b"") == b"before"
    (gone,) = other.retire(HOUSE, 2)
    assert gone.version == 1
    assert keys.open(HOUSE, before, b"") is None
    assert keys.tried(HOUSE, before, b"") == Tried(gone=1)
    assert keys.open(HOUSE, after, b"") == b"after"
    assert keys.index_key(HOUSE) == index  # its tokens stand in the log
    keys.destroy(HOUSE)
    assert other.index_key(HOUSE) is None
    again = other.seal(HOUSE, b"again", b"")
    assert keys.open(HOUSE, after, b"") is None
    assert keys.open(HOUSE, again, b"") == b"again"
    assert [one.version for one in keys.owners()[HOUSE].gone] == [1, 2]


@pytest.mark.parametrize("change", ["renew", "retire", "master", "new"])
def test_a_power_cut_at_any_step_costs_no_value(
    tmp_path: Path, cutting: Cutting, change: str
) -> None:
    step, cut = 0, True
    while cut:
        step += 1
        folder = tmp_path / str(step)
        keys = keys_in(folder)
        keys.seal(HOUSE, b"old", b"")
        if change == "retire":
            keys.renew(HOUSE)
        sealed = keys.seal(HOUSE, b"personal", b"")
        action: dict[str, Callable[[], object]] = {
            "renew": lambda keys=keys: keys.renew(HOUSE),
            "retire": lambda keys=keys: keys.retire(HOUSE, 2),
            "master": keys.rotate_master,
            "new": lambda keys=keys: keys.ensure(GRID),
        }
        cut = cutting.cut_at(step, action[change])
        for after in (keys, keys_in(folder)):
            assert after.open(HOUSE, sealed, b"") == b"personal"
            assert after.seal(GRID, b"x", b"")
        action[change]()
        assert not keys_in(folder).half_rotated()
        assert keys_in(folder).open(HOUSE, sealed, b"") == b"personal"
    assert step >= 5


def test_the_old_master_opens_nothing_after_its_change(tmp_path: Path) -> None:
    data = tmp_path / "data"
    keys = keys_in(data)
    sealed = keys.seal(HOUSE, b"personal", b"")
    old = beside(data).read_bytes()
    before = keys.master_fingerprint()
    assert keys.rotate_master() != before
    assert keys_in(data).open(HOUSE, sealed, b"") == b"personal"
    beside(data).write_bytes(old)
    with pytest.raises(MasterMissing):
        keys_in(data).open(HOUSE, sealed, b"")


def test_the_master_may_lie_anywhere_but_in_the_data(tmp_path: Path) -> None:
    (tmp_path / "roost.toml").write_text('master_key = ".roost/master"')
    with pytest.raises(BadSettings, match="inside the data folder"):
        launch(tmp_path)
    (tmp_path / "roost.toml").write_text('master_key = "elsewhere/master"')
    places = launch(tmp_path).places
    places.data.mkdir()
    KeyFile(places.keys, places.master).ensure(HOUSE)
    assert (tmp_path / "elsewhere" / "master").exists()


# --- a centre's data ---


class Centre:
    """Two values and a recording of each of two clients."""

    def __init__(self, data: Path) -> None:
        self.places, self.noted = Places(data), list[Event]()
        self.keys = KeyFile(self.places.keys, self.places.master)
        self.store = SqliteStore(self.places.streams, self.keys)
        self.places.recordings.mkdir(parents=True)
        for owner in (HOUSE, GRID):
            self.put(owner, "one", b"1380000")
            self.put(owner, "two", b"a note")
            self.record(owner)

    def put(self, owner: Owner, place: str, value: bytes) -> None:
        with closing(self.store.writer(CELL)) as writer:
            writer.append(Batch((), [VaultPut(VaultId(place), owner, value)]))

    def record(self, owner: Owner) -> None:
        made = FileTrackKeys(self.keys).new(owner)
        wrapped = track_file.base64.b64encode(made.wrapped).decode()
        head = track_file.Head(f"{owner}-t", "C1", "l", owner, "recording", 5, wrapped)
        file, _ = track_file.create(self.places.recordings, head.track)
        with file:
            writer = track_file.TrackWriter(file, head, made.data)
            writer.add(track_file.AUDIO_A, 0, bytes(160))
            writer.flush(last=True)

    def custody(self) -> Custody:
        return Custody(self.places, self.noted.append, lambda _: None)

    def reads(self, owner: Owner) -> list[bytes | None]:
        vault = self.store.vault(CELL)
        values = [vault.reveal(owner, VaultId(place)) for place in ("one", "two")]
        path = self.places.recordings / f"{owner}-t.track"
        try:
            track = track_file.read(path, FileTrackKeys(self.keys).unwrap)
        except track_file.BadTrack:
            return [*values, None]
        return [*values, track.records[0].payload]


ALL = [b"1380000", b"a note", bytes(160)]


def test_everything_of_a_client_is_sealed_under_its_new_key(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "data")
    done = centre.custody().rotate(HOUSE)
    assert (done.version, done.resealed.values, done.resealed.tracks) == (2, 2, 1)
    assert len(done.destroyed) == 1
    assert centre.reads(HOUSE) == centre.reads(GRID) == ALL
    assert [type(event) for event in centre.noted] == [KeyRenewed, KeyDestroyed]
    assert all(proof.sound for proof in map(centre.custody().prove, (HOUSE, GRID)))
    assert centre.custody().prove(HOUSE).values == Tried(opened=2)


def test_a_key_that_is_renewed_meanwhile_costs_nothing(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "data")

    def meanwhile(_: float) -> None:
        if len(centre.keys.owners()[HOUSE].keys) == 2:
            centre.put(HOUSE, "one", b"1380001")
            centre.keys.renew(HOUSE)

    done = Custody(centre.places, centre.noted.append, meanwhile).rotate(HOUSE)
    assert (done.version, len(done.destroyed)) == (2, 1)
    assert centre.reads(HOUSE) == [b"1380001", *ALL[1:]]
    assert centre.custody().unfinished() == [HOUSE]
    assert centre.custody().finish(HOUSE).version == 3
    assert centre.reads(HOUSE) == [b"1380001", *ALL[1:]]
    assert centre.custody().finish(HOUSE).destroyed == ()


def test_a_rotation_cut_at_any_step_is_brought_to_its_end(tmp_path: Path, cutting: Cutting) -> None:
    step, cut = 0, True
    while cut:
        step += 1
        centre = Centre(tmp_path / str(step))
        cut = cutting.cut_at(step, lambda centre=centre: centre.custody().rotate(HOUSE))
        journal = centre.places.recordings / "rewrapping.json"
        if not journal.exists():  # else one track's key may be half written until it's finished
            assert centre.reads(HOUSE) == ALL
        centre.custody().rotate(HOUSE)
        assert centre.reads(HOUSE) == ALL
        assert centre.custody().unfinished() == []
        assert centre.custody().prove(HOUSE).sound
    assert step > 12


def test_a_clients_key_is_destroyed_with_proof_and_the_others_stays(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "data")
    proof = centre.custody().destroy(HOUSE)
    assert proof.sound
    assert (proof.values, proof.tracks) == (Tried(gone=2), Tried(gone=1))
    assert not proof.index
    (noted,) = centre.noted
    assert isinstance(noted, KeyDestroyed)
    assert noted.fingerprints == proof.destroyed
    assert centre.reads(HOUSE) == [None, None, None]
    assert centre.reads(GRID) == ALL
    centre.put(HOUSE, "one", b"who calls again")  # it came back: what's gone stays gone
    again = centre.custody().prove(HOUSE)
    assert again.sound
    assert again.values == Tried(opened=1, gone=1)


def test_a_changed_value_is_found(tmp_path: Path) -> None:
    centre = Centre(tmp_path / "data")
    path = centre.places.recordings / f"{HOUSE}-t.track"
    raw = path.read_bytes()
    head = track_file.wrapped_of(track_file.read_head(path.open("rb"))[0])
    shown = track_file.base64.b64encode(head)
    path.write_bytes(raw.replace(shown, shown[:40] + shown[41:42] + shown[40:41] + shown[42:]))
    proof = centre.custody().prove(HOUSE)
    assert proof.tracks.broken == 1
    assert not proof.sound
