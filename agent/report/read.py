"""The door of the report room: a submission in, an `ErrorReport` out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from agent.report.client_lines import client_lines
from agent.report.cloud_text import cloud_texts
from agent.report.environment import read_environment
from agent.report.error_report import ErrorEvent, ErrorReport, Submission
from agent.report.events import events
from agent.report.form import read_form
from agent.report.lexicon import Lexicon
from agent.report.literal import BREAK
from agent.report.payload import payloads
from agent.report.redact import redact
from agent.report.statements import Rules, compile_rules, read_statements
from agent.report.template import Compiled, compile_templates
from agent.report.terminal import Screen, plain

_SURROGATES = re.compile("[\ud800-\udfff]")
_MOST_LEXICONS = 4


Made = TypeVar("Made")
_TEMPLATES: list[tuple[Lexicon, Compiled]] = []
_RULES: list[tuple[Lexicon, Rules]] = []


def read(submission: Submission, lexicon: Lexicon) -> ErrorReport:
    """What `submission` says: its errors, its environment, what its sender states. Never raises."""
    title, count_title = redact(_clean(submission.title or ""))
    rest, count = redact(_clean(_body(submission)))
    text = "\n\n".join(part for part in (title, rest) if part)
    screen = plain(text)
    source = submission.source
    errors, bodies = _errors(screen, _made(_TEMPLATES, lexicon, compile_templates))
    form = read_form(screen)
    environment = read_environment(submission, screen, form)
    return ErrorReport(
        text=text,
        title=title or None,
        product=submission.product,
        source_url=redact(source.url).text if source and source.url else None,
        reported_at=source.reported_at if source else None,
        errors=errors,
        environment=environment.fields,
        conflicts=environment.conflicts,
        template=form.template,
        statements=read_statements(screen, _made(_RULES, lexicon, compile_rules), bodies),
        redactions=count_title + count,
    )


def find_errors(text: str, lexicon: Lexicon) -> list[ErrorEvent]:
    """The errors of a text alone, with their secrets replaced: those of `read`. Never raises."""
    return _errors(plain(redact(_clean(text)).text), _made(_TEMPLATES, lexicon, compile_templates))[0]


def _body(submission: Submission) -> str:
    parts = [submission.text or "", _as_text(submission.error)]
    return "\n\n".join(part for part in parts if part)


def _as_text(error: str | dict[str, Any] | list[Any] | None) -> str:
    if error is None or isinstance(error, str):
        return error or ""
    return json.dumps(error, ensure_ascii=False)


def _clean(text: str) -> str:
    """`text` without what cannot be stored or sent on: NULs and halves of surrogate pairs."""
    text = text.replace("\x00", " ").replace(BREAK, "\ufffd")
    if _SURROGATES.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _errors(screen: Screen, compiled: Compiled) -> tuple[list[ErrorEvent], list[tuple[int, int]]]:
    """The events, and where their bodies stand in the plain text."""
    bodies = list(payloads(screen, compiled.vocabulary))
    taken = [(body.start, body.end) for body in bodies]
    clouds = cloud_texts(screen, taken)
    covered = taken + [(cloud.start, cloud.end) for cloud in clouds]
    lines = client_lines(screen, compiled, covered)
    return events(screen, bodies, clouds, lines, compiled), taken


def _made(kept: list[tuple[Lexicon, Made]], lexicon: Lexicon, make: Callable[[Lexicon], Made]) -> Made:
    """What `make` makes of `lexicon`, once for each lexicon and only where it is wanted."""
    for known, made in kept:
        if known is lexicon:
            return made
    made = make(lexicon)
    kept.append((lexicon, made))
    del kept[:-_MOST_LEXICONS]
    return made
