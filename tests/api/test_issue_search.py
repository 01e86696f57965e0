"""The search of stored issues: what is asked, how hits are scored and in which order they come."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import pytest

from agent.compose import load_lexicon
from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery
from agent.issues.query import SEARCH_DEPTH
from agent.issues.ranking import Ranking
from api.issue_search import search_rows, signature_of


def hit(number: int, score: float, *, same: bool = False, **more: Any) -> IssueHit:
    issue = Issue(
        repository=more.get("repository", "o/n"),
        number=number,
        url=f"https://github.com/o/n/issues/{number}",
        title="t",
        body="",
        state="open",
        outcome=more.get("outcome"),
    )
    return IssueHit(
        issue=issue, same_signature=same, text_score=score, matched_terms=more.get("terms", ["a", "b"])
    )


class Index:
    """An index that gives what it was made with, and remembers what it was asked."""

    def __init__(self, *hits: IssueHit) -> None:
        self.hits, self.asked = list(hits), []  # type: tuple[list[IssueHit], list[tuple[IssueQuery, int]]]

    async def search(self, query: IssueQuery, limit: int) -> list[IssueHit]:
        self.asked.append((query, limit))
        return self.hits

    async def as_of(self) -> datetime | None:
        return None


def rows(index: Index, query: str = "words here", limit: int = 5) -> list[dict[str, Any]]:
    return asyncio.run(search_rows(index, load_lexicon(), query, limit))


def test_the_same_message_stands_above_all_words(refusal: str) -> None:
    found = rows(Index(hit(1, 9.0), hit(2, 0.0, same=True), hit(3, 4.5), hit(4, 9.0, same=True)))
    assert [(row["number"], row["score"]) for row in found] == [(4, 1.0), (2, 0.6), (1, 0.594), (3, 0.297)]


def test_ties_have_an_order() -> None:
    found = rows(Index(hit(2, 1.0), hit(1, 1.0), hit(9, 1.0, repository="a/a")))
    assert [(row["repository"], row["number"]) for row in found] == [("a/a", 9), ("o/n", 1), ("o/n", 2)]


def test_a_score_is_never_below_nothing() -> None:
    assert [row["score"] for row in rows(Index(hit(1, -3.0), hit(2, 0.0)))] == [0.0, 0.0]
    assert rows(Index()) == []


def test_why_names_the_words_and_the_outcome() -> None:
    terms = list("abcdefgh")
    words, same = (
        rows(Index(hit(1, 1.0, terms=terms, outcome="closed as completed"))),
        rows(Index(hit(1, 1.0, same=True, terms=terms))),
    )
    assert words[0]["why"] == "matches a, b, c, d, e, f; closed as completed"
    assert same[0]["why"] == "same error message"
    assert words[0].keys() == {"repository", "number", "url", "title", "state", "score", "why"}


class Graph:
    """A graph of issues that holds those that it was made with."""

    def __init__(self, *issues: Issue) -> None:
        self.issues = {(issue.repository, issue.number): issue for issue in issues}

    async def issue(self, repository: str, number: int) -> Issue | None:
        return self.issues.get((repository, number))


@pytest.mark.parametrize(
    "query",
    [
        "https://github.com/anthropics/claude-code/issues/7#issuecomment-1", "anthropics/claude-code#7",
        " #7 ", "https://github.com/anthropics/claude-code/pull/7",
    ],
)  # fmt: skip
def test_the_address_of_an_issue_gives_this_issue(query: str) -> None:
    own = hit(7, 1.0, repository="anthropics/claude-code").issue
    index = Index(hit(1, 9.0))
    asked = search_rows(index, load_lexicon(), query, 5, None, Graph(own))  # type: ignore[arg-type]
    (found,) = asyncio.run(asked)
    assert (found["number"], found["score"], found["why"]) == (7, 1.0, "the issue that was asked for")
    assert index.asked == []
    none = search_rows(index, load_lexicon(), query, 5, None, Graph())  # type: ignore[arg-type]
    assert asyncio.run(none) == []


def test_an_issue_that_is_named_among_words_is_not_left_out() -> None:
    index = Index()
    rows(index, "https://github.com/o/n/issues/7 zebra quagga")
    assert index.asked[0][0].exclude is None


def test_every_hit_says_why() -> None:
    def said(query: str, body: dict[str, int]) -> str:
        counts = Collection(docs=500, having={})
        forward = Forward(title=[], body=body, size=9)
        found = hit(1, 9.0, terms=[]).model_copy(update={"forward": forward, "collection": counts})
        ranking = Ranking(weights={}, slope=1, offset=5, floor=0.1)
        return str(asyncio.run(search_rows(Index(found), load_lexicon(), query, 5, ranking))[0]["why"])

    assert said("ACME_DISABLE_CONTEXT", {"disabl": 1, "context": 2}) == "similar words (DISABLE, CONTEXT)"
    assert said("zebra", {}) == "similar words"


@pytest.mark.parametrize(("logit", "shown"), [(-6.0, []), (-4.0, [1]), (-2.0, [1, 2])])
def test_an_unlikely_issue_that_holds_one_word_of_several_is_left_out(logit: float, shown: list[int]) -> None:
    def indexed(number: int, *title: str) -> IssueHit:
        counts = Collection(docs=500, having={"quantum": 1, "bread": 1})
        forward = Forward(title=list(title), body={}, size=0)
        return hit(number, 1.0).model_copy(update={"forward": forward, "collection": counts})

    index = Index(indexed(1, "quantum", "bread"), indexed(2, "bread"))
    likely = Ranking(weights={"length": 0.0}, slope=1, offset=logit, floor=0.1)
    found = asyncio.run(search_rows(index, load_lexicon(), "quantum sourdough bread", 5, likely))
    assert [row["number"] for row in found] == shown


def test_the_index_is_asked_for_the_message_in_the_words(refusal: str) -> None:
    index = Index()
    rows(index, refusal, 3)
    rows(index, "zebra quagga", 7)
    (message, three), (words, seven) = index.asked
    assert (three, seven) == (3, 7)
    assert signature_of(refusal, load_lexicon()) in message.signatures
    assert not words.signatures
    assert {"zebra", "quagga"} <= set(words.terms)


@pytest.mark.parametrize("text", ["", " \n", "zebras are striped"])
def test_a_text_without_an_error_has_no_signature(text: str) -> None:
    assert signature_of(text, load_lexicon()) is None


def test_a_real_error_has_the_signature_of_its_message(refusal: str) -> None:
    assert signature_of(f"It broke:\n\n{refusal}", load_lexicon()) == "out-of-extra-usage"


def test_with_weights_the_same_matter_comes_first_and_what_shares_nothing_is_left_out() -> None:
    def indexed(number: int, title: list[str], score: float) -> IssueHit:
        counts = Collection(docs=500, having={"zebra": 4, "quagga": 9})
        return hit(number, score).model_copy(
            update={
                "forward": Forward(title=title, body={}, size=0),
                "collection": counts,
                "matched_terms": [],
            }
        )

    index = Index(indexed(1, ["other"], 5.0), indexed(2, ["zebra", "quagga"], 4.0))
    ranking = Ranking(weights={"title_in_title": 9.0}, slope=1, offset=-6, floor=0.9)
    found = asyncio.run(search_rows(index, load_lexicon(), "zebra quagga", 5, ranking))
    assert [(row["number"], row["why"]) for row in found] == [(2, "similar title")]
    assert 0.5 < found[0]["score"] < 0.6
    assert index.asked[0][1] == SEARCH_DEPTH
