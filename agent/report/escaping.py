"""JSON text inside JSON strings: take the escapes off, to any depth, and keep the way back."""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
_QUOTE = re.compile(r'(\\*)["]')
MAX_DEPTH = 8


def depth_of(backslashes: int) -> int:
    """How many strings deep a quote with so many backslashes stands (0, 1, 3, 7, ... backslashes)."""
    return min(MAX_DEPTH, (backslashes + 1).bit_length() - 1)


def end_of_string(text: str, backslashes: int) -> int:
    """Where the string ends that holds quotes with `backslashes`: at the first quote with fewer."""
    for quote in _QUOTE.finditer(text):
        if len(quote.group(1)) < backslashes:
            return quote.start()
    return len(text)


def unescape(text: str, depth: int) -> tuple[str, list[int]]:
    """`text` with `depth` levels of escapes removed, and for each character its offset before.

    The list has one more entry, the length of the text before.
    """
    offsets = list(range(len(text) + 1))
    for _ in range(depth):
        text, step = _once(text)
        offsets = [offsets[i] for i in step]
    return text, offsets


def _once(text: str) -> tuple[str, list[int]]:
    out: list[str] = []
    offsets: list[int] = []
    at = 0
    high: tuple[int, int] | None = None
    for found in _ESCAPE.finditer(text):
        out.append(text[at : found.start()])
        offsets.extend(range(at, found.start()))
        high_before, high = high if high and high[1] == found.start() else None, None
        code = int(found.group(1), 16) if found.group(1) else -1
        if 0xDC00 <= code < 0xE000 and high_before:
            out[-1] = ""
            out[-2] = chr(0x10000 + ((high_before[0] - 0xD800) << 10) + code - 0xDC00)
        else:
            if 0xD800 <= code < 0xDC00:
                high = (code, found.end())
            out.append(_character(code, found.group(2)))
            offsets.append(found.start())
        at = found.end()
    out.append(text[at:])
    offsets.extend(range(at, len(text) + 1))
    return "".join(out), offsets


def _character(code: int, short: str | None) -> str:
    if short is not None:
        return _PLAIN.get(short, short)
    return "\ufffd" if 0xD800 <= code < 0xE000 else chr(code)
