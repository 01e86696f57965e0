"""One row of an import file in every shape that it may have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issues.issue import Issue
from agent.issues.rows import MOST_BODY, BadRow, clean, parse_row


def parse(row: Any, default: str | None = None) -> Issue | BadRow:
    return parse_row(row, default, lambda text: "slug" if "Overloaded" in text else None)


def good(row: Any, default: str | None = None) -> Issue:
    found = parse(row, default)
    assert isinstance(found, Issue), found
    return found


def test_a_rest_object() -> None:
    issue = good(
        {
            "number": 7,
            "title": "API says Overloaded",
            "body": "Claude Code v2.1.7\r\nit fails",
            "html_url": "https://github.com/o/n/issues/7",
            "url": "https://api.github.com/repos/o/n/issues/7",
            "repository_url": "https://api.github.com/repos/o/n",
            "state": "closed",
            "state_reason": "not_planned",
            "labels": [{"name": "bug", "color": "red"}, {"name": "area:api"}],
            "created_at": "2026-04-08T12:00:00Z",
            "closed_at": None,
        }
    )
    assert issue.repository == "o/n"
    assert issue.url == "https://github.com/o/n/issues/7"
    assert issue.labels == ["bug", "area:api"]
    assert issue.created_at == datetime(2026, 4, 8, 12, tzinfo=UTC)
    assert issue.closed_at is None
    assert issue.signature == "slug"
    assert issue.client_version == "2.1.7"
    assert issue.outcome == "closed as not planned"
    assert issue.body == "Claude Code v2.1.7\nit fails"


def test_an_entry_of_gh_issue_list() -> None:
    issue = good(
        {
            "number": 8,
            "title": "t",
            "url": "https://github.com/o/n/issues/8",
            "state": "OPEN",
            "createdAt": "2026-04-08T14:00:00+02:00",
            "labels": [{"id": "x", "name": "bug"}],
        }
    )
    assert (issue.repository, issue.state, issue.labels) == ("o/n", "open", ["bug"])
    assert issue.created_at == datetime(2026, 4, 8, 12, tzinfo=UTC)


def test_a_row_of_text_only() -> None:
    row = {
        "issue_number": "9",
        "title": "t",
        "labels": "bug, area:api,",
        "created_at": "2026-04-08",
        "closed_at": "",
    }
    issue = good(row, "o/n")
    assert (issue.number, issue.labels) == (9, ["bug", "area:api"])
    assert issue.url == "https://github.com/o/n/issues/9"
    assert issue.created_at == datetime(2026, 4, 8, tzinfo=UTC)


def test_the_row_and_its_url_beat_the_given_repository() -> None:
    assert good({"number": 1, "title": "t", "repository": "a/b"}, "o/n").repository == "a/b"
    assert good({"number": 1, "title": "t", "repository": {"nameWithOwner": "a/b"}}).repository == "a/b"
    assert good({"title": "t", "html_url": "https://github.com/a/b/pull/3"}, "o/n").number == 3


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([1], "object"),
        ({}, "repository"),
        ({"title": "t", "repository": "nonsense", "number": 1}, "repository"),
        ({"title": "t", "repository": "o/n"}, "number"),
        ({"title": "t", "repository": "o/n", "number": -4}, "number"),
        ({"title": "t", "repository": "o/n", "number": True}, "number"),
        ({"title": "t", "repository": "o/n", "number": "seven"}, "number"),
        ({"repository": "o/n", "number": 1, "title": " \x00 "}, "title"),
        ({"title": "t", "repository": "o/n", "number": 1, "created_at": "yesterday"}, "created_at"),
    ],
)
def test_a_bad_row_says_why(row: Any, reason: str) -> None:
    found = parse(row)
    assert isinstance(found, BadRow)
    assert reason in found.reason


def test_text_is_cleaned_capped_and_redacted() -> None:
    key = "sk-" + "ant-" + "api03-" + "A1b2" * 12
    issue = good(
        {"number": 1, "title": f"a\x1b[31m\nb {key}", "body": f"{key} \ud800 x\x00y" + "z" * 300_000}, "o/n"
    )
    assert key not in issue.body + issue.title
    assert "\x1b" not in issue.title
    assert "\n" not in issue.title
    assert "\ud800" not in issue.body
    assert "xy" in issue.body
    assert len(issue.body) <= MOST_BODY + 100


def test_clean_keeps_tabs_lines_and_every_language() -> None:
    assert clean("a\tb\r\nc é 中 \x07") == "a\tb\nc é 中 "
