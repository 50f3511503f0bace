"""Writes the generated pages of docs/reference from the code; `--check` only compares.

python docs/generate.py [--check]
"""

import inspect
import sys
from pathlib import Path
from types import ModuleType
from typing import get_type_hints

import msgspec

from roost.floor import definition, effects
from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.flows import messages as flows
from roost.floor.queues import messages as queues
from roost.floor.routing import messages as routing
from roost.kernel.messages import Command, Effect, Event

REFERENCE = Path(__file__).parent / "reference"
AREAS = {"calls": calls, "flows": flows, "queues": queues, "agents": agents, "routing": routing}
INHERITED = {"owner", "contact"}


def text_of(thing: type) -> str:
    """The docstring on one line, or nothing."""
    return " ".join((thing.__dict__.get("__doc__") or "").split())


def type_name(hint: object) -> str:
    name = getattr(hint, "__name__", None) if not getattr(hint, "__args__", None) else None
    text = name or str(hint)
    for prefix in (
        "roost.kernel.ids.",
        "roost.kernel.time.",
        "roost.kernel.ends.",
        "roost.floor.",
        "definition.",
        "effects.",
        "typing.",
        "flows.messages.",
    ):
        text = text.replace(prefix, "")
    return text.replace("|", "or").replace("NoneType", "None")


def fields(thing: type) -> str:
    hints = get_type_hints(thing)
    skip = INHERITED if issubclass(thing, Event) else set()
    names = [f.name for f in msgspec.structs.fields(thing) if f.name not in skip]
    return ", ".join(f"`{name}` {type_name(hints[name])}" for name in names) or "–"


def of_kind(module: ModuleType, kind: type) -> list[type]:
    """The module's own classes of a kind, in the order they're written."""
    own = [
        item
        for item in vars(module).values()
        if inspect.isclass(item) and issubclass(item, kind) and item.__module__ == module.__name__
    ]
    return sorted(own, key=lambda item: inspect.getsourcelines(item)[1])


def table(things: list[type]) -> list[str]:
    rows = ["| name | fields | meaning |", "|---|---|---|"]
    return [*rows, *(f"| `{t.__name__}` | {fields(t)} | {text_of(t)} |" for t in things), ""]


def messages_page() -> str:
    lines = [
        "# Messages of the floor",
        "",
        "*Written by `make docs` from the code; don't edit.* Every event also has an `owner` (a"
        " client, or the operator) and, where there is one, its `contact`; around it stands the"
        " envelope (stream, number, type, version, at, actor, cause).",
        "",
    ]
    for name, module in AREAS.items():
        lines += [f"## {name}", "", " ".join((module.__doc__ or "").split()), ""]
        for title, kind in (("Commands", Command), ("Events", Event)):
            lines += [f"### {title} of {name}", "", *table(of_kind(module, kind))]
    configured = [definition.Configure, definition.CentreConfigured]
    lines += ["## Definitions in force", "", *table(configured)]
    lines += ["## Effects", "", " ".join((effects.__doc__ or "").split()), ""]
    lines += table(of_kind(effects, Effect))
    return "\n".join(lines)


PAGES = {"messages.md": messages_page}


def main() -> int:
    """Write the pages, or with --check name those that aren't current."""
    stale = []
    for name, page in PAGES.items():
        path, text = REFERENCE / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if "--check" not in sys.argv:
                path.write_text(text, encoding="utf-8")
    if stale and "--check" in sys.argv:
        print(f"not current: {', '.join(stale)}; mend: make docs")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
