"""Reading YAML: a plain part of it, with places and bounds."""

import pytest

from roost.definitions.documents import Centre, ClientDocument
from roost.definitions.shapes import shape
from roost.definitions.tree import MOST_BYTES, MOST_DEPTH, MOST_NODES, parse

BOMB = b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (BOMB, "alias", 1),
        (b"a: *b\n", "alias", 1),
        (b"a: !!python/object:os.system x\n", "tag", 1),
        (b"a: 1\nb: !x {}\n", "tag", 2),
        (b"a: 1\n---\nb: 2\n", "two-documents", 2),
        (b"a: [1\n", "syntax", 2),
        (b"a: 1\n b: 2\n", "syntax", 2),
        (b"\ta: 1\n", "syntax", 1),
        (b"a: \x00\n", "syntax", 0),
        (b"[1]: a\n", "key", 1),
        (b"ok: 1\nbad: \xff\n", "not-utf8", 2),
        (b"x" * (MOST_BYTES + 1), "too-big", 0),
        (b"[" * (MOST_DEPTH + 1), "too-deep", 1),
        (b"- 1\n" * (MOST_NODES + 1), "too-big", MOST_NODES),
    ],
)
def test_what_is_refused(content: bytes, code: str, line: int) -> None:
    node, problems = parse("a.yaml", content)
    assert node is None
    assert [(one.code, one.line) for one in problems] == [(code, line)]


def test_doubled_keys_are_all_told() -> None:
    node, problems = parse("a.yaml", b"a: 1\na: 2\nb: {c: 1, c: 2}\n")
    assert node is not None
    assert [(one.code, one.line, one.column) for one in problems] == [
        ("doubled-key", 2, 1),
        ("doubled-key", 3, 11),
    ]


def test_values_know_their_places() -> None:
    node, _ = parse("a.yaml", "a:\n  - x\n  - b: 你好\n".encode())
    assert node is not None
    assert node.at("a", 1, "b") == (3, 8)
    assert node.at("a", 7) == (2, 3)  # the nearest that there is
    assert node.key_at("a") == (1, 1)


CLIENT = """
name: Norway
language: no
numbers: {95598: main, 012: main}
queues: {}
default_queue: q
sorry: yes
record: true
"""


def test_a_plain_scalar_is_what_its_place_expects() -> None:
    """YAML 1.1 would read `no` as false, 012 as ten."""
    node, _ = parse("client.yaml", CLIENT.encode())
    assert node is not None
    document, problems = shape("client.yaml", node, ClientDocument)
    assert problems == []
    assert document is not None
    assert document.language == "no"
    assert document.numbers == {"95598": "main", "012": "main"}
    assert document.sorry == "yes"
    assert document.record is True


def test_every_mismatch_is_told_at_once() -> None:
    content = b"name: {}\nzone:\nskills: [a]\ncolor: red\naway_reasons: [Break]\n"
    node, _ = parse("centre.yaml", content)
    assert node is not None
    document, problems = shape("centre.yaml", node, Centre)
    assert document is None
    assert [(one.code, one.line) for one in problems] == [
        ("shape", 1),
        ("empty", 2),
        ("shape", 3),
        ("unknown-key", 4),
        ("shape", 5),
    ]
