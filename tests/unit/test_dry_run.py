"""What the dry run says, as people read it."""

from rich.console import Console

from roost.cli.dry_run import show_consequences
from roost.floor.consequences import (
    AgentsChange,
    Consequences,
    PromiseChange,
    QueueChange,
    WaitingChange,
)

FOUND = Consequences(
    0,  # type: ignore[arg-type]
    (
        WaitingChange("C7", 5, "grid/bills", 80_000_000, rung="1003"),  # type: ignore[arg-type]
        WaitingChange("C8", 6, "grid/bills", 7_000_000, 3, 1, 2, 4),  # type: ignore[arg-type]
        WaitingChange("C9", 7, "grid/old", 7_000_000, left="overflowed"),  # type: ignore[arg-type]
        WaitingChange("C10", 8, "grid/meter", 7_000_000, 1, 1, 2, 0),  # type: ignore[arg-type]
    ),
    (
        QueueChange("grid/bills", 2, 1, 0, 1, 0, 2, 5, 2, 4),  # type: ignore[arg-type]
        QueueChange("grid/old", 1, 0, 0, 0, 1, 2, -1, 2, -1),  # type: ignore[arg-type]
        QueueChange("grid/meter", 1, 0, 0, 0, 0, 2, 3, 2, 0),  # type: ignore[arg-type]
        QueueChange("grid/new", 0, 0, 0, 0, 0, -1, 0, -1, 0),  # type: ignore[arg-type]
    ),
    (
        AgentsChange(("1001", "1002"), 1, ("grid/bills",), ("grid/old",)),  # type: ignore[arg-type]
        AgentsChange(tuple(str(n) for n in range(7)), 7, (), ("grid/meter",)),  # type: ignore[arg-type]
    ),
    (
        PromiseChange("grid/fast", 800_000, 925_000, 9, 10),
        PromiseChange("grid/new", -1, 500_000, 0, 0),
    ),
)
SAID = """\
Put in force now:
  grid-5  waits in bills 1:20  1003 is rung at once
  grid-6  waits in bills 0:07  earlier: place 3 → 1; people here who may take it 2 → 4
  grid-7  waits in old 0:07    leaves the queue: overflowed
  grid-8  waits in meter 0:07  people here who may take it 2 → 0 nobody
  grid/bills  people 2 → 5, here 2 → 4; 2 wait: 1 earlier, 1 rung
  grid/old    gone; 1 wait: 1 gone
  grid/meter  people 2 → 3, here 2 → 0; nobody who is here could serve it; 1 wait
  grid/new    new; nobody at all could serve it
  agent 1001, 1002 (1 here)                + grid/bills  - grid/old
  agent 0, 1, 2, 3, 4 and 2 more (7 here)  - grid/meter
  promise grid/fast  80 % → 92.5 %; 9 of 10 in time so far, missed as it stands
  promise grid/new   none → 50 %; 0 of 0 in time so far
"""


def said(found: Consequences | None) -> str:
    console = Console(width=120, no_color=True)
    with console.capture() as captured:
        show_consequences(found, console)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def test_whom_it_reaches_and_how() -> None:
    assert said(FOUND) == SAID


def test_nobody_is_touched_or_nothing_runs() -> None:
    assert said(Consequences(0)).startswith("Nobody who waits now")  # type: ignore[arg-type]
    assert said(None).startswith("No centre runs here")


def test_scripts_get_all_of_them_and_people_the_first() -> None:
    many = Consequences(0, FOUND.waiting * 10)  # type: ignore[arg-type]
    assert "and 20 more who wait" in said(many)
