"""Read one object out of text in whatever notation it stands: JSON, Python, JavaScript, or broken.

The text may hold `BREAK` characters where a terminal broke a line.
"""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Callable
from typing import Any

import json_repair

BREAK = "\ue000"
MAX_REGION = 16_000
_MAX_REPAIR = 6_000
_MAX_NESTING = 40
_DECODER = json.JSONDecoder(strict=False)
_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*+"|[{}\[\]]', re.DOTALL)
_TOKENS_BOTH = re.compile(r"\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|[{}\[\]]", re.DOTALL)
_MARKS = re.compile(r"\\.|[\"']", re.DOTALL)
_END = re.compile(r"(?:\n|" + BREAK + r")[ ]*(?:\n|" + BREAK + r")|```")
_BARE_KEY = re.compile(r"([{,]\s*)([A-Za-z_$][\w$]*)(\s*:)")
_WORDS = re.compile(r"\b(?:null|undefined|true|false|\[Object\]|\[Array\])(?!['\"\w])")
_AS_PYTHON = {"true": "True", "false": "False"}

Joiner = Callable[[str, str, int], bool]
"""Text before, text after, number of the break -> whether a blank belongs there."""


def decode_at(text: str, start: int) -> tuple[Any, int] | None:
    """The JSON value at `start` and where it ends, or None where there is none."""
    try:
        return _DECODER.raw_decode(text, start)
    except (ValueError, RecursionError):
        return None


def extent(text: str, both_quotes: bool) -> int | None:
    """Where the object that starts `text` ends, or None where it is cut off or nested too deep."""
    depth = 0
    for token in (_TOKENS_BOTH if both_quotes else _TOKENS).finditer(text):
        mark = token.group(0)
        if mark in "{[":
            depth += 1
            if depth > _MAX_NESTING:
                return None
        elif mark in "}]":
            depth -= 1
            if depth <= 0:
                return token.end()
    return None


def whole(text: str) -> int:
    """Where a broken or cut-off object may end at the latest: a blank line or a code fence."""
    found = _END.search(text)
    return found.start() if found else len(text)


def rejoin(text: str, blank: Joiner, quotes: str = '"') -> str:
    """`text` with its breaks resolved: a blank or nothing inside strings, white space outside."""
    if BREAK not in text:
        return text
    pieces = text.split(BREAK)
    out = pieces[0]
    open_quote = _state("", pieces[0], quotes)
    for number, piece in enumerate(pieces[1:]):
        if out.endswith("\\") and not out.endswith("\\\\"):
            joint = ""
        elif open_quote:
            joint = " " if blank(out, piece, number) else ""
        else:
            joint = "" if out[-1:].isalnum() and piece[:1].isalnum() else " "
        out += joint + piece
        open_quote = _state(open_quote, piece, quotes)
    return out


def _state(open_quote: str, piece: str, quotes: str) -> str:
    for mark in _MARKS.finditer(piece):
        found = mark.group(0)
        if found in quotes and (not open_quote or found == open_quote):
            open_quote = "" if open_quote else found
    return open_quote


def parse_json(text: str) -> Any:
    """The JSON value of `text`, or None."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def parse_python(text: str) -> Any:
    """The value of a Python or JavaScript literal, or None. Nothing is evaluated but literals."""
    for shape in (text, _javascript(text)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.literal_eval(shape)
        except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
            continue
    return None


def _javascript(text: str) -> str:
    named = _BARE_KEY.sub(r'\1"\2"\3', text)
    return _WORDS.sub(lambda word: _AS_PYTHON.get(word.group(0), "None"), named)


def repair(text: str) -> Any:
    """The value of a broken JSON text as far as it can be guessed, or None."""
    if len(text) > _MAX_REPAIR or max(text.count("{"), text.count("[")) > _MAX_NESTING:
        return None
    try:
        return json_repair.loads(text)
    except (ValueError, RecursionError, IndexError, KeyError, TypeError):
        return None
