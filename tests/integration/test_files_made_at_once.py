"""Several processes that make the same file in the same moment: each finds it whole."""

import subprocess
import sys
from pathlib import Path

from roost.adapters.accounts.sqlite import SqliteAccounts
from roost.adapters.views.schema import open_views, prepare

AT_ONCE = 3
ROUNDS = 15


def open_all(folder: Path) -> None:
    """Opens another pair of files with each line of its input."""
    for number, _ in enumerate(sys.stdin):
        SqliteAccounts(folder / f"accounts-{number}.db").close()
        views = open_views(folder / f"views-{number}.db")
        prepare(views)
        views.dispose()
        print(number, flush=True)


def test_processes_that_start_together_do_not_lock_each_other_out(tmp_path: Path) -> None:
    command = [sys.executable, __file__, str(tmp_path)]
    pipe = subprocess.PIPE
    opening = [
        subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1)
        for _ in range(AT_ONCE)
    ]
    for number in range(ROUNDS):
        for one in opening:
            assert one.stdin is not None
            one.stdin.write("now\n")
        for one in opening:
            assert one.stdout is not None
            assert one.stdout.readline() == f"{number}\n"
    for one in opening:
        one.communicate(timeout=120)
        assert one.returncode == 0
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


if __name__ == "__main__":
    open_all(Path(sys.argv[1]))
