from __future__ import annotations

import pytest

from agent.report.shapes import fields_of


@pytest.mark.parametrize(
    ("value", "kind", "message", "status"),
    [
        ({"error": {"type": "api_error", "message": "m"}}, "api_error", "m", None),
        ({"error": {"message": "m"}, "status": 418}, None, "m", 418),
        (
            {"error": 'Error: 529 {"type":"error","error":{"type":"t_error","message":"m"}}'},
            "t_error",
            "m",
            529,
        ),
        ({"error": "invalid_grant", "error_description": "m"}, "invalid_grant", "m", None),
        ({"__type": "com.x#ValidationException", "message": "m"}, "ValidationException", "m", None),
    ],
)
def test_errors(value: object, kind: str | None, message: str, status: int | None) -> None:
    fields = fields_of(value)
    assert fields is not None
    assert (fields.type, fields.message, fields.status) == (kind, message, status)


@pytest.mark.parametrize(
    "value",
    [None, [], {}, {"message": "m"}, {"error": "text"}, {"jsonrpc": "2.0", "error": {"message": "m"}}],
)
def test_no_errors(value: object) -> None:
    assert fields_of(value) is None
