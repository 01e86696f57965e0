"""The words in a reply that is still being written: what a reader may follow while the JSON grows."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from agent.diagnosis.model import CallStep

SPOKEN = frozenset({"text", "question"})
"""Keys whose text is read out; ids, reasons and cites are not."""
_IN_A_STRING = re.compile(r'[^"\\]+')
_BETWEEN = re.compile(r'[^":,{]+')
_ESCAPES = {"n": " ", "t": " ", "r": " ", "b": "", "f": "", '"': '"', "\\": "\\", "/": "/"}


class Spoken:
    """Reads JSON piece by piece and gives the words in it. What is no JSON gives nothing."""

    def __init__(self) -> None:
        self._key = ""
        self._string: list[str] | None = None
        self._is_value = False
        self._escape = ""

    def feed(self, piece: str) -> str:
        """The words that `piece` adds; a text that ends is followed by a line break."""
        said, at = [], 0
        while at < len(piece):
            inside = self._string is not None
            run = None if self._escape else (_IN_A_STRING if inside else _BETWEEN).match(piece, at)
            if run is None:
                said.append(self._next(piece[at]))
                at += 1
            else:
                said.append(self._add(run.group(0)) if inside else "")
                at = run.end()
        return "".join(said)

    def _next(self, character: str) -> str:
        """What one of the characters that mean something adds."""
        if self._string is None:
            if character == '"':
                self._string = []
            else:
                self._is_value = character == ":"
            return ""
        if self._escape:
            return self._escaped(character)
        if character == "\\":
            self._escape = "\\"
            return ""
        return self._end()

    def _escaped(self, character: str) -> str:
        self._escape += character
        if self._escape[1] == "u":
            if len(self._escape) < 6:
                return ""
            code, self._escape = self._escape[2:], ""
            try:
                found = chr(int(code, 16))
            except ValueError:
                return ""
            # Half of a pair says nothing alone; the whole diagnosis shows the sign later.
            return self._add(found) if not 0xD800 <= ord(found) <= 0xDFFF else ""
        self._escape = ""
        return self._add(_ESCAPES.get(character, ""))

    def _add(self, text: str) -> str:
        if self._string is not None:
            self._string.append(text)
        return text if self._is_value and self._key in SPOKEN else ""

    def _end(self) -> str:
        text, self._string = "".join(self._string or ()), None
        if not self._is_value:
            self._key = text
            return ""
        self._is_value = False
        return "\n" if self._key in SPOKEN and text else ""


def teller(step: CallStep, number: int, write: Callable[[dict[str, Any]], None]) -> Callable[[str], None]:
    """Where the pieces of a reply go: its words to `write`, with the round of drafting, 1 or 2.

    A second opinion is not told. The first piece of a draft always is, even without a word in it: the
    model has begun.
    """
    spoken, begun = Spoken(), False

    def said(piece: str) -> None:
        nonlocal begun
        words = spoken.feed(piece)
        if step != "triage" and (words or not begun):
            begun = True
            write({"round": number, "text": words})

    return said
