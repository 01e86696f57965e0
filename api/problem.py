"""One line's problem as an object of RFC 9457, with the line it stands for."""

from __future__ import annotations

import json

PREFIX = b'{"type":"about:blank"'
"""How every problem line begins, and no answer does."""


def problem_line(number: int, detail: str, client_id: str | None = None) -> bytes:
    """The problem of input line `number` (from 1) as one line of JSON, without its newline."""
    problem = {
        "type": "about:blank",
        "title": "This line is not a report that can be read",
        "status": 422,
        "detail": detail,
        "client_id": client_id,
        "line": number,
    }
    return json.dumps(problem, ensure_ascii=False, separators=(",", ":")).encode()
