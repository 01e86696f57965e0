"""The page says all that the document says: each operation with its fields, and examples that are whole."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.docs_html import documentation, example, index


@pytest.fixture
def document(http: TestClient) -> Any:
    return http.get("/openapi.json").json()


def _section(page: str, name: str) -> str:
    return page.partition(f'<section id="{name}">')[2].partition("</section>")[0]


def test_an_operation_shows_its_parameters_its_body_s_fields_and_examples(document: Any) -> None:
    section = _section(documentation(document), "create_diagnosis")
    for field in document["components"]["schemas"]["ReportIn"]["properties"]:
        assert f"<td><code>{field}</code>" in section
    assert "<code>Idempotency-Key</code> in the header" in section
    assert "<code>order-4711</code>" in section
    assert "1 or more characters, at most 200 characters, matching <code>^[!-~]{1,200}$</code>" in section
    assert "Example of the body" in section
    assert "Example of 201" in section
    assert "Refusals: 400, 401," in section


def test_every_operation_with_a_body_or_a_json_answer_shows_an_example_of_it(document: Any) -> None:
    page = documentation(document)
    for methods in document["paths"].values():
        for operation in methods.values():
            section = _section(page, operation["operationId"])
            assert ("requestBody" in operation) == ("Example of the body" in section)
            for status, answer in operation["responses"].items():
                if status < "400" and "application/json" in answer.get("content", {}):
                    assert f"Example of {status}" in section


def test_an_example_of_a_body_is_accepted(http: TestClient, document: Any) -> None:
    bodies = 0
    for path, methods in document["paths"].items():
        body = methods.get("post", {}).get("requestBody", {}).get("content", {}).get("application/json")
        if body is None or "{" in path:
            continue
        schema = body["schema"].get("anyOf", [body["schema"]])[-1]
        answer = http.post(path, json=example(schema, document))
        # The issue of the example of /v1/links is not stored here.
        assert answer.status_code in (200, 201, 404 if path == "/v1/links" else 200), answer.text
        bodies += 1
    assert bodies >= 5


def test_a_shape_inside_itself_has_an_example() -> None:
    node = {"properties": {"name": {"examples": ["a"]}, "inner": {"anyOf": [{"$ref": "#/x/Node"}]}}}
    found = example({"$ref": "#/x/Node"}, {"components": {"schemas": {"Node": node}}})
    assert json.loads(json.dumps(found)) == {"name": "a", "inner": None}


def test_the_index_leads_to_the_operations_of_another_page(document: Any) -> None:
    assert '<a href="/docs#create_diagnosis"><code>POST /v1/diagnoses</code></a>' in index(document, "/docs")
    assert '<a href="#create_diagnosis">' in index(document)


def test_words_in_back_ticks_are_code_and_a_lone_back_tick_is_itself() -> None:
    schemas = {"One": {"description": "Send `a<b` now."}, "Two": {"description": "A ` alone."}}
    page = documentation(
        {"info": {"version": "1", "description": ""}, "paths": {}, "components": {"schemas": schemas}}
    )
    assert "Send <code>a&lt;b</code> now." in page
    assert "A ` alone." in page
