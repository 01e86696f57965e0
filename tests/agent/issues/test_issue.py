"""The nouns of the room: closed, immutable, and JSON both ways."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from agent.issues.issue import Issue, IssueQuery


def test_an_issue_survives_json() -> None:
    issue = Issue(repository="o/n", number=1, url="u", title="t", created_at=datetime(2026, 4, 8, tzinfo=UTC))
    assert Issue.model_validate_json(issue.model_dump_json()) == issue


def test_a_noun_takes_no_unknown_field_and_does_not_change() -> None:
    with pytest.raises(ValidationError):
        IssueQuery.model_validate({"words": []})
    query = IssueQuery()
    with pytest.raises(ValidationError):
        query.terms = ["a"]
