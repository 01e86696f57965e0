"""The document: an example for every field, every reference resolved, pages that need nothing else."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
from fastapi.testclient import TestClient


def test_every_field_has_an_example_and_every_reference_an_end(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    bare = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, inner in schema.get("properties", {}).items()
        if inner.get("examples", [None]) == [None]
    ]
    assert not bare
    assert set(re.findall(r'#/components/schemas/([^"]+)"', json.dumps(document))) <= set(schemas)


def test_the_pages_work_offline(http: TestClient) -> None:
    for path in ("/", "/docs"):
        page = http.get(path)
        assert page.status_code == 200
        assert "/v1/diagnoses" in page.text
        assert not re.findall(r"<script|<link|src=|@import|url\(", page.text)
        assert "default-src 'none'" in page.headers["content-security-policy"]


def _faults(document: dict[str, Any], schema: dict[str, Any], example: Any) -> list[str]:
    """What a validator says against an example; schemas refer to each other by the document."""
    whole = {**schema, "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [fault.message for fault in validator.iter_errors(example)]


def test_every_example_of_a_field_is_what_its_schema_allows(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    looked_at, wrong = 0, []
    for name, schema in document["components"]["schemas"].items():
        for field, inner in schema.get("properties", {}).items():
            for example in inner["examples"]:
                looked_at += 1
                wrong += [f"{name}.{field}: {fault}" for fault in _faults(document, inner, example)]
    assert not wrong
    assert looked_at > 150


def test_every_parameter_has_an_example_that_its_schema_allows(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    wrong = []
    for methods in document["paths"].values():
        for operation in methods.values():
            for one in operation.get("parameters", ()):
                faults = (
                    _faults(document, one["schema"], one["example"]) if "example" in one else ["no example"]
                )
                wrong += [f"{operation['operationId']} {one['name']}: {fault}" for fault in faults]
    assert not wrong


def test_a_wrong_example_would_be_found(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    moment = {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]}
    assert _faults(document, moment, "yesterday")
    assert _faults(document, {"$ref": "#/components/schemas/VoteIn"}, {"works": "yes"})
    assert not _faults(document, {"$ref": "#/components/schemas/VoteIn"}, {"works": True})


def test_no_two_nouns_have_the_same_name(http: TestClient) -> None:
    """Then both would be called by their modules, and generators of clients give up on such names."""
    assert not [name for name in http.get("/openapi.json").json()["components"]["schemas"] if "__" in name]


def test_every_answer_is_described_in_words_of_its_own(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    said = {
        answer["description"]
        for methods in document["paths"].values()
        for operation in methods.values()
        for answer in operation["responses"].values()
    }
    assert "What a search found, the best first" in said
    assert "Successful Response" not in said
