"""The lines of an issue's text: prose and code apart, also where an export wrote all of it on one line."""

from __future__ import annotations

import re
from collections.abc import Iterator

_MOST_TEXT = 50_000
_LONGEST_LINE = 1_000
"""Characters of a piece that is looked at: a person's sentence is shorter."""
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_ON_ONE_LINE = 200
"""A text of more characters than that without a line break has lost them."""
_INLINE_CODE = re.compile(r"\s```([A-Za-z0-9_+-]{0,20}) (.{0,20000}?)\s?```(?=\s|$)")
_INLINE_HEADING = re.compile(r"(?:^|\s)#{1,6}\s(?:(work-?arounds?)[:\s]\s?)?(?=\S)", re.I)
_INLINE_ITEM = re.compile(r"\s(?=(?:[-*]|\d{1,2}\.)\s(?:\[[ xX]\]\s)?[\w*`~\"'/])")
_MARK = re.compile(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?")
BREAK = "## ."
"""Stands for a heading in a text that was written on one line, where its end cannot be seen; that of a
workaround, which says what follows, is kept."""


def parts(text: str) -> tuple[list[str], list[str]]:
    """The lines of prose, and the blocks of code between fences; one that is never closed is prose."""
    prose: list[str] = []
    blocks: list[str] = []
    fence, held = "", list[str]()
    for line in _unfolded(text[:_MOST_TEXT]).splitlines():
        mark = _FENCE.match(line)
        if not fence and mark:
            fence, held = mark[1], [line]
        elif fence and mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            blocks.append("\n".join(held[1:]).strip("\n"))
            fence = ""
        elif fence:
            held.append(line)
        else:
            prose += _pieces(line)
    if fence:
        prose += [piece for line in held for piece in _pieces(line)]
    return prose, blocks


def sentences(line: str) -> Iterator[str]:
    """Of a line that is no quote of others; without the mark of a list or of a ticked box."""
    if line.lstrip().startswith(">"):
        return
    for sentence in _SENTENCE.split(_MARK.sub("", line).strip()):
        plain = " ".join(sentence.split())
        if len(plain) > 3 and plain not in ("No response", "_No response_"):
            yield plain


def _unfolded(text: str) -> str:
    """A text on one line, with breaks where code, headings and lists begin; any other as it is."""
    if len(text) <= _ON_ONE_LINE or "\n" in text:
        return text
    text = _INLINE_CODE.sub(lambda found: f"\n```{found[1]}\n{found[2]}\n```\n", f" {text}")
    lines = text.split("\n")
    is_code = False
    for place, line in enumerate(lines):
        if line.startswith("```"):
            is_code = not is_code
        elif not is_code:
            headed = _INLINE_HEADING.sub(lambda found: f"\n## {found[1] or '.'}\n", line)
            lines[place] = _INLINE_ITEM.sub("\n", headed)
    return "\n".join(lines)


def _pieces(line: str) -> Iterator[str]:
    """The line, a long one cut where a sentence ends."""
    while len(line) > _LONGEST_LINE:
        cut = line.rfind(". ", 0, _LONGEST_LINE) + 1 or _LONGEST_LINE
        yield line[:cut]
        line = line[cut:]
    yield line
