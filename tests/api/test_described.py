"""What the document says beside the models, and that every route says all of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.described import described, read_headers


def operations(http: TestClient) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in http.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_a_problem_has_its_media_type_and_shape() -> None:
    told = described(404, 503)
    assert list(told) == [404, 503]
    for one in told.values():
        assert one["content"] == {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
        }
    assert told[404]["description"] != told[503]["description"]


def test_a_status_without_a_meaning_cannot_be_promised() -> None:
    with pytest.raises(KeyError):
        described(418)


def test_the_example_of_a_header_fits_its_schema() -> None:
    prefer, key, last = read_headers("Prefer", "Idempotency-Key", "Last-Event-ID")["parameters"]
    assert {one["in"] for one in (prefer, key, last)} == {"header"}
    assert not any(one["required"] for one in (prefer, key, last))
    for one in (key, last):
        assert re.fullmatch(one["schema"]["pattern"], one["example"])
        assert len(one["example"]) <= one["schema"]["maxLength"]


def test_every_route_says_which_problems_it_may_answer_with(http: TestClient) -> None:
    for method, path, operation in operations(http):
        said = set(operation["responses"])
        if path in ("/healthz", "/readyz"):
            continue
        assert {"401", "403", "500", "503"} <= said, (method, path)
        assert ("requestBody" in operation) == ({"400", "408", "413", "415", "422"} <= said), (method, path)
        if "{" in path:
            assert "404" in said, (method, path)


def test_a_parameter_can_be_bad_so_a_400_is_said(http: TestClient) -> None:
    for method, path, operation in operations(http):
        if any(one["in"] == "query" for one in operation.get("parameters", ())):
            assert "400" in operation["responses"], (method, path)
