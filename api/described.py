"""What the OpenAPI document says beside the models: the problems and the headers of a route."""

from __future__ import annotations

from typing import Any

from api.problems import MEDIA_TYPE

TEXT: dict[str, Any] = {"schema": {"type": "string"}}
STREAM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9]+$"},
            "event": {"type": "string"},
            "data": {"type": "string"},
        },
    }
}
"""One event of a stream; its `data` is JSON."""
PROBLEM = {"schema": {"$ref": "#/components/schemas/ProblemOut"}}
_MEANINGS = {
    400: "A parameter, a header or the JSON cannot be read",
    401: "No key, or not a known one",
    403: "The key's role does not allow it, or no key is defined and the caller is not on this machine",
    404: "There is none with this id",
    406: "None of the forms that it can be given in is accepted",
    408: "The body came too slowly",
    409: "The same request is still being answered, or another one changed it meanwhile",
    413: "The body is too large",
    415: "The body's type is not JSON",
    422: "The body is malformed; each field is named",
    500: "Something went wrong here",
    503: "The database, or room for one more, is missing for the moment, or the server is stopping",
    504: "The diagnosis took too long",
}
_HEADERS: dict[str, tuple[str, str, dict[str, Any]]] = {
    "Prefer": ("`respond-async`: answer at once with 202 and make it meanwhile", "respond-async", {}),
    "Idempotency-Key": (
        "The same key and body give the same diagnosis again",
        "order-4711",
        {"minLength": 1, "maxLength": 200, "pattern": "^[!-~]{1,200}$"},
    ),
    "Last-Event-ID": (
        "The id of the last event that was received; nothing for the start",
        "3",
        {"maxLength": 9, "pattern": "^[0-9]{0,9}$"},
    ),
}


def described(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problems that a route may answer with."""
    return {
        status: {"description": _MEANINGS[status], "content": {MEDIA_TYPE: PROBLEM}} for status in statuses
    }


def read_headers(*names: str) -> dict[str, Any]:
    """The request headers that a route reads itself."""
    return {"parameters": [_header(name) for name in names]}


def _header(name: str) -> dict[str, Any]:
    says, example, limits = _HEADERS[name]
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": says,
        "schema": {"type": "string", **limits},
        "example": example,
    }
