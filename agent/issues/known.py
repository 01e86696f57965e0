"""The known threads that come with the product: a file of facts, one JSON object a line."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from json import JSONDecodeError, loads

from agent.issues.issue import Issue


def parse_known(text: str, signature_of: Callable[[str], str | None]) -> list[Issue]:
    """The known threads from the text of `known.jsonl`.

    Each line has repository, number, url, title, message (the error exactly as it was shown, or null),
    client_version, created (a date), state, labels and outcome. The signature is not kept in the file but
    computed from `message`, so that it cannot drift from the templates. Raises ValueError naming the line.
    """
    known = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            known.append(_known_issue(loads(line), signature_of))
        except (JSONDecodeError, KeyError, TypeError, ValueError) as bad:
            raise ValueError(f"known threads, line {number}: {bad!r}") from bad
    return known


def digest_of(text: str, lexicon_digest: str) -> str:
    """Names exactly these rows: the file and the templates that give the signatures."""
    return hashlib.sha256(f"{lexicon_digest}\n{text}".encode()).hexdigest()[:16]


def _known_issue(facts: dict[str, object], signature_of: Callable[[str], str | None]) -> Issue:
    message = facts["message"]
    created = facts["created"]
    return Issue.model_validate(
        {
            "repository": facts["repository"],
            "number": facts["number"],
            "url": facts["url"],
            "title": facts["title"],
            "body": message or "",
            "state": facts["state"],
            "labels": facts["labels"],
            "created_at": datetime.fromisoformat(str(created)).replace(tzinfo=UTC) if created else None,
            "signature": signature_of(str(message)) if message else None,
            "client_version": facts["client_version"],
            "outcome": facts["outcome"],
        }
    )
