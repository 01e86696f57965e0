"""How words become a question to the index, and a row a hit."""

from __future__ import annotations

import pytest

from agent.issues.issue import IssueQuery
from agent.store.search import parameters, to_hits


@pytest.mark.parametrize(
    ("dialect", "name", "quoted"),
    [
        ("sqlite", "words", '"a OR b" OR "tool_use"'),
        ("postgresql", "terms", "[\"'a OR b'\", \"'tool_use'\"]"),
    ],
)
def test_every_term_is_quoted(dialect: str, name: str, quoted: str) -> None:
    bound = parameters(dialect, IssueQuery(terms=['a" OR b', "tool_use", "'*\""]), 5)
    assert bound is not None
    assert bound[name] == quoted


def test_nothing_to_look_for() -> None:
    assert parameters("sqlite", IssueQuery(terms=["!", ""]), 5) is None


def test_a_term_matches_where_a_word_begins_with_it() -> None:
    row = (
        "o/n",
        1,
        "u",
        "Images too large",
        "open",
        [],
        None,
        None,
        None,
        None,
        None,
        None,
        "reuse it",
        1,
        None,
    )
    hit = to_hits([row], ["image", "images", "use", "LARGE", "too large"])[0]  # type: ignore[list-item]
    assert hit.matched_terms == ["image", "images", "LARGE", "too large"]
    assert (hit.same_signature, hit.text_score) == (True, 0.0)
