"""JSON as the databases take it: no NUL, no lone surrogate, no NaN, which PostgreSQL would refuse."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NamedTuple

_SURROGATE = re.compile(r"[\ud800-\udfff]")
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
_SUSPICIOUS = re.compile(r"\\u0000|\\ud[89a-f]", re.I)


class JsonText(NamedTuple):
    """JSON that is written already, such as a noun's own."""

    text: str


def dumps(value: Any) -> str:
    """`value` as JSON; what a database cannot keep is left out or replaced."""
    if isinstance(value, JsonText):
        return _NUL.sub(r"\1", value.text) if "\\u0000" in value.text else value.text
    try:
        text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    except ValueError:
        return json.dumps(plain(value), separators=(",", ":"))
    return json.dumps(plain(value), separators=(",", ":")) if _SUSPICIOUS.search(text) else text


def plain(value: Any) -> Any:
    """`value` with U+FFFD for lone surrogates, without NUL, and null for numbers that are none."""
    if isinstance(value, str):
        return plain_text(value)
    if isinstance(value, dict):
        return {plain_text(str(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def plain_text(text: str) -> str:
    """`text` without NUL, and with U+FFFD for lone surrogates."""
    return _SURROGATE.sub("�", text.replace("\x00", ""))
