"""Untrusted text as data: JSON lines that cannot close the block in which they stand."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from typing import Any

_SUSPECT = re.compile(r"[<>&\x7f]|[^\x00-\x7f]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what a reader does not see: controls, marks of direction, tags, separators."""
_SELECTORS = ("\ufe00", "\ufe0f")


def data_lines(entries: Iterable[dict[str, Any]]) -> str:
    """Each entry as one line of JSON; no float may stand in it, since digests must not depend on one.

    Angle brackets and invisible characters come as \\u escapes, so that no content can write a tag,
    end a line or hide an instruction from somebody who reads the request.
    """
    return "\n".join(_line(entry) for entry in entries)


def _line(entry: dict[str, Any]) -> str:
    _refuse_floats(entry)
    text = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
    return _SUSPECT.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    character = match.group(0)
    visible = unicodedata.category(character) not in _HIDDEN
    if character not in "<>&" and visible and not _SELECTORS[0] <= character <= _SELECTORS[1]:
        return character
    code = ord(character)
    if code <= 0xFFFF:
        return f"\\u{code:04x}"
    high, low = divmod(code - 0x10000, 0x400)
    return f"\\u{0xD800 + high:04x}\\u{0xDC00 + low:04x}"


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise ValueError("a float has no place in a prompt: write it as a text")
    if isinstance(value, dict):
        for inner in value.values():
            _refuse_floats(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_floats(inner)
