"""What is stored of a submission: its secrets replaced, whoever calls."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from agent.report.redact import redact

_MOST_DEPTH = 60
_SHORTEST = 6
"""No secret that `redact` knows is shorter."""
_LARGE = 32 * 1024


async def kept(submission: dict[str, Any]) -> dict[str, Any]:
    """`redacted(submission)`; in a thread where it is large, so that other requests are not held up."""
    size = sum(len(value) if isinstance(value, str) else len(str(value)) for value in submission.values())
    found: dict[str, Any]
    found = await asyncio.to_thread(redacted, submission) if size > _LARGE else redacted(submission)
    return found


def redacted(value: Any, depth: int = 0) -> Any:
    """The JSON value with every secret in its text replaced; what lies deeper than 60 levels becomes text.

    A secret may be known only by the name of its field; so a text in an object is read with that name.
    """
    if isinstance(value, str):
        return redact(value).text if len(value) >= _SHORTEST else value
    if depth > _MOST_DEPTH:
        return redact(json.dumps(value, default=str)).text if isinstance(value, dict | list) else value
    if isinstance(value, dict):
        return {redacted(str(key)): _named(str(key), inner, depth) for key, inner in value.items()}
    if isinstance(value, list):
        return [redacted(inner, depth + 1) for inner in value]
    return value


def _named(name: str, value: Any, depth: int) -> Any:
    if not isinstance(value, str) or len(value) < _SHORTEST:
        return redacted(value, depth + 1)
    lead = f"{name}: "
    both = redact(lead + value).text
    return both[len(lead) :] if both.startswith(lead) else redact(value).text
