"""What is published about definitions is what the models say."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from roost.definitions.published import SCHEMAS, reference, schema

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "power-grid"
PLACES = {
    "centre": "centre.yaml",
    "agents": "agents.yaml",
    "client": "clients/power-grid/client.yaml",
    "flow": "clients/power-grid/flows/main.yaml",
    "contract": "clients/power-grid/contract.yaml",
    "billing": "billing.yaml",
    "scenario": "scenarios/day.yaml",
}


class EditorLoader(yaml.SafeLoader):
    """YAML 1.2's core scalars, as editors read them: dates and spans are texts."""


EditorLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def document(name: str) -> Any:
    return yaml.load((EXAMPLE / PLACES[name]).read_text(encoding="utf-8"), EditorLoader)


def test_the_reference_is_current() -> None:
    page = ROOT / "docs" / "reference" / "definitions.md"
    mend = f"python -m roost.definitions.published > {page.relative_to(ROOT)}"
    assert page.read_text(encoding="utf-8") == reference(), mend


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_a_schema_and_the_example_fits_it(name: str) -> None:
    made = schema(name)
    jsonschema.Draft202012Validator.check_schema(made)
    jsonschema.Draft202012Validator(made).validate(document(name))


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_refuses_an_unknown_key(name: str) -> None:
    wrong = document(name) | {"colour": "blue"}
    assert list(jsonschema.Draft202012Validator(schema(name)).iter_errors(wrong))


def test_every_key_of_the_models_says_what_it_is() -> None:
    empty = [line for line in reference().splitlines() if line.startswith("| `") and "|  |" in line]
    assert empty == []
