"""The document: an example for every field, every reference resolved, pages that need nothing else."""

from __future__ import annotations

import json
import re

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
