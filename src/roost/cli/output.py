"""What commands print: a result for people or as JSON, a failure with its mend."""

import sys
from collections.abc import Callable
from typing import Any, NoReturn

import msgspec
import typer


def result(data: Any, as_json: bool, show: Callable[[], None]) -> None:
    """One result: as JSON on one line, or shown by a function that uses Rich."""
    if as_json:
        sys.stdout.write(msgspec.json.encode(data).decode() + "\n")
        sys.stdout.flush()
    else:
        show()


def fail(why: str, status: int = 1) -> NoReturn:
    """It didn't work (1), or was asked for wrongly (2): say why and what mends it."""
    sys.stderr.write(f"roost: {why}\n")
    raise typer.Exit(status)
