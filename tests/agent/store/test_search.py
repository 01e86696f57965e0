"""How a query becomes tokens with weights, and a row a hit."""

from __future__ import annotations

from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery
from agent.store.index.packed import pack
from agent.store.search import _asked, _made, _to_hit, weights_of


def test_the_weights_of_a_query_are_its_own() -> None:
    assert weights_of(IssueQuery(weights={"a1": 2.5}, terms=["other"])) == {"a1": 2.5}
    assert weights_of(IssueQuery(terms=['a"tool_use" OR', "*", ""])) == {"tool_use": 1, "tool": 1}


def test_a_row_becomes_a_hit_with_those_tokens_that_are_asked_for() -> None:
    facts = {
        "repository": "o/n", "number": 1, "url": "u", "title": "Images too large", "state": "open",
        "labels": ["bug"], "created_at": None, "updated_at": None, "closed_at": None, "signature": "s",
        "client_version": None, "outcome": None, "kind": "issue", "author": None, "state_reason": None,
        "comment_count": None, "participants": None, "merged_at": None,
        "released_in": None, "duplicate_of": None,
    }  # fmt: skip
    row = (7, *facts.values(), "reuse it", pack(["imag", "larg"], ["reus", "it", "it"]), None)
    seen = Collection(docs=1, having={})
    query = IssueQuery(signatures=["s"], terms=["images", "use", "large reuse", ""])
    asked = _asked(query, {"larg": 1.0}, seen)
    hit = _to_hit(row, asked, 2.5, 0.5, "linked")  # type: ignore[arg-type]
    assert hit.issue == Issue(body="reuse it", **facts)  # type: ignore[arg-type]
    assert (hit.same_signature, hit.text_score) == (True, 2.5)
    assert hit.matched_terms == ["images", "large reuse"]
    assert hit.forward == Forward(title=["imag", "larg"], body={"reus": 1}, size=3, cosine=0.5)
    assert (hit.collection, hit.own_link) == (seen, "linked")


def test_a_noun_made_from_stored_values_is_like_any_other() -> None:
    issue = Issue(repository="o/n", number=1, url="u", title="t")
    values = {
        "same_signature": False,
        "text_score": 1.0,
        "matched_terms": ["a"],
        "forward": None,
        "collection": None,
        "own_link": None,
    }
    made = _made(IssueHit, issue=issue, **values)
    assert made == IssueHit(issue=issue, **values)  # type: ignore[arg-type]
    assert IssueHit.model_validate_json(made.model_dump_json()) == made
    assert made.model_copy(update={"text_score": 2.0}).text_score == 2
