"""Read an issue form: ``### Heading`` sections, the same page as rendered, check boxes, fields."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import Any, NamedTuple

from agent.report.terminal import Screen

_HEADINGS = {
    "preflight checklist": "preflight",
    "what's wrong?": "whats_wrong",
    "what should happen?": "what_should_happen",
    "error messages/logs": "error_logs",
    "steps to reproduce": "steps",
    "claude model": "claude_model",
    "is this a regression?": "is_regression",
    "last working version": "last_working_version",
    "claude code version": "claude_code_version",
    "platform": "api_platform",
    "operating system": "operating_system",
    "terminal/shell": "terminal",
    "additional information": "additional_information",
    "bug description": "whats_wrong",
    "environment": "environment",
    "environment info": "environment",
    "problem statement": "whats_wrong",
    "proposed solution": "proposed_solution",
}
_SHORT = (
    "claude_model", "is_regression", "last_working_version", "claude_code_version", "api_platform",
    "operating_system", "terminal",
)  # fmt: skip
_NAMES = "|".join(re.escape(name).replace("'", "['’]") for name in sorted(_HEADINGS, key=len, reverse=True))
_MARKDOWN = re.compile(rf"(?:(?<=\s)|^)(?:#{{2,4}} ?|\*\*)({_NAMES}):?(?:\*\*)?(?=\s|$)", re.I)
_RENDERED = re.compile(rf"(?m)^({_NAMES})$", re.I)
_NO_ANSWER = re.compile(r"^[_*]*(?:no response|none|n/a|\.|-)[_*]*$", re.I)
_BOX = re.compile(
    r"(?:^|(?<=\s))(?:[-*] )?(?:(?P<box>\[[ xX✓]\]) )?"
    r"(?P<says>I am using the latest version(?: of Claude Code)?"
    r"|I have searched [^\n]{0,160}?reported yet|This is a single bug report)",
    re.M,
)
_NEXT = re.compile(r"\s#{2,4} |\s\*\*[A-Z]|\s- \[")


class Answer(NamedTuple):
    """One short answer of a form and where it stands in the plain text."""

    value: str
    start: int
    end: int


class Form(NamedTuple):
    """What a form says. `template` holds its fields as plain values; `answers` where the short ones
    stand; `latest` is the box "I am using the latest version", if it is there and ticked."""

    template: dict[str, Any]
    answers: dict[str, Answer]
    latest: Answer | None


def read_form(screen: Screen) -> Form:
    """The form in a text; empty where there is none."""
    text = screen.text
    marks = list(_MARKDOWN.finditer(text)) or list(_RENDERED.finditer(text))
    answers: dict[str, Answer] = {}
    for mark, following in zip_longest(marks, marks[1:]):
        key = _HEADINGS[mark.group(1).lower().replace("’", "'")]
        if key not in _SHORT:
            continue
        answer = _answer(text, mark.end(), following.start() if following else len(text))
        if answer:
            answers.setdefault(key, answer)
    template: dict[str, Any] = {key: answer.value for key, answer in answers.items()}
    if "is_regression" in template:
        template["is_regression"] = _yes_no(template["is_regression"])
    checks, latest = _boxes(text)
    if checks:
        template["checks"] = checks
    return Form(template, answers, latest)


def _answer(text: str, start: int, limit: int) -> Answer | None:
    """The first line after a heading, at most to the next heading."""
    while start < limit and text[start] in " \n:*":
        start += 1
    end = text.find("\n", start, limit)
    end = min(limit if end < 0 else end, start + 200)
    if cut := _NEXT.search(text, start, end):
        end = cut.start()
    value = text[start:end].strip()
    if not value or _NO_ANSWER.match(value):
        return None
    return Answer(value, start, start + len(value))


def _yes_no(value: str) -> bool | None:
    first = value.strip().lower()
    return True if first.startswith("yes") else False if first.startswith("no") else None


def _boxes(text: str) -> tuple[dict[str, bool], Answer | None]:
    """The boxes of the checklist. A rendered page shows no box: what stands there was ticked."""
    checks: dict[str, bool] = {}
    latest: Answer | None = None
    for found in _BOX.finditer(text):
        box = found.group("box")
        alone = text[max(0, found.start() - 1) : found.start()] in ("", "\n")
        if box is None and not (alone and text[found.end() : found.end() + 1] in ("", "\n", " ")):
            continue
        ticked = box != "[ ]"
        says = found.group("says")
        key = "latest_version" if "latest" in says else "searched" if "searched" in says else "single_report"
        checks.setdefault(key, ticked)
        if key == "latest_version" and ticked and latest is None:
            latest = Answer("latest", found.start("says"), found.end("says"))
    return checks, latest
