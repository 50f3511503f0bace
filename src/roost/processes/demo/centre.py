"""The demo's centre: an example's folder, on free ports, with an office that is always open, and
callbacks that are offered to whom a demo's few minutes make wait."""

import shutil
from pathlib import Path
from typing import Any, Final

import yaml

EXAMPLE: Final = "bpo-guiyang"  # three clients, one floor
ALWAYS: Final = {"weekly": {"mon-sun": ["00:00-24:00"]}}
SOON: Final = {"after": "6s", "again": "15s", "retry": "20s"}


class NoExample(Exception):
    """The example isn't there; the message names the mend."""


def example(name: str) -> Path:
    """An example's folder, beside the sources or in the current folder."""
    for root in (Path(__file__).resolve().parents[4], Path.cwd()):
        found = root / "examples" / name
        if (found / "centre.yaml").exists():
            return found
    raise NoExample(f"examples/{name} isn't here: run `roost demo` in a clone of the repository.")


def copied(to: Path, city_port: int = 0, name: str = EXAMPLE) -> Path:
    """A copy whose office hours never end: a demo at night shows the same. With a
    `city_port` its trunk calls out to the demo's own city, so that promised calls can be made,
    too. Raises NoExample."""
    shutil.copytree(example(name), to, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".roost"))
    path = to / "centre.yaml"
    centre = yaml.safe_load(path.read_text(encoding="utf-8"))
    centre["calendars"] = dict.fromkeys(centre.get("calendars", {}), ALWAYS)
    path.write_text(yaml.safe_dump(centre, allow_unicode=True, sort_keys=False), encoding="utf-8")
    if city_port:
        for flow in (to / "clients").glob("*/flows/*.yaml"):
            _offer_soon(flow)
        with (to / "roost.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[trunks.city.out]\nproxy = "127.0.0.1:{city_port}"\n')
    return to


def _offer_soon(path: Path) -> None:
    """The flow's callbacks, if it offers any."""
    flow: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    steps: dict[str, dict[str, Any]] = flow.get("steps", {})
    queues = [step["queue"] for step in steps.values() if isinstance(step.get("queue"), dict)]
    for queue in queues:
        if "callback" in queue:
            queue["callback"].update(SOON)
    path.write_text(yaml.safe_dump(flow, allow_unicode=True, sort_keys=False), encoding="utf-8")
