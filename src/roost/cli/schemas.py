"""`roost schemas`: the JSON Schemas of the definitions, for editors that complete and check."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from roost.cli.output import fail
from roost.definitions.published import SCHEMAS, schema_text


def schemas(
    name: Annotated[
        str, typer.Argument(help=f"One of: {', '.join(SCHEMAS)}. Without it: their names.")
    ] = "",
    write: Annotated[
        Path | None, typer.Option("--write", help="Write all of them into this folder.")
    ] = None,
) -> None:
    """Print a JSON Schema, or write them all as NAME.schema.json."""
    if write is not None:
        write.mkdir(parents=True, exist_ok=True)
        for one in SCHEMAS:
            (write / f"{one}.schema.json").write_text(schema_text(one), encoding="utf-8")
        sys.stdout.write(f"{len(SCHEMAS)} schemas in {write}\n")
    elif not name:
        for one, (pattern, _) in SCHEMAS.items():
            sys.stdout.write(f"{one:10} {pattern}\n")
    elif name in SCHEMAS:
        sys.stdout.write(schema_text(name))
    else:
        fail(f"there's no schema {name!r}: use one of {', '.join(SCHEMAS)}.", 2)
