"""The packaged threads: complete, dated, and loaded with the signatures of the templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import agent.issues
from agent.issues.known import digest_of, parse_known

TEXT = (Path(agent.issues.__file__).parent / "known.jsonl").read_text(encoding="utf-8")


def test_every_line_is_an_issue_and_none_stands_twice() -> None:
    known = parse_known(TEXT, lambda message: message[:10])
    assert len(known) >= 267
    assert len({(issue.repository, issue.number) for issue in known}) == len(known)
    for issue in known:
        assert issue.url.startswith(f"https://github.com/{issue.repository}/")
        assert issue.url.endswith(f"/{issue.number}")
        assert issue.outcome
        assert len(issue.outcome) <= 160
        assert issue.title[0].isalnum() or issue.title[0] == "/"
        assert issue.state in ("open", "closed", "merged", "unknown")
        assert (issue.signature is None) == (issue.body == "")


def test_all_threads_of_the_facts_are_there_with_their_facts(shared: Path) -> None:
    known = {(issue.repository, issue.number): issue for issue in parse_known(TEXT, lambda _: None)}
    for line in (shared / "facts" / "threads.jsonl").read_text(encoding="utf-8").splitlines():
        fact = json.loads(line)
        issue = known[fact["repo"], fact["number"]]
        assert issue.client_version == fact["client_version"]
        assert issue.state == fact["state"]
        assert (issue.created_at and issue.created_at.date().isoformat()) == fact["created"]
        assert issue.title != fact["title"]


def test_a_bad_line_is_named() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_known(TEXT.splitlines()[0] + '\n{"repository": "o/n"}\n', lambda _: None)


def test_the_digest_follows_rows_and_templates() -> None:
    assert len({digest_of(TEXT, "a"), digest_of(TEXT, "b"), digest_of(TEXT + "\n", "a")}) == 3
