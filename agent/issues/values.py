"""Single values out of a row of GitHub's REST API, its GraphQL API, `gh` or a CSV file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_MOST_LABELS = 100
_MOST_COUNT = 10**9
_REACTIONS = {
    "THUMBS_UP": "+1", "THUMBS_DOWN": "-1", "LAUGH": "laugh", "HOORAY": "hooray", "CONFUSED": "confused",
    "HEART": "heart", "ROCKET": "rocket", "EYES": "eyes",
}  # fmt: skip
"""The names of the GraphQL API, each with that of the REST API."""
_REACTION_NAMES = frozenset(_REACTIONS.values())

Row = Mapping[Any, Any]


class Unusable(ValueError):
    """The row lacks something or has it in a shape that cannot be read; the message says what."""


def clean(text: str) -> str:
    """`text` without control characters except tab and newline; lone surrogates become U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return _SURROGATE.sub("�", _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def text_of(row: Row, *names: str) -> str:
    """The first of the fields that holds something, cleaned; "" where none does. Bodies keep their edges."""
    for name in names:
        value = row.get(name)
        if isinstance(value, str) and value and not value.isspace():
            return clean(value) if name == "body" else clean(value).strip()
    return ""


def number_of(row: Row, *names: str) -> int | None:
    """The first of the fields that is given, as a positive whole number. Raises `Unusable` for another."""
    for name in names:
        value = row.get(name)
        if value is None or value == "" or isinstance(value, bool):
            continue
        text = str(value).strip().removeprefix("#")
        if re.fullmatch(r"[0-9]{1,12}(\.0)?", text) and (number := int(float(text))) > 0:
            return number
        raise Unusable(f"number: {str(value)[:40]!r} is not a positive whole number")
    return None


def count_of(row: Row, *names: str) -> int | None:
    """The first of the fields that is a count, or a list or connection of so many; None where none is."""
    for name in names:
        value = row.get(name)
        if isinstance(value, Mapping):
            value = value.get("totalCount")
        if isinstance(value, list):
            return len(value)
        if isinstance(value, str) and value.strip().isascii() and value.strip().isdigit():
            value = int(value.strip()[:10])
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _MOST_COUNT:
            return value
    return None


def date_of(row: Row, *names: str) -> datetime | None:
    """An ISO date or time, in UTC; one without a zone, or with "UTC", is; None where it is empty.

    Raises `Unusable` for anything else.
    """
    text = text_of(row, *names)
    if not text:
        other = next((row[name] for name in names if isinstance(row.get(name), int | float)), None)
        text = "" if other is None else str(other)
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unusable(f"{names[0]}: {text[:40]!r} is not an ISO date") from None


def person_of(row: Row, *names: str) -> str | None:
    """The login of the first of the fields that is a person, written as text or as an object."""
    for name in names:
        value = row.get(name)
        if isinstance(value, Mapping):
            value = value.get("login")
        if isinstance(value, str) and value.strip():
            return clean(value).strip()[:100] or None
    return None


def labels_of(value: object) -> list[str]:
    """Names from a list of text, a list of objects with a name, a connection, or text with commas."""
    if isinstance(value, str):
        value = value.split(",")
    if isinstance(value, Mapping):
        value = value.get("nodes")
    if not isinstance(value, list):
        return []
    names = (entry.get("name") if isinstance(entry, Mapping) else entry for entry in value[:_MOST_LABELS])
    return [clean(name).strip()[:200] for name in names if isinstance(name, str) and name.strip()]


def reactions_of(row: Row) -> dict[str, int]:
    """Counts above zero by REST name, from `reactions` (REST) or `reactionGroups` (GraphQL and `gh`).

    Where only their sum is given it is called "total".
    """
    found: dict[str, int] = {}
    given = row.get("reactions")
    if isinstance(given, Mapping):
        for name in _REACTION_NAMES & given.keys():
            found[name] = count_of(given, name) or 0
    groups = row.get("reactionGroups")
    for group in groups if isinstance(groups, list) else ():
        if isinstance(group, Mapping) and (name := _REACTIONS.get(str(group.get("content")), "")):
            found[name] = count_of(group, "users", "reactors", "totalCount") or 0
    known = {name: found[name] for name in sorted(found) if found[name]}
    total = None if known else count_of(row, "reactions_total", "total_reactions")
    return {"total": total} if total else known
