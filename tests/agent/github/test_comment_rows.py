"""Comments of a repository find their threads."""

from __future__ import annotations

from agent.github.comment_rows import comments_of


def test_comments_by_thread_with_their_links() -> None:
    rows = [
        {"id": 1, "issue_url": "https://api.github.com/repos/o/n/issues/7", "body": "see #3"},
        {"id": 2, "html_url": "https://github.com/o/n/pull/9#issuecomment-2", "body": "and #4"},
        {"id": 3, "issue_url": "https://api.github.com/repos/o/n/issues/7", "body": "more"},
        {"id": 4, "body": "of nothing"},
        {"id": 5, "issue_url": "https://api.github.com/repos/o/n/issues/7", "body": ""},
    ]
    found = comments_of(rows, "o/n")
    assert {number: [c.external_id for c in some.comments] for number, some in found.items()} == {
        7: ["1", "3"], 9: ["2"],
    }  # fmt: skip
    assert [(link.target_number, link.via) for link in found[7].links] == [(3, "comment")]
