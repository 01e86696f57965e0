"""Bytes of a file or of stdin as text: sizes, encodings and binary data are judged here."""

from __future__ import annotations

import codecs
import sys
from pathlib import Path
from typing import BinaryIO

from agent.errors import BadInput, TooLarge

STDIN = "-"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_UNREADABLE_SHARE = 0.1


def read_text(name: str, limit: int) -> str:
    """The text of the file `name` ("-": stdin), at most `limit` bytes of it.

    Raises `TooLarge` above the limit and `BadInput` for a missing, empty or binary file.
    """
    raw = _read_bytes(name, limit)
    shown = "stdin" if name == STDIN else name
    if not raw.strip():
        raise BadInput(f"{shown} is empty; give the text of the error.")
    return decode(raw, shown)


def decode(raw: bytes, shown: str) -> str:
    """`raw` as text: UTF-8, or UTF-16 with a byte order mark. Raises `BadInput` for binary data."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace")
    text = raw.decode("utf-8", "replace")
    if "\0" in text or text.count("\ufffd") > _UNREADABLE_SHARE * len(text):
        raise BadInput(f"{shown} holds binary data; give text (UTF-8).")
    return text


def stdin_is_terminal() -> bool:
    """Whether nobody has piped anything in."""
    return sys.stdin is None or sys.stdin.isatty()


def _read_bytes(name: str, limit: int) -> bytes:
    if name == STDIN:
        if sys.stdin is None:
            raise BadInput("stdin is closed.")
        return _bounded(sys.stdin.buffer, limit, known_size=None)
    path = Path(name)
    try:
        with path.open("rb") as stream:
            return _bounded(stream, limit, known_size=path.stat().st_size)
    except OSError as bad:
        raise BadInput(f"{name}: {bad.strerror or bad}.") from None


def _bounded(stream: BinaryIO, limit: int, known_size: int | None) -> bytes:
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise TooLarge(size=known_size or f"more than {limit}", limit=limit)
    return raw
