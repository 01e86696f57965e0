"""What people tell in an issue and its comments: what they tried, what helped, and the code they show."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

from agent.issues.issue import Issue
from agent.report.error_report import Noun

MOST_TOLD = 6
_LONGEST = 300
_MOST_TEXT = 50_000
_MOST_COMMENTS = 200
_MOST_CODE_LINES = 40
_FENCE = re.compile(r"[ \t]{0,3}(`{3,}|~{3,})")
_LONGEST_LINE = 1_000
"""Characters of a line that are looked at: a person's sentence is shorter."""
_SENTENCE = re.compile(r"(?<=[.!?])\s+")
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
_HEADING = re.compile(
    r"^\s*(?:#{1,6}\s*|\*\*)?[^.\n]{0,30}\b(?:tried|troubleshooting|attempted)\b[^.\n]{0,30}$", re.I
)
_HEADING = re.compile(r"^\s*(?:#{1,6}\s+\S|\*\*[^*]+\*\*:?\s*$)")
_HELPED = re.compile(
    r"\bwork-?\s?arounds?\b|\b(?:fixed|solved|resolved|helped|worked)\b[^.!?]{0,20}\b(?:it|this|that|for me"
    r"|the (?:issue|problem|error))\b|\b(?:this|that|it|which)\s+(?:fixed|solved|resolved|helped|worked)\b"
    r"|\bworks?\s+(?:again|now|fine (?:after|now))\b",
    re.I,
)
_NOT = re.compile(
    r"\b(?:no|not|never|nothing|isn't|wasn't|hasn't|without|doesn't|didn't|don't|won't|can't|any|if|until|would"
    r"|should|please|previous|previously|earlier|yesterday|used to)\b|\?",
    re.I,
)


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
    return _told(
        issue, lambda text: (line for line in _lines(text) if _HELPED.search(line) and not _NOT.search(line))
    )


def code_in(issue: Issue) -> str | None:
    """The longest piece of code in the body, at most so many lines; None where there is none."""
    blocks = [block for block in _parts(issue.body)[1] if block.strip()]
    if not blocks:
        return None
    lines = [line.rstrip() for line in max(blocks, key=len).splitlines()]
    return "\n".join(lines[:_MOST_CODE_LINES])


def _told(issue: Issue, find: Callable[[str], Iterator[str]]) -> list[Told]:
    said = [(issue.body, issue.author, issue.created_at)]
    said += [(one.body, one.author, one.created_at) for one in issue.comments[:_MOST_COMMENTS]]
    found: dict[str, Told] = {}
    for text, author, at in said:
        for line in find(text):
            short = line if len(line) <= _LONGEST else line[: _LONGEST - 3].rstrip() + "..."
            found.setdefault(short.lower(), Told(text=short, author=author, at=at))
            if len(found) >= MOST_TOLD:
                return list(found.values())
    return list(found.values())


def _tried(text: str) -> Iterator[str]:
    """Sentences that say it, and the lines under a heading that asks for it."""
    under = False
    for raw in _parts(text)[0]:
        if _HEADING.match(raw) or _TRIED_HEADING.match(raw):
            under = bool(_TRIED_HEADING.match(raw))
            continue
        for line in _sentences(raw):
            if under or _TRIED.search(line):
                yield line


def _lines(text: str) -> Iterator[str]:
    for raw in _parts(text)[0]:
        yield from _sentences(raw)


def _parts(text: str) -> tuple[list[str], list[str]]:
    """The lines of prose, and the blocks of code between fences; one that is never closed is prose."""
    prose: list[str] = []
    blocks: list[str] = []
    fence, held = "", list[str]()
    for line in text[:_MOST_TEXT].splitlines():
        mark = _FENCE.match(line)
        if not fence and mark:
            fence, held = mark[1], [line]
        elif fence and mark and mark[1].startswith(fence) and not line[mark.end() :].strip():
            blocks.append("\n".join(held[1:]).strip("\n"))
            fence = ""
        elif fence:
            held.append(line)
        else:
            prose.append(line[:_LONGEST_LINE])
    if fence:
        prose += [line[:_LONGEST_LINE] for line in held]
    return prose, blocks


def _sentences(raw: str) -> Iterator[str]:
    """Of a line that is no quote of others; without the mark of a list or of a ticked box."""
    if raw.lstrip().startswith(">"):
        return
    bare = re.sub(r"^\s*(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ xX]\]\s+)?", "", raw).strip()
    for sentence in _SENTENCE.split(bare):
        line = " ".join(sentence.split())
        if len(line) > 3 and line not in ("No response", "_No response_"):
            yield line
