"""Plays every case by the long plan and keeps what it came to in `figures.json` beside this
file, from which docs/reference/against-theory.md is made. It goes on where it was stopped.

    PYTHONPATH=src:tests .venv/bin/python -m simulation.theory.run [PROCESSES]
"""

import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import Final

import msgspec

from simulation.theory import compared, skilled
from simulation.theory.cases import CASES, LONG
from simulation.theory.compared import Compared

KEPT: Final = Path(__file__).parent / "figures.json"


def kept() -> dict[str, list[Compared]]:
    """By case, in the cases' order: what was played so far."""
    if not KEPT.exists():
        return {}
    rows = msgspec.json.decode(KEPT.read_bytes(), type=list[Compared])
    return {
        case.name: found
        for case in (*CASES, *skilled.CASES)
        if (found := [row for row in rows if row.case == case.name])
    }


def keep(rows: dict[str, list[Compared]]) -> None:
    flat = [row for case in (*CASES, *skilled.CASES) for row in rows.get(case.name, ())]
    lines = ",\n".join(msgspec.json.encode(row).decode() for row in flat)
    KEPT.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def main(processes: int) -> None:
    rows = kept()
    with ProcessPoolExecutor(processes) as pool:
        played = [
            pool.submit(play.compared, case, LONG)  # type: ignore[arg-type]
            for play, cases in ((compared, CASES), (skilled, skilled.CASES))
            for case in cases
            if case.name not in rows
        ]
        for future in as_completed(played):
            found = future.result()
            rows[found[0].case] = found
            keep(rows)
            for one in found:
                told = "holds" if one.holds else "FAILS"
                figures = f"{one.exact:.6f} {one.found:.6f} ± {one.half:.6f}"
                print(f"{one.case:40} {one.figure:24} {figures}  {told}", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
