"""Every message is documented, and the generated pages are current."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = generator()


@pytest.mark.parametrize("area", GENERATOR.AREAS)
def test_every_message_says_what_it_means(area: str) -> None:
    module = GENERATOR.AREAS[area]
    kinds = (GENERATOR.Command, GENERATOR.Event)
    silent = [
        thing.__name__
        for kind in kinds
        for thing in GENERATOR.of_kind(module, kind)
        if not GENERATOR.text_of(thing)
    ]
    assert not silent, f"{module.__name__}: a docstring is missing on {silent}"


def test_the_generated_pages_are_current() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "docs" / "generate.py"), "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr


def settings_keys() -> list[str]:
    """Every key of roost.toml, as `table.key` where it stands in a table."""
    import msgspec

    from roost.processes import settings

    keys: list[str] = []
    for field in msgspec.structs.fields(settings.Settings):
        kind = field.type
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            keys += [f"{field.name}.{inner.name}" for inner in msgspec.structs.fields(kind)]
        elif field.name == "trunks":
            keys += [inner.name for inner in msgspec.structs.fields(settings.Trunk)]
        else:
            keys.append(field.name)
    return keys


@pytest.mark.parametrize("key", settings_keys())
def test_every_setting_is_documented(key: str) -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    _, _, name = key.rpartition(".")
    assert f"`{key}`" in page or (name in ("bind", "advertise") and f"`{name}`" in page), (
        f"docs/reference/settings.md doesn't explain {key}"
    )
