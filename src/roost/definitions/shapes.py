"""A tree held against a document's model: every mismatch at once, each with its place.

The model is a msgspec struct; a plain scalar becomes what the model expects at its place, so
`95598` can be a number to call, and `0.85` an exact decimal. What passes here converts.
"""

import re
from typing import Any, TypeVar, cast

import msgspec
from msgspec import Struct, inspect

from roost.definitions.problems import Problem, did_you_mean
from roost.definitions.tree import Node

Document = TypeVar("Document", bound=Struct)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,15})")


def shape(file: str, node: Node, model: type[Document]) -> tuple[Document | None, list[Problem]]:
    """The document and all its problems. An unknown key, or a wrong value of something that has
    a default, leaves a document that can be checked further; anything else leaves None."""
    report = Report(file)
    value = _walk(node, inspect.type_info(model), "", report)
    if report.fatal:
        return None, report.problems
    try:
        return msgspec.convert(value, model), report.problems
    except msgspec.ValidationError as error:
        mend = "Compare it with the reference"
        return None, [*report.problems, Problem(file, 1, 1, "shape", str(error), mend)]


class Report:
    """What was found so far. `fatal`: what's left doesn't make a document."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.fatal = False

    def __call__(self, mark: tuple[int, int], code: str, what: str, mend: str) -> None:
        self.problems.append(Problem(self.file, mark[0], mark[1], code, what, mend))
        self.fatal = True


def _walk(node: Node, kind: inspect.Type, name: str, report: Report) -> Any:
    expects = ""
    while isinstance(kind, inspect.Metadata):
        extra = cast("dict[str, Any]", kind.extra or {})  # pyright: ignore[reportUnknownMemberType]
        expects = str(extra.get("expects", "")) or expects
        kind = kind.type
    if isinstance(kind, inspect.UnionType):
        return _union(node, kind, name, expects, report)
    if isinstance(kind, inspect.StructType):
        return _struct(node, kind, name, report)
    if isinstance(kind, inspect.DictType):
        return _dict(node, kind, name, report)
    if isinstance(kind, inspect.VarTupleType | inspect.ListType):
        if node.kind != "list":
            return _wrong(node, name, expects or "a list", report)
        return [_walk(item, kind.item_type, name, report) for item in node.items]
    if node.kind != "scalar":
        return _wrong(node, name, expects or _words(kind), report)
    return _scalar(node, kind, name, expects, report)


def _wrong(node: Node, name: str, expected: str, report: Report) -> None:
    found = {"map": "names with values", "list": "a list"}.get(node.kind, repr(node.text[:40]))
    about = f"{name!r} can't be {found}" if name else f"{found} isn't expected here"
    report((node.line, node.column), "shape", about, f"Write {expected}")


def _words(kind: inspect.Type) -> str:
    match kind:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=low, le=high):
            if low is not None and high is not None:
                return f"a whole number from {low} to {high}"
            return "a whole number"
        case inspect.StrType():
            return "a text"
        case inspect.EnumType(cls=cls):
            return "one of: " + ", ".join(str(member.value) for member in cls)
        case inspect.StructType() | inspect.DictType():
            return "names with values, each on a line of its own"
        case _:
            return "another value"


def _scalar(node: Node, kind: inspect.Type, name: str, expects: str, report: Report) -> Any:
    text = node.text
    match kind:
        case inspect.BoolType() if node.plain and text in ("true", "false"):
            return text == "true"
        case inspect.IntType(ge=low, le=high) if node.plain and _INTEGER.fullmatch(text):
            number = int(text)
            if (low is None or number >= low) and (high is None or number <= high):
                return number
        case inspect.EnumType(cls=cls):
            values = [str(member.value) for member in cls]
            if text in values:
                return text
            mend = did_you_mean(text, values)
            report((node.line, node.column), "unknown-word", f"unknown {name} {text!r}", mend)
            return None
        case inspect.StrType():
            return _text(node, kind, name, expects, report)
        case inspect.NoneType() if node.plain and text in ("", "null", "~"):
            return None
        case _:
            pass
    return _wrong(node, name, expects or _words(kind), report)


def _text(node: Node, kind: inspect.StrType, name: str, expects: str, report: Report) -> Any:
    text = node.text
    if not text.strip() and (text or node.plain):
        return _wrong_empty(node, name, report)
    longest = kind.max_length
    if longest is not None and len(text) > longest:
        return _wrong(node, name, f"at most {longest} characters", report)
    if kind.min_length is not None and len(text) < kind.min_length:
        return _wrong_empty(node, name, report)
    if kind.pattern is not None and re.search(kind.pattern, text) is None:
        return _wrong(node, name, expects or f"what fits {kind.pattern}", report)
    return text


def _wrong_empty(node: Node, name: str, report: Report) -> None:
    mend = "Write a value, or leave the key out"
    report((node.line, node.column), "empty", f"{name!r} is empty", mend)


def _union(node: Node, kind: inspect.UnionType, name: str, expects: str, report: Report) -> Any:
    """msgspec allows one type of each kind of node (and several scalars) in a union."""
    plain = [member for member in kind.types if not isinstance(member, inspect.NoneType)]
    fits: list[inspect.Type] = []
    for member in plain:
        bare = member
        while isinstance(bare, inspect.Metadata):
            bare = bare.type
        group = "scalar"
        if isinstance(bare, inspect.StructType | inspect.DictType):
            group = "map"
        elif isinstance(bare, inspect.VarTupleType | inspect.ListType):
            group = "list"
        if group == node.kind:
            fits.append(member)
    if len(plain) == 1:
        return _walk(node, plain[0], name, report)
    if not fits:
        return _wrong(node, name, expects or _words(plain[0]), report)
    return _walk(node, fits[0], name, report)


def _struct(node: Node, kind: inspect.StructType, name: str, report: Report) -> Any:
    if node.kind != "map":
        return _wrong(node, name, _words(kind), report)
    fields = {field.encode_name: field for field in kind.fields}
    result: dict[str, Any] = {}
    for key, value in node.entries.items():
        if key not in fields:
            about = f"unknown key {key!r}" + (f" in {name!r}" if name else "")
            fatal = report.fatal
            report(node.keys[key], "unknown-key", about, did_you_mean(key, fields))
            report.fatal = fatal
            continue
        fatal, found = report.fatal, len(report.problems)
        held = _walk(value, fields[key].type, key, report)
        if len(report.problems) > found and _has_default(fields[key], value):
            report.fatal = fatal
        else:
            result[key] = held
    for key, field in fields.items():
        if field.required and key not in node.entries:
            about = f"{key!r} is missing" + (f" in {name!r}" if name else "")
            report((node.line, node.column), "missing-key", about, f"Add {key!r}{_doc(field)}")
    return result


def _has_default(field: inspect.Field, value: Node) -> bool:
    """Whether a wrong value can be left out, without other values seeming wrong for it."""
    return value.kind == "scalar" and field.default not in (msgspec.NODEFAULT, msgspec.UNSET)


def _doc(field: inspect.Field) -> str:
    kind = field.type
    if isinstance(kind, inspect.Metadata):
        extra = cast("dict[str, Any]", kind.extra_json_schema or {})  # pyright: ignore[reportUnknownMemberType]
        text = extra.get("description", "")
        return f": {text[0].lower()}{text[1:]}" if text else ""
    return ""


def _dict(node: Node, kind: inspect.DictType, name: str, report: Report) -> Any:
    if node.kind != "map":
        return _wrong(node, name, _words(kind), report)
    result: dict[str, Any] = {}
    for key, value in node.entries.items():
        mark = node.keys[key]
        probe = Node("scalar", mark[0], mark[1], text=key)
        held = _walk(probe, kind.key_type, f"key in {name}" if name else "key", report)
        result[str(held if held is not None else key)] = _walk(value, kind.value_type, key, report)
    return result
