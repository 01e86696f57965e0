"""The OpenAPI document: what FastAPI knows of the routes, the bodies they read themselves, and examples."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib import resources
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.links import LinksIn
from api.schemas import DecisionIn, IssuesIn, ProblemOut, ReportIn, VoteIn
from api.thread_schemas import EmptyThread, MessageIn

JSON = dict[str, Any]
_REF = "#/components/schemas/"
_ABOUT = """Diagnoses API refusals: a report and the usage behind it are matched with known issues, weighed
as causes, and answered with a diagnosis.

Errors are `application/problem+json` (RFC 9457) and carry the request id that every answer has in
`X-Request-Id`. While no API key is defined, only this machine is answered; with keys, send
`Authorization: Bearer cw_...`.

A stream has the events `report`, `usage`, `issues`, `causes`, `diagnosis`, then `done` or `problem`.
The data of an event is the value of that key in the diagnosis; that of `done` is the rest of it. Where a
model words the diagnosis, `draft` events come before `diagnosis`: pieces of text that nobody has checked
yet, each with the round it belongs to. They are not kept, so a stream that is read later has none."""


def install(app: FastAPI) -> None:
    """Let the app describe itself with this document, built at the first call and kept."""

    def document() -> JSON:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def build(app: FastAPI) -> JSON:
    """The document of an app's routes."""
    document = get_openapi(title="Caseworker", version=_version(), description=_ABOUT, routes=app.routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    read = [
        (model, "validation")
        for model in (ReportIn, DecisionIn, VoteIn, IssuesIn, LinksIn, MessageIn, EmptyThread)
    ]
    _, defined = models_json_schema(
        [*read, (ProblemOut, "serialization")],  # type: ignore[list-item]
        ref_template=_REF + "{model}",
    )
    for name, schema in defined["$defs"].items():
        schemas.setdefault(name, schema)
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    document["components"]["securitySchemes"] = {
        "key": {"type": "http", "scheme": "bearer", "bearerFormat": "cw_PREFIX_SECRET"}
    }
    document["security"] = [{"key": []}, {}]
    for operation in _operations(document):
        if "requestBody" not in operation:
            operation["responses"].pop("422", None)
        _say_what_comes(operation, schemas)
    _add_examples(document, json.loads(_examples()))
    return document


def _version() -> str:
    """The version of the product; a checkout that is run without being installed knows none."""
    try:
        return version("caseworker")
    except PackageNotFoundError:
        return "0"


def _examples() -> str:
    return (resources.files("api") / "examples.json").read_text(encoding="utf-8")


def _operations(document: JSON) -> Iterator[JSON]:
    for path in document["paths"].values():
        yield from path.values()


def _say_what_comes(operation: JSON, schemas: JSON) -> None:
    """An answer that no route describes is described as its shape is."""
    for answer in operation["responses"].values():
        if answer["description"] == "Successful Response":
            name = answer["content"]["application/json"]["schema"]["$ref"].removeprefix(_REF)
            answer["description"] = schemas[name]["description"].partition("\n")[0].removesuffix(".")


def _add_examples(document: JSON, whole: dict[str, list[JSON]]) -> None:
    """Whole examples by schema name become an example of every field of that schema and those inside."""
    schemas = document["components"]["schemas"]
    found: dict[tuple[str, str], Any] = {}
    for name, values in whole.items():
        for value in values:
            _collect({"$ref": _REF + name}, value, schemas, found)
    for (name, field), value in found.items():
        schema = schemas[name]["properties"][field]
        schema["examples"] = [value]
    for operation in _operations(document):
        for parameter in operation.get("parameters", ()):
            if "example" not in parameter and parameter["name"] in whole["parameters"][0]:
                parameter["example"] = whole["parameters"][0][parameter["name"]]


def _collect(schema: JSON, value: Any, schemas: JSON, found: dict[tuple[str, str], Any]) -> None:
    """Note `value`'s fields under the schemas that describe them; one that says something wins."""
    for branch in (schema, *schema.get("anyOf", ())):
        name = branch.get("$ref", "").removeprefix(_REF)
        if name in schemas and isinstance(value, dict):
            for field, inner in schemas[name].get("properties", {}).items():
                if field in value:
                    if found.get((name, field)) in (None, [], {}):
                        found[name, field] = value[field]
                    _collect(inner, value[field], schemas, found)
        if isinstance(value, list) and "items" in branch:
            for item in value:
                _collect(branch["items"], item, schemas, found)
        if isinstance(value, dict) and isinstance(branch.get("additionalProperties"), dict):
            for item in value.values():
                _collect(branch["additionalProperties"], item, schemas, found)
