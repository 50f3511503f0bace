"""Small changes of definitions, without touching their files.

`clients/a/client.yaml:queues.b.ring=20s`: a change names a file (none: the one at hand), a way of
keys and places in it, and the new value as it would be written in YAML (`{…}` and `[…]` too).
Nothing after the `=` leaves the key out.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct

from roost.definitions.problems import Problem
from roost.definitions.tree import Node, parse

PART: Final = "; "


class BadEdit(Exception):
    """It's no change; the words say why."""


class Edit(Struct, frozen=True):
    """`value` None leaves the key out."""

    path: tuple[str, ...]
    value: Node | None


Edits = Mapping[str, tuple[Edit, ...]]


def edits_of(texts: list[str], at_hand: str) -> dict[str, tuple[Edit, ...]]:
    """By file. Raises BadEdit."""
    found: dict[str, tuple[Edit, ...]] = {}
    for text in texts:
        where, equals, written = text.partition("=")
        if not equals:
            raise BadEdit(f"{text!r} changes nothing: write KEY.KEY=VALUE, or FILE:KEY.KEY=VALUE")
        file, colon, path = where.strip().rpartition(".yaml:")
        name = f"{file}.yaml" if colon else at_hand
        parts = tuple(part for part in path.split(".") if part)
        if not parts:
            raise BadEdit(f"{text!r} names no key")
        found[name] = (*found.get(name, ()), Edit(parts, _value(text, written.strip())))
    return found


def _value(text: str, written: str) -> Node | None:
    if not written:
        return None
    node, problems = parse("", f"value: {written}".encode())
    if node is None or problems or "value" not in node.entries:
        raise BadEdit(f"{text!r}: {written!r} is no value")
    return node.entries["value"]


def edited(file: str, node: Node, edits: tuple[Edit, ...]) -> list[Problem]:
    """Changes the tree in place; what couldn't be."""
    return [problem for edit in edits if (problem := _change(file, node, edit)) is not None]


def _change(file: str, node: Node, edit: Edit) -> Problem | None:
    *way, last = edit.path
    for part in way:
        following = _step(node, part)
        if following is None:
            if node.kind != "map":
                return _nowhere(file, node, edit, part)
            following = Node("map", node.line, node.column)
            node.entries[part] = following
            node.keys[part] = (node.line, node.column)
        node = following
    value = edit.value
    if value is not None:
        place = _step(node, last) or node
        _placed(value, place.line, place.column)
    if node.kind == "list" and last.isdigit() and int(last) < len(node.items):
        if value is None:
            del node.items[int(last)]
        else:
            node.items[int(last)] = value
    elif node.kind != "map" or (value is None and last not in node.entries):
        return _nowhere(file, node, edit, last)
    elif value is None:
        del node.entries[last], node.keys[last]
    else:
        node.keys.setdefault(last, (node.line, node.column))
        node.entries[last] = value
    return None


def _step(node: Node, part: str) -> Node | None:
    if node.kind == "list":
        return node.items[int(part)] if part.isdigit() and int(part) < len(node.items) else None
    return node.entries.get(part)


def _placed(node: Node, line: int, column: int) -> None:
    """A problem of the new value is told where it goes."""
    node.line, node.column = line, column
    for inner in (*node.items, *node.entries.values()):
        _placed(inner, line, column)
    node.keys = dict.fromkeys(node.keys, (line, column))


def _nowhere(file: str, node: Node, edit: Edit, part: str) -> Problem:
    what = f"there's no {part!r} on the way of {'.'.join(edit.path)}"
    mend = "Name keys as they're written there, and places in lists from 0"
    return Problem(file, node.line, node.column, "no-such-key", what, mend)
