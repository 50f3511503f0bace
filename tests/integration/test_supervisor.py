"""The supervisor with small real programs as its children: start, death, adoption, stop."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from roost.processes import sockets, supervise
from roost.processes.settings import Launch, launch

CHILD = """
import os, signal, sys
from pathlib import Path
from roost.processes import settings, sockets, supervise
role, file = sys.argv[1], Path(sys.argv[2])
found = settings.read_launch(file)
held = sockets.inherited()
notes = found.places.data / "notes"
notes.mkdir(exist_ok=True)
(notes / f"{role}-{os.getpid()}").write_text(",".join(sorted(held)))
if (notes / f"refuse-{role}").exists():
    print("Mend your definitions first.")
    sys.exit(2)
supervise.tell_ready()
signal.sigwait({signal.SIGTERM, signal.SIGQUIT})
"""

UP = """
import sys
from pathlib import Path
from roost.processes import settings, supervise
found = settings.read_launch(Path(sys.argv[1]))
def say(line): print(line, flush=True)
it = supervise.Supervisor(found, say, (sys.executable, sys.argv[2]))
sys.exit(it.run(on_ready=lambda: say("ready")))
"""


def until(what: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    tick = threading.Event()
    while not what():
        assert time.monotonic() < end, f"not within {seconds} s"
        tick.wait(0.01)


class Centre:
    def __init__(self, folder: Path) -> None:
        port = sockets.free_port()
        sip = sockets.free_port()
        self.launch: Launch = launch(folder, folder / "data", port, sip)
        self.file = folder / "launch.json"
        self.file.write_bytes(msgspec.json.encode(self.launch))
        (folder / "child.py").write_text(CHILD)
        (folder / "up.py").write_text(UP)
        self.folder = folder
        self.runs: list[subprocess.Popen[str]] = []

    def up(self) -> "subprocess.Popen[str]":
        out = (self.folder / f"out-{len(self.runs)}").open("w")
        run = subprocess.Popen(
            [sys.executable, "up.py", str(self.file), "child.py"],
            cwd=self.folder, stdout=out, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.runs.append(run)
        return run

    def said(self, which: int = -1) -> str:
        number = which % len(self.runs)
        return (self.folder / f"out-{number}").read_text()

    def children(self) -> dict[str, int]:
        try:
            kept = msgspec.json.decode((self.launch.places.run / "children.json").read_bytes())
        except FileNotFoundError:
            return {}
        return {role: one["pid"] for role, one in kept.items()}

    def end(self) -> None:
        children = self.children()
        for run in self.runs:
            if run.poll() is None:
                run.kill()
                run.wait()
        for pid in children.values():
            if supervise.start_time(pid) is not None:
                os.kill(pid, signal.SIGKILL)


@pytest.fixture
def centre(tmp_path: Path) -> Iterator[Centre]:
    made = Centre(tmp_path)
    yield made
    made.end()


def test_a_dead_child_comes_back_with_its_sockets_and_a_stop_is_ordered(centre: Centre) -> None:
    run = centre.up()
    until(lambda: "ready" in centre.said())
    before = centre.children()
    assert set(before) == {"control", "media", "edge", "web", "worker"}
    os.kill(before["control"], signal.SIGKILL)
    until(lambda: "control is back" in centre.said())
    after = centre.children()
    assert after["control"] != before["control"]
    assert after["media"] == before["media"]
    held = (centre.launch.places.data / "notes" / f"control-{after['control']}").read_text()
    assert held == "link,sip_tcp,sip_udp"
    run.terminate()
    assert run.wait(10) == 0
    assert all(supervise.start_time(pid) is None for pid in after.values())
    assert centre.children() == {}


def test_the_next_supervisor_adopts_what_the_dead_one_left(centre: Centre) -> None:
    first = centre.up()
    until(lambda: "ready" in centre.said())
    before = centre.children()
    first.kill()
    first.wait()
    second = centre.up()
    until(lambda: "ready" in centre.said())
    assert centre.children() == before
    assert centre.said().count("adopted") == 5
    os.kill(before["web"], signal.SIGKILL)
    until(lambda: "web is back" in centre.said())
    second.terminate()
    assert second.wait(10) == 0
    assert all(supervise.start_time(pid) is None for pid in before.values())


def test_two_supervisors_never_share_a_data_folder(centre: Centre) -> None:
    centre.up()
    until(lambda: "ready" in centre.said())
    second = centre.up()
    assert second.wait(10) != 0
    assert "is running on" in centre.said()
    assert "--data" in centre.said()


def test_a_child_that_cannot_start_says_why_and_the_centre_stops(centre: Centre) -> None:
    notes = centre.launch.places.data / "notes"
    notes.mkdir(parents=True)
    (notes / "refuse-control").touch()
    run = centre.up()
    assert run.wait(10) == 1
    assert "Mend your definitions first." in centre.said()


def test_a_taken_port_is_named_with_the_mend(tmp_path: Path) -> None:
    made = launch(tmp_path, tmp_path, sockets.free_port(), sockets.free_port())
    with (
        sockets.open_one(made, "sip_udp"),
        pytest.raises(sockets.PortTaken, match=r"UDP port \d+ .* --sip-port"),
    ):
        sockets.open_one(made, "sip_udp")
