"""What an error object says: status, type, message and request id, in every shape that vendors use."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_MAX_NESTING = 6
_ID = re.compile(r"(?:req_[A-Za-z0-9_-]{6,}|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})")
_ID_KEYS = ("request_id", "requestId", "requestID", "request-id", "RequestId", "x-request-id")
_STATUS_KEYS = ("status", "statusCode", "status_code", "code", "http_status", "httpStatusCode")
_LEAD_STATUS = re.compile(r"\b([345]\d\d)\W{0,8}$")
_TYPE_NAME = re.compile(
    r"[a-z]+(?:_[a-z]+)*_(?:error|limit|exceeded|large)|forbidden|unauthorized|invalid_request"
)
_CLOUD_NAME = re.compile(r"(?:[\w.]+[#.])?([A-Z]\w+(?:Exception|Error))")


class Fields(NamedTuple):
    """What one error object says; None where it says nothing."""

    status: int | None
    type: str | None
    message: str | None
    request_id: str | None
    cloud: str | None = None


def fields_of(value: Any) -> Fields | None:
    """The fields of an error object, or None where `value` is no error of an API.

    Where messages are nested, JSON text in a message included, the innermost is taken.
    """
    if not isinstance(value, dict) or "jsonrpc" in value:
        return None
    levels = list(_levels(value))
    top = levels[0]
    if len(levels) == 1 and not _stands_alone(top):
        return None
    inner = next((level for level in reversed(levels) if isinstance(_message(level), str)), None)
    if inner is None:
        return _oauth(top) or _typed(levels)
    return Fields(
        status=_first(levels, _status),
        type=_type(inner) or (_type(levels[-2]) if inner is not levels[0] and len(levels) > 2 else None),
        message=_message(inner),
        request_id=_first(levels, _request_id),
        cloud=_cloud(levels),
    )


def _levels(value: Any) -> Iterator[dict[str, Any]]:
    """The object and the error objects in it, from the outside to the inside."""
    for _ in range(_MAX_NESTING):
        if not isinstance(value, dict):
            return
        # A line that was wrapped inside a key may leave a blank in it.
        value = {key.strip() if isinstance(key, str) else key: inner for key, inner in value.items()}
        yield value
        inner = value.get("error")
        if not isinstance(inner, dict):
            inner = _embedded(inner) or _embedded(_message(value))
        value = inner


def _embedded(text: Any) -> dict[str, Any] | None:
    """The JSON object that a string consists of, or ends with after a few words."""
    if not isinstance(text, str) or "{" not in text or len(text) > 20_000:
        return None
    start = text.index("{")
    try:
        value, _ = json.JSONDecoder(strict=False).raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    if "error" not in value and "code" not in value and not _stands_alone(value):
        return None
    lead = _LEAD_STATUS.search(text[:start])
    return {"status_code": int(lead.group(1)), **value} if lead else value


def _message(level: dict[str, Any]) -> Any:
    found = level.get("message", level.get("Message"))
    return found if isinstance(found, str) and found.strip() else None


def _stands_alone(level: dict[str, Any]) -> bool:
    """Whether an object without an inner one is an error in its own right."""
    kind = level.get("type")
    if isinstance(level.get("error"), str):
        return isinstance(level.get("error_description"), str)
    if not isinstance(_message(level), str):
        return False
    if isinstance(kind, str) and _TYPE_NAME.fullmatch(kind):
        return True
    if isinstance(level.get("__type"), str):
        return True
    status = level.get("status")
    return isinstance(status, str) and status.isupper() and isinstance(level.get("code"), int)


def _oauth(level: dict[str, Any]) -> Fields | None:
    if isinstance(level.get("error"), str) and isinstance(level.get("error_description"), str):
        return Fields(None, level["error"], level["error_description"], _request_id(level))
    return None


def _typed(levels: list[dict[str, Any]]) -> Fields | None:
    """An error with a type and no message."""
    kind = _type(levels[-1])
    if kind is None or not _TYPE_NAME.fullmatch(kind):
        return None
    return Fields(_first(levels, _status), kind, None, _first(levels, _request_id))


def _first(levels: list[dict[str, Any]], read: Any) -> Any:
    return next((found for level in levels if (found := read(level)) is not None), None)


def _status(level: dict[str, Any]) -> int | None:
    for key in _STATUS_KEYS:
        found = level.get(key)
        if isinstance(found, str) and found.isdigit() and len(found) == 3:
            found = int(found)
        if isinstance(found, int) and not isinstance(found, bool) and 300 <= found < 600:
            return found
    return None


def _type(level: dict[str, Any]) -> str | None:
    for key in ("type", "__type", "status", "code"):
        found = level.get(key)
        if isinstance(found, str) and found and found != "error" and not _is_status(found):
            # A wrapped line may leave a blank in a name with underscores; "Bad Request" holds one of its own.
            found = "".join(found.split()) if "_" in found else " ".join(found.split())
            cloud = _CLOUD_NAME.fullmatch(found)
            return cloud.group(1) if cloud else found
    return None


def _is_status(code: str) -> bool:
    """Whether a code is the HTTP status once more; a number of another length is a provider's own code."""
    return code.isdigit() and len(code) == 3


def _request_id(level: dict[str, Any]) -> str | None:
    for key in _ID_KEYS:
        found = level.get(key)
        if isinstance(found, str) and (match := _ID.fullmatch("".join(found.split()))):
            return match.group(0)
    return None


def _cloud(levels: list[dict[str, Any]]) -> str | None:
    for level in levels:
        kind = _type(level) or ""
        if isinstance(level.get("__type"), str) or kind.endswith("Exception"):
            return "bedrock"
        if isinstance(level.get("code"), int) and isinstance(level.get("status"), str) and kind.isupper():
            return "vertex"
    return None
