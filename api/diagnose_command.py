"""`diagnose` and `parse` for one report: what was typed becomes a submission, the answer becomes text."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime

from agent.errors import BadInput
from agent.report.error_report import Submission
from agent.settings import ModelMode, Settings
from api.environment import load_settings
from api.paste import STDIN, read_text, stdin_is_terminal
from api.submissions import fields_of, parse_json, settings_from, submission_from

_WIDTHS = (60, 100)
"""The narrowest and the widest that text is wrapped at; a pipe gets the widest."""


@dataclass(frozen=True)
class Typed:
    """What stands on the command line, unread. `file`, `error`, `usage` are names of files."""

    file: str | None = None
    title: str | None = None
    error: str | None = None
    usage: str | None = None
    url: str | None = None
    sets: list[str] = field(default_factory=list)


def diagnose_one(typed: Typed, form: str, model: ModelMode | None = None) -> str:
    """The diagnosis of one report as `text`, `json` or `markdown`; `model` wins over the setting.

    Raises `AgentError`.
    """
    settings = load_settings(model)
    submission = submission_of(typed, settings.max_input_bytes)
    return asyncio.run(_diagnosed(submission, settings, form))


def parse_one(file: str | None) -> str:
    """What the first two rooms read in a paste, as JSON. Raises `AgentError`."""
    from agent.compose import load_catalogue
    from agent.report.read import read
    from agent.usage.assess import assess

    settings = load_settings()
    submission = submission_of(Typed(file=file), settings.max_input_bytes)
    report = read(submission, load_catalogue(settings).lexicon)
    usage = assess(submission, report, report.reported_at or datetime.now(UTC))
    found = {"report": report.model_dump(mode="json"), "usage": usage.model_dump(mode="json")}
    return json.dumps(found, ensure_ascii=False, indent=2)


def submission_of(typed: Typed, limit: int) -> Submission:
    """The submission that the command line names; options win over fields of a JSON file."""
    if [typed.file, typed.error, typed.usage].count(STDIN) > 1:
        raise BadInput("Only one of FILE, --error and --usage can be read from stdin.")
    environment, product = settings_from(typed.sets)
    fields = _fields(typed, limit)
    if typed.title is not None:
        fields["title"] = typed.title
    if typed.error is not None:
        fields["error"] = read_text(typed.error, limit)
    if typed.usage is not None:
        fields["usage"] = _usage(read_text(typed.usage, limit))
    for name, given in (("source", {"url": typed.url} if typed.url else {}), ("environment", environment)):
        if given:
            old = fields.get(name)
            fields[name] = {**(old if isinstance(old, dict) else {}), **given}
    if product is not None:
        fields["product"] = product
    return submission_from(fields)


def _fields(typed: Typed, limit: int) -> dict[str, object]:
    if typed.file is not None:
        return fields_of(read_text(typed.file, limit))
    if typed.error is not None or typed.url is not None:
        return {}
    if stdin_is_terminal():
        raise BadInput("Name a FILE, or pipe the text in: caseworker diagnose error.txt.")
    return fields_of(read_text(STDIN, limit))


def _usage(text: str) -> object:
    """The account as JSON where it is JSON, else the text as it was pasted."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return parse_json(text)
    except BadInput:
        return text


async def _diagnosed(submission: Submission, settings: Settings, form: str) -> str:
    from agent.compose import open_context
    from agent.diagnosis.render import render_markdown, render_text
    from api.answers import answer

    async with open_context(settings) as context:
        found = await answer(submission, context)
    if form == "json":
        return found.model_dump_json(indent=2)
    if form == "markdown":
        return render_markdown(found)
    return render_text(found, _width())


def _width() -> int:
    narrowest, widest = _WIDTHS
    if not sys.stdout.isatty():
        return widest
    return max(narrowest, min(shutil.get_terminal_size().columns, widest))
