"""`make bench`: runs the benchmarks and prints their figures; `ARGS="--json"` as JSON.

A module of this folder that has `run() -> dict[str, float | str]` is a benchmark. Figures are
ratios to something measured in the same run wherever there's something to compare with: the
machines are noisy, a ratio isn't.
"""

import argparse
import importlib
import json
import pkgutil
import sys
import time
from pathlib import Path

Figures = dict[str, float | str]


def found() -> list[str]:
    """The names of the benchmarks, in order."""
    here = str(Path(__file__).parent)
    names = sorted(module.name for module in pkgutil.iter_modules([here]))
    return [name for name in names if not name.startswith("_")]


def shown(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.3g}"


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", help=f"which ones (of: {', '.join(found())})")
    parser.add_argument("--json", action="store_true", help="one JSON object as the last line")
    options = parser.parse_args()
    unknown = set(options.names) - set(found())
    if unknown:
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    figures: dict[str, Figures] = {}
    failed: list[str] = []
    for name in options.names or found():
        module = importlib.import_module(f"benchmarks.{name}")
        if not hasattr(module, "run"):
            continue
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", file=sys.stderr)
        began = time.perf_counter()
        try:
            figures[name] = module.run()
        except Exception as trouble:
            failed.append(name)
            print(f"  failed: {trouble!r}", file=sys.stderr)
            continue
        for key, value in figures[name].items():
            print(f"  {key:<44} {shown(value):>14}", file=sys.stderr)
        print(f"  ({time.perf_counter() - began:.0f} s)", file=sys.stderr)
    if options.json:
        print(json.dumps(figures))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
