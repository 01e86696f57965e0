"""The pages need nothing from elsewhere, run nothing, and show any text as text."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app

VOID = {"meta", "br"}
ATTRIBUTES = {
    "href", "id", "lang", "charset", "name", "content", "class", "scope", "open", "tabindex", "aria-label"
}  # fmt: skip
EVIL = "<script>alert(1)</script><img src=x onerror=y>\"'>&amp;"


class Page(HTMLParser):
    """The tags, attributes and text of a page; a tag that is closed in the wrong order is a fault."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for attribute, value in self.attributes if attribute == name]


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_a_page_loads_and_runs_nothing(http: TestClient, path: str) -> None:
    answer = http.get(path)
    page = Page(answer.text)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert page.tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base"})
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert all(re.match(r"#|/(?!/)", link) for link in page.all("href"))


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_the_policy_allows_the_style_that_is_there_and_nothing_else(http: TestClient, path: str) -> None:
    answer = http.get(path)
    (style,) = re.findall(r"<style>(.*?)</style>", answer.text, re.S)
    assert not re.search(r"@import|url\(", style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_the_docs_say_everything_of_the_document_and_links_have_ends(http: TestClient) -> None:
    document = http.get("/openapi.json").json()
    page = Page(http.get("/docs").text)
    ids = page.all("id")
    assert len(ids) == len(set(ids))
    assert {link[1:] for link in page.all("href") if link.startswith("#")} <= set(ids)
    assert {f"shape-{name}" for name in document["components"]["schemas"]} <= set(ids)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["operationId"] in ids
            assert operation["summary"] in page.text


def test_the_landing_page_lists_every_operation(http: TestClient) -> None:
    text = Page(http.get("/").text).text
    for path, methods in http.get("/openapi.json").json()["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in text


def test_the_document_needs_no_other_one(http: TestClient) -> None:
    answer = http.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    document = answer.json()
    assert document["openapi"].startswith("3.1")
    assert all(ref.startswith("#/") for ref in re.findall(r'"\$ref": "([^"]*)"', json.dumps(document)))
    assert "servers" not in document


def _evil(value: Any) -> Any:
    """The same document with something hostile in every text that is only shown."""
    if isinstance(value, dict):
        shown = ("summary", "description", "title", "example", "operationId", "format", "const")
        return {
            key: inner + EVIL if key in shown and isinstance(inner, str) else _evil(inner)
            for key, inner in value.items()
        }
    return [_evil(inner) for inner in value] if isinstance(value, list) else value


@pytest.mark.parametrize("path", ["/", "/docs"])
def test_hostile_text_is_shown_as_text(service_settings: Settings, path: str) -> None:
    app = create_app(service_settings)
    hostile = _evil(app.openapi())
    hostile["paths"]["/v1/" + EVIL] = hostile["paths"].pop("/v1/causes")
    hostile["components"]["schemas"]["Odd" + EVIL] = {
        "properties": {EVIL: {"type": EVIL, "examples": [EVIL]}, "e": {"enum": [EVIL]}}
    }
    app.openapi_schema = hostile
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        page = Page(http.get(path).text)
    assert page.tags.isdisjoint({"script", "img"})
    assert {name for name, _ in page.attributes} <= ATTRIBUTES
    assert EVIL in page.text
