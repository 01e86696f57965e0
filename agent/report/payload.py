"""Find every error body in a text: in any notation, escaped to any depth, wrapped, cut off or broken."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from agent.report.escaping import depth_of, end_of_string, unescape
from agent.report.literal import (
    BREAK,
    MAX_REGION,
    Joiner,
    decode_at,
    extent,
    parse_json,
    parse_python,
    rejoin,
    repair,
    whole,
)
from agent.report.shapes import Fields, fields_of
from agent.report.surroundings import before, request_id_after
from agent.report.terminal import Screen
from agent.report.wrapping import Vocabulary, blank_between, cuts

_BUDGET = 200_000
_COST_OF_ESCAPES = 4
_KEY = r"(?:error|message|Message|type|__type|status|code|request_id)"
_CANDIDATE = re.compile(r"\{\s*(?:(\\*)[\"']|(?=" + _KEY + r"\s*:))")
_HINT = re.compile(_KEY + r"\s*\\*[\"']?\s*:")
_QUICK = re.compile(r"error|[mM]essage")
_TYPE = re.compile(r"[\"']type[\"']\s*:\s*[\"']([a-z_]+)[\"']")
_MESSAGE = re.compile(r"[\"']message[\"']\s*:\s*(\"|')((?:\\.|(?!\1)[^\\])*)", re.DOTALL)
_REQUEST = re.compile(r"[\"']request_?[iI]d[\"']\s*:\s*[\"'](req_\w+)")
_CUT_OFF = re.compile(r"[\s.…}\]]*$")


class Payload(NamedTuple):
    """One error body: its fields, and where it stands in the plain text, the lead included."""

    fields: Fields
    start: int
    end: int


def payloads(screen: Screen, words: Vocabulary) -> Iterator[Payload]:
    """Every error body of the text, in order. Work is bounded: it never grows with nesting."""
    text = screen.text
    done = 0
    budget = _BUDGET + 4 * len(text)
    for found in _CANDIDATE.finditer(text):
        start = found.start()
        if start < done or budget < 0:
            continue
        window = text[start : start + 600]
        budget -= 200
        if not _QUICK.search(window) or not _HINT.search(window.replace("\n", "")):
            continue
        body, cost = _read(screen, start, len(found.group(1) or ""), words)
        budget -= cost
        if body is None:
            continue
        fields, end = body
        yield _with_surroundings(text, fields, start, end)
        done = end


def _with_surroundings(text: str, fields: Fields, start: int, end: int) -> Payload:
    lead = before(text, start)
    request_id = fields.request_id or lead.request_id
    if request_id is None and (beside := request_id_after(text, end)):
        request_id, end = beside
    whole_fields = fields._replace(
        status=lead.status or fields.status, request_id=request_id, cloud=fields.cloud or lead.cloud
    )
    return Payload(whole_fields, min(lead.start, start), end)


def _read(
    screen: Screen, start: int, backslashes: int, words: Vocabulary
) -> tuple[tuple[Fields, int] | None, int]:
    """The fields of the body at `start` and its end, or None; and what it cost in characters."""
    text = screen.text
    if not backslashes and (decoded := decode_at(text, start)):
        value, end = decoded
        if "\n" not in text[start:end]:
            fields = fields_of(value)
            return (fields, end) if fields else None, end - start
    chunk = text[start : start + MAX_REGION].replace("\n", BREAK)
    offsets: list[int] | None = None
    if backslashes:
        chunk = chunk[: end_of_string(chunk, backslashes)]
        chunk, offsets = unescape(chunk, depth_of(backslashes))
    value, length = _parse(chunk, screen, start, words)
    fields = fields_of(value) if value is not None else None
    if fields is None:
        return None, len(chunk) * (_COST_OF_ESCAPES if backslashes else 1)
    end = start + (offsets[min(length, len(offsets) - 1)] if offsets else length)
    return (fields, end), length


def _parse(chunk: str, screen: Screen, start: int, words: Vocabulary) -> tuple[Any, int]:
    """The object at the head of `chunk` and its length, by the strictest reading that works."""
    for both, parse in ((False, parse_json), (True, parse_python)):
        if not both and chunk[1:].lstrip(" \n" + BREAK)[:1] != '"':
            continue
        length = extent(chunk, both)
        if length is None:
            continue
        joiner = _joiner(screen, start, chunk[:length], words)
        value = parse(rejoin(chunk[:length], joiner, "\"'" if both else '"'))
        if isinstance(value, dict):
            return value, length
    return _broken(chunk, screen, start, words)


def _broken(chunk: str, screen: Screen, start: int, words: Vocabulary) -> tuple[Any, int]:
    """An object that is cut off or damaged: what can be saved of it."""
    length = extent(chunk, False) or extent(chunk, True) or len(chunk)
    length = min(length, whole(chunk))
    region = chunk[:length]
    if not _QUICK.search(region):
        return None, length
    region = rejoin(region, _joiner(screen, start, region, words))
    kind, said, request = _TYPE.findall(region), _MESSAGE.search(region), _REQUEST.search(region)
    kinds = [k for k in kind if k != "error"]
    if kinds and said and region[said.end() : said.end() + 1] == said.group(1):
        follows = region[said.end() + 1 :].lstrip(" \n")[:1]
        if follows in ("", "}", ",", ")", "]"):
            saved = unescape(said.group(2), 1)[0]
            return _rebuilt(kinds[0], saved, request), length
    value = repair(region)
    if isinstance(value, dict) and fields_of(value):
        return value, length
    if kinds and said:
        return _rebuilt(kinds[0], _CUT_OFF.sub("", unescape(said.group(2), 1)[0]), request), length
    return None, length


def _rebuilt(kind: str, message: str, request: re.Match[str] | None) -> dict[str, Any]:
    value: dict[str, Any] = {"error": {"type": kind, "message": message}}
    if request:
        value["request_id"] = request.group(1)
    return value


def _joiner(screen: Screen, start: int, region: str, words: Vocabulary) -> Joiner:
    """How the breaks of a region are to be joined, from where its lines stand on the terminal."""
    first = screen.line_at(start)
    count = region.count(BREAK)
    end_line = min(first + count, len(screen.lines) - 1)
    verdicts = cuts(screen, start, screen.lines[end_line].start + 1) if count else []
    ragged = any(verdict is True for verdict in verdicts)

    def blank(left: str, right: str, number: int) -> bool:
        seen = verdicts[number] if number < len(verdicts) else None
        return blank_between(left, right, seen, ragged, words)

    return blank
