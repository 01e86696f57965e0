"""The landing page, the OpenAPI document, and its documentation as one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

router = APIRouter(include_in_schema=False)
_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { font: 0.9em/1.4 ui-monospace, monospace; }
pre { overflow: auto; padding: 0.75rem; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.3rem 0.6rem; }
tr { border-bottom: 1px solid var(--line); }
section { border-top: 2px solid var(--line); margin-top: 2rem; }
summary { cursor: pointer; }
"""
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; frame-ancestors 'none'"


@router.get("/openapi.json")
async def document(request: Request) -> Response:
    """The OpenAPI document."""
    text = json.dumps(request.app.openapi(), ensure_ascii=False)
    return Response(text.encode(), media_type="application/json")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The document as a page: no script, nothing from elsewhere."""
    return _page("Caseworker API", "".join(_documentation(request.app.openapi())))


@router.get("/")
async def landing(request: Request) -> Response:
    """What there is, and where."""
    rows = "".join(
        f"<tr><td><code>{method} {escape(path)}</code></td><td>{escape(operation['summary'])}</td></tr>"
        for method, path, operation in _operations(request.app.openapi())
    )
    text = (
        "<h1>Caseworker</h1><p>Diagnoses API refusals: a report in, a grounded diagnosis out.</p>"
        '<p><a href="/docs">Documentation</a>, <a href="/openapi.json">OpenAPI document</a>.</p>'
        f"<table>{rows}</table>"
    )
    return _page("Caseworker", text)


def _page(title: str, body: str) -> Response:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body>{body}</body></html>"
    )
    headers = {"content-security-policy": POLICY}
    return Response(page.encode(), 200, headers, media_type="text/html; charset=utf-8")


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


def _documentation(document: dict[str, Any]) -> Iterator[str]:
    about = "".join(f"<p>{escape(part)}</p>" for part in document["info"]["description"].split("\n\n"))
    yield f"<h1>Caseworker API {escape(document['info']['version'])}</h1>{about}"
    for method, path, operation in _operations(document):
        yield f'<section id="{escape(operation["operationId"], quote=True)}">'
        yield f"<h2><code>{method} {escape(path)}</code> {escape(operation['summary'])}</h2>"
        yield f"<p>{escape(operation.get('description', ''))}</p>"
        yield from _parameters(operation)
        yield from _body(operation)
        yield from _responses(operation)
        yield "</section>"
    yield "<h1>Shapes</h1>"
    for name, schema in document["components"]["schemas"].items():
        yield from _shape(name, schema)


def _parameters(operation: dict[str, Any]) -> Iterator[str]:
    if parameters := operation.get("parameters"):
        yield "<table><tr><th>parameter</th><th>in</th><th>what</th><th>example</th></tr>"
        for one in parameters:
            needed = " (required)" if one.get("required") else ""
            cells = (one["name"] + needed, one["in"], one.get("description", ""), str(one.get("example", "")))
            yield _row(cells)
        yield "</table>"


def _body(operation: dict[str, Any]) -> Iterator[str]:
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<p>Body: <code>{escape(media)}</code>, {_kind(content['schema'])}</p>"


def _responses(operation: dict[str, Any]) -> Iterator[str]:
    yield "<table><tr><th>status</th><th>what</th><th>as</th></tr>"
    for status, response in operation["responses"].items():
        forms = [
            f"<code>{escape(media)}</code> {_kind(content.get('schema', {}))}"
            for media, content in response.get("content", {}).items()
        ]
        yield f"<tr><td>{escape(str(status))}</td><td>{escape(response['description'])}</td>"
        yield f"<td>{'<br>'.join(forms)}</td></tr>"
    yield "</table>"


def _shape(name: str, schema: dict[str, Any]) -> Iterator[str]:
    yield f'<section id="shape-{escape(name, quote=True)}"><h2>{escape(name)}</h2>'
    yield f"<p>{escape(schema.get('description', ''))}</p>"
    if properties := schema.get("properties"):
        yield "<table><tr><th>field</th><th>kind</th><th>example</th></tr>"
        required = schema.get("required", ())
        for field, inner in properties.items():
            example = json.dumps(inner.get("examples", [None])[0], ensure_ascii=False)
            shown = example if len(example) <= 300 else example[:300] + " ..."
            yield f"<tr><td><code>{escape(field)}</code>{' (required)' if field in required else ''}</td>"
            yield f"<td>{_kind(inner)}</td><td><code>{escape(shown)}</code></td></tr>"
        yield "</table>"
    yield "</section>"


def _kind(schema: dict[str, Any]) -> str:
    """What a value is, in a few words, as HTML with links to named shapes."""
    if name := schema.get("$ref", "").rpartition("/")[2]:
        return f'<a href="#shape-{escape(name, quote=True)}">{escape(name)}</a>'
    if "anyOf" in schema and "properties" not in schema:
        return " or ".join(_kind(branch) for branch in schema["anyOf"])
    if "enum" in schema:
        return " | ".join(f"<code>{escape(json.dumps(value))}</code>" for value in schema["enum"])
    if "items" in schema:
        return f"list of {_kind(schema['items'])}"
    return escape(str(schema.get("format") or schema.get("type") or schema.get("const") or "any"))


def _row(cells: tuple[str, ...]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
