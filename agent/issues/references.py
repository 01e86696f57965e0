"""References to issue threads in text: URLs and OWNER/NAME#N, and which of them is the report's own."""

from __future__ import annotations

import re

from agent.issues.mentions import is_of_another
from agent.report.error_report import ErrorReport

Thread = tuple[str, int]

_NAME = r"[A-Za-z0-9][\w.-]{0,99}"
_URL = re.compile(rf"https?://[\w.-]+(?::\d+)?/({_NAME}/{_NAME})/(?:issues|pull)/(\d{{1,12}})(?!\d)", re.I)
_SHORT = re.compile(rf"(?<![\w/.-])({_NAME}/{_NAME})#(\d{{1,12}})(?!\d)")
_NUMBER = re.compile(r"(?<![\w/#&])#(\d{1,12})\b")
_OWN_LABEL = re.compile(
    r"^\W*(?:(?:source|url|link|issue|thread|original|from|this (?:issue|thread))(?: url| link)?\s*[:=]"
    r"|github stats\b|view (?:it )?on github\b)\W*$",
    re.I,
)
_DUPLICATE = re.compile(r"\b(?:duplicate|dupe|same)\s+(?:of|as|issue as)\s*:?\s*$", re.I)

_BEFORE = 60

REPOSITORY_OF = {"claude-code": "anthropics/claude-code"}
"""The repository in which a product's threads stand; a bare #N in a report means one of them."""


def parse_thread(url: str | None) -> Thread | None:
    """Repository and number of the first issue or pull request that `url` names, or None."""
    if not url:
        return None
    found = _URL.search(url) or _SHORT.search(url)
    return (found[1], int(found[2])) if found else None


def same_thread(one: Thread | None, other: Thread | None) -> bool:
    """Whether both name the same thread. Repository names do not differ by case."""
    return bool(one and other and one[1] == other[1] and one[0].lower() == other[0].lower())


def own_thread(report: ErrorReport) -> Thread | None:
    """The thread that the report itself is: its source URL, or one that its text plainly calls its own.

    In the text that is a reference which opens it (after its title), or which follows a label such as
    "Source:" or "GitHub stats". Any other may be to somebody else's thread and is left alone.
    """
    if found := parse_thread(report.source_url):
        return found
    before = ""
    for line in report.text.splitlines():
        bare = line.strip()
        if not bare or bare == report.title:
            continue
        hit = _URL.search(bare) or _SHORT.search(bare)
        if hit and (_OWN_LABEL.match(bare[: hit.start()] or before) or (not before and hit.start() == 0)):
            return hit[1], int(hit[2])
        before = bare
    return None


def mentioned_threads(report: ErrorReport) -> dict[Thread, bool]:
    """Threads that the text refers to, repository in lower case; True where it calls itself a duplicate."""
    found: dict[Thread, bool] = {}
    home = REPOSITORY_OF.get(report.product or "")
    patterns = [_URL, _SHORT, *([_NUMBER] if home else [])]
    for pattern in patterns:
        for hit in pattern.finditer(report.text):
            repository, number = (home or "", hit[1]) if pattern is _NUMBER else (hit[1], hit[2])
            thread = (repository.lower(), int(number))
            before = report.text[max(0, hit.start() - _BEFORE) : hit.start()]
            said = _DUPLICATE.search(before)
            after = report.text[hit.end() : hit.end() + _BEFORE]
            is_duplicate = said is not None and not is_of_another(before[: said.start()], after)
            found[thread] = found.get(thread, False) or is_duplicate
    return found
