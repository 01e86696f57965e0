"""The landing page, the OpenAPI document, and its documentation as one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape

from fastapi import APIRouter, Request, Response

from api.docs_html import documentation, index

router = APIRouter(include_in_schema=False)
_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 0 auto; padding: 1rem; }
main { overflow-wrap: break-word; }
h1 { font-size: 1.8rem; margin: 1rem 0; }
h2 { font-size: 1.5rem; margin: 2rem 0 0.5rem; }
h3 { font-size: 1.2rem; line-height: 1.3; margin: 1.2rem 0 0.6rem; }
h4 { font-size: 1rem; margin: 1.2rem 0 0.4rem; }
code, pre { font: 0.875em/1.45 ui-monospace, monospace; }
td:first-child > code { font-weight: 600; }
td code, h3 code, li code, p code { overflow-wrap: anywhere; }
pre { max-height: 28rem; margin: 0.5rem 0; padding: 0.75rem; white-space: pre-wrap; overflow: auto;
      overflow-wrap: anywhere; border: 1px solid var(--line); border-radius: 6px; background: var(--soft); }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: 0.35rem 0.8rem 0.35rem 0; }
tr, section { border-bottom: 1px solid var(--line); }
section { padding: 0.5rem 0 1.2rem; }
section:target > h3 { border-left: 4px solid currentColor; padding-left: 0.6rem; }
nav ul { list-style: none; padding: 0; columns: 22rem; }
nav li { break-inside: avoid; padding: 0.15rem 0; }
details { margin: 0.6rem 0; }
summary { cursor: pointer; padding: 0.2rem 0; }
a:focus-visible, summary:focus-visible, pre:focus-visible { outline: 3px solid; outline-offset: 2px; }
.skip:not(:focus) { position: absolute; left: -100rem; }
@media (min-width: 40rem) {
  td:first-child { white-space: nowrap; }
}
@media (max-width: 40rem) {
  thead { position: absolute; left: -100rem; }
  tr { display: block; padding: 0.4rem 0; }
  td { display: block; padding: 0.1rem 0; }
  td:empty { display: none; }
}
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
    return _page("Caseworker API", documentation(request.app.openapi()))


@router.get("/")
async def landing(request: Request) -> Response:
    """What there is, and where."""
    text = (
        "<h1>Caseworker</h1><p>Diagnoses API refusals: a report in, a grounded diagnosis out.</p>"
        '<p><a href="/docs">Documentation</a>, <a href="/openapi.json">OpenAPI document</a></p>'
        f"{index(request.app.openapi(), page='/docs')}"
    )
    return _page("Caseworker", text)


def _page(title: str, body: str) -> Response:
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    headers = {"content-security-policy": POLICY}
    return Response(page.encode(), 200, headers, media_type="text/html; charset=utf-8")
