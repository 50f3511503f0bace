"""What `roost apply --dry-run` says of this moment: whom it would reach, and how."""

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from roost.floor.consequences import Consequences
from roost.office.would_change import Line, Phrase, lines

MOST_SHOWN: Final = 20  # contacts; scripts get all of them
COLOURS: Final = {1: "green", 0: "", -1: "red"}


def show_consequences(found: Consequences | None, console: Console) -> None:
    """By whom it reaches: who waits, queues, agents, promises."""
    if found is None:
        console.print("No centre runs here: what it would do now can't be said.")
        return
    waiting, *others = lines(found)
    if not (waiting or any(others)):
        console.print("Nobody who waits now, no agent and no promise is touched by it.")
        return
    console.print(Text("Put in force now:", "bold"))
    for some in (waiting[:MOST_SHOWN], *others):
        _table(some, console)
    if len(waiting) > MOST_SHOWN:
        console.print(f"  … and {len(waiting) - MOST_SHOWN} more who wait")


def _table(some: Sequence[Line], console: Console) -> None:
    """Columns beside one another, the last as long as it is."""
    if not some:
        return
    widths = [
        max(len(part.en) for part in column)
        for column in zip(*(line.about for line in some), strict=True)
    ]
    for line in some:
        about = [f"{one.en:{width}}" for one, width in zip(line.about, widths, strict=True)]
        says = Text(line.joined).join(_coloured(one) for one in line.says)
        console.print(Text("  ").append("  ".join((*about, ""))).append(says), soft_wrap=True)


def _coloured(one: Phrase) -> Text:
    return Text(one.en, COLOURS[one.good])
