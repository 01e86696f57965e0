"""One row of an import file, in any of the shapes that GitHub's tools write, to an `Issue`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from agent.issues.issue import Issue
from agent.issues.references import parse_thread
from agent.report.error_report import Noun
from agent.report.redact import redact

SignatureOf = Callable[[str], str | None]

MOST_BODY = 200_000
"""Characters of a body that are kept."""
_MOST_TITLE = 500
_MOST_LABELS = 100

_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,99}/[A-Za-z0-9_.][\w.-]{0,99}")
_API_REPOSITORY = re.compile(r"/repos/([^/\s]+/[^/\s]+)/?$")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_CLIENT_VERSION = re.compile(
    r"claude[ -]code(?:\s+(?:cli|version))?[\s:*#`_-]{0,12}v?(\d+\.\d+\.\d+)\b"
    r"|\bversion[\s:*`]{1,6}v?(\d+\.\d+\.\d+)\b",
    re.I,
)


class BadRow(Noun):
    """A row that cannot be imported. `line` is where it starts in its file, from 1, if known."""

    line: int | None = None
    reason: str


def parse_row(
    row: object,
    default_repository: str | None,
    signature_of: SignatureOf,
) -> Issue | BadRow:
    """An `Issue` from a REST object, a `gh issue list --json` entry or a CSV row, or why it is none.

    Field names may be snake_case or camelCase, every value may be text. Title and body are cleaned
    of control characters and lone surrogates, and redacted before anything else sees them.
    """
    if not isinstance(row, Mapping):
        return BadRow(reason="a row must be an object with fields")
    try:
        return _issue(row, default_repository, signature_of)
    except _Unusable as bad:
        return BadRow(reason=str(bad))


class _Unusable(ValueError):
    """The row lacks something or has it in a shape that cannot be read."""


def _issue(
    row: Mapping[object, object],
    default_repository: str | None,
    signature_of: SignatureOf,
) -> Issue:
    thread = parse_thread(_text(row, "html_url", "htmlUrl")) or parse_thread(_text(row, "url"))
    repository = _repository(row) or (thread[0] if thread else None) or default_repository
    if not repository or not _REPOSITORY.fullmatch(repository):
        named = f"{repository!r} is not OWNER/NAME" if repository else "none is named"
        raise _Unusable(f"repository: {named}; give --repo OWNER/NAME")
    number = _number(row, thread[1] if thread else None)
    title = " ".join(_text(row, "title").split())[:_MOST_TITLE]
    if not title:
        raise _Unusable("title: it is missing or empty")
    title, _ = redact(title)
    body, _ = redact(_text(row, "body")[:MOST_BODY])
    url = _text(row, "html_url", "htmlUrl") or (_text(row, "url") if thread else "")
    version = _CLIENT_VERSION.search(body)
    return Issue(
        repository=repository,
        number=number,
        url=url or f"https://github.com/{repository}/issues/{number}",
        title=title,
        body=body,
        state=_text(row, "state").lower() or "unknown",
        labels=_labels(row.get("labels")),
        created_at=_date(row, "created_at", "createdAt"),
        updated_at=_date(row, "updated_at", "updatedAt"),
        closed_at=_date(row, "closed_at", "closedAt"),
        signature=signature_of(f"{title}\n\n{body}"),
        client_version=(version[1] or version[2]) if version else None,
        outcome=_outcome(row),
    )


def clean(text: str) -> str:
    """`text` without control characters except tab and newline; lone surrogates become U+FFFD."""
    return _SURROGATE.sub("�", _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def _text(row: Mapping[object, object], *names: str) -> str:
    """The first of the fields that holds something, cleaned; "" where none does."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value.strip():
            return clean(value) if name == "body" else clean(value).strip()
    return ""


def _repository(row: Mapping[object, object]) -> str | None:
    for name in ("repository", "repo", "repository_full_name", "full_name"):
        value = row.get(name)
        if isinstance(value, Mapping):
            value = value.get("nameWithOwner") or value.get("full_name")
        if isinstance(value, str) and value.strip():
            return value.strip().removeprefix("https://github.com/").strip("/")
    found = _API_REPOSITORY.search(_text(row, "repository_url"))
    return found[1] if found else None


def _number(row: Mapping[object, object], from_url: int | None) -> int:
    for name in ("number", "issue_number", "issueNumber"):
        value = row.get(name)
        if value is None or value == "" or isinstance(value, bool):
            continue
        text = str(value).strip().removeprefix("#")
        if re.fullmatch(r"[0-9]{1,12}(\.0)?", text) and (number := int(float(text))) > 0:
            return number
        raise _Unusable(f"number: {str(value)[:40]!r} is not a positive whole number")
    if from_url is None:
        raise _Unusable("number: neither number nor issue_number is given")
    return from_url


def _labels(value: object) -> list[str]:
    """Names from a list of text, a list of objects with a name, or text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if not isinstance(value, list):
        return []
    names = (entry.get("name") if isinstance(entry, Mapping) else entry for entry in value[:_MOST_LABELS])
    return [clean(name).strip()[:200] for name in names if isinstance(name, str) and name.strip()]


def _date(row: Mapping[object, object], *names: str) -> datetime | None:
    """An ISO date or time, in UTC; one without a zone is taken as UTC; None where it is empty."""
    text = _text(row, *names)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Unusable(f"{names[0]}: {text[:40]!r} is not an ISO date") from None


def _outcome(row: Mapping[object, object]) -> str | None:
    """What GitHub says about how it was closed, such as "closed as not planned"."""
    reason = _text(row, "state_reason", "stateReason").lower().replace("_", " ")
    return f"closed as {reason[:60]}" if reason and reason != "reopened" else None
