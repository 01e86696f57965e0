"""Find errors that stand in a text without a body: the client's own messages and bare status lines.

Ordinary prose uses many of the same words, so a match alone is not enough: it must stand where a
program prints (at the start of a line, after an error prefix, in quotes) or be too long to be chance.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import NamedTuple

from agent.report.covered import Covered
from agent.report.template import QUOTES, Compiled, Hit, Pattern, hits, match_message, squeeze
from agent.report.terminal import Screen
from agent.report.wrapping import blank_between, cuts

_MOST_MESSAGE = 400
_TAG = r"(?:\[[A-Za-z][\w /:-]{0,24}\][: ]*|(?:bug|error|issue|title)[: -]+)"
_PREFIX = (
    r"(?:(?:claude(?: code)?(?: returned an error result)?|fatal|failed|internal|unexpected|warning|warn"
    r"|uncaught"
    r"|stderr|stdout|stream|request|[\w.]*(?:error|exception))[\w ]{0,12}[:\-–]+\s*)"
)
_ERROR = (
    r"(?:api error|(?:\w+\.)*\w*(?:error|exception)|error code|http"
    r"|status)[\s:(\[#]*(?:[345]\d\d)?[\s:)\]\-–·]*"
)
_TIME = r"(?:\[?\d{4}-\d\d-\d\d[T ][\d:.,]+Z?\]?|\[?\d\d:\d\d(?::\d\d)?\]?)\s*"
_LEAD = re.compile(
    rf"[\s\"'`“‘*_#>-]*(?:{_TIME})?{_TAG}{{0,3}}(?:please run /login · )?{_PREFIX}{{0,3}}"
    rf"(?P<error>{_ERROR})?[\s\"'`“‘*]*",
    re.I,
)
_STOP = re.compile(
    r"\\n|\s+at \S+ \(|```|\s##|\s\*\*[A-Z]|(?<=[a-z)][.!]) (?=[A-Z\[*-])|\"(?=[\s,.)}\]]|$)|\s\{\""
)
_AFTER = re.compile(r"\s*(?:$|[.·:;,(\"'`”’*)|\-–—\n!…]|https?:)")
_GENERIC = re.compile(
    r"(?P<label>API Error|(?<![\w.])Error code|(?<![\w.:])Error)"
    r"(?: \((?P<paren>[^(){}\n]{3,160})\)?"
    r"|(?: \((?:attempt \d+/\d+)\))?: ?(?:(?P<status>[345]\d\d)(?!\d)[ ·:(\-–—]*)?(?P<rest>[^\n]{0,500}))"
)
_HTML = re.compile(r"<!doctype html|<html[\s>]|<head>", re.I)
_TITLE = re.compile(r"<title>\s*([^<]{1,200}?)\s*</title>", re.I)
_DOUBLE = re.compile(r"^(?:[345]\d\d\b[ :]*)")
_RETRYING = re.compile(r"\s*·?\s*Retrying\b.*$|\s*\(attempt \d+/\d+\).*$")
_STATUS_IN = re.compile(r"(?<![\w.])([45]\d\d)(?![\w.])")
_SENTENCE_WORDS = 4
_PIECE = 128
_MOST_FILLING = 8
_LONG = 34
_FILLED = 24
"""Characters of a template with several fillings that no prose holds by chance."""


class ClientLine(NamedTuple):
    """One message without a body. `labelled` says that it stands behind "API Error"; `html` that a
    web page came in place of an answer."""

    status: int | None
    message: str | None
    pattern: Pattern | None
    start: int
    end: int
    labelled: bool
    html: bool = False


class _Squeezed:
    """The squeezed plain text, with a way back to it."""

    def __init__(self, text: str) -> None:
        self.text, self.squeezed = text, squeeze(text)
        self._rows: list[tuple[int, int]] = []
        self._first: list[int] = []

    def _find_the_way_back(self) -> None:
        # In pieces, so that a long line costs no more to look into than many short ones.
        at = 0
        for start in range(0, len(self.text), _PIECE):
            row = self.text[start : start + _PIECE]
            if short := len(squeeze(row)):
                self._rows.append((start, len(row)))
                self._first.append(at)
            at += short

    def plain(self, index: int) -> int:
        """The position in the plain text of a squeezed character."""
        if not self._rows:
            self._find_the_way_back()
        row = bisect_right(self._first, index) - 1
        start, length = self._rows[row]
        left = index - self._first[row]
        for position in range(start, start + length):
            if not self.text[position].isspace() and self.text[position] not in QUOTES:
                if left == 0:
                    return position
                left -= 1
        return start + length


def client_lines(screen: Screen, compiled: Compiled, taken: list[tuple[int, int]]) -> list[ClientLine]:
    """Every message without a body outside `taken`, in order; overlapping matches give the longest."""
    squeezed = _Squeezed(screen.text)
    found: list[ClientLine] = []
    covered = Covered(taken)
    for hit in hits(squeezed.squeezed, compiled):
        line = _judge(screen, hit, squeezed, compiled)
        if line and not covered.touches(line.start, line.end):
            found.append(line)
            covered.add(line.start, line.end)
    for match in _GENERIC.finditer(screen.text):
        line = _generic(screen, match, compiled)
        if line and not covered.touches(line.start, line.end):
            found.append(line)
            covered.add(line.start, line.end)
    return sorted(found, key=lambda line: line.start)


def _judge(screen: Screen, hit: Hit, squeezed: _Squeezed, compiled: Compiled) -> ClientLine | None:
    """The message at a hit, where it stands as a program prints it; None where it is prose."""
    text = screen.text
    start, end = squeezed.plain(hit.start), squeezed.plain(hit.end - 1) + 1
    if "\n\n" in text[start:end] or end - start > 1500:
        return None
    if (hit.pattern.starts and start and text[start - 1].isalnum()) or (
        text[end : end + 1].isalnum() and text[end - 1].isalnum()
    ):
        return None
    line_start = text.rfind("\n", 0, start) + 1
    if not hit.pattern.starts:
        start = _filled_from(text, line_start, start)
    lead = text[max(line_start, start - 200) : start]
    at_start = start - line_start <= 200 and _LEAD.fullmatch(lead) is not None
    labelled = _label(lead)
    if not _is_evidence(hit.pattern, at_start, bool(labelled), lead, text, start, end):
        return None
    message, stop = _message(screen, start, end, lead, compiled)
    status = _STATUS_IN.search(labelled) if labelled else None
    begin = start - len(labelled)
    pattern = _most_specific(message, hit.pattern, compiled)
    template = pattern.template
    return ClientLine(
        int(status.group(1)) if status else template.status,
        message,
        pattern,
        begin,
        stop,
        labelled.lower().startswith("api error") or template.template.startswith("API Error"),
    )


def _most_specific(message: str, hit: Pattern, compiled: Compiled) -> Pattern:
    """The template that the whole message fills, where it says more than the one that was hit."""
    whole = match_message(message, compiled)
    return whole if whole and whole.weight > hit.weight else hit


def _filled_from(text: str, line_start: int, start: int) -> int:
    """Where a message begins whose first words are a filling: after what leads the line or sentence."""
    lead = _LEAD.match(text, line_start, start)
    begin = max(lead.end() if lead else line_start, start - 160)
    for mark in (". ", ": ", '"', "`"):
        at = text.rfind(mark, begin, max(begin, start - 1))
        begin = at + len(mark) if at >= 0 else begin
    return min(begin, start) if text[begin:start].count(" ") <= _MOST_FILLING else start


_LABEL = re.compile(rf"(?:(?<![\w])(?:{_ERROR}))[\"'`“‘]?$", re.I)


def _label(lead: str) -> str:
    """The error prefix that ends `lead`, or the empty string."""
    found = _LABEL.search(lead)
    if not found or not re.search(r"[:(\[#]|\d", found.group(0)):
        return ""
    return found.group(0)


def _is_evidence(
    pattern: Pattern, at_start: bool, labelled: bool, lead: str, text: str, start: int, end: int
) -> bool:
    if labelled:
        return True
    if at_start and pattern.words > 1 and text[start].isupper() == _is_upper(pattern):
        line_end = text.find("\n", end)
        rest = text[end : line_end if line_end >= 0 else len(text)].strip(" .…!\"'`”’*)")
        if not rest or rest.startswith("·"):
            return True
    if pattern.words > 2 and lead[-1:] in QUOTES and text[end : end + 1] in QUOTES:
        return True
    if not pattern.template.bare:
        return False
    closed = _AFTER.match(text[end : end + 12]) is not None or not text[end - 1].isalnum()
    distinct = pattern.words >= _SENTENCE_WORDS and pattern.weight >= 16
    if at_start:
        return distinct or closed
    if pattern.holes > 1 and pattern.weight >= _FILLED:
        return True
    capital = text[start].isupper() or not text[start].isalpha()
    if not capital:
        return False
    if lead[-1:] in "\"'`“‘" and closed:
        return distinct or text[end : end + 1] in "\"'`”’ "
    if re.search(r"[:·|⎿>)]\s*$|\s[-–—]\s*$", lead):
        return distinct
    # A middle dot between two parts is how the client joins them; prose does not write it.
    return "·" in text[start:end] or (pattern.weight >= _LONG and pattern.words >= 6)


def _is_upper(pattern: Pattern) -> bool:
    return pattern.template.template.strip(".…< ")[:1].isupper()


def _message(screen: Screen, start: int, end: int, lead: str, compiled: Compiled) -> tuple[str, int]:
    """The message from `start` to the end of its line or sentence, its line breaks resolved."""
    text = screen.text
    stop = text.find("\n", end)
    stop = len(text) if stop < 0 else stop
    # Nothing past the longest message is used; the slack is for what ends a message near there.
    tail = text[end : min(stop, max(end, start + _MOST_MESSAGE) + 200)]
    if cut := _STOP.search(tail):
        tail = tail[: cut.start()]
    closing = {'"': '"', "'": "'", "`": "`", "“": "”", "‘": "’"}.get(lead[-1:])
    if closing and closing in tail:
        tail = tail[: tail.index(closing)]
    stop = min(end + len(tail), max(end, start + _MOST_MESSAGE))
    pieces = text[start:stop].split("\n")
    out = pieces[0]
    if len(pieces) > 1:
        verdicts = cuts(screen, start, stop)
        ragged = any(verdict is True for verdict in verdicts)
        for piece, seen in zip(pieces[1:], verdicts, strict=False):
            out += (" " if blank_between(out, piece, seen, ragged, compiled.vocabulary) else "") + piece
    out = _RETRYING.sub("", out).rstrip(" \\")
    return out.rstrip(")") if "(" not in out else out, stop


def _generic(screen: Screen, match: re.Match[str], compiled: Compiled) -> ClientLine | None:
    """A status line such as ``API Error: 500 ...`` whose words no template knows."""
    text = screen.text
    labelled = match.group("label") == "API Error"
    status = int(match.group("status")) if match.group("status") else None
    rest = match.group("paren") or match.group("rest") or ""
    start = match.start()
    line_start = text.rfind("\n", 0, start) + 1
    at_start = start - line_start <= 200 and _LEAD.fullmatch(text[line_start:start]) is not None
    if status is None and not (labelled and at_start):
        return None
    if match.group("paren") and (inner := _STATUS_IN.search(rest)):
        status = int(inner.group(1))
    if cut := _STOP.search(rest):
        rest = rest[: cut.start()]
    if _HTML.search(text[match.start() : match.end() + 80]):
        title = _TITLE.search(text[start : start + 3000])
        return ClientLine(status, title.group(1) if title else None, None, start, match.end(), labelled, True)
    message = _RETRYING.sub("", _DOUBLE.sub("", rest)).strip(" \"'`*·")
    if message[:1] in "{[<" or (not message and status is None):
        message = ""
    if not message and status is None:
        return None
    pattern = match_message(message, compiled, status) if message else None
    end = match.start() + len(match.group(0)) - len(match.group("rest") or "") + len(rest.rstrip())
    return ClientLine(status, message or None, pattern, start, max(end, start + 9), labelled)
