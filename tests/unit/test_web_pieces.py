"""Small parts of the API: cursors, ranges, guesses, names, words."""

import ast
import re
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roost.floor.cell import ROOM
from roost.kernel import ids
from roost.kernel.ids import OPERATOR, ClientId, Owner
from roost.kernel.time import SECOND, InstantUs
from roost.kernel.words import REFUSALS
from roost.web.attempts import Attempts
from roost.web.cursors import LENGTH, Cursors
from roost.web.limits import (
    FAILED_BY_NAME,
    FAILED_BY_SOURCE,
    FAILED_SPAN,
    MOST_FAILED_KEPT,
)
from roost.web.project import MAY
from roost.web.ranges import wanted_range
from roost.web.rows import Presence, parse_ref, ref_of
from roost.web.topics import CLIENT_SEES
from roost.web.words import WORDS

WEB = Path(__file__).parents[2] / "src" / "roost" / "web"
numbers = st.integers(0, 2**63)


@given(numbers, numbers)
def test_a_cursor_opens_for_its_owner_alone(first: int, second: int) -> None:
    cursors = Cursors(b"sixteen bytes ok")
    sealed = cursors.seal(Owner("water"), "feed", first, second)
    assert len(sealed) == LENGTH
    assert cursors.open(Owner("water"), "feed", sealed) == (first, second, "")
    assert cursors.open(Owner("power-grid"), "feed", sealed) is None
    assert cursors.open(OPERATOR, "feed", sealed) is None
    assert cursors.open(Owner("water"), "contacts", sealed) is None
    assert Cursors(b"another key, too").open(Owner("water"), "feed", sealed) is None


@given(st.text(max_size=500))
def test_no_text_makes_a_cursor_fail(text: str) -> None:
    assert Cursors(b"sixteen bytes ok").open(OPERATOR, "feed", text) is None


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, (0, 100)),
        ("bytes=0-", (0, 100)),
        ("bytes=10-19", (10, 20)),
        ("bytes=90-500", (90, 100)),
        ("bytes=-5", (95, 100)),
        ("bytes=-500", (0, 100)),
        ("bytes=100-", None),
        ("bytes=-0", None),
        ("bytes=5-2", (0, 100)),  # not a valid range: ignored
        ("bytes=0-1,5-6", (0, 100)),
        ("bytes=", (0, 100)),
        ("bytes=a-b", (0, 100)),
        ("items=0-1", (0, 100)),
        ("bytes=" + "9" * 80 + "-", (0, 100)),
    ],
)
def test_a_range_is_read_as_the_rfc_says(header: str | None, span: tuple[int, int] | None) -> None:
    assert wanted_range(header, 100) == span


@given(st.text(max_size=60), st.integers(1, 1_000))
def test_a_range_never_leaves_the_recording(text: str, size: int) -> None:
    span = wanted_range("bytes=" + text, size)
    assert span is None or 0 <= span[0] < span[1] <= size


def test_a_name_is_locked_for_a_while_and_an_address_for_longer_lists() -> None:
    attempts, now = Attempts(), InstantUs(10**15)
    for _ in range(FAILED_BY_NAME):
        assert attempts.wait_s("operator/li", "10.0.0.1", now) == 0
        attempts.failed("operator/li", "10.0.0.1", now)
    assert attempts.wait_s("operator/li", "10.9.9.9", now) == FAILED_SPAN // SECOND
    assert attempts.wait_s("operator/zhao", "10.0.0.1", now) == 0
    for number in range(FAILED_BY_SOURCE):
        attempts.failed(f"operator/{number}", "10.0.0.1", now)
    assert attempts.wait_s("operator/zhao", "10.0.0.1", now) > 0
    later = InstantUs(now + FAILED_SPAN)
    assert attempts.wait_s("operator/li", "10.0.0.1", later) == 0


def test_the_memory_of_failures_is_bounded() -> None:
    attempts = Attempts()
    for number in range(MOST_FAILED_KEPT):
        attempts.failed(f"n{number}", f"s{number}", InstantUs(number))
    assert len(attempts._failed) == MOST_FAILED_KEPT  # pyright: ignore[reportPrivateUsage]


@given(st.from_regex(r"[a-z][a-z0-9-]{0,30}", fullmatch=True), st.integers(1, 10**14))
def test_a_contacts_name_leads_back(client: str, count: int) -> None:
    assert parse_ref(ref_of(ClientId(client), count)) == (client, count)


@settings(max_examples=300)
@given(st.text(max_size=130))
def test_no_text_makes_a_name_fail(text: str) -> None:
    found = parse_ref(text)
    assert found is None or ref_of(*found) == text


def test_every_presence_has_its_commands() -> None:
    assert set(MAY) == set(Presence)


def test_every_code_of_the_api_has_its_words_in_both_languages() -> None:
    codes: set[str] = set()
    for path in WEB.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            told = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Trouble"
            for code in node.args[1:2] if told else ():
                if isinstance(code, ast.Constant):
                    codes.add(str(code.value))
    assert len(codes) > 12
    assert codes <= set(WORDS) | set(REFUSALS), "a code without words: add it to web/words.py"
    for code, words in WORDS.items():
        gaps = [
            set(re.findall(r"{(\w+)}", f"{one} {two}"))
            for one, two in ((words.en, words.mend_en), (words.zh, words.mend_zh))
        ]
        assert gaps[0] == gaps[1], f"{code}: the two languages tell different things"


#: Ids that count or name across clients: none of them may be shown to a client.
ACROSS: tuple[Any, ...] = (
    ids.ContactId,
    ids.SegmentId,
    ids.LegId,
    ids.OfferId,
    ids.PlayId,
    ids.CollectId,
    ids.TrackId,
    ids.MediaId,
    ids.TrunkId,
    ids.VaultId,
    ids.ClientId,
)


def _mentions(hint: Any) -> set[Any]:
    return {hint}.union(*(_mentions(inner) for inner in get_args(hint)))


def test_a_client_sees_no_field_that_counts_across_clients() -> None:
    for type_name, fields in CLIENT_SEES.items():
        hints = get_type_hints(ROOM.events[type_name])
        for field in fields:
            assert field in hints, f"{type_name} has no {field}"
            crossing = _mentions(hints[field]) & set(ACROSS)
            assert not crossing, f"{type_name}.{field} would show a client {crossing}"
