"""Whatever lies in a folder of definitions: checked definitions or problems, never a
traceback, never both."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from roost.definitions import Loaded, compile_contracts, compile_floor, load, needed_prompts
from roost.definitions.problems import Severity
from roost.definitions.tree import parse

EXAMPLE = Path(__file__).parents[2] / "examples" / "power-grid"
FILES = {
    path.relative_to(EXAMPLE).as_posix(): path.read_bytes()
    for path in sorted(EXAMPLE.rglob("*.yaml"))
}
WORDS = [
    b"{}", b"[]", b"''", b": ", b"- ", b"\n", b"  ", b"null", b"~", b"&a", b"*a", b"!!x", b"#",
    b"end", b"-1", b"1e9", b"24:00", b"\xff", b"\x00", b"\xe2\x80\xa8", b"answer: true",
]  # fmt: skip


def accepted_or_told(files: dict[str, bytes]) -> None:
    with TemporaryDirectory() as folder:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        found = load(folder)
    if isinstance(found, Loaded):
        compile_floor(found, "voice")
        compile_contracts(found)
        needed_prompts(found, "voice")
        assert found.version
    else:
        assert any(problem.severity is Severity.ERROR for problem in found)
        assert all(problem.what and problem.mend and problem.file for problem in found)


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_a_damaged_file_is_accepted_or_told(name: str, data: st.DataObject) -> None:
    content = FILES[name]
    start = data.draw(st.integers(0, len(content)))
    gone = data.draw(st.integers(0, 12))
    word = data.draw(st.sampled_from(WORDS) | st.binary(max_size=6))
    accepted_or_told(FILES | {name: content[:start] + word + content[start + gone :]})


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(sorted(FILES)), st.data())
def test_lines_lost_and_moved_are_accepted_or_told(name: str, data: st.DataObject) -> None:
    lines = FILES[name].splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 3))):
        line = lines.pop(data.draw(st.integers(0, len(lines) - 1)))
        if data.draw(st.booleans()):
            lines.insert(data.draw(st.integers(0, len(lines))), line)
    accepted_or_told(FILES | {name: b"".join(lines)})


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200) | st.text(alphabet="a:-[]{}&*!#'\" \n\t1|>%@?", max_size=80))
def test_any_bytes_are_a_tree_or_a_problem(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    node, problems = parse("a.yaml", raw)
    assert (node is None) <= bool(problems)
