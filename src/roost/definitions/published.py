"""What is published about the documents: JSON Schemas, and the reference page. Both are made
from the models and from nothing else."""

from collections.abc import Iterator
from typing import Any, Final, cast

import msgspec
from msgspec import Struct

from roost.definitions import contract_documents, documents, flow_documents
from roost.definitions.billing_documents import BillingDocument
from roost.definitions.scenario_documents import Scenario
from roost.kernel.money import MINOR_DIGITS
from roost.office.contracts.model import Kind, Measure

SCHEMAS: Final[dict[str, tuple[str, type[Struct]]]] = {
    "centre": ("centre.yaml", documents.Centre),
    "agents": ("agents.yaml", documents.Agents),
    "client": ("clients/NAME/client.yaml", documents.ClientDocument),
    "flow": ("clients/NAME/flows/FLOW.yaml", flow_documents.FlowDocument),
    "contract": ("clients/NAME/contract.yaml", contract_documents.ContractDocument),
    "billing": ("billing.yaml", BillingDocument),
    "scenario": ("scenarios/NAME.yaml", Scenario),
}
"""By name: which files, and their model."""

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def schema(name: str) -> dict[str, Any]:
    """A document's JSON Schema (2020-12). Raises KeyError."""
    pattern, model = SCHEMAS[name]
    made = msgspec.json.schema(model)
    definitions = cast("dict[str, dict[str, Any]]", made.get("$defs", {}))
    if "StepDocument" in definitions:
        kinds = [{"required": [kind]} for kind in flow_documents.KINDS]
        definitions["StepDocument"]["oneOf"] = kinds
    if "PromptDocument" in definitions:
        kinds = [{"required": [kind]} for kind in ("say", "recording", "music")]
        definitions["PromptDocument"]["oneOf"] = kinds
    if "LineDocument" in definitions:
        properties = definitions["LineDocument"]["properties"]
        properties["measure"] = {**properties["measure"], "enum": [str(one) for one in MEASURES]}
        properties["rate"] = _decimal(properties["rate"])
    if "VersionDocument" in definitions:
        properties = definitions["VersionDocument"]["properties"]
        properties["minimum"] = _decimal(properties["minimum"])
    return {"$schema": DIALECT, "title": pattern, **_lenient(made)}


def _decimal(text: dict[str, Any]) -> dict[str, Any]:
    """A decimal may stand without quotes: its text is taken as written."""
    return {**text, "type": ["string", "number"]}


def _lenient(value: Any) -> Any:
    """YAML without quotes gives editors integers and the like, where we read the text."""
    if isinstance(value, dict):
        plain = cast("dict[str, Any]", value)
        made = {key: _lenient(inner) for key, inner in plain.items()}
        if made.get("type") == "string" and "pattern" in made:
            made["type"] = ["string", "integer"]
        return made
    if isinstance(value, list):
        return [_lenient(one) for one in cast("list[Any]", value)]
    return value


def schema_text(name: str) -> str:
    """A schema as it's printed."""
    return msgspec.json.format(msgspec.json.encode(schema(name)), indent=2).decode() + "\n"


# --- the reference page ---


def reference() -> str:
    """docs/reference/definitions.md."""
    lines = list(_page())
    return "\n".join(lines).rstrip("\n") + "\n"


def _page() -> Iterator[str]:
    yield "# The definitions"
    yield ""
    yield "<!-- Made from the models by `python -m roost.definitions.published`. -->"
    yield ""
    yield "A centre is a folder. `roost check DIR` says what's wrong in it, `roost apply DIR` puts"
    yield "it in force, `roost schemas` prints these documents' JSON Schemas. An editor completes"
    yield "and checks with them after `roost schemas --write .schemas` and, as a file's first line,"
    yield "`# yaml-language-server: $schema=.schemas/centre.schema.json`."
    yield ""
    yield "The YAML is a plain part of YAML 1.2: no anchors, no tags, one document a file, UTF-8."
    yield "A value without quotes is taken as its place expects it: `95598` can be a number to"
    yield "call."
    yield "Lengths of time have a unit (`20s`, `5m`, `1h30m`), times of day are spans"
    yield "(`08:00-12:30`), names are small letters, digits and `-`."
    for pattern, model in SCHEMAS.values():
        yield ""
        yield f"## {pattern}"
        yield from _struct(model, set())
    yield ""
    yield "## Measured quantities"
    yield ""
    yield "What a contract's line may name as its `measure`:"
    yield ""
    for measure, words in MEASURES.items():
        yield f"- `{measure}`: {words}"
    yield ""
    yield "## Kinds of contacts"
    yield ""
    yield "Each contact is of exactly one kind; the contract's `billable` names those that are"
    yield "paid for:"
    yield ""
    for kind, words in KINDS.items():
        yield f"- `{kind}`: {words}"
    yield ""
    yield f"Currencies: {', '.join(MINOR_DIGITS)}."


MEASURES: Final = {
    Measure.CONTACTS: "billable contacts",
    Measure.SEGMENTS: "agents' segments of billable contacts",
    Measure.CONNECTED_MINUTES: "the customer's time with any agent, hold included, once",
    Measure.HANDLED_MINUTES: "the sum of agents' talk, hold and wrap-up",
    Measure.RESULTS: "billable contacts with one of the line's `codes`, once its `window` closed",
    Measure.PRODUCTION_HOURS: "agents' hours handling, or ready, for this client",
    Measure.PAID_HOURS: "that, and the client's part of paid time that isn't production",
    Measure.FTE: "full-time equivalents of the month, contracted or delivered",
    Measure.FIXED: "a sum for the month",
    Measure.COST: "what the month cost the operator, and `plus` so many per cent",
}

KINDS: Final = {
    Kind.ANSWERED: "an agent talked with the customer",
    Kind.VOICEMAIL: "the customer left a message",
    Kind.ABANDONED: "the customer gave up waiting",
    Kind.SHORT: "the same, within the queue's `short`",
    Kind.SOLVED: "the flow came to its end without an agent",
    Kind.CLOSED: "outside opening hours",
    Kind.TURNED_AWAY: "the queue was full, or its limit was reached",
    Kind.GIVEN_UP: "the caller left in the flow, before any queue",
    Kind.FAILED: "ended by us or by the network, before any agent",
    Kind.OUTBOUND: "an agent called the customer",
    Kind.PROMISED: "the customer took the offer of a call in turn, which is a contact of its own",
    Kind.CALLED_BACK: "a promised call reached the customer",
}


def _struct(model: type[Struct], seen: set[type[Struct]]) -> Iterator[str]:
    seen.add(model)
    yield ""
    text = " ".join((model.__doc__ or "").split())
    yield text
    yield ""
    yield "| key | what | needed |"
    yield "|---|---|---|"
    inner: list[type[Struct]] = []
    for field in msgspec.structs.fields(model):
        about = _description(field.type)
        inner += [found for found in _structs(field.type) if found not in inner]
        yield f"| `{field.encode_name}` | {about} | {_needed(field)} |"
    for found in inner:
        if found not in seen:
            yield ""
            yield f"### {_title(found)}"
            yield from _struct(found, seen)


def _title(model: type[Struct]) -> str:
    name = model.__name__.removesuffix("Document").removesuffix("Step")
    return f"{name} (step)" if model.__name__.endswith("Step") else name


def _needed(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "yes"
    default: object = field.default
    if field.default_factory is not msgspec.NODEFAULT:
        default = field.default_factory()
    if default is msgspec.UNSET or default in ("", [], {}) or isinstance(default, Struct):
        return "no"
    return f"no; `{msgspec.json.encode(default).decode().strip(chr(34))}`"


def _description(kind: Any) -> str:
    for meta in getattr(kind, "__metadata__", ()):
        extra = cast("dict[str, Any]", getattr(meta, "extra_json_schema", None) or {})
        text = extra.get("description")
        if text:
            return str(text).replace("|", "\\|")
    return ""


def _structs(kind: Any) -> list[type[Struct]]:
    """The structs inside a field's type: in lists, mappings, unions and annotations."""
    if isinstance(kind, type) and issubclass(cast("type[Any]", kind), Struct):
        return [cast("type[Struct]", kind)]
    found: list[type[Struct]] = []
    for argument in cast("tuple[object, ...]", getattr(cast("Any", kind), "__args__", ())):
        found += _structs(argument)
    origin: object = getattr(cast("Any", kind), "__origin__", None)
    if origin is not None and not isinstance(origin, type):
        found += _structs(origin)
    return list(dict.fromkeys(found))


if __name__ == "__main__":
    import sys

    sys.stdout.write(reference())
