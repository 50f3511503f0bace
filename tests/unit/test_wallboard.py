"""The wallboard's picture: aligned, calm, and honest."""

import msgspec
import pytest
from rich.console import Console

from roost.cli.board import AgentLine, Board, ContactLine, QueueLine, clock, draw, with_trouble
from roost.cli.live_feed import Views, outcome_of
from roost.kernel.ends import Blame, Reason
from roost.kernel.ids import ClientId
from roost.web.rows import ContactRow, ContactState
from roost.web.topics import Rows

NOW = 1_790_000_000_000_000
BOARD = Board(
    "power-grid",
    (
        QueueLine("power-grid/outage", 3, NOW - 34_000_000, 20_000_000, 42, 36, 2, 0.76,
                  ahead_us=95_000_000, promised=2),
        QueueLine("power-grid/bills", 0, None, 30_000_000, 0, 0, 0, None),
    ),
    tuple(AgentLine(str(1001 + i), "", state, NOW - 5_000_000) for i, state in
          enumerate(("talking", "offered", "wrapping", "ready", "away"))),
    tuple(ContactLine(NOW, f"power-grid-{i}", "outage", "answered", "1001", 0, 61_000_000)
          for i in range(40)),
    (("CNY", 18_450),),
    NOW,
)  # fmt: skip


def drawn(board: Board, width: int = 100, height: int = 30, now: int = NOW) -> list[str]:
    console = Console(width=width, height=height, color_system=None)
    with console.capture() as captured:
        console.print(draw(board, now, width, height))
    return captured.get().splitlines()


@pytest.mark.parametrize("height", [30, 40])
def test_it_fits_the_terminal_and_says_everything(height: int) -> None:
    lines = drawn(BOARD, height=height)
    assert len(lines) <= height
    assert all(len(line) <= 100 for line in lines)
    text = "\n".join(lines)
    for word in ("live", "0:34", "76%", "42", "talking 1", "ringing 1", "184.50 CNY", "1:01"):
        assert word in text


def test_an_interval_without_contacts_has_no_service_level() -> None:
    (line,) = [line for line in drawn(BOARD) if line.lstrip().startswith("bills")]
    assert "%" not in line


def test_a_queue_says_how_long_whoever_calls_now_would_wait() -> None:
    (outage,) = [line for line in drawn(BOARD) if line.lstrip().startswith("outage")]
    assert "3 +2" in outage, "three on the line, and two who are called back in turn"
    assert "≈ 1:35" in outage
    (bills,) = [line for line in drawn(BOARD) if line.lstrip().startswith("bills")]
    assert "nobody" in bills, "nobody is there who could answer"


def test_waits_count_up_between_two_messages() -> None:
    assert any("0:36" in line for line in drawn(BOARD, now=NOW + 2_000_000))


def test_a_lost_connection_is_said_with_its_age() -> None:
    lost = drawn(with_trouble(BOARD, "nobody answers"), now=NOW + 9_000_000)
    assert "no connection: nobody answers · as of 0:09 ago" in lost[0]
    assert "the centre is silent" in drawn(BOARD, now=NOW + 60_000_000)[0]


def test_clocks() -> None:
    assert [clock(s * 1_000_000) for s in (0, 7, 760, 3_723)] == [
        "0:00",
        "0:07",
        "12:40",
        "1:02:03",
    ]


def contact(**changes: object) -> ContactRow:
    made = ContactRow(
        "power-grid-1", ClientId("power-grid"), "95598", ContactState.ENDED, NOW, NOW, "outage",
        None, None, None, "", NOW + 9_000_000, Blame.CALLER, Reason.HUNG_UP,
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"agent": "1001"}, "answered"),
        ({"waited_us": 5}, "abandoned"),
        ({}, "hung up"),
        ({"ended_why": Reason.VOICEMAIL_TAKEN, "ended_by": Blame.CLIENT}, "voicemail"),
        ({"ended_why": Reason.MEDIA_LOST, "agent": "1001"}, "lost"),
        ({"ended_why": Reason.CLOSED, "ended_by": Blame.CLIENT}, "closed"),
    ],
)
def test_one_word_for_each_end(changes: dict[str, object], word: str) -> None:
    assert outcome_of(contact(**changes), talked=False) == word


def test_rows_replace_one_another_and_talk_is_measured() -> None:
    def rows(row: ContactRow | None, whole: bool = False) -> Rows:
        changed = {"view": "contacts", "key": "power-grid-1", "version": 1, "row": row}
        return Rows("contacts", whole, (msgspec.Raw(msgspec.json.encode(changed)),))

    views = Views()
    views.take(rows(contact(state=ContactState.TALKING, ended=None), whole=True))
    views.take(rows(contact(agent="1001")))
    (line,) = views.board("x").contacts
    assert (line.outcome, line.talk_us) == ("answered", 9_000_000)
    views.take(rows(None))
    assert views.board("x").contacts == ()
