"""A changelog in Markdown, read: headings of versions, and the lines under each."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from agent.errors import BadInput
from agent.report.error_report import Noun
from agent.report.redact import redact

MOST_BYTES = 4_000_000
MOST_LINES = 40_000
LONGEST_LINE, LONGEST_VERSION = 500, 60
"""Characters of a line and of a version that are kept."""

_VERSION = r"\d{1,5}\.\d{1,5}(?:\.\d{1,6}){0,2}(?:-[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*)?"
_HEADING = re.compile(r" {0,3}(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{3,})[ \t]*$")
_OPENING = r"(?:<[^<>]{0,200}>|[^\w<])*"
_NAMES = r"(?:(?:version|release|claude[ -]code)[ \t@:]*|[\w-]+/[\w-]+[ \t@:]+){0,4}"
_TITLE = re.compile(rf"{_OPENING}{_NAMES}v?({_VERSION})(?![\w.])", re.I)
_BOLD = re.compile(r" {0,3}(\*\*|__)(?=\S)(.*?)\1(.*)$")
_NO_WORD = re.compile(r"[\W\d]*")
_DATE = re.compile(r"\b(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})\b")
_BULLET = re.compile(r"([ \t]*)(?:[-*+]|\d{1,3}[.)])[ \t]+(.*)$")
_FENCE = re.compile(r" {0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_LINK = re.compile(r"\[([^\]\n]{1,300})\]\([^)\s]{1,500}\)")


class ChangelogLine(Noun):
    """One line of a version's changes. `released_at` is the day that its heading names."""

    version: str
    line: str
    released_at: datetime | None = None


def decode(raw: bytes, name: str) -> str:
    """The text of a file. Raises `BadInput` for one that is too large, binary, or not UTF-8."""
    if len(raw) > MOST_BYTES:
        raise BadInput(f"{name} has {len(raw)} bytes; a changelog of at most {MOST_BYTES} is read.")
    if b"\x00" in raw:
        raise BadInput(f"{name} is not a text file, or not in UTF-8: it holds zero bytes.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as bad:
        raise BadInput(
            f"{name} is not in UTF-8: byte {bad.start} cannot be read. Convert it first."
        ) from None


def parse_changelog(text: str, name: str = "The file") -> list[ChangelogLine]:
    """Every line of every version, in the order of the file; secrets are taken out.

    A bullet is a line, with the lines that it is wrapped over; a nested one is a line of its own, behind
    the one above it where that ends with a colon; so is a paragraph. What stands above the first version
    and under headings beside versions ("Unreleased") is left out. Raises `BadInput` where there is nothing.
    """
    reader = _Reader()
    for line in _COMMENT.sub("", text).splitlines():
        reader.take(line.expandtabs(4))
        if len(reader.found) > MOST_LINES:
            raise BadInput(f"{name} has more than {MOST_LINES} lines of changes.")
    reader.finish()
    if not reader.versions:
        raise BadInput(
            f"{name} names no version: a heading such as '## 2.1.96' or '## [2.1.96] - 2026-04-08' is wanted."
        )
    if not reader.found:
        raise BadInput(f"{name} has headings of versions, but no line under any of them.")
    return reader.found


class _Reader:
    """Reads line by line: the version that holds, and the line of changes that is not finished."""

    def __init__(self) -> None:
        self.found: list[ChangelogLine] = []
        self.versions: set[str] = set()
        self._version: str | None = None
        self._released: datetime | None = None
        self._level = 7
        self._text: list[str] = []
        self._parents: list[tuple[int, str]] = []
        self._is_code = False

    def take(self, line: str) -> None:
        if _FENCE.match(line):
            self._is_code = not self._is_code
            return
        if self._is_code:
            return
        if heading := _HEADING.match(line):
            self.finish()
            self._heading(len(heading[1]), heading[2])
        elif (under := _UNDERLINE.match(line)) and len(self._text) == 1 and not self._parents:
            title, self._text = self._text[0], []
            self._heading(1 if under[1][0] == "=" else 2, title)
        elif bold := self._bold(line):
            self._heading(2, bold)
        elif bullet := _BULLET.match(line):
            self.finish()
            indent = len(bullet[1])
            self._parents = [parent for parent in self._parents if parent[0] < indent]
            self._parents.append((indent, bullet[2]))
            self._text = [bullet[2]]
        elif not line.strip():
            self.finish()
        else:
            if not self._text and not line.startswith(" "):
                self._parents = []
            self._text.append(line.strip())

    def finish(self) -> None:
        """Keep the line of changes that was read."""
        said, self._text = _plain(" ".join(self._text)), []
        if self._parents and said:
            self._parents[-1] = (self._parents[-1][0], said)
            above = self._parents[-2][1] if len(self._parents) > 1 else ""
            said = f"{above} {said}" if above.endswith(":") else said
        if said and not said.endswith(":") and self._version:
            line = said[:LONGEST_LINE]
            self.found.append(ChangelogLine(version=self._version, line=line, released_at=self._released))

    def _bold(self, line: str) -> str | None:
        """What stands on a line of its own in bold, where that is a version and perhaps a date."""
        bold = None if self._text else _BOLD.match(line)
        named = _TITLE.match(bold[2]) if bold else None
        is_alone = bold and named and _NO_WORD.fullmatch(bold[2][named.end() :] + bold[3])
        return bold[2] + bold[3] if bold and is_alone else None

    def _heading(self, level: int, title: str) -> None:
        self._parents = []
        if named := _TITLE.match(title.strip()):
            self._version, self._level = named[1][:LONGEST_VERSION], level
            self.versions.add(self._version)
            self._released = _day(title[named.end() :])
        elif level <= self._level:
            self._version = None


def _plain(text: str) -> str:
    """Without control characters, link targets and secrets, on one line."""
    return redact(_LINK.sub(r"\1", " ".join(_CONTROL.sub("", text).split()))).text if text.strip() else ""


def _day(text: str) -> datetime | None:
    found = _DATE.search(text)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3]), tzinfo=UTC)
    except ValueError:
        return None
