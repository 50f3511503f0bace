"""`roost check`: everything wrong in a folder at once, with place and mend, word for word."""

import re
import wave
from pathlib import Path

import pytest

from roost.definitions import Loaded, Problem, load
from roost.definitions.problems import Severity

HERE = Path(__file__).parent
EXAMPLE = HERE.parents[1] / "examples" / "power-grid"
BROKEN = HERE / "broken_centre"
EXPECTED = HERE / "broken_centre.expected.txt"


def problems(folder: Path) -> list[Problem]:
    found = load(folder)
    assert isinstance(found, list), "it was accepted"
    return found


def test_a_folder_full_of_mistakes_is_told_word_for_word() -> None:
    """After a wanted change of words: write the lines below into the expected file again."""
    lines = "".join(f"{problem}\n" for problem in problems(BROKEN))
    assert lines == EXPECTED.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ["power-grid", "bpo", "bpo-guiyang"])
def test_an_example_has_nothing_to_mend(name: str) -> None:
    loaded = load(EXAMPLE.parent / name)
    assert isinstance(loaded, Loaded), loaded
    assert loaded.warnings == ()


def test_a_folder_that_is_not_there_is_one_problem(tmp_path: Path) -> None:
    (only,) = problems(tmp_path / "nowhere")
    assert only.code == "no-folder"


def test_an_empty_folder_says_what_is_missing(tmp_path: Path) -> None:
    assert {problem.code for problem in problems(tmp_path)} == {"no-file", "no-client"}


@pytest.fixture
def centre(tmp_path: Path) -> Path:
    """A copy of the example to break."""
    for source in sorted(EXAMPLE.rglob("*.yaml")):
        target = tmp_path / source.relative_to(EXAMPLE)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"{old!r} isn't in {file}"
    path.write_text(text.replace(old, new), encoding="utf-8")


CLIENT = "clients/power-grid/client.yaml"
FLOW = "clients/power-grid/flows/main.yaml"
CONTRACT = "clients/power-grid/contract.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "code"),
    [
        ("centre.yaml", "Asia/Shanghai", "Asia/Lanzhou", "unknown-zone"),
        ("centre.yaml", "08:00-12:00", "08:00-12:30", "hours-overlap"),
        ("agents.yaml", "team: day", "team: dai", "unknown-team"),
        ("agents.yaml", "skills: {outage: 3, general: 2}", "skills: {}", "no-skills"),
        (CLIENT, '"95598": main', '"95598": mian', "unknown-flow"),
        (CLIENT, "default_queue: general", "default_queue: genral", "unknown-queue"),
        (CLIENT, "language: zh", "langage: zh", "unknown-key"),
        (CLIENT, "code: other", "code: moved", "doubled-code"),
        (CLIENT, "calling_out: [", "calling_out: [Z, ", "shape"),
        (CLIENT, 'calling_out: ["0931", "1"]', "calling_out: []", "no-prefix"),
        (CLIENT, 'calling_out: ["0931", "1"]', "calling_out: none", "directory-unused"),
        (CLIENT, 'calling_out: ["0931", "1"]', "calling_out: nobody", "unknown-word"),
        (CLIENT, '"09315550110"', '"95598"', "own-number"),
        (CLIENT, "recording_pause: 2m", "recording_pause: 0s", "no-pause"),
        (CLIENT, "whisper: 账单", "whisper: {music: soft}", "whisper-music"),
        (CLIENT, "whisper: 账单", "whisper: {recording: bills.wav}", "missing-recording"),
        (CLIENT, '"#0f766e"', '"teal"', "shape"),
        (CLIENT, "  colour:", "  logo: grid.png\n  colour:", "logo"),
        (FLOW, "to: bills", "to: bill", "unknown-queue"),
        (FLOW, "otherwise: message", "otherwise: mesage", "unknown-step"),
        (FLOW, "{say: Welcome to the power grid., language: en}", "{recording: a.wav}",
         "missing-recording"),
        (FLOW, '"1": outage', '"A": outage', "shape"),
        (CONTRACT, "rate: 2.80", "rate: -2.80", "negative-rate"),
        (CONTRACT, "measure: handled_minutes", "measure: handled_minute", "unknown-measure"),
        (CONTRACT, "currency: CNY", "currency: CNX", "unknown-currency"),
        ("scenarios/day.yaml", '"95598"', '"95599"', "unknown-number"),
        (CLIENT, "    above: 120\n", "", "no-threshold"),
        (CLIENT, "clears_at: 60", "clears_at: 160", "clears-beyond"),
        (CLIENT, "clears_at: 80", "clears_at: 60", "clears-beyond"),
        (CLIENT, "to: [supervisor, client-manager]", "to: []", "for-nobody"),
        (CLIENT, "to: [supervisor, client-manager]", "queue: bill", "unknown-queue"),
        (CLIENT, "measure: longest_wait", "measure: longest", "unknown-word"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_kind_of_problem(
    centre: Path, file: str, old: str, new: str, code: str
) -> None:
    change(centre, file, old, new)
    found = [one for one in problems(centre) if one.severity is Severity.ERROR]
    assert found
    own = [one for one in found if one.file == file]
    assert {one.code for one in own} - {"missing-key"} == {code}
    assert all(one.line > 0 and one.mend for one in own)


def test_a_queue_that_nobody_serves_is_a_warning_only(centre: Path) -> None:
    change(centre, CLIENT, "skills: {outage: 1}", "skills: {outage: 9}")
    loaded = load(centre)
    assert isinstance(loaded, Loaded)
    assert [warning.code for warning in loaded.warnings] == ["nobody-serves"]


def test_numbers_that_stand_twice_are_warnings_only(centre: Path) -> None:
    change(centre, CLIENT, '"09315550120"', '"09315550110"')
    change(centre, CLIENT, '["0931", "1"]', '["0931", "1", "1381", "110"]')
    loaded = load(centre)
    assert isinstance(loaded, Loaded)
    assert [warning.code for warning in loaded.warnings] == ["doubled-number", "prefix-within"]


def test_a_recorded_whisper_that_is_too_long_says_how_long(centre: Path) -> None:
    change(centre, CLIENT, "whisper: 账单", "whisper: {recording: bills.wav}")
    (centre / "clients/power-grid/prompts").mkdir()
    with wave.open(str(centre / "clients/power-grid/prompts/bills.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(2 * 8000 * 2))
    loaded = load(centre)
    assert isinstance(loaded, Loaded)
    (warning,) = loaded.warnings
    assert (warning.code, warning.file) == ("whisper-long", CLIENT)
    assert warning.line > 0
    assert "2.0 s" in warning.what


PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


@pytest.mark.parametrize(
    ("name", "content", "right"),
    [("grid.png", PNG, True), ("grid.webp", b"RIFF\0\0\0\0WEBPVP8 ", True),
     ("grid.png", PNG + bytes(64 * 1024), False), ("grid.png", b"<svg/>", False),
     ("grid.wav", b"RIFF\0\0\0\0WAVEfmt ", False), ("../../../grid.png", PNG, False)],
)  # fmt: skip
def test_a_logo_is_a_small_picture_in_the_clients_folder(
    centre: Path, name: str, content: bytes, right: bool
) -> None:
    change(centre, CLIENT, "  colour:", f"  logo: {name}\n  colour:")
    path = centre / "clients/power-grid" / name
    path.write_bytes(content)
    found = load(centre)
    if right:
        assert isinstance(found, Loaded)
        assert found.clients["power-grid"].logo == content
    else:
        assert isinstance(found, list)
        assert [one.code for one in found] == ["logo"]


def test_a_number_of_two_clients_names_the_first(centre: Path) -> None:
    for file in sorted((centre / "clients" / "power-grid").rglob("*.yaml")):
        target = centre / "clients" / "water" / file.relative_to(centre / "clients" / "power-grid")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(file.read_bytes())
    (only,) = problems(centre)
    assert only.code == "number-taken"
    assert "power-grid" in only.what


CLIENT = "clients/power-grid/client.yaml"


def outage(centre: Path, more: str) -> set[str]:
    """The codes of what's wrong when the outage queue says this as well."""
    change(centre, CLIENT, "    skills: {outage: 1}\n", f"    skills: {{outage: 1}}\n{more}")
    found = load(centre)
    return {problem.code for problem in found} if isinstance(found, list) else set()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("    rings: [{after: 20s, skills: {outag: 1}}]\n", "unknown-skill"),
        ("    teams: [dya]\n", "unknown-team"),
        ("    prefer: {french: 2}\n", "unknown-skill"),
        ("    rings: [{after: 0, skills: {}}]\n", "ring-order"),
        ("    rings: [{after: 30s, skills: {}}, {after: 20s, skills: {}}]\n", "ring-order"),
        ("    rings: [{after: 20s}]\n", "ring-adds-nobody"),
        ("    rings: [{after: 20s, skills: {outage: 9}}]\n", "ring-narrows"),
        ("    boost: {every: 0, most: 3}\n", "no-boost"),
    ],
)
def test_a_rule_of_routing_that_makes_no_sense_is_refused(
    centre: Path, more: str, code: str
) -> None:
    assert code in outage(centre, more)


def test_rings_preferences_and_boosts_are_taken(centre: Path) -> None:
    more = (
        "    teams: [day]\n    rings: [{after: 20s}, {after: 40s, skills: {}}]\n"
        "    prefer: {bills: 2}\n    agents: least_skilled\n    boost: {every: 30s, most: 3}\n"
    )
    assert outage(centre, more) == set()


CONTRACT = "clients/power-grid/contract.yaml"
TERM = "{term: answered, target: 80, percent: 1, cap_percent: 10}"


def contract_says(centre: Path, term: str) -> set[str]:
    """The codes of what's wrong with a term of service, the example's own left out."""
    text = (centre / CONTRACT).read_text(encoding="utf-8")
    text = re.sub(r"^    service:\n(      .*\n)+", "", text, flags=re.MULTILINE)
    assert "    lines:\n" in text
    (centre / CONTRACT).write_text(
        text.replace("    lines:\n", f"    service: [{term}]\n    lines:\n", 1), encoding="utf-8"
    )
    found = load(centre)
    return {problem.code for problem in found} if isinstance(found, list) else set()


def test_a_term_of_service_is_taken(centre: Path) -> None:
    assert contract_says(centre, TERM) == set()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("term: answered", "term: answered, measure: asa", "unknown-measure"),
        ("term: answered", "term: answered, version: 7", "unknown-measure"),
        ("target: 80", "target: 101", "no-share"),
        ("target: 80", "target: 0", "no-share"),
        ("target: 80", "target: 80, each: 20m", "interval"),
        ("target: 80", "target: 80, kept: 90", "kept"),
        ("percent: 1", "percent: 1, amount: 500", "step-money"),
        (", percent: 1", "", "step-money"),
        ("percent: 1", "percent: 1, point: 0", "point"),
        ("percent: 1", "percent: 1, lines: [tlak]", "unknown-line"),
        ("target: 80", "target: 80, queues: [outag]", "unknown-queue"),
        ("target: 80", "target: 80, queues: [outage], within: 30s", "other-threshold"),
        ("target: 80", "target: 80, hours: nigth", "unknown-calendar"),
        (TERM, f"{TERM}, {TERM}", "doubled-term"),
    ],
)
def test_a_term_that_cannot_be_kept_or_counted_is_refused(
    centre: Path, old: str, new: str, code: str
) -> None:
    assert old in TERM
    assert code in contract_says(centre, TERM.replace(old, new, 1))


@pytest.mark.parametrize(("begins", "codes"), [("08:15", set()), ("08:10", {"hours-quarter"})])
def test_hours_of_a_term_begin_and_end_with_quarters(
    centre: Path, begins: str, codes: set[str]
) -> None:
    change(centre, "centre.yaml", "08:00-12:00", f"{begins}-12:00")
    term = TERM.replace("target: 80", "target: 80, hours: office", 1)
    assert contract_says(centre, term) == codes


HOURLY = "      - {line: hours, measure: paid_hours, rate: 80}\n"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("seller: lanzhou\n", "", "no-seller"),
        ("tax: standard\n", "", "no-tax"),
        ("seller: lanzhou\ntax: standard\n", "tax_included: true\n", "no-seller"),
        ("effective: 2027-01-01", "effective: 2027-01-01T00:00", ""),
        ("effective: 2027-01-01", "effective: 2027-01-01T00:10", "minimum-inside-month"),
        ("calendar: china", "calendar: chna", "unknown-calendar"),
    ],
)
def test_one_mistake_of_a_contract(centre: Path, old: str, new: str, code: str) -> None:
    change(centre, CONTRACT, old, new)
    loaded = load(centre)
    found = [] if isinstance(loaded, Loaded) else [one.code for one in loaded]
    assert set(found) == ({code} if code else set())


def test_a_contract_by_hours_names_the_pool_whose_agents_serve_it(centre: Path) -> None:
    pools = "pools: {shared: {teams: [day], rules: [{version: 3, from: 2026-01-01}]}}\n"
    (centre / "billing.yaml").write_text(
        (centre / "billing.yaml").read_text(encoding="utf-8") + pools, encoding="utf-8"
    )
    assert isinstance(load(centre), Loaded), "not charged by hours, it needs no rule"
    text = (centre / CONTRACT).read_text(encoding="utf-8")
    hourly = text.replace("    lines:\n", f"    lines:\n{HOURLY}")
    (centre / CONTRACT).write_text(hourly, encoding="utf-8")
    (only,) = problems(centre)
    assert only.code == "no-pool"
    assert only.mend == "Name the version of its rule: pools: {shared: 3}"
    agreed = hourly.replace("currency: CNY", "currency: CNY\npools: {shared: 3}")
    (centre / CONTRACT).write_text(agreed, encoding="utf-8")
    assert isinstance(load(centre), Loaded)
