"""What stands round an error body: the status before it, the request id beside it, the headers above."""

from __future__ import annotations

import re
from typing import NamedTuple

_LOOK_BACK = 160
_NAMED = (
    r"(?:API Error|Error code|Error|HTTP(?:/[\d.]+)?(?: status)?|status(?:[ _]?code)?|Response Body|failed"
    r"(?: with)?(?: status)?(?: code)?)"
)
_BEFORE = re.compile(
    rf"(?:\b{_NAMED}\b[\s:=(\[#]{{0,6}}|(?<![\w.#:/-]))([345]\d\d)\b"
    r"(?:[\s:,\-–(]{0,4}[345]\d\d\b)?(?:[ ][A-Z][A-Za-z]+(?: [A-Za-z]+){0,3})?[\s:,;\-–—)(\[\"'`]{0,8}$",
    re.I,
)
_LABEL = re.compile(r"(?:API |litellm\.\w+: |[\w.]*Error: |[\w.]*Exception(?: -)? )*$")
_STATUS_LINE = re.compile(r"(?m)^[<\s]*HTTP/[\d.]{1,3} (\d{3})\b[^\n]*$")
_HEADER = re.compile(r"(?m)^[<\s]*[A-Za-z][\w-]{1,60}: ?[^\n]*$")
_ID = r"(req_[A-Za-z0-9_]{6,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})"
_ID_AFTER = re.compile(
    rf"[}}\]\s,;·|\\\"'(]{{0,12}}(?:x-)?request[ _-]?id\\?[\"']?[\s:=(#`\\\"']{{0,6}}{_ID}", re.I
)
_ID_HEADER = re.compile(rf"(?im)^[<\s]*(?:x-(?:amzn-)?)?request-?id: ?{_ID}")
_BEDROCK = re.compile(
    r"Bedrock(?:Exception|RuntimeException)?\b[^\n]{0,40}$|amazonaws|InvokeModel[^\n]{0,80}$"
)
_VERTEX = re.compile(r"Vertex_?ai(?:Exception|Error|BetaException)[^\n]{0,60}$|aiplatform\.googleapis", re.I)


class Before(NamedTuple):
    """What was read before a body; `start` is where it begins."""

    status: int | None
    start: int
    request_id: str | None
    cloud: str | None


def before(text: str, start: int) -> Before:
    """Status, headers and cloud named in the text that leads to the body at `start`."""
    lead = text[max(0, start - _LOOK_BACK) : start]
    flat = lead.replace("\n", " ")
    found = _BEFORE.search(flat)
    cloud = "bedrock" if _BEDROCK.search(lead) else "vertex" if _VERTEX.search(lead) else None
    if found:
        begin = start - len(flat) + found.start()
        label = _LABEL.search(flat[: found.start()])
        return Before(int(found.group(1)), begin - (len(label.group(0)) if label else 0), None, cloud)
    return _headers(text, start, cloud)


def _headers(text: str, start: int, cloud: str | None) -> Before:
    """A block of response headers that ends right above the body."""
    window = text[max(0, start - 4000) : start]
    if "HTTP/" not in window:
        return Before(None, start, None, cloud)
    line = next(reversed(list(_STATUS_LINE.finditer(window))), None)
    if line is None:
        return Before(None, start, None, cloud)
    block = window[line.end() :]
    rows = [row for row in block.split("\n") if row.strip(" <>\r")]
    if any(not _HEADER.fullmatch(row) and not row.startswith("data:") for row in rows[:-1]):
        return Before(None, start, None, cloud)
    identity = _ID_HEADER.search(block)
    return Before(
        int(line.group(1)), start - len(window) + line.start(), identity.group(1) if identity else None, cloud
    )


def request_id_after(text: str, end: int) -> tuple[str, int] | None:
    """A request id named right after a body, and where it ends."""
    found = _ID_AFTER.match(text, end, min(len(text), end + 120))
    return (found.group(1), found.end()) if found else None
