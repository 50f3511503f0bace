"""Bodies and states: old versions pass their upcasters, digests know what changed."""

import os
import subprocess
import sys
from collections import deque
from pathlib import Path

import pytest
from msgspec import Struct

from roost.engine.bodies import (
    Decoder,
    StateDecoder,
    UnknownEvent,
    body_of,
    state_bytes,
    state_digest,
    types_digest,
)
from roost.engine.testing import DOORS, Doors, VisitCounted
from roost.kernel.ids import AgentId


def test_an_old_body_passes_its_upcaster() -> None:
    decoder = Decoder.of(DOORS)
    old = b'{"owner":"house","contact":"front","door":"front","n":4}'
    event = decoder.event("doors.VisitCounted", 1, old)
    assert event == VisitCounted(
        owner=event.owner, contact=event.contact, door="front", total=4, tags=frozenset()
    )


@pytest.mark.parametrize(
    ("type", "version", "says"),
    [
        ("doors.Nothing", 1, "no event of this release"),
        ("doors.VisitCounted", 3, "newer than 2"),
        ("doors.VisitCounted", 0, "no upcaster"),
    ],
)
def test_what_this_release_does_not_know_is_named(type: str, version: int, says: str) -> None:
    with pytest.raises(UnknownEvent, match=says):
        Decoder.of(DOORS).event(type, version, b"{}")


class Odd(Struct):
    line: deque[AgentId]
    pairs: dict[tuple[str, int], set[str]]
    plain: dict[str, list[int]]


def test_states_with_deques_and_odd_keys_keep_their_digest_and_come_back() -> None:
    one = Odd(deque([AgentId("a"), AgentId("b")]), {("x", 1): {"p", "q"}, ("a", 2): set()}, {})
    two = Odd(deque([AgentId("a"), AgentId("b")]), {("a", 2): set(), ("x", 1): {"q", "p"}}, {})
    three = Odd(deque([AgentId("b"), AgentId("a")]), one.pairs, {})
    assert state_digest(one) == state_digest(two) != state_digest(three)
    back = StateDecoder(Odd).decode(state_bytes(one))
    assert back == one
    assert isinstance(back.line, deque)


def test_a_changed_type_changes_the_types_digest() -> None:
    class Inner(Struct):
        number: int

    class State(Struct):
        inner: dict[str, Inner]

    before = types_digest(State)

    class Inner(Struct):
        number: int
        more: str = ""

    class State(Struct):
        inner: dict[str, Inner]

    assert types_digest(State) != before
    assert types_digest(Doors) == types_digest(Doors)


PRINTS = """
from roost.engine.bodies import body_of, state_digest, types_digest
from roost.engine.testing import Doors, VisitCounted
names = frozenset(f"tag{n}" for n in range(50))
print(body_of(VisitCounted(door="x", total=1, tags=names)))
print(state_digest(Doors(jams=set(names))), types_digest(Doors))
"""


def test_two_hash_seeds_give_the_same_bytes() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", PRINTS],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(source())},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(outputs) == 1
    assert body_of(VisitCounted(door="x", total=1)) != b""


def source() -> Path:
    return Path(__file__).parents[2] / "src"
