"""A new message joins the case: the same readers read it, in the light of the question that was asked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent.causes.catalogue import Catalogue
from agent.causes.cause import AskableSign, Question
from agent.diagnosis.answer_words import version_moved_to
from agent.diagnosis.short_answers import interpret
from agent.report.environment import read_environment
from agent.report.error_report import Answered, Case, EnvironmentFields, ErrorReport, Submission
from agent.report.form import read_form
from agent.report.redact import redact
from agent.report.terminal import plain
from agent.usage.figures import Figures
from agent.usage.screens import read_screens

Usage = str | dict[str, Any] | list[Any]

MOST_USAGE = 20
"""Entries of usage that are kept; the readers look at no more."""
MOST_READ = 20_000
"""Characters of a message in which facts are looked for that overrule earlier ones."""
OLDER_SCREEN = "[an older usage screen]"
_SOME_DAY = datetime(2026, 1, 1, tzinfo=UTC)
"""Only the place of a screen is looked for; when its windows reset does not matter."""
_SURE = frozenset({"command", "banner", "form", "user-agent", "log"})


def asked_sign(question: Question | None, catalogue: Catalogue) -> AskableSign | None:
    """The catalogue's entry of a question, found by its own text; None where the catalogue has it no more."""
    if question is None:
        return None
    entries = (entry for cause in catalogue.causes for entry in cause.questions)
    return next((entry for entry in entries if entry.text == (question.asks or question.text)), None)


def open_case(submission: Submission) -> Case:
    """The case that a first report opens."""
    return Case.model_validate(submission.model_dump())


def follow_up(
    case: Submission,
    question: Question | None,
    content: str,
    catalogue: Catalogue,
    *,
    usage: Usage | None = None,
    environment: EnvironmentFields | None = None,
) -> Case:
    """The case with one more message. `question` is the one that the message may answer.

    The message goes before what was said earlier, because readers let the first word stand: what is
    newest counts. A new account (`usage`, or a pasted screen) takes the place of an older one.
    """
    asked = asked_sign(question, catalogue)
    meaning = interpret(asked, content) if asked else None
    old = passed_over(case, question, catalogue, meaning.present if meaning else None)
    facts = _fields(old.environment) | _shown(content)
    facts.update(meaning.environment if meaning else {})
    facts.update(_fields(environment))
    said = (meaning.wording if meaning and meaning.wording else content).strip()
    earlier = [old.text or ""]
    if isinstance(usage, str):
        said = f"{said}\n\n{usage.strip()}"
    if isinstance(old.usage, str):
        # As text it is read just as well, and an account that comes later can stand beside it.
        earlier.append(old.usage)
        old = old.model_copy(update={"usage": None})
    if usage is not None or _screens(said):
        earlier = [_without_screens(text) for text in earlier]
        old = old.model_copy(update={"usage": None})
    given = usage if usage is not None and not isinstance(usage, str) else old.usage
    return old.model_copy(
        update={
            "text": "\n\n".join(part for part in (said, *earlier) if part.strip()),
            "environment": EnvironmentFields(**facts) if facts else None,
            "usage": _account(given, meaning.usage if meaning else None),
        }
    )


def _screens(text: str) -> list[tuple[int, int]]:
    """Where usage screens stand in a text."""
    return read_screens(text[:MOST_READ], Figures(), _SOME_DAY)


def _without_screens(text: str) -> str:
    """`text` without the screens that a newer one makes outdated."""
    for start, end in sorted(_screens(text), reverse=True):
        text = f"{text[:start]}{OLDER_SCREEN}{text[end:]}"
    return text


def passed_over(
    case: Submission, question: Question | None, catalogue: Catalogue, present: bool | None = None
) -> Case:
    """The case with a question noted as asked; `present` is what the answer says of its sign."""
    opened = open_case(case)
    if question is None:
        return opened
    asked = asked_sign(question, catalogue)
    answered = Answered(
        question=question.asks or question.text,
        sign=asked.sign if asked else "",
        args=dict(asked.args) if asked else {},
        present=present,
    )
    return opened.model_copy(update={"answers": [*opened.answers, answered]})


def _shown(content: str) -> dict[str, str]:
    """What the message itself shows of the machine: it goes before what was read in earlier ones."""
    said = redact(content[:MOST_READ]).text
    screen = plain(said)
    found = read_environment(Submission(text=said), screen, read_form(screen)).fields if said.strip() else {}
    facts = {
        name: reading.value
        for name in EnvironmentFields.model_fields
        if (reading := found.get(name)) and (reading.source in _SURE or name == "client_version")
    }
    if moved := version_moved_to(said):
        facts["client_version"] = moved
    return facts


def _fields(environment: EnvironmentFields | None) -> dict[str, str]:
    return environment.model_dump(exclude_none=True) if environment else {}


def _account(given: Usage | None, answered: Mapping[str, Any] | None) -> Usage | None:
    """The account with what an answer says of it before what was known."""
    if answered is None:
        return given
    earlier = given if isinstance(given, list) else [given] if isinstance(given, dict) else []
    return [dict(answered), *earlier][:MOST_USAGE]


def redacted_case(case: Case, report: ErrorReport) -> Case:
    """The case as it may be stored: the text that was analysed, and no secret in any field.

    The error joins the text, as it does in the report; reading the stored case finds the same.
    """
    text = report.text
    if report.title and text.startswith(report.title):
        text = text[len(report.title) :].lstrip("\n")
    stored = case.model_dump(mode="json") | {"title": report.title, "text": text or None, "error": None}
    return Case.model_validate(_masked(stored))


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return redact(value).text
    if isinstance(value, dict):
        return {key: _masked(inner) for key, inner in value.items()}
    return [_masked(inner) for inner in value] if isinstance(value, list) else value
