"""Reads the rows of an import file one by one, whatever it is packed in and however it is written."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import lzma
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from agent.errors import BadInput
from agent.issues.issue import Issue
from agent.issues.rows import BadRow, SignatureOf, parse_row

MOST_ROW_CHARS = 20_000_000
"""A row longer than this is not read: nobody's issue is."""
_TOO_LONG = f"the row has more than {MOST_ROW_CHARS:,} characters"
_CHUNK = 1 << 16
_BOMS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_DAMAGED = (EOFError, lzma.LZMAError, zlib.error, gzip.BadGzipFile)
_GAP = re.compile(r"[\s,]*")
_SEPARATORS = (",", ";", "\t")
_NUMBERS = {"number", "issue_number", "issuenumber", "url", "html_url"}
_CAMEL = {
    name.lower(): name
    for name in ("createdAt", "updatedAt", "closedAt", "mergedAt", "stateReason", "htmlUrl", "issueNumber")
}
_DECODER = json.JSONDecoder(strict=False)

Found = tuple[int, object]
"""The line where a row starts, and the row, or a `BadRow` without its line."""


def read_rows(
    path: Path, default_repository: str | None, signature_of: SignatureOf = lambda _text: None
) -> Iterator[Issue | BadRow]:
    """The rows of a JSON array, JSON lines or CSV file, plain, .gz or .xz; a bad one names its line.

    Reads as it goes: the file need not fit in memory. `signature_of` gives the signature of an issue's
    text. Raises `BadInput` where the file cannot be read or is of no known form.
    """
    for line, row in read_values(path):
        yield to_issue(line, row, default_repository, signature_of)


def to_issue(
    line: int, row: object, default_repository: str | None, signature_of: SignatureOf
) -> Issue | BadRow:
    """What `read_values` gave, as an issue, or as what is wrong with it and its line."""
    read = row if isinstance(row, BadRow) else parse_row(row, default_repository, signature_of)
    return read.model_copy(update={"line": line}) if isinstance(read, BadRow) else read


def read_values(path: Path) -> Iterator[Found]:
    """The rows of the file as they stand there, each with its line; all else as in `read_rows`."""
    line = 0
    try:
        with _open(path) as binary, _as_text(binary) as text:
            for line, row in _rows(path, text):
                yield line, row
    except _DAMAGED as bad:
        yield line + 1, BadRow(reason=f"the packed file is damaged or ends early ({bad})")
    except OSError as bad:
        raise BadInput(f"{path}: {bad.strerror or bad}") from bad


_Binary = io.BufferedReader | gzip.GzipFile | lzma.LZMAFile


def _open(path: Path) -> _Binary:
    """The bytes, unpacked; what it is packed in is told by its first bytes, not by its name."""
    with path.open("rb") as plain:
        start = plain.read(6)
    if start.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(path, "rb")
    return lzma.LZMAFile(path, "rb") if start.startswith(b"\xfd7zXZ") else path.open("rb")


def _as_windows(bad: UnicodeError) -> tuple[str, int]:
    """Bytes that are no UTF-8 as Windows-1252: what spreadsheets and old tools write."""
    assert isinstance(bad, UnicodeDecodeError)
    return bad.object[bad.start : bad.end].decode("cp1252", "replace"), bad.end


codecs.register_error("caseworker.windows", _as_windows)


def _as_text(binary: _Binary) -> io.TextIOWrapper:
    """Text, whatever the bytes are. A redirect on Windows may have written UTF-16."""
    start = binary.peek(4)
    encoding = next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")
    errors = "replace" if encoding == "utf-16" else "caseworker.windows"
    return io.TextIOWrapper(binary, encoding=encoding, errors=errors, newline="")


def _rows(path: Path, text: io.TextIOWrapper) -> Iterator[Found]:
    """The rows of whichever form the first character that is not a space shows."""
    peeked, skipped = "", 0
    while not peeked:
        chunk = text.read(_CHUNK)
        if not chunk:
            return iter(())
        peeked = chunk.lstrip()
        skipped += chunk[: len(chunk) - len(peeked)].count("\n")
    lines = _Lines(peeked, text, skipped + 1)
    if peeked[0] == "[":
        return _array_rows(lines)
    if peeked[0] == "{":
        return _object_rows(lines)
    head = peeked.split("\n", 1)[0].strip("\r")[:_CHUNK]
    mark = max(_SEPARATORS, key=head.count)
    columns = {name.strip(' "').lower() for name in head.split(mark)}
    if "title" in columns and columns & _NUMBERS:
        return _csv_rows(lines, mark)
    why = "it is neither a JSON array, JSON lines, nor CSV with the columns number and title"
    if len(columns) > 1 and len(head) < 2_000 and "".join(columns).isprintable():
        why += f"; its first line names the columns {', '.join(sorted(columns))[:200]}"
    raise BadInput(f"{path}: {why}")


class _Lines:
    """A text file whose start has been read already: its lines, which one comes next, and its end."""

    def __init__(self, start: str, rest: io.TextIOWrapper, number: int) -> None:
        self._start, self._rest, self.number, self.ended = start, rest, number, False

    def __iter__(self) -> Iterator[str]:
        while line := self.read_line():
            yield line

    def read_line(self) -> str:
        """The next line with its end, or "" at the end. One that is too long comes in pieces."""
        cut = self._start.find("\n") + 1
        if cut:
            line, self._start = self._start[:cut], self._start[cut:]
        else:
            line = self._start + self._rest.readline(MOST_ROW_CHARS)
            self._start = ""
        self.number += line.endswith("\n")
        self.ended = not line
        return line

    def read_some(self) -> str:
        """Some more of the text, in whole lines where they are short, or "" at the end."""
        found = ""
        while len(found) < _CHUNK and (line := self.read_line()):
            found += line
        return found


def _parse(text: str) -> object:
    try:
        return json.loads(text, strict=False)
    except json.JSONDecodeError as bad:
        return BadRow(reason=f"not valid JSON: {bad.msg} at character {bad.pos + 1}")
    except (RecursionError, ValueError) as bad:
        return BadRow(reason=f"JSON that cannot be read: {bad}")


def _object_rows(lines: _Lines) -> Iterator[Found]:
    """One object a line; or, where the first line is no object, objects that are spread over lines."""
    number, first = lines.number, lines.read_line()
    if isinstance(_parse(first), BadRow) and len(first.strip()) < 3:
        yield from _values(lines, first, number, is_array=False)
        return
    yield number, _parse(first)
    while True:
        number, line = lines.number, lines.read_line()
        if not line:
            return
        if not line.strip():
            continue
        if len(line) >= MOST_ROW_CHARS and not line.endswith("\n"):
            yield number, BadRow(reason=_TOO_LONG)
            while line and not line.endswith("\n"):
                line = lines.read_line()
            continue
        yield number, _parse(line)


def _array_rows(lines: _Lines) -> Iterator[Found]:
    """The elements of arrays, one behind the other or in one: the pages of `gh api --paginate [--slurp]`.

    After a broken element the rest cannot be told apart and is not read.
    """
    number, first = lines.number, lines.read_line()
    yield from _values(lines, first.replace("[", " ", 1), number, is_array=True)


def _values(lines: _Lines, buffer: str, number: int, *, is_array: bool) -> Iterator[Found]:
    """JSON values one after another, commas between them or not, up to the last closing bracket."""
    at, is_open = 0, is_array
    while True:
        start = _GAP.match(buffer, at).end()  # type: ignore[union-attr]  # it matches nothing too
        number += buffer.count("\n", at, start)
        at = start
        problem = "the JSON ends in the middle of a row"
        if is_array and buffer.startswith("]" if is_open else "[", at):
            is_open, at = not is_open, at + 1
            continue
        if is_array and not is_open and at < len(buffer):
            yield (
                number,
                BadRow(reason="something else stands behind the JSON; from here on nothing was read"),
            )
            return
        try:
            if at < len(buffer):
                value, end = _DECODER.raw_decode(buffer, at)
                page = value if is_array and isinstance(value, list) else [value]
                yield from ((number, one) for one in page)
                number += buffer.count("\n", at, end)
                at = end
                continue
        except json.JSONDecodeError as bad:
            problem = f"the JSON is broken near here ({bad.msg}); nothing after it was read"
        except RecursionError:
            yield number, BadRow(reason="the JSON is nested too deeply; nothing after it was read")
            return
        if len(buffer) - at >= MOST_ROW_CHARS:
            yield number, BadRow(reason=f"{_TOO_LONG}; nothing after it was read")
            return
        more = lines.read_some()
        if not more:
            if at < len(buffer) or is_open:
                yield number, BadRow(reason=problem if at < len(buffer) else "the JSON ends in the middle")
            return
        buffer, at = buffer[at:] + more, 0


def _csv_rows(lines: _Lines, separator: str) -> Iterator[Found]:
    """The rows of a CSV file with a header; a column's name may be written in any case."""
    csv.field_size_limit(MOST_ROW_CHARS)
    reader = csv.reader(lines, delimiter=separator)
    start = lines.number
    try:
        header = [_CAMEL.get(name.strip().lower(), name.strip().lower()) for name in next(reader)]
        for cells in reader:
            at, start = start + 1, lines.number - 1
            if lines.ended:
                why = "a quotation mark in this row is never closed; nothing after it was read"
                yield at, BadRow(reason=why)
            elif len(cells) > len(header):
                yield at, BadRow(reason=f"{len(cells)} cells under {len(header)} columns")
            elif any(cells):
                yield at, dict(zip(header, cells, strict=False))
    except csv.Error as bad:
        yield lines.number, BadRow(reason=f"the CSV is broken near here ({bad}); nothing after it was read")
