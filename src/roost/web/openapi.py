"""`openapi.json`: generated from the code, committed, compared by a test.

    python -m roost.web.openapi > openapi.json

Litestar describes the endpoints; what it can't know is added here: the problems that any
endpoint may answer with, the two ways of proving who one is, and the feed's messages (the
websocket itself has no place in OpenAPI: it stands under `x-websockets`).
"""

import json
import re
import sys
from typing import Any, Final

import msgspec
from litestar import Litestar

from roost.office.measures.dictionary import By
from roost.ports.simulations import SimulationReport
from roost.web.feed import Page, Snapshot
from roost.web.limits import MOST_BODY
from roost.web.permissions import ENDPOINTS, TOPICS, VIEWS, Reach
from roost.web.phone_messages import PHONE_ASKS, PHONE_TELLS
from roost.web.problems import PROBLEM_JSON, Problem
from roost.web.report_files import XLSX
from roost.web.reports import Report
from roost.web.rows import RowChanged
from roost.web.topics import Alive, Bye, FeedEvent, Heartbeat, Hello, Rows

FROM_SERVER: Final = (Hello, Rows, FeedEvent, Heartbeat, Bye)
REPORTS: Final = {f"GET /api/reports/{by.value}" for by in By}
PROBLEMS: Final = {
    "400": "The request doesn't fit; nothing was done",
    "401": "Not logged in",
    "403": "Not permitted, or sent by another site's page",
    "404": "Not there, or not yours",
    "405": "Not this method",
    "409": "Refused as things stand; nothing was done",
    "413": f"Larger than {MOST_BODY} bytes",
    "415": "Not JSON",
    "416": "No such part",
    "422": "The Idempotency-Key was used for another request",
    "429": "Too many failures; see Retry-After",
    "500": "Something of ours failed",
    "503": "Nobody could decide; trying again is safe",
}
SCHEMA_AT: Final = "#/components/schemas/{name}"


def document(app: Litestar) -> dict[str, Any]:
    """The whole description as plain data."""
    found: dict[str, Any] = json.loads(json.dumps(app.openapi_schema.to_schema()))
    schemas: dict[str, Any] = found.setdefault("components", {}).setdefault("schemas", {})
    _, added = msgspec.json.schema_components(
        [
            *FROM_SERVER,
            *PHONE_TELLS,
            *PHONE_ASKS,
            Alive,
            Problem,
            RowChanged,
            Page,
            Snapshot,
            Report,
            SimulationReport,
        ],
        ref_template=SCHEMA_AT,
    )
    for name, schema in added.items():
        schemas.setdefault(name, schema)
    schemas["FeedMessage"] = _one_of(FROM_SERVER)
    schemas["PhoneMessage"] = _one_of(PHONE_TELLS)
    schemas["PhoneRequest"] = _one_of(PHONE_ASKS)
    schemas["RowChanged"] = {"oneOf": _refs(RowChanged.__args__)}
    schemas["Rows"]["properties"]["rows"]["items"] = {"$ref": SCHEMA_AT.format(name="RowChanged")}
    schemas["Snapshot"]["properties"]["rows"]["items"] = {
        "$ref": SCHEMA_AT.format(name="RowChanged")
    }
    schemas["FeedEvent"]["properties"]["body"] = {"type": "object"}
    found["components"]["securitySchemes"] = {
        "session": {"type": "apiKey", "in": "cookie", "name": "roost"},
        "token": {"type": "http", "scheme": "bearer"},
    }
    problem = {PROBLEM_JSON: {"schema": {"$ref": SCHEMA_AT.format(name="Problem")}}}
    found["components"]["responses"] = {
        f"Problem{status}": {"description": words, "content": problem}
        for status, words in PROBLEMS.items()
    }
    for path, operations in found["paths"].items():
        for method, operation in operations.items():
            _complete(f"{method.upper()} {path}", operation)
    found["x-websockets"] = {"/api/feed": _websocket(), "/api/desk/phone": _phone_websocket()}
    return found


def _complete(endpoint: str, operation: dict[str, Any]) -> None:
    rule = ENDPOINTS[endpoint]
    operation["operationId"] = re.sub(r"[^A-Za-z]+", "_", endpoint).strip("_").lower()
    operation["x-scope"] = None if rule.scope is None else rule.scope.value
    operation["x-reach"] = rule.reach.value
    if rule.reach is not Reach.ANYONE:
        operation["security"] = [{"session": []}, {"token": []}]
    for status in PROBLEMS:
        if endpoint == "GET /api/health" and status == "503":
            content = operation["responses"]["200"]["content"]
            operation["responses"]["503"] = {"description": "Not ready", "content": content}
            continue
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    if endpoint == "GET /api/live":
        _answers(operation, "Snapshot")
    if endpoint == "GET /api/feed":
        _answers(operation, "Page")
    if endpoint == "GET /api/openapi.json":
        operation["responses"]["200"]["content"] = {
            "application/json": {"schema": {"type": "object"}}
        }
    if endpoint in REPORTS:
        _answers(operation, "Report")
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["responses"]["200"]["content"] |= {"text/csv": file, XLSX: file}
    if endpoint == "GET /api/simulations/{simulation}/report":
        _answers(operation, "SimulationReport")
        file = {"schema": {"type": "string", "format": "binary"}}
        operation["responses"]["200"]["content"] |= {"text/csv": file, "text/html": file}
    if endpoint == "GET /api/logos/{logo}":
        picture = {"schema": {"type": "string", "format": "binary"}}
        kinds = dict.fromkeys(("image/png", "image/jpeg", "image/webp"), picture)
        operation["responses"]["200"]["content"] = kinds
    if endpoint.startswith("GET ") and endpoint.endswith("/recording"):
        sound = {"audio/wav": {"schema": {"type": "string", "format": "binary"}}}
        for status in ("200", "206"):
            operation["responses"][status] = {"description": "The sound", "content": sound}


def _answers(operation: dict[str, Any], name: str) -> None:
    schema = {"$ref": SCHEMA_AT.format(name=name)}
    operation["responses"]["200"]["content"] = {"application/json": {"schema": schema}}


def _refs(types: Any) -> list[dict[str, str]]:
    return [{"$ref": SCHEMA_AT.format(name=one.__name__)} for one in types]


def _one_of(types: Any) -> dict[str, Any]:
    mapping = {one.__struct_config__.tag: SCHEMA_AT.format(name=one.__name__) for one in types}
    return {
        "oneOf": _refs(types),
        "discriminator": {"propertyName": "kind", "mapping": mapping},
    }


def _websocket() -> dict[str, Any]:
    return {
        "summary": "The feed",
        "parameters": ["after", "topics", "views"],
        "receive": {"$ref": SCHEMA_AT.format(name="FeedMessage")},
        "send": {"$ref": SCHEMA_AT.format(name="Alive")},
        "x-views": {
            view.value: None if rule.scope is None else rule.scope.value
            for view, rule in VIEWS.items()
        },
        "x-topics": {
            topic.value: None if rule.scope is None else rule.scope.value
            for topic, rule in TOPICS.items()
        },
    }


def _phone_websocket() -> dict[str, Any]:
    rule = ENDPOINTS["WS /api/desk/phone"]
    return {
        "summary": "My phone in this page",
        "receive": {"$ref": SCHEMA_AT.format(name="PhoneMessage")},
        "send": {"$ref": SCHEMA_AT.format(name="PhoneRequest")},
        "x-scope": None if rule.scope is None else rule.scope.value,
        "x-reach": rule.reach.value,
    }


def text(app: Litestar) -> str:
    """The file's text."""
    return json.dumps(document(app), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    from roost.web.app import described

    sys.stdout.write(text(described()))
