"""`roost check`: what's wrong in a folder of definitions: file, line, mend."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec import Struct
from rich.console import Console
from rich.text import Text

from roost.cli.output import result
from roost.definitions import Loaded, Problem, load
from roost.definitions.problems import Severity


class Checked(Struct, frozen=True):
    """The result for scripts. `version` is empty when there are errors."""

    ok: bool
    folder: str
    version: str
    errors: int
    warnings: int
    clients: tuple[str, ...]
    problems: tuple[Problem, ...]


def checked(directory: Path) -> Checked:
    """Checks a folder; nothing is changed."""
    found = load(directory)
    problems = found.warnings if isinstance(found, Loaded) else tuple(found)
    errors = sum(1 for problem in problems if problem.severity is Severity.ERROR)
    return Checked(
        ok=isinstance(found, Loaded),
        folder=str(directory),
        version=found.version if isinstance(found, Loaded) else "",
        errors=errors,
        warnings=len(problems) - errors,
        clients=tuple(found.clients) if isinstance(found, Loaded) else (),
        problems=problems,
    )


def check(
    directory: Annotated[Path, typer.Argument(help="The folder of definitions.")] = Path(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """What's wrong in the definitions: file, line, mend; exit status 1 if there's an error."""
    found = checked(directory)
    result(found, as_json, lambda: show(found, Console()))
    if not found.ok:
        raise typer.Exit(1)


def show(found: Checked, console: Console) -> None:
    """Each problem with its place, so that terminals and editors can jump to it."""
    for problem in found.problems:
        place = f"{problem.file}:{problem.line}:{problem.column}" if problem.line else problem.file
        colour = "red" if problem.severity is Severity.ERROR else "yellow"
        mend = problem.mend if problem.mend.endswith("?") else f"{problem.mend}."
        console.print(
            Text.assemble(
                (place, "bold"), ": ", (problem.severity.value, colour), f": {problem.what}"
            ),
            soft_wrap=True,
        )
        console.print(Text.assemble("    ", (mend, "dim")), soft_wrap=True)
    if found.ok:
        clients = ", ".join(found.clients)
        after = f", {counted(found.warnings, 'warning')}" if found.warnings else ""
        line = f"{found.folder} is right{after}: {clients}, version {found.version[:12]}"
        console.print(Text(line, "green"), soft_wrap=True)
    else:
        after = f" and {counted(found.warnings, 'warning')}" if found.warnings else ""
        line = f"{counted(found.errors, 'error')}{after}"
        console.print(Text(line, "red"), soft_wrap=True)


def counted(count: int, word: str) -> str:
    """ "1 error", "2 errors"."""
    return f"{count} {word}{'' if count == 1 else 's'}"
