"""House rules about the shape of the code: each failure names the offender and the mend."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "roost"
LONGEST_MODULE = 500
LONGEST_FUNCTION = 60
VAGUE = {"utils", "helpers", "common", "manager", "service", "misc"}

#: The one adapter that may call each of these (STYLE, habit 3: time is an argument).
BANNED_CALLS = {
    "time.time": "the clock port",
    "time.time_ns": "the clock port",
    "time.sleep": "an engine timer",
    "datetime.now": "the clock port",
    "datetime.utcnow": "the clock port",
    "uuid.uuid4": "an id given with the command, or the stream's counter",
    "asyncio.wait_for": "asyncio.timeout (before 3.12 wait_for may lose a cancellation)",
    "random.random": "the chance port",
    "random.randint": "the chance port",
    "random.choice": "the chance port",
}
MAY_CALL = {
    "time.time": ("adapters/clock/",),
    # media is a process of its own: its tracks' starts map its monotonic clock to the wall once
    "time.time_ns": ("adapters/clock/", "adapters/media/process.py"),
}


def modules() -> list[Path]:
    found = sorted(SOURCE.rglob("*.py"))
    assert found, "no module found: the test looks in the wrong place"
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(SOURCE))


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_module_is_read_in_one_sitting(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODULE, f"{name_of(path)}: {lines} lines; split it by meaning"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= LONGEST_FUNCTION, (
                f"{name_of(path)}:{node.lineno}: {node.name} has {length} lines; split it"
            )


def test_a_module_is_named_after_what_it_is() -> None:
    vague = [name_of(path) for path in modules() if path.stem in VAGUE or path.parent.name in VAGUE]
    assert not vague, f"name them after what they are: {vague}"


def calls(path: Path) -> Iterator[tuple[int, str]]:
    """Every call of a dotted name, as (line, "module.function")."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            value = node.func.value
            if isinstance(value, ast.Name):
                yield node.lineno, f"{value.id}.{node.func.attr}"


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_nobody_but_the_adapter_asks_the_machine(path: Path) -> None:
    name = name_of(path)
    for line, call in calls(path):
        if call in BANNED_CALLS and not name.startswith(MAY_CALL.get(call, ())):
            pytest.fail(f"{name}:{line}: {call} is not for here; use {BANNED_CALLS[call]}")


def test_every_package_says_what_it_is() -> None:
    silent = [
        name_of(path)
        for path in modules()
        if path.name == "__init__.py"
        and any(sibling.name != "__init__.py" for sibling in path.parent.iterdir())
        and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, f"a docstring is missing in {silent}"


def test_no_room_is_empty() -> None:
    empty = [
        name_of(path)
        for path in SOURCE.rglob("__init__.py")
        if not [p for p in path.parent.iterdir() if p.name not in ("__init__.py", "__pycache__")]
    ]
    assert not empty, f"leave a room out rather than empty: {empty}"
