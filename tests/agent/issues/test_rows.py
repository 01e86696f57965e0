"""One row of an import file in every shape that it may have."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issues.issue import Issue
from agent.issues.rows import MOST_BODY, BadRow, parse_row


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


def test_values_of_tools_that_guess_types() -> None:
    assert good({"number": 9, "title": 404}, "o/n").title == "404"
    given = [False, "false", None, "", {"url": "x"}, True]
    kinds = [good({"number": 9, "title": "t", "pull_request": value}, "o/n").kind for value in given]
    assert kinds == ["issue"] * 4 + ["pull"] * 2


def test_a_row_of_counts_only() -> None:
    """As exporters write it that flatten a row: no comment and no kind of reaction, but how many."""
    issue = good({"number": "9", "title": "t", "comments_count": "4", "reactions_total": "71"}, "o/n")
    assert (issue.comment_count, issue.reactions) == (4, {"total": 71})
    assert (
        good({"number": 9, "title": "t", "comments_count": "0", "reactions_total": "0"}, "o/n").reactions
        == {}
    )


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.y/ a", "https://x.y/<b>", "x", 5])
def test_what_is_no_web_address_is_not_kept_as_one(url: Any) -> None:
    assert good({"number": 1, "title": "t", "html_url": url}, "o/n").url == "https://github.com/o/n/issues/1"
    other = "https://git.example.org/o/n/issues/1"
    assert good({"number": 1, "title": "t", "html_url": other}).url == other


def test_the_row_and_its_url_beat_the_given_repository() -> None:
    assert good({"number": 1, "title": "t", "repository": "a/b"}, "o/n").repository == "a/b"
    assert good({"number": 1, "title": "t", "repository": {"nameWithOwner": "a/b"}}).repository == "a/b"
    assert good({"title": "t", "html_url": "https://github.com/a/b/pull/3"}, "o/n").number == 3


@pytest.mark.parametrize(
    ("body", "version"),
    [
        ("Node version: 22.18.0\n\n### Claude Code Version\n\nv2.0.15", "2.0.15"),
        ("IDEA Version: 2025.2.4, Claude Code 2.0.46", "2.0.46"),
        ("Version: 2.0.70, used with claude", "2.0.70"),
        ("Node 22.18.0 and claude", None),
    ],
)
def test_the_version_of_the_client_is_that_of_no_other_program(body: str, version: str | None) -> None:
    found = parse({"title": "t", "repository": "o/n", "number": 1, "body": body})
    assert isinstance(found, Issue)
    assert found.client_version == version


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ([1], "object"),
        ({}, "its fields: none"),
        ({"total_count": 1, "items": []}, "neither a number nor a title; its fields: total_count, items"),
        ({"number": 1, "title": "t"}, "repository"),
        ({"title": "t", "repository": "nonsense", "number": 1}, "repository"),
        ({"title": "t", "repository": "o/n"}, "number"),
        ({"title": "t", "repository": "o/n", "number": -4}, "number"),
        ({"title": "t", "repository": "o/n", "number": True}, "number"),
        ({"title": "t", "repository": "o/n", "number": "seven"}, "number"),
        ({"repository": "o/n", "number": 1, "title": " \x00 "}, "title"),
        ({"title": "t", "repository": "o/n", "number": 1, "created_at": "yesterday"}, "created_at"),
        ({"title": "t", "repository": "o/n", "number": 1, "closed_at": 1775649600}, "'1775649600' is not an"),
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


def test_a_row_of_gh_with_all_that_goes_with_it() -> None:
    issue = good(
        {
            "number": 8,
            "title": "t",
            "body": "see #3",
            "url": "https://github.com/o/n/issues/8",
            "state": "CLOSED",
            "stateReason": "DUPLICATE",
            "author": {"login": "ann"},
            "comments": [
                {
                    "id": "IC_1",
                    "author": {"login": "bob"},
                    "body": "Duplicate of #2",
                    "createdAt": "2026-04-08T12:00:00Z",
                },
                {"id": "IC_2", "author": {"login": "ann"}, "body": "ok"},
            ],
            "reactionGroups": [{"content": "THUMBS_UP", "users": {"totalCount": 4}}],
            "closedByPullRequestsReferences": [
                {
                    "number": 9,
                    "repository": {"name": "n", "owner": {"login": "o"}},
                    "url": "https://github.com/o/n/pull/9",
                }
            ],
        }
    )
    assert (issue.author, issue.comment_count, issue.participants) == ("ann", 2, 2)
    assert (issue.reactions, issue.duplicate_of, issue.state_reason) == ({"+1": 4}, "o/n#2", "duplicate")
    assert [(link.target_number, link.kind, link.via) for link in issue.links] == [
        (3, "mentions", "body"), (9, "fixed_by", "field"), (2, "duplicate_of", "comment"),
    ]  # fmt: skip
    assert issue.links[2].actor == "bob"


def test_a_rest_pull_with_a_timeline() -> None:
    issue = good(
        {
            "number": 9,
            "title": "t",
            "body": "Closes #8",
            "html_url": "https://github.com/o/n/pull/9",
            "state": "closed",
            "comments": 3,
            "reactions": {"heart": 1, "total_count": 1},
            "user": {"login": "ann"},
            "pull_request": {"merged_at": "2026-04-08T12:00:00Z"},
            "timeline": [
                {"id": 1, "event": "merged", "commit_id": "a" * 40},
                {"id": 2, "event": "commented", "body": "nice", "user": {"login": "bob"}},
            ],
        }
    )
    assert (issue.kind, issue.merged_at) == ("pull", datetime(2026, 4, 8, 12, tzinfo=UTC))
    assert (issue.comment_count, issue.participants, len(issue.comments)) == (3, 2, 1)
    assert [(event.kind, event.data) for event in issue.timeline] == [("merged", {"commit": "a" * 40})]
    assert [(link.target_number, link.kind) for link in issue.links] == [(8, "closes")]


def test_a_merged_pull_of_gh_is_closed() -> None:
    issue = good({"number": 9, "title": "t", "state": "MERGED", "mergedAt": "2026-04-08T12:00:00Z"}, "o/n")
    assert (issue.kind, issue.state, issue.url) == ("pull", "closed", "https://github.com/o/n/pull/9")


def test_words_make_a_duplicate_only_of_a_closed_issue() -> None:
    row = {"number": 8, "title": "t", "body": "Duplicate of #2", "state": "open"}
    assert good(row, "o/n").duplicate_of is None
    assert good({**row, "state": "closed"}, "o/n").duplicate_of == "o/n#2"
    stated = {"state": "open", "duplicate_of": "#5"}
    assert good({**row, **stated}, "o/n").duplicate_of == "o/n#5"


def test_a_title_of_emoji_is_a_title_and_a_body_alone_is_an_issue() -> None:
    assert good({"number": 1, "title": "\U0001f680\U0001f525"}, "o/n").title == "\U0001f680\U0001f525"
    assert good({"number": 1, "title": "", "body": "b"}, "o/n").title == "(no title)"


@pytest.mark.parametrize("value", [None, 3, "x", [], {}, [None, 3, "x", {}], {"nodes": "x"}])
def test_odd_values_beside_the_row_do_no_harm(value: Any) -> None:
    names = (
        "comments", "timeline", "timelineItems", "labels", "reactions", "reactionGroups", "user", "author",
        "closedByPullRequestsReferences", "duplicate_of", "pull_request", "participants", "state",
    )  # fmt: skip
    for name in names:
        assert isinstance(parse({"number": 1, "title": "t", name: value}, "o/n"), Issue)
