"""What is said of a hit in words."""

from __future__ import annotations

from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery
from agent.issues.why import best_terms, share_held, what_matches

QUERY = IssueQuery(
    weights={"tool_use": 3.0, "std::fs": 2.0, "limit": 2.0, "e0308": 1.0, "a.b": 1.0, "usual_on": 9.0},
    title=["limit", "reach"],
)
COUNTS = Collection(docs=1_000, having={"tool_use": 5, "std::fs": 5, "e0308": 9, "a.b": 9, "usual_on": 900})


def hit(*tokens: str, title: tuple[str, ...] = (), body: str = "", terms: tuple[str, ...] = ()) -> IssueHit:
    return IssueHit(
        issue=Issue(repository="o/n", number=1, url="u", title="t", body=body),
        same_signature=False,
        text_score=1.0,
        matched_terms=list(terms),
        forward=Forward(title=list(title), body=dict.fromkeys(tokens, 1), size=len(tokens)),
        collection=COUNTS,
    )


def test_a_shared_error_line_is_quoted_whatever_its_numbers() -> None:
    text = "I ran it.\nAPI Error: 400 at line 17\nerror: x"
    (said,) = what_matches(text, QUERY, hit(body="Log:\n  api error:  400 at line 8841\nerror: x"))
    assert said == 'shares the error line "api error: 400 at line 8841"'


def test_a_long_line_is_cut_and_a_line_of_prose_is_none() -> None:
    line = "error: " + "the parser gave up here " * 9
    (said,) = what_matches(line, QUERY, hit(body=line))
    assert len(said) < 120
    assert said.endswith('…"')
    assert what_matches("I tried everything today", QUERY, hit(body="I tried everything today")) == []


def test_identifiers_are_named_the_telling_ones_first_and_usual_ones_not() -> None:
    (said,) = what_matches("", QUERY, hit("tool_use", "std::fs", "limit", "e0308", "a.b", "usual_on"))
    assert said == "same identifiers tool_use, std::fs, a.b"


def test_a_version_or_a_size_is_no_identifier() -> None:
    query = IssueQuery(weights=dict.fromkeys(["2.1.96", "v2", "435k", "0x7fff", "v1.2.3", "e0308"], 1.0))
    assert what_matches("", query, hit(*query.weights)) == ["same identifier e0308"]
    assert what_matches("", query, hit("2.1.96", "v2")) == []


def test_a_similar_title_is_said() -> None:
    assert what_matches("", QUERY, hit(title=("limit", "reach", "today"))) == ["similar title"]
    assert what_matches("", QUERY, hit(title=("limit", "shown"))) == []


def test_words_are_named_where_there_is_nothing_better() -> None:
    assert what_matches("", QUERY, hit(terms=("error", "tool_result"))) == [
        "similar words (tool_result, error)"
    ]
    bare = IssueHit(issue=hit().issue, same_signature=False, text_score=1.0)
    assert what_matches("", QUERY, bare) == []


def test_what_is_held_is_weighed_by_what_it_tells() -> None:
    query = IssueQuery(weights={"tool_use": 1.0, "usual_on": 1.0})
    assert share_held(query, hit("tool_use", title=("usual_on",))) == 1.0
    assert share_held(query, hit("tool_use")) > 0.9
    assert 0 < share_held(query, hit(title=("usual_on",))) < 0.1
    assert share_held(query, hit("other")) == 0.0
    assert share_held(query, hit("tool_use").model_copy(update={"forward": None})) == 0.0


def test_at_most_four_terms() -> None:
    assert len(best_terms(["a", "b", "c", "d", "e"])) == 4
