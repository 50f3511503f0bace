"""YAML as a tree of nodes with positions; bounded, and a part of YAML only.

Left out on purpose: anchors and aliases (a few lines can grow to gigabytes), tags (objects),
several documents in a file, and YAML 1.1's guesses (`no` as false, `12:30` as 750): a plain
scalar keeps its text, and the type that's expected at its place says what it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from roost.definitions.problems import Problem

MOST_BYTES: Final = 2 * 1024 * 1024  # ten thousand agents take half of it
MOST_NODES: Final = 250_000
MOST_DEPTH: Final = 24
LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where PyYAML has it (its wheels do): ten times as fast, the same events."""


@dataclass(slots=True)
class Node:
    """`kind` is "scalar", "list" or "map"; `plain` a scalar without quotes. Keys of a map are
    texts; `keys` holds where each stands."""

    kind: str
    line: int
    column: int
    text: str = ""
    plain: bool = False
    items: list[Node] = field(default_factory=lambda: list["Node"]())  # noqa: PLW0108 - not yet a name
    entries: dict[str, Node] = field(default_factory=lambda: dict[str, "Node"]())  # noqa: PLW0108
    keys: dict[str, tuple[int, int]] = field(default_factory=dict[str, tuple[int, int]])

    def at(self, *path: str | int) -> tuple[int, int]:
        """Where the value (or, failing that, its nearest parent) of a path stands."""
        node: Node = self
        for part in path:
            if isinstance(part, int):
                if node.kind != "list" or part >= len(node.items):
                    break
                node = node.items[part]
            else:
                if part not in node.entries:
                    break
                node = node.entries[part]
        return node.line, node.column

    def key_at(self, *path: str) -> tuple[int, int]:
        """Where the last key of a path stands."""
        node: Node = self
        for part in path[:-1]:
            if part not in node.entries:
                return node.line, node.column
            node = node.entries[part]
        return node.keys.get(path[-1], (node.line, node.column))


class _Wrong(Exception):
    def __init__(self, mark: tuple[int, int], code: str, what: str, mend: str) -> None:
        super().__init__(what)
        self.mark, self.code, self.what, self.mend = mark, code, what, mend


def parse(file: str, content: bytes) -> tuple[Node | None, list[Problem]]:
    """The file's tree, or the problem that stopped the reading. Doubled keys are reported
    all at once."""
    if len(content) > MOST_BYTES:
        mend = f"Keep a file under {MOST_BYTES // 1024} KiB; split it"
        return None, [Problem(file, 0, 0, "too-big", "the file is too big", mend)]
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        what = f"not UTF-8 (byte 0x{content[error.start]:02x})"
        return None, [Problem(file, line, column, "not-utf8", what, "Save the file as UTF-8")]
    doubled: list[Problem] = []
    try:
        return _Builder(file, doubled).build(text), doubled
    except _Wrong as wrong:
        return None, [*doubled, Problem(file, *wrong.mark, wrong.code, wrong.what, wrong.mend)]
    except yaml.YAMLError as error:
        return None, [*doubled, _syntax(file, error)]


def _syntax(file: str, error: yaml.YAMLError) -> Problem:
    line = column = 0
    what = "not YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        if mark is not None:
            line, column = mark.line + 1, mark.column + 1
        what = f"not YAML: {error.problem or error.context}"
    elif isinstance(error, yaml.reader.ReaderError):
        what = "not YAML: a control character"
    mend = "Look at the indentation, the colons and the quotes here"
    return Problem(file, line, column, "syntax", what, mend)


class _Builder:
    """Builds nodes from the parser's events with a stack of its own, so that neither depth nor
    number can hurt."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        self.file = file
        self.problems = problems
        self.stack: list[Node] = []
        self.waiting: list[tuple[str, tuple[int, int]] | None] = []
        self.root: Node | None = None
        self.count = 0
        self.documents = 0

    def build(self, text: str) -> Node:
        for event in yaml.parse(text, Loader=LOADER):
            self.take(event)
        return self.root or Node("map", 1, 1)

    def take(self, event: Event) -> None:
        begins = event.start_mark
        assert begins is not None, "the parser marks every event"
        mark = (begins.line + 1, begins.column + 1)
        if isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Wrong(mark, "two-documents", "a second document", "Keep one in a file")
        elif isinstance(event, MappingEndEvent | SequenceEndEvent):
            self.stack.pop()
            self.waiting.pop()
        elif isinstance(event, NodeEvent):
            self._node(event, mark)

    def _node(self, event: NodeEvent, mark: tuple[int, int]) -> None:
        self.count += 1
        if self.count > MOST_NODES:
            raise _Wrong(mark, "too-big", f"more than {MOST_NODES} values", "Split the file")
        if isinstance(event, AliasEvent) or event.anchor is not None:
            raise _Wrong(mark, "alias", "an anchor or alias (& or *)", "Write the value out")
        if isinstance(event, ScalarEvent):
            if event.tag is not None and event.tag != "!":
                raise _Wrong(mark, "tag", f"a tag {event.tag}", "Leave the tag out")
            self._scalar(event, mark)
        elif isinstance(event, MappingStartEvent | SequenceStartEvent):
            if event.tag is not None:
                raise _Wrong(mark, "tag", f"a tag {event.tag}", "Leave the tag out")
            kind = "map" if isinstance(event, MappingStartEvent) else "list"
            node = Node(kind, *mark)
            self._put(node, mark)
            if len(self.stack) >= MOST_DEPTH:
                raise _Wrong(mark, "too-deep", f"deeper than {MOST_DEPTH}", "Flatten it")
            self.stack.append(node)
            self.waiting.append(None)

    def _scalar(self, event: ScalarEvent, mark: tuple[int, int]) -> None:
        if self.stack and self.stack[-1].kind == "map" and self.waiting[-1] is None:
            self.waiting[-1] = (event.value, mark)
            return
        plain = not event.style
        self._put(Node("scalar", *mark, text=event.value, plain=plain), mark)

    def _put(self, node: Node, mark: tuple[int, int]) -> None:
        if not self.stack:
            self.root = node
            return
        parent = self.stack[-1]
        if parent.kind == "list":
            parent.items.append(node)
            return
        key = self.waiting[-1]
        if key is None:
            raise _Wrong(mark, "key", "a key that is no text", "Use a name as the key")
        self.waiting[-1] = None
        name, where = key
        if name in parent.entries:
            what = f"{name!r} stands twice"
            mend = f"Keep one; the first is on line {parent.keys[name][0]}"
            self.problems.append(Problem(self.file, *where, "doubled-key", what, mend))
            return
        parent.entries[name] = node
        parent.keys[name] = where
