"""What `roost apply --dry-run` says of this moment: whom it would reach, and how."""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from rich.console import Console
from rich.text import Text

from roost.cli.board import clock
from roost.definitions import Change
from roost.floor.consequences import (
    AgentsChange,
    Consequences,
    PromiseChange,
    QueueChange,
    WaitingChange,
)

MOST_SHOWN: Final = 20  # contacts; scripts get all of them
MOST_NAMED: Final = 5  # agents of one line


class WouldChange(Struct, frozen=True):
    """The result for scripts. `now` is null where no centre runs here."""

    version: str
    changes: tuple[Change, ...]
    now: Consequences | None


def show_consequences(found: Consequences | None, console: Console) -> None:
    """By whom it reaches: who waits, queues, agents, promises."""
    if found is None:
        console.print("No centre runs here: what it would do now can't be said.")
        return
    if not (found.waiting or found.queues or found.agents or found.promises):
        console.print("Nobody who waits now, no agent and no promise is touched by it.")
        return
    console.print(Text("Put in force now:", "bold"))
    for lines in (
        [_waiting(one) for one in found.waiting[:MOST_SHOWN]],
        [_queue(one) for one in found.queues],
        [_agents(one) for one in found.agents],
        [_promise(one) for one in found.promises],
    ):
        _table(lines, console)
    if len(found.waiting) > MOST_SHOWN:
        console.print(f"  … and {len(found.waiting) - MOST_SHOWN} more who wait")


def _table(lines: Sequence[Sequence[str]], console: Console) -> None:
    """Columns beside one another, the last as long as it is."""
    texts = [[Text.from_markup(part) for part in line] for line in lines]
    widths = [max(part.cell_len for part in column) for column in zip(*texts, strict=True)]
    for line in texts:
        for part, width in zip(line[:-1], widths, strict=False):
            part.pad_right(width - part.cell_len)
        console.print(Text("  ").append(Text("  ").join(line)), soft_wrap=True)


def _waiting(one: WaitingChange) -> tuple[str, str, str]:
    client, _, queue = one.queue.partition("/")
    said: list[str] = []
    if one.rung is not None:
        said.append(f"[green]{one.rung} is rung at once[/]")
    elif one.left:
        said.append(f"[red]leaves the queue: {one.left}[/]")
    elif one.place != one.place_after:
        word = "earlier" if one.place_after < one.place else "later"
        said.append(f"{word}: place {one.place} → {one.place_after}")
    if one.here != one.here_after and not one.left:
        nobody = "" if one.here_after else " [red]nobody[/]"
        said.append(f"people here who may take it {one.here} → {one.here_after}{nobody}")
    return f"{client}-{one.count}", f"waits in {queue} {clock(one.waited_us)}", "; ".join(said)


def _queue(one: QueueChange) -> tuple[str, str]:
    said: list[str] = []
    if one.could < 0 or one.could_after < 0:
        said.append("[green]new[/]" if one.could < 0 else "[red]gone[/]")
    elif one.could != one.could_after or one.here != one.here_after:
        said.append(f"people {one.could} → {one.could_after}, here {one.here} → {one.here_after}")
    if one.could_after == 0:
        said.append("[red]nobody at all could serve it[/]")
    elif one.here_after == 0 and one.could_after > 0 and (one.here > 0 or one.waiting):
        said.append("[red]nobody who is here could serve it[/]")
    said += _counts(one)
    return one.queue, "; ".join(said)


def _counts(one: QueueChange) -> Iterable[str]:
    if not one.waiting:
        return
    parts = ("earlier", one.earlier), ("later", one.later), ("rung", one.rung), ("gone", one.left)
    said = ", ".join(f"{count} {word}" for word, count in parts if count)
    yield f"{one.waiting} wait" + (f": {said}" if said else "")


def _agents(one: AgentsChange) -> tuple[str, str]:
    names = ", ".join(one.agents[:MOST_NAMED])
    more = len(one.agents) - MOST_NAMED
    who = f"{names} and {more} more" if more > 0 else names
    queues = [f"[green]+ {queue}[/]" for queue in one.gains]
    queues += [f"[red]- {queue}[/]" for queue in one.loses]
    return f"agent {who} ({one.here} here)", "  ".join(queues)


def _promise(one: PromiseChange) -> tuple[str, str]:
    before, after = _percent(one.promised), _percent(one.promised_after)
    so_far = f"{one.good} of {one.all} in time so far"
    word = ""
    if one.all and one.promised_after >= 0:
        word = ", kept" if one.kept(one.promised_after) else ", [red]missed as it stands[/]"
    return f"promise {one.promise}", f"{before} → {after}; {so_far}{word}"


def _percent(millionths: int) -> str:
    return "none" if millionths < 0 else f"{millionths / 10_000:g} %"
