"""What people tell in an issue and its comments: what they tried, what helped, errors, and code."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from agent.issues.issue import Issue
from agent.issues.lines import parts, sentences
from agent.report.error_report import Noun

MOST_TOLD = 6
_LONGEST = 300
_MOST_COMMENTS = 200
_MOST_CODE_LINES = 40
_MOST_CODE = 4_000
_MOST_ERRORS = 3
_PEOPLE = r"(?:i|we|i've|we've|i have|we have|have|having)"
_TRIED = re.compile(
    rf"\b{_PEOPLE}\s+(?:(?:also|already|even|just|then|tried to|tried)\s+){{0,2}}(?:tried|attempted"
    r"|reinstalled|restarted|rebooted|relogged|re-logged|logged (?:out|in|back)|updated|upgraded|downgraded"
    r"|cleared|removed|deleted|switched|disabled|unset|rolled back|re-?authenticated|refreshed)\b"
    r"|^(?:tried|reinstalled|restarted|rebooted|logged out|cleared|downgraded)\b",
    re.I,
)
_TRIED_HEADING = re.compile(
    r"^\s*(?:#{1,6}\s|\*\*)[^.\n]{0,40}\b(?:tried|troubleshooting|attempted)\b[^.\n]{0,40}$"
    r"|^\s*[^.\n]{0,40}\b(?:tried|troubleshooting|attempted)\b[^.\n]{0,40}[:?]\s*$",
    re.I,
)
_HELPED_HEADING = re.compile(r"^\s*(?:#{1,6}\s|\*\*)[^.\n]{0,20}\bwork-?\s?arounds?\b[^.\n]{0,20}$", re.I)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+\S|\*\*[^*]+\*\*:?\s*$)")
_HELPED = re.compile(
    r"\bwork-?\s?arounds?\b|\b(?:fixed|solved|resolved|helped|worked)\b[^.!?]{0,20}\b(?:it|this|that|for me"
    r"|the (?:issue|problem|error))\b|\b(?:this|that|it|which)\s+(?:fixed|solved|resolved|helped|worked)\b"
    r"|\bworks?\s+(?:again|now|fine (?:after|now))\b",
    re.I,
)
_NOT = re.compile(
    r"\b(?:no|not|none|n/a|never|nothing|isn't|wasn't|hasn't|without|doesn't|didn't|don't|won't|can't|any|if|until|would"
    r"|should|please|previous|previously|earlier|yesterday|used to)\b|\?",
    re.I,
)
_ERROR = re.compile(
    r"(?:\b[A-Za-z]{0,60}(?:Error|Exception)|\b(?:FATAL|fatal|panic|error))"
    r"(?:\s?[\[(][^\])\n]{1,40}[\])])?:\s*[^\s\[\]{}\"',]"
    r"|\bE(?:ACCES|ADDRINUSE|CONN[A-Z]{4,8}|EXIST|MFILE|NOENT|NOTFOUND|PERM|PIPE|TIMEDOUT)\b"
    r"|\bFATAL ERROR\b|\bout of memory\b|\b[Ss]egmentation fault\b|\bexited with code \d"
)


_LOG = re.compile(r'\s*\[\s*\{\s*"error"')
_LOG_LINE = re.compile(r'\\n|","timestamp"')
_NO_CODE = re.compile(r"\W*\Z|\W*(?:no|none|n/a)\b", re.I)


class Told(Noun):
    """One sentence of somebody, on one line; `author` and `at` of the comment or issue that it stands in."""

    text: str
    author: str | None = None
    at: datetime | None = None


def tried_in(issue: Issue) -> list[Told]:
    """What people say that they tried, the reporter first."""
    return _told(issue, _tried)


def helped_in(issue: Issue) -> list[Told]:
    """What people say that helped them. Nobody has checked it."""
    return _told(issue, _helped)


def errors_in(issue: Issue) -> list[str]:
    """Lines of the title and the body that tell of an error, as they stand; code before prose."""
    prose, blocks = parts(issue.body)
    found: dict[str, str] = {}
    for line in [*(line for block in blocks for line in block.splitlines()), issue.title, *prose]:
        if hit := _ERROR.search(line[:_MOST_CODE]):
            # A long line is a log: what it says begins at the error, and ends with the line of the log.
            said = line if len(line) <= _LONGEST else _LOG_LINE.split(line[hit.start() :])[0]
            shown = _short(" ".join(said.split()))
            found.setdefault(shown.lower(), shown)
    return list(found.values())[:_MOST_ERRORS]


def code_in(issue: Issue) -> str | None:
    """The longest piece of code in the body, a log only where there is no other; at most so many lines."""
    blocks = [block for block in parts(issue.body)[1] if not _NO_CODE.match(block)]
    if not blocks:
        return None
    longest = max(blocks, key=lambda block: (not _LOG.match(block), len(block)))
    lines = [line.rstrip() for line in longest[:_MOST_CODE].splitlines()]
    return "\n".join(lines[:_MOST_CODE_LINES])


def _told(issue: Issue, find: Callable[[str], Iterator[str]]) -> list[Told]:
    said = [(issue.body, issue.author, issue.created_at)]
    said += [(one.body, one.author, one.created_at) for one in issue.comments[:_MOST_COMMENTS]]
    found: dict[str, Told] = {}
    for text, author, at in said:
        for line in find(text):
            short = _short(line)
            found.setdefault(short.lower(), Told(text=short, author=author, at=at))
            if len(found) >= MOST_TOLD:
                return list(found.values())
    return list(found.values())


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else line[: _LONGEST - 3].rstrip() + "..."


def _tried(text: str) -> Iterator[str]:
    return _under(text, _TRIED_HEADING, lambda line: bool(_TRIED.search(line)))


def _helped(text: str) -> Iterator[str]:
    said = _under(text, _HELPED_HEADING, lambda line: bool(_HELPED.search(line)))
    return (line for line in said if not _NOT.search(line))


def _under(text: str, asks: re.Pattern[str], says: Callable[[str], bool]) -> Iterator[str]:
    """Sentences that say it, and the lines under a heading that asks for it."""
    under = False
    for raw in parts(text)[0]:
        if _HEADING.match(raw) or asks.match(raw):
            under = bool(asks.match(raw))
            continue
        for line in sentences(raw):
            if under or says(line):
                yield line
