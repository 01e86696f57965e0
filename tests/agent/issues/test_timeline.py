"""One history, told by REST and by GraphQL, gives the same events, comments and links."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from agent.issues.timeline import MOST_COMMENT, read_comment, read_history, thread_of

OWN = ("o/n", 7)
AT = "2026-04-08T12:00:00Z"


def rest(event: str, **facts: Any) -> dict[str, Any]:
    return {"id": 1, "event": event, "actor": {"login": "ann"}, "created_at": AT, **facts}


def graph(name: str, **facts: Any) -> dict[str, Any]:
    return {"__typename": name, "id": "EV_1", "actor": {"login": "ann"}, "createdAt": AT, **facts}


def thread(number: int, kind: str = "Issue", repository: str = "o/n") -> dict[str, Any]:
    return {
        "__typename": kind,
        "number": number,
        "repository": {"nameWithOwner": repository},
        "state": "OPEN",
    }


PULL = {
    "number": 9,
    "html_url": "https://github.com/o/n/pull/9",
    "state": "open",
    "pull_request": {"url": "x"},
}


@pytest.mark.parametrize(
    ("row", "kind", "link"),
    [
        (rest("cross-referenced", source={"type": "issue", "issue": PULL}), "cross-referenced",
         ("o/n", 9, "cross_referenced")),
        (graph("CrossReferencedEvent", source=thread(9, "PullRequest"), willCloseTarget=False),
         "cross-referenced", ("o/n", 9, "cross_referenced")),
        (graph("CrossReferencedEvent", source=thread(9, "PullRequest"), willCloseTarget=True),
         "cross-referenced", ("o/n", 9, "fixed_by")),
        (graph("MarkedAsDuplicateEvent", canonical=thread(3), duplicate=thread(7)), "marked_as_duplicate",
         ("o/n", 3, "duplicate_of")),
        (graph("ClosedEvent", closer=thread(9, "PullRequest"), stateReason="COMPLETED"), "closed",
         ("o/n", 9, "fixed_by")),
        (graph("ConnectedEvent", source=thread(9, "PullRequest"), subject=thread(7)), "connected",
         ("o/n", 9, "fixed_by")),
        (graph("ConnectedEvent", source=thread(7), subject=thread(4)), "connected", ("o/n", 4, "linked")),
    ],
)  # fmt: skip
def test_what_ties_two_threads(row: dict[str, Any], kind: str, link: tuple[str, int, str]) -> None:
    found = read_history([row], OWN)
    assert [event.kind for event in found.events] == [kind]
    assert found.events[0].actor == "ann"
    assert [(one.target_repository, one.target_number, one.kind) for one in found.links] == [link]
    assert {one.via for one in found.links} == {"timeline"}


def test_the_mark_on_the_canonical_issue_makes_it_no_duplicate() -> None:
    assert (
        read_history([graph("MarkedAsDuplicateEvent", canonical=thread(7), duplicate=thread(3))], OWN).links
        == []
    )


def test_what_was_undone_ties_nothing() -> None:
    rows = [
        graph("MarkedAsDuplicateEvent", canonical=thread(3)),
        graph("UnmarkedAsDuplicateEvent", canonical=thread(3)),
        graph("ConnectedEvent", source=thread(9, "PullRequest"), subject=thread(7)),
        graph("DisconnectedEvent", source=thread(9, "PullRequest"), subject=thread(7)),
    ]
    assert read_history(rows, OWN).links == []


def test_facts_of_an_event() -> None:
    found = read_history(
        [
            rest("labeled", label={"name": "bug"}),
            rest("renamed", rename={"from": "old", "to": "new"}),
            rest("closed", state_reason="not_planned", commit_id="a" * 40),
            rest("transferred"),
            graph("TransferredEvent", fromRepository={"nameWithOwner": "o/old"}),
            graph("MergedEvent", commit={"oid": "b" * 40}),
        ],
        OWN,
    )
    assert [event.data for event in found.events] == [
        {"label": "bug"},
        {"from_title": "old"},
        {"state_reason": "not_planned", "commit": "a" * 40},
        {},
        {"from_repository": "o/old"},
        {"commit": "b" * 40},
    ]


def test_a_pull_is_merged_or_closed_whatever_the_api_calls_it() -> None:
    pull = {"html_url": "https://github.com/o/n/pull/3", "state": "closed", "title": " Fix  it "}

    def told(source: Mapping[str, object]) -> dict[str, object]:
        return read_history([rest("cross-referenced", source=source)], OWN).events[0].data

    assert "source_merged" not in told({"issue": {**pull, "pull_request": {}}})
    assert told({"issue": {**pull, "pull_request": {"merged_at": None}}})["source_merged"] is False
    merged = told({"issue": {**pull, "pull_request": {"merged_at": "2026-04-01T00:00:00Z"}}})
    assert (merged["source_merged"], merged["source_title"]) == (True, "Fix it")
    named = {"__typename": "PullRequest", "url": pull["html_url"]}
    assert told({**named, "state": "MERGED"})["source_merged"] is True
    assert told({**named, "state": "CLOSED"})["source_merged"] is False


def test_an_event_without_an_id_is_the_same_when_its_source_has_changed() -> None:
    def identity(state: str, title: str) -> str:
        source = {"html_url": "https://github.com/o/n/issues/3", "state": state, "title": title}
        row = rest("cross-referenced", id=None, source={"issue": source})
        return read_history([row], OWN).events[0].external_id

    assert identity("open", "a") == identity("closed", "b")


def test_comments_stand_among_the_events() -> None:
    told = rest("commented", id=5, body="hello", user={"login": "bob"}, reactions={"+1": 1})
    found = read_history([told, rest("subscribed"), "junk", rest("x" * 80), {}], OWN)
    assert found.events == []
    assert [(c.external_id, c.author, c.body, c.reactions) for c in found.comments] == [
        ("5", "bob", "hello", {"+1": 1})
    ]


def test_one_comment_has_one_identity_in_both_apis() -> None:
    page = "https://github.com/o/n/issues/7#issuecomment-55"
    told = [
        {"id": 55, "body": "b"},
        {"id": "IC_x", "url": page, "body": "b"},
        {"databaseId": 55, "body": "b"},
    ]
    assert {comment.external_id for row in told if (comment := read_comment(row))} == {"55"}
    unnamed = [read_comment({"body": "b", "author": "a"}) for _ in range(2)]
    assert unnamed[0] == unnamed[1]


def test_a_comment_is_redacted_capped_and_needs_words() -> None:
    key = "sk-" + "ant-" + "api03-" + "A1b2" * 12
    found = read_comment({"id": 1, "body": f"{key} " + "z" * 100_000})
    assert found is not None
    assert key not in found.body
    assert len(found.body) <= MOST_COMMENT + 100
    assert read_comment({"id": 1, "body": " "}) is None
    assert read_comment("x") is None


def test_a_date_that_cannot_be_read_is_left_out() -> None:
    assert read_history([rest("closed", created_at="soon")], OWN).events[0].at is None


def test_threads_of_objects() -> None:
    assert thread_of({"number": 3, "repository": {"name": "n", "owner": {"login": "o"}}}) == ("o/n", 3)
    assert thread_of({"number": 3}) is None
    assert thread_of({"number": "x", "repository": {"full_name": "o/n"}}) is None
    assert thread_of(None) is None
