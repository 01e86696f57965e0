"""Which version of the client a text shows, and where it shows it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from agent.report.error_report import ReadingSource
from agent.report.form import Form
from agent.report.literals import Sought, sought
from agent.report.terminal import Screen

_VERSION = r"v?(\d{1,3}\.\d{1,3}\.\d{1,4})(?:[-+][\w.]+)?"
_PATTERNS: tuple[tuple[ReadingSource, Sought], ...] = (
    ("banner", sought(r"^Claude Code " + _VERSION + r"\b(?!\s+(?:does|is|needs|has|was|and|says"
        r"|shows))", re.M)),
    ("form", sought(r"Claude Code Version\*{0,2}[:\s*]{1,4}" + _VERSION, re.I)),
    ("command", sought(r"(?<![\w.])" + _VERSION + r" \(Claude Code\)")),
    ("command", sought(r"claude (?:--version|-v)\b[\s`$>=:-]{1,8}" + _VERSION)),
    ("user-agent", sought(r"claude-(?:cli|code)/" + _VERSION)),
    ("log", sought(r"(?:^|[\s*-])Version:\*{0,2} " + _VERSION)),
    ("error", sought(r"Claude Code " + _VERSION + r" does not support this model")),
    ("error", sought(r"your version of Claude Code \(" + _VERSION + r"\) needs an update")),
    ("log", sought(r"cc_version=" + _VERSION)),
    ("log", sought(r"\bclaude(?:-code)?[/\\]versions[/\\]" + _VERSION)),
    ("log", sought(r"@anthropic-ai/claude-code@" + _VERSION)),
    ("prose", sought(r"\b(?:Claude Code|claude-code|CC)(?: CLI)?(?: version|,| on| at)? ?\(?" + _VERSION
        + r"\b(?! (?:or|does|needs|and (?:newer|later)))(?!\+)", re.I)),
    ("prose", sought(r"\b(?:on|using|running|version) v?((?:0\.2|1\.0"
        r"|2\.\d)\.\d{1,3})(?!\.\w)" + r"(?=[\s,.;)]|$)(?! or (?:newer|higher|later))", re.I)),
)  # fmt: skip
_BARE = re.compile(r"(?:^|[\s,;(])" + _VERSION + r"(?=[\s.,;)]|$)")
_OF_ANOTHER = re.compile(
    r"(?:fixed|broke|regression|since|from|before|until|worked|working|up to|downgrad\w*|rolled back"
    r"|upgrad\w*|last"
    r"|older|newer|sdk|node|nodejs|npm|macos|ubuntu|windows|python|bun|newest|requires?|needs?|than|to|in"
    r"|opencode|openclaw|hermes|pi|litellm|cline|roo(?: code)?|extension|vs ?code"
    r"|router)[\w -]{0,10}[\s:(]*$",
    re.I,
)
RELEASES: tuple[tuple[date, tuple[int, int, int]], ...] = (
    (date(2025, 3, 12), (0, 2, 37)),
    (date(2025, 6, 2), (1, 0, 6)),
    (date(2025, 7, 12), (1, 0, 51)),
    (date(2025, 8, 8), (1, 0, 71)),
    (date(2025, 8, 30), (1, 0, 88)),
    (date(2025, 9, 23), (1, 0, 120)),
    (date(2025, 11, 14), (2, 0, 37)),
    (date(2025, 12, 16), (2, 0, 70)),
    (date(2026, 1, 14), (2, 1, 7)),
    (date(2026, 2, 10), (2, 1, 38)),
    (date(2026, 2, 23), (2, 1, 50)),
    (date(2026, 3, 14), (2, 1, 76)),
    (date(2026, 3, 29), (2, 1, 87)),
    (date(2026, 4, 7), (2, 1, 92)),
    (date(2026, 4, 12), (2, 1, 104)),
    (date(2026, 4, 23), (2, 1, 117)),
    (date(2026, 5, 19), (2, 1, 144)),
    (date(2026, 6, 12), (2, 1, 175)),
    (date(2026, 7, 28), (2, 1, 220)),
    (date(2026, 8, 27), (2, 1, 247)),
    (date(2026, 9, 4), (2, 1, 260)),
)
"""Dates by which a version was certainly out: the changelog of anthropics/claude-code and issues that
name the version, https://github.com/anthropics/claude-code/blob/main/CHANGELOG.md. Lower bounds."""


def version_readings(screen: Screen, form: Form) -> Iterator[tuple[str, ReadingSource, int, int]]:
    """Every version of the client that the text shows: value, source, start and end, surest first."""
    answer = form.answers.get("claude_code_version")
    if answer and (found := re.search(_VERSION, answer.value)):
        yield found.group(1), "form", answer.start + found.start(1), answer.start + found.end(1)
    for source, pattern in _PATTERNS:
        if not pattern.may_stand_in(screen.folded):
            continue
        for found in pattern.expression.finditer(screen.text):
            if source == "prose" and _OF_ANOTHER.search(
                screen.text[max(0, found.start() - 30) : found.start()]
            ):
                continue
            yield found.group(1), source, found.start(1), found.end(1)


def bare_version(screen: Screen) -> tuple[str, ReadingSource, int, int] | None:
    """A version of the client's shape that stands in prose without its name: the only one there."""
    seen: dict[str, tuple[str, int, int]] = {}
    for found in _BARE.finditer(screen.text):
        if re.match(r"(?:0\.2|1\.0|2\.[01])\.\d{1,3}$", found.group(1)) and not _OF_ANOTHER.search(
            screen.text[max(0, found.start() - 30) : found.start(1)]
        ):
            seen.setdefault(found.group(1), (found.group(1), found.start(1), found.end(1)))
    if len(seen) != 1:
        return None
    value, start, end = next(iter(seen.values()))
    return value, "prose", start, end


def is_outdated(version: str, on: date | None) -> bool:
    """Whether a newer version was certainly out on that day (on any day known, where it is None)."""
    parts = tuple(int(part) for part in version.split(".")[:3])
    return any(parts < newer for day, newer in RELEASES if on is None or day <= on)
