"""Cuts prose into sentences and sentences into chunks, so that a figure meets only its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable

LONGEST = 400
_BREAK = re.compile(r"(?<=[.!?])\s+|[;；。！？\n]+")
WRAPPED_FROM = 55  # a shorter line ends because its writer ended it
_WRAP = re.compile(r"\n(?=[ \t]{0,8}[a-z0-9(])")
_CHUNK = re.compile(
    r",(?!\d)|[，、·|]|\s(?:and|but|while|whereas|yet|vs\.?|versus|except|plus|und|aber|et|mais"
r"|y|pero|e|mas)\s"
    r"|\s[&+]\s|\s/\s|\s[—–-]\s|\((?!all models|sonnet|opus|fable|weekly|week|session|5|7|current)",
    re.I,
)  # fmt: skip


def masked(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """`text` with the spans turned into blanks, line breaks kept: offsets stay as they are."""
    parts: list[str] = []
    end = 0
    for start, stop in sorted(spans):
        if stop <= end:
            continue
        start = max(start, end)
        parts += [text[end:start], re.sub(r"[^\n]", " ", text[start:stop])]
        end = stop
    return "".join(parts) + text[end:] if parts else text


def unwrapped(text: str) -> str:
    """Long lines that a terminal broke in mid-sentence are joined again; the length stays the same."""

    def join(found: re.Match[str]) -> str:
        return " " if found.start() - text.rfind("\n", 0, found.start()) > WRAPPED_FROM else "\n"

    return _WRAP.sub(join, text)


def sentences_with(text: str, positions: Iterable[int], most: int = 60) -> list[str]:
    """The sentences that hold any of the positions, each once, in order, at most `most`."""
    found: list[str] = []
    done = -1
    for position in positions:
        if position < done:
            continue
        low = max(0, done, position - LONGEST)
        start = low
        for cut in _BREAK.finditer(text, low, position):
            start = cut.end()
        stop = _BREAK.search(text, position, min(len(text), position + LONGEST))
        done = stop.start() if stop else min(len(text), position + LONGEST)
        if text[start:done] not in found:
            found.append(text[start:done])
            if len(found) >= most:
                break
    return found


def lines_with(text: str, words: tuple[str, ...], most: int = 8_000) -> str:
    """The lines that hold any of the lower-case `words`, each once and cut to 1,000 characters.

    At most `most` characters in all: a log repeats itself, and what people say comes early.
    """
    kept: dict[str, None] = {}
    total = 0
    low = text.lower()
    if not any(word in low for word in words):
        return ""
    for line in text.split("\n"):
        line = line[:1_000]
        lower = line.lower()
        if line not in kept and any(word in lower for word in words):
            kept[line] = None
            total += len(line)
            if total > most:
                break
    return "\n".join(kept)


def chunks(sentence: str) -> list[str]:
    """The parts of a sentence between commas, conjunctions, bars and opening brackets."""
    return [part for part in _CHUNK.split(sentence) if part and part.strip()]
