"""The terminal wallboard's picture: pure, from a `Board` and the time to a Rich renderable.

Colour is kept for what needs somebody: a caller who waits longer than the queue's target, a
service level below 80 %, a phone that rings, a lost connection. All else is plain and dim.
Times count up between two messages of the feed, since a wait is drawn from its start.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import msgspec
from msgspec import Struct
from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

LOW_SERVICE_LEVEL: Final = 0.8
NARROW: Final = 96  # columns below which headings are short, so that names stay whole
LATE_US: Final = 5_000_000  # no word of the centre for so long: what stands here is old
STATES: Final = ("talking", "offered", "wrapping", "ready", "away")
WORDS: Final = {
    "talking": "talking",
    "offered": "ringing",
    "wrapping": "wrap-up",
    "ready": "ready",
    "away": "away",
}
BARS: Final = {
    "talking": "green",
    "offered": "yellow",
    "wrapping": "cyan",
    "ready": "white",
    "away": "bright_black",
}


class QueueLine(Struct, frozen=True):
    """`oldest`: since when the one has waited that has waited longest (µs). `ahead_us`: the
    estimated wait of whoever enters now; None: nobody is there who could answer."""

    queue: str
    waiting: int = 0
    oldest: int | None = None
    target_us: int = 20_000_000
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    service_level: float | None = None
    ahead_us: int | None = None
    promised: int = 0


class AgentLine(Struct, frozen=True):
    agent: str
    name: str
    state: str
    since: int
    detail: str = ""  # the reason for being away, or the queue of the contact


class ContactLine(Struct, frozen=True):
    at: int  # when it ended
    contact: str
    reason: str  # what the caller chose
    outcome: str
    agent: str = ""
    waited_us: int = 0
    talk_us: int = 0
    lost: bool = False  # by our fault


class Board(Struct, frozen=True):
    title: str
    queues: tuple[QueueLine, ...] = ()
    agents: tuple[AgentLine, ...] = ()
    contacts: tuple[ContactLine, ...] = ()  # newest first
    earned: tuple[tuple[str, int], ...] = ()  # currency, minor units, in this hour
    heard_at: int = 0  # when the centre last said anything, on this clock
    trouble: str = ""  # why there's no connection


def draw(board: Board, now: int, width: int = 100, height: int = 30) -> RenderableType:
    """The whole wallboard for a terminal of this size."""
    queues = _queues(board, now, width)
    used = 3 + (len(board.queues) + 4) + 5 + 2
    room = max(3, height - used - 4)
    parts: list[RenderableType] = [_head(board, now), queues, _agents(board, now, width)]
    parts += [_contacts(board.contacts[:room]), Text(), _foot(board)]
    return Padding(Group(*parts), (0, 1))


def clock(length_us: int) -> str:
    """A length as 0:07, 12:40 or 1:02:03."""
    seconds = max(0, length_us) // 1_000_000
    hours, rest = divmod(seconds, 3600)
    minutes, rest = divmod(rest, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def amount(currency: str, minor: int) -> str:
    from roost.kernel.money import Money

    return str(Money(currency, minor))


def _local(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000_000, UTC).astimezone().strftime("%H:%M:%S")


def _head(board: Board, now: int) -> RenderableType:
    late = now - board.heard_at > LATE_US
    if board.trouble or late:
        why = board.trouble or "the centre is silent"
        age = clock(now - board.heard_at) if board.heard_at else "never connected"
        state = Text(f"no connection: {why} · as of {age} ago", style="bold red")
        if not board.heard_at:
            state = Text(f"no connection: {why}", style="bold red")
    else:
        state = Text("live", style="green")
    line = Table.grid(expand=True)
    line.add_column(justify="left", ratio=1, no_wrap=True)
    line.add_column(justify="right", no_wrap=True)
    title = Text.assemble(("Roost ", "bold"), (board.title, "bold"), "  ", (_local(now), "dim"))
    line.add_row(title, state)
    return Group(line, Rule(style="bright_black"))


HEADINGS: Final = (
    "waiting",
    "longest wait",
    "est. wait",
    "service level",
    "offered",
    "answered",
    "abandoned",
)
SHORT: Final = ("waiting", "longest", "est.", "level", "offered", "answered", "lost")


def _names(board: Board) -> dict[str, str]:
    """The queues' names; without their client where all are of one."""
    clients = {line.queue.partition("/")[0] for line in board.queues}
    one = len(clients) == 1
    return {
        line.queue: line.queue.partition("/")[2] if one else line.queue for line in board.queues
    }


def _table() -> Table:
    return Table(
        box=SIMPLE_HEAD,
        expand=True,
        pad_edge=False,
        show_edge=False,
        header_style="dim",
        border_style="bright_black",
    )


def _queues(board: Board, now: int, width: int) -> Table:
    table = _table()
    table.add_column("queue", ratio=1, no_wrap=True, overflow="ellipsis")
    names = _names(board)
    for name in SHORT if width < NARROW else HEADINGS:
        table.add_column(name, justify="right", no_wrap=True)
    for line in board.queues:
        waited = now - line.oldest if line.oldest is not None else 0
        late = line.oldest is not None and waited > line.target_us
        level = line.service_level
        low = level is not None and level < LOW_SERVICE_LEVEL
        table.add_row(
            names[line.queue] or line.queue,
            _waiting(line),
            Text(
                clock(waited) if line.oldest is not None else "–", style="bold red" if late else ""
            ),
            _ahead(line),
            Text("–" if level is None else f"{level:.0%}", style="bold yellow" if low else ""),
            str(line.offered),
            str(line.answered),
            str(line.abandoned),
        )
    return table


def _waiting(line: QueueLine) -> Text:
    """On the line, and calls back in turn."""
    promised = f" +{line.promised}" if line.promised else ""
    return Text.assemble(
        (str(line.waiting) if line.waiting else "–", "bold" if line.waiting else ""),
        (promised, "dim"),
    )


def _ahead(line: QueueLine) -> Text:
    if line.ahead_us is not None:
        return Text(f"≈ {clock(line.ahead_us)}")
    unserved = line.waiting or line.promised
    return Text("nobody", style="bold red" if unserved else "dim")


def _agents(board: Board, now: int, width: int) -> RenderableType:
    counts: dict[str, int] = dict.fromkeys(STATES, 0)
    for agent in board.agents:
        counts[agent.state] = counts.get(agent.state, 0) + 1
    line = Text()
    for state in STATES:
        style = "bold yellow" if state == "offered" and counts[state] else ""
        line.append(f"{WORDS[state]} ", style="dim")
        line.append(f"{counts[state]}   ", style=style or "bold")
    bar = Text()
    order = {state: place for place, state in enumerate(STATES)}
    shown = sorted(board.agents, key=lambda one: (order.get(one.state, 9), one.agent))
    for agent in shown:
        bar.append("■ ", style=BARS.get(agent.state, "bright_black"))
    bar.truncate(max(10, width - 14), overflow="ellipsis")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", width=8)
    grid.add_column()
    grid.add_row("agents", line)
    grid.add_row("", bar)
    talks = [a for a in shown if a.state in {"talking", "offered"}][:3]
    if talks:
        words = " · ".join(f"{a.name or a.agent} {clock(now - a.since)}" for a in talks)
        grid.add_row("", Text(words, style="dim", overflow="ellipsis", no_wrap=True))
    return Padding(grid, (1, 0))


def _contacts(lines: Sequence[ContactLine]) -> Table:
    table = _table()
    table.add_column("ended", no_wrap=True, style="dim")
    table.add_column("last contacts", no_wrap=True)
    table.add_column("reason", ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_column("outcome", no_wrap=True)
    table.add_column("agent", no_wrap=True)
    table.add_column("waited", justify="right", no_wrap=True)
    table.add_column("talked", justify="right", no_wrap=True)
    for line in lines:
        style = "bold red" if line.lost else ("yellow" if line.outcome == "abandoned" else "")
        table.add_row(
            _local(line.at),
            line.contact,
            line.reason or Text("–", style="dim"),
            Text(line.outcome.replace("_", " "), style=style),
            line.agent or Text("–", style="dim"),
            clock(line.waited_us),
            clock(line.talk_us) if line.talk_us else "–",
        )
    if not lines:
        table.add_row("", "", Text("nobody has called yet", style="dim"), "", "", "", "")
    return table


def _foot(board: Board) -> RenderableType:
    sums = " · ".join(amount(currency, minor) for currency, minor in board.earned)
    return Text.assemble(("earned this hour ", "dim"), (sums or "–", "bold"))


def with_trouble(board: Board, why: str) -> Board:
    """The same picture, honest about the lost connection."""
    return msgspec.structs.replace(board, trouble=why)
