"""What changes when new definitions replace those in force: for people, by section."""

from collections.abc import Mapping
from enum import StrEnum
from typing import cast

import msgspec
from msgspec import Struct


class ChangeKind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Change(Struct, frozen=True, gc=False):
    """One difference: the file, the place in it, the values before and after as JSON."""

    file: str
    place: str
    kind: ChangeKind
    before: str = ""
    after: str = ""


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[Change, ...]:
    """Compares `Loaded.documents` of both (empty for a centre that has none yet), file by
    file and value by value, in the files' order."""
    found: list[Change] = []
    for file in sorted({*old, *new}):
        if file not in new:
            found.append(Change(file, "", ChangeKind.REMOVED))
        elif file not in old:
            found.append(Change(file, "", ChangeKind.ADDED))
        elif old[file] != new[file]:
            before, after = msgspec.json.decode(old[file]), msgspec.json.decode(new[file])
            changes = list(_walk(file, "", before, after))
            # The same values in another order: the steps of a flow go on in theirs.
            found += changes or [Change(file, "", ChangeKind.CHANGED, "", "another order")]
    return tuple(found)


def _walk(file: str, place: str, old: object, new: object) -> list[Change]:
    if old == new:
        return []
    if isinstance(old, dict) and isinstance(new, dict):
        found: list[Change] = []
        before, after = cast("dict[str, object]", old), cast("dict[str, object]", new)
        for key in [*before, *(key for key in after if key not in before)]:
            inner = f"{place}.{key}" if place else key
            if key not in after:
                found.append(Change(file, inner, ChangeKind.REMOVED, _text(before[key])))
            elif key not in before:
                found.append(Change(file, inner, ChangeKind.ADDED, "", _text(after[key])))
            else:
                found += _walk(file, inner, before[key], after[key])
        return found
    return [Change(file, place, ChangeKind.CHANGED, _text(cast("object", old)), _text(new))]


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()
