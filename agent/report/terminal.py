"""Undo what terminals add to a text: colours, borders, prompts, padding; and remember where it stood.

A `Screen` is the plain text plus, for each of its lines, where the line stood on the terminal, which
is what tells a hard wrap from a wrap at a word (`wrapping.py`).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import NamedTuple

from agent.report.literals import folded

_ANSI = re.compile(
    "[\x1b␛](?:\\[[0-?]*[ -/]*[@-~]|\\][^\x07\x1b]{0,400}(?:\x07|\x1b\\\\)|[()][AB0]|[=>78cDEHM])"
    "|\x9b[0-?]*[ -/]*[@-~]"
    "|\\[(?:0|2|22|3\\d|39|9\\d|\\d{1,2};[\\d;]{1,12})m(?!\\])"
)
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
_DROP = re.compile(f"[{_INVISIBLE}\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]+")
_SPACES = dict.fromkeys((160, 8239, 8199, 12288, 9, *range(8192, 8203)), " ")
_MARKS = "│┃║╎┆╏▏▕❯⎿⏺●◯○└├╰╭┌╚╔╠┗┏┣•∙▪✗✘✖✕❌⚠️→➜➤▶›»✻✽✢∴─━═╌"
_LEFT = re.compile(f"[ ]*(?:[{_MARKS}]+[ ]*)*")
_RIGHT = "│┃║╎┆╏▏▕╮┐╗╯┘╝┤╣┓┛┫─━═╌ "
_EDGES = frozenset(_MARKS) | frozenset(" |")
"""What a line may begin with that is not its content."""
_ENDS = frozenset(_RIGHT)
_PIPES = re.compile(r"[ ]*\|[ ]?(.*?)[ ]*\|[ ]*$")
_QUOTED = re.compile(r"[ ]*>[ ]?")


class Line(NamedTuple):
    """One line: `start` in the plain text, the columns of its first and past its last character.

    `padded` is True where blanks stood after the last character.
    """

    start: int
    left: int
    right: int
    padded: bool


class Screen:
    """Plain text with a way back: `origin(i)` is the offset in the source of character `i`."""

    def __init__(self, text: str, lines: list[Line], segments: list[tuple[int, int]]) -> None:
        self.text = text
        self.lines = lines
        self._starts = [line.start for line in lines]
        self._plain = [plain for plain, _ in segments]
        self._source = [source for _, source in segments]

    @cached_property
    def folded(self) -> str:
        """The text as `Sought.may_stand_in` takes it."""
        return folded(self.text)

    def origin(self, position: int) -> int:
        """The offset in the source of the character at `position` of the plain text."""
        if not self._plain:
            return 0
        index = max(0, bisect_right(self._plain, position) - 1)
        return self._source[index] + position - self._plain[index]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span in the source of the plain text from `start` to `end` (exclusive)."""
        if end <= start:
            return self.origin(start), self.origin(start)
        return self.origin(start), self.origin(end - 1) + 1

    def head(self, most: int) -> Screen:
        """This screen, or one that ends after `most` characters where it is longer."""
        if len(self.text) <= most:
            return self
        short = Screen(self.text[:most], [], [])
        short.lines, short._starts, short._plain, short._source = (
            self.lines, self._starts, self._plain, self._source,
        )  # fmt: skip
        return short

    def line_at(self, position: int) -> int:
        """The number of the line that holds `position`."""
        return max(0, bisect_right(self._starts, position) - 1)


def plain(source: str) -> Screen:
    """The text of a terminal paste without what the terminal added. Never raises."""
    parts: list[str] = []
    lines: list[Line] = []
    segments: list[tuple[int, int]] = []
    at = 0
    offset = 0
    raws = source.split("\n")
    quoted = _quoted_lines(raws) if ">" in source else frozenset()
    special = _touched(source)
    foreign = special or not source.isascii() or "\t" in source or "\r" in source
    for number, raw in enumerate(raws):
        if not raw:
            # The way back does not change here: the next line says its own.
            lines.append(Line(at, 0, 0, False))
            parts.append("")
            at, offset = at + 1, offset + 1
            continue
        shown = raw.rstrip("\r")
        pieces = _pieces(shown) if special and _touched(shown) else None
        seen = "".join(piece for _, piece in pieces) if pieces else shown
        if foreign:
            seen = seen.translate(_SPACES).replace("\r", " ")
        begin, end = _content(seen, number in quoted)
        text = seen[begin:end]
        if pieces:
            _map(segments, pieces, begin, end, at, offset)
        elif not segments or segments[-1][1] - segments[-1][0] != offset + begin - at:
            segments.append((at, offset + begin))
        bare_end = len(seen.rstrip(" "))
        lines.append(Line(at, begin, end, _is_padded(seen, end, bare_end)))
        parts.append(text)
        at += len(text) + 1
        offset += len(raw) + 1
    return Screen("\n".join(parts), lines, segments)


def _quoted_lines(raws: list[str]) -> frozenset[int]:
    """Lines quoted as in e-mail: two neighbours or more that start with ``>``."""
    starts = [n for n, raw in enumerate(raws) if raw.lstrip(" ").startswith(">")]
    known = set(starts)
    return frozenset(n for n in starts if n - 1 in known or n + 1 in known)


def _touched(raw: str) -> bool:
    return _ANSI.search(raw) is not None or _DROP.search(raw) is not None


def _pieces(raw: str) -> list[tuple[int, str]]:
    """What is left of a line without control sequences, each piece with its offset in the line."""
    cuts = sorted([*(m.span() for m in _ANSI.finditer(raw)), *(m.span() for m in _DROP.finditer(raw))])
    pieces: list[tuple[int, str]] = []
    at = 0
    for start, end in cuts:
        if start > at:
            pieces.append((at, raw[at:start]))
        at = max(at, end)
    if at < len(raw):
        pieces.append((at, raw[at:]))
    return pieces or [(0, "")]


def _content(seen: str, quoted: bool) -> tuple[int, int]:
    """Where the content of a line begins and ends, without borders, prompts and blanks."""
    if not seen or (not quoted and seen[0] not in _EDGES and seen[-1] not in _ENDS):
        return 0, len(seen)
    begin = 0
    if quoted and (mark := _QUOTED.match(seen)):
        begin = mark.end()
    left = _LEFT.match(seen, begin)
    begin = left.end() if left else begin
    end = len(seen)
    if begin < end and seen[-1] in _RIGHT and (right := _right_border(seen, begin)):
        end = right
    end = begin + len(seen[begin:end].rstrip(" "))
    if begin < end and seen[begin] == "|" and (pipes := _PIPES.match(seen, begin)):
        begin, end = pipes.start(1), pipes.end(1)
        begin += len(seen[begin:end]) - len(seen[begin:end].lstrip(" "))
    return begin, max(begin, end)


def _right_border(seen: str, begin: int) -> int | None:
    """Where the border on the right begins, if there is one."""
    end = len(seen.rstrip(" "))
    cut = end
    while cut > begin and seen[cut - 1] in _RIGHT:
        cut -= 1
    return cut if cut < end else None


def _is_padded(seen: str, end: int, bare_end: int) -> bool:
    """Blanks after the content: to the end of the line, or more than one before a border."""
    if bare_end <= end:
        return len(seen) > end
    return seen[end : end + 2] == "  "


def _map(
    segments: list[tuple[int, int]],
    pieces: list[tuple[int, str]],
    begin: int,
    end: int,
    at: int,
    offset: int,
) -> None:
    """Add the way back of one line: its content is `begin` to `end` of the joined pieces."""
    column = 0
    for where, piece in pieces:
        low, high = max(begin, column), min(end, column + len(piece))
        if low < high or (low == high and len(pieces) == 1):
            segments.append((at + low - begin, offset + where + low - column))
        column += len(piece)
