"""openapi.json is the code's, and says what a generated client needs."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from roost.web import openapi
from roost.web.app import described
from roost.web.permissions import ENDPOINTS, View
from roost.web.rows import RowChanged
from roost.web.topics import FeedEvent, Topic

FILE = Path(__file__).parents[2] / "openapi.json"


@pytest.fixture(scope="module")
def text() -> str:
    return openapi.text(described())


def test_the_committed_file_is_what_the_code_says(text: str) -> None:
    mend = "python -m roost.web.openapi > openapi.json"
    assert FILE.read_text(encoding="utf-8") == text, f"write it again: {mend}"


def test_every_endpoint_and_message_is_described(text: str) -> None:
    found = json.loads(text)
    assert found["openapi"].startswith("3.1")
    served = {f"{method.upper()} {path}" for path, one in found["paths"].items() for method in one}
    assert served == {name for name in ENDPOINTS if not name.startswith("WS")}
    schemas = found["components"]["schemas"]
    assert set(schemas["FeedMessage"]["discriminator"]["mapping"]) == {
        "hello",
        "rows",
        "event",
        "heartbeat",
        "bye",
    }
    views = {
        schemas[one["$ref"].split("/")[-1]]["properties"]["view"]["enum"][0]
        for one in schemas["RowChanged"]["oneOf"]
    }
    assert views == {view.value for view in View}
    ids = [
        operation["operationId"] for one in found["paths"].values() for operation in one.values()
    ]
    assert len(ids) == len(set(ids))


def test_every_reference_leads_somewhere(text: str) -> None:
    found = json.loads(text)

    def check(value: Any) -> None:
        if isinstance(value, dict):
            if "$ref" in value:
                target = found
                for part in value["$ref"].removeprefix("#/").split("/"):
                    target = target[part]
            for inner in value.values():
                check(inner)
        elif isinstance(value, list):
            for inner in value:
                check(inner)

    check(found)


def test_what_the_feed_sends_decodes_as_described() -> None:
    message = {
        "kind": "event",
        "cursor": "c",
        "number": 1,
        "topic": Topic.QUEUES,
        "type": "queues.ContactQueued",
        "at": 1,
        "client": None,
        "contact": None,
        "body": {},
    }
    decoded = msgspec.json.decode(msgspec.json.encode(message), type=FeedEvent)
    assert decoded.topic is Topic.QUEUES
    row = {"view": "money", "key": "power-grid", "version": 1, "row": None}
    assert msgspec.convert(row, RowChanged).row is None
