"""Writes the generated pages of docs/reference from the code; `--check` only compares.

python docs/generate.py [--check]
"""

import importlib
import inspect
import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import msgspec
import typer

from roost.cli import main as main_module
from roost.floor import definition, effects
from roost.floor.agents import messages as agents
from roost.floor.calls import messages as calls
from roost.floor.flows import messages as flows
from roost.floor.queues import messages as queues
from roost.floor.routing import messages as routing
from roost.floor.tasks import messages as tasks
from roost.kernel.messages import Command, Effect, Event
from roost.office.accounts import messages as accounts
from roost.office.audit.messages import AUDIT_EVENTS
from roost.office.measures.counts import COUNTS
from roost.office.measures.dictionary import MEASURES, By
from roost.office.measures.facts import Mark
from roost.office.measures.formulas import text as formula_text
from roost.office.measures.words import WORDS
from roost.web import openapi, permissions, topics
from roost.web.app import described

REFERENCE = Path(__file__).parent / "reference"
sys.path.insert(0, str(Path(__file__).parent))
AREAS = {
    "calls": calls,
    "flows": flows,
    "queues": queues,
    "agents": agents,
    "routing": routing,
    "tasks": tasks,
    "accounts": accounts,
}
INHERITED = {"mac", "owner", "contact"}


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
    """The classes of a kind that the module or its area wrote, in the order they're written."""
    area = module.__name__.rpartition(".")[0]
    own = [
        item
        for item in vars(module).values()
        if inspect.isclass(item)
        and issubclass(item, kind)
        and (item.__module__ == module.__name__ or item.__module__.rpartition(".")[0] == area)
        and item not in (Command, Event, Effect)
    ]
    return sorted(own, key=lambda item: inspect.getsourcelines(item)[1])


def table(things: list[type]) -> list[str]:
    rows = ["| name | fields | meaning |", "|---|---|---|"]
    return [*rows, *(f"| `{t.__name__}` | {fields(t)} | {text_of(t)} |" for t in things), ""]


def messages_page() -> str:
    lines = [
        "# Messages of the floor and the office",
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


def options(command: Any) -> list[str]:
    """An argument or option a line, as written on the command line."""
    lines = []
    for one in command.params:
        if one.name == "help" or getattr(one, "hidden", False):
            continue
        if one.param_type_name == "option":
            names = ", ".join(f"`{name}`" for name in one.opts)
            value = "" if one.is_flag else f" {one.name.strip('_').upper()}"
            lines.append(f"| {names}{value} | {one.help or ''} |")
        else:
            lines.append(f"| `{(one.name or '').upper()}` | {getattr(one, 'help', '') or ''} |")
    return lines


def command_text(path: str, command: Any) -> list[str]:
    if hasattr(command, "commands"):
        own = [f"## `{path}`", "", (command.help or "").strip(), ""] if " " in path else []
        for name, inner in sorted(command.commands.items()):
            if not inner.hidden:
                own += command_text(f"{path} {name}", inner)
        return own
    lines = [f"{'###' if path.count(' ') > 1 else '##'} `{path}`", ""]
    lines += [" ".join((command.help or "").split()), ""]
    listed = options(command)
    return [*lines, "| | |", "|---|---|", *listed, ""] if listed else lines


def commands_page() -> str:
    """Every command with its options, from the command itself."""
    app = typer.Typer(add_completion=False)
    app.registered_commands = list(main_module.app.registered_commands)
    for path, name, _ in main_module.PARTS:
        module = importlib.import_module(path)
        if hasattr(module, "app"):
            app.add_typer(module.app, name=name)
        else:
            app.command(name)(getattr(module, name))
    lines = [
        "# Commands",
        "",
        "*Written by `make docs` from the code; don't edit.* Exit status: 0 it worked, 1 it didn't"
        " (and why, on standard error), 2 wrong use.",
        "",
        *command_text("roost", typer.main.get_command(app)),
    ]
    return "\n".join(lines)


def scopes_block() -> list[str]:
    """Which role has which scope, and what it's for."""
    roles = " | ".join(role.value for role in permissions.ROLES)
    width = len(permissions.ROLES) + 3
    lines = [f"| scope | {roles} | a token may have it | what it's for |", "|---" * width + "|"]
    for scope, words in permissions.SCOPES.items():
        has = " | ".join("yes" if scope in given else "" for given in permissions.ROLES.values())
        token = "" if scope in permissions.NOT_FOR_TOKENS else "yes"
        lines.append(f"| `{scope.value}` | {has} | {token} | {words} |")
    return lines


def endpoints_block() -> list[str]:
    """Every endpoint with its row of permissions.yaml."""
    lines = ["| endpoint | scope | reach | what |", "|---|---|---|---|"]
    paths = openapi.document(described())["paths"]
    for name, rule in permissions.ENDPOINTS.items():
        method, _, path = name.partition(" ")
        about = paths.get(path, {}).get(method.lower(), {}).get("summary")
        scope = "" if rule.scope is None else f"`{rule.scope.value}`"
        text = about or "By websocket"
        lines.append(f"| `{name}` | {scope} | {rule.reach.value} | {text} |")
    return lines


def seen_block() -> list[str]:
    """Which events a client's people see, and which of their fields."""
    lines = ["| event | fields |", "|---|---|"]
    for name, shown in topics.CLIENT_SEES.items():
        lines.append(f"| `{name}` | {', '.join(f'`{one}`' for one in shown)} |")
    return lines


def audit_block() -> list[str]:
    """What the audit trail notes."""
    lines = ["| `what` | `about` | meaning |", "|---|---|---|"]
    for name, kind in AUDIT_EVENTS.items():
        lines.append(f"| `{name.partition('.')[2]}` | {fields(kind)} | {text_of(kind)} |")
    return lines


BLOCKS = {"audit": audit_block, "scopes": scopes_block, "endpoints": endpoints_block, "client's events": seen_block}


def api_page() -> str:
    """The page as it's written, with the tables between its marks made anew."""
    text = (REFERENCE / "api.md").read_text(encoding="utf-8")
    for name, block in BLOCKS.items():
        begin, end = f"<!-- made by make docs: {name} -->\n", f"<!-- end of {name} -->"
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n" + "\n".join(block()) + f"\n\n{end}{after}"
    return text


RULES = {
    "arrival": "when the contact arrived",
    "entry": "when it first entered the queue",
    "ring": "when the ringing was over",
    "finish": "when the segment was finished, wrap-up included",
    "spent": "when the time was spent, cut at the interval's bounds",
}


def measures_page() -> str:
    """The dictionary of measures, from the dictionary itself."""
    lines = [
        "# Measures",
        "",
        "*Written by `make docs` from the code; don't edit.* Each is defined once; the floor, reports,"
        " wallboards and summaries take it from there. Nothing to divide by is *no data*, never 0 or"
        " 100. A larger interval sums the counts first and divides then. Per cent have one decimal,"
        " lengths are whole microseconds, halves are rounded up. Why it's so:"
        " [decision 14](../decisions/0014-counting.md).",
        "",
        "First contact resolution isn't among them yet; adherence, conformance and shrinkage come with"
        " schedules.",
        "",
    ]
    for rule, when in RULES.items():
        lines += [f"## Counted {when}", ""]
        lines += [
            "| measure | in reports by | unit | formula | says | 中文 |",
            "|---|---|---|---|---|---|",
        ]
        for one in MEASURES.values():
            if one.rule.value == rule:
                words, by = WORDS[one.id], ", ".join(by.value for by in By if by in one.by)
                lines.append(
                    f"| `{one.id}` {one.version}: {words.name_en} | {by} | {one.unit.value}"
                    f" | {formula_text(one.formula)} | {words.says_en}"
                    f" | **{words.name_zh}** {words.says_zh} |"
                )
        lines.append("")
    lines += [
        "## Counts",
        "",
        "| count | of each | whose word is | marked | adds |",
        "|---|---|---|---|---|",
    ]
    for name, count in COUNTS.items():
        marks = [
            mark.lower()
            for mark in vars(Mark)
            if mark.isupper() and getattr(Mark, mark) & count.having
        ]
        adds = (
            f"the largest `{count.amount}`"
            if count.most
            else f"`{count.amount}`"
            if count.amount
            else "1"
        )
        words_of = ", ".join(count.words) or "any"
        lines.append(
            f"| `{name}` | {count.what.value} | {words_of} | {', '.join(marks)} | {adds} |"
        )
    return "\n".join([*lines, ""])


FIGURES = Path(__file__).parents[1] / "tests" / "simulation" / "theory" / "figures.json"


def contracts_page() -> str:
    """The contract language, with its examples worked out."""
    return importlib.import_module("contract_page").page()


def told(value: float, figure: str) -> str:
    """A wait in seconds, a share in a hundred."""
    return f"{value:.2f} s" if figure.endswith("mean wait") else f"{100 * value:.3f} %"


def theory_page() -> str:
    """Every figure of the long plan, as `simulation.theory.run` kept it."""
    lines = [
        "# The twin against theory",
        "",
        "Written by `make docs` from what `tests/simulation/theory/run.py` played; `make soak` plays all of",
        "it again and wants the same figures. What was done, and why it's a proof: [the twin",
        "against theory](../explanation/the-twin-against-theory.md). *Found* is the twin's mean with half of",
        "its interval; *alone* is half of the interval by the twin's own replications, without the cheap",
        "model; *apart* counts contacts in which the two differ.",
    ]
    case = ""
    for row in json.loads(FIGURES.read_text(encoding="utf-8")):
        if row["case"] != case:
            case = row["case"]
            lines += ["", f"## {case}", ""]
            lines += ["| figure | theory | found | off by | alone | apart |", "|---|---|---|---|---|---|"]
        name, exact, half = row["figure"], row["exact"], row["half"]
        off = 100 * (row["found"] - exact) / exact
        found = f"{told(row['found'], name)} ± {100 * half / exact:.2f} %"
        lines.append(
            f"| {name} | {told(exact, name)} | {found} | {off:+.2f} %"
            f" | ± {100 * row['alone'] / exact:.1f} % | {row['apart']} |"
        )
    return "\n".join(lines) + "\n"


PAGES = {
    "messages.md": messages_page,
    "commands.md": commands_page,
    "api.md": api_page,
    "measures.md": measures_page,
    "against-theory.md": theory_page,
    "contracts.md": contracts_page,
}


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
