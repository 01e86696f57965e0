"""What each number says of a hit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.issues.features import NAMES, features, idf
from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery

DAY = datetime(2026, 4, 8, tzinfo=UTC)
WEIGHTS = {"panic": 4.0, "runtim": 3.0, "mapassign": 1.75, "crash": 1.0}
QUERY = IssueQuery(
    weights=WEIGHTS, title=["runtim", "panic"], errors=["panic", "mapassign"], body=["mapassign", "crash"],
    length=12, repository="go/go", at=DAY,
)  # fmt: skip
COUNTS = Collection(docs=1_000, having={"panic": 40, "runtim": 300, "mapassign": 2, "crash": 90})


def hit(title: str, body: dict[str, int], *, score: float = 10.0, **facts: Any) -> IssueHit:
    known: dict[str, Any] = {"repository": "go/go", "created_at": DAY - timedelta(days=10), **facts}
    cosine = known.pop("cosine", None)
    return IssueHit(
        issue=Issue(number=1, url="u", title=title, **known),
        same_signature=False,
        text_score=score,
        forward=Forward(title=title.split(), body=body, size=sum(body.values()), cosine=cosine),
        collection=COUNTS,
    )


def of(*hits: IssueHit, query: IssueQuery = QUERY) -> list[dict[str, float]]:
    return [dict(zip(NAMES, row, strict=True)) for row in features(query, hits)]


def test_the_same_text_is_as_near_as_can_be() -> None:
    same, other = of(hit("runtim panic", {"mapassign": 1, "crash": 1}), hit("gofmt", {"tab": 3}, score=1.0))
    assert same["title_in_title"] == same["body_in_body"] == same["its_title_told"] == pytest.approx(1.0)
    assert same["all_anywhere"] == pytest.approx(1.0)
    assert other["all_anywhere"] == other["bm25f"] == other["rarest"] == 0.0
    assert (same["stage_one_rank"], other["stage_one_rank"]) == (0.0, pytest.approx(0.6931, abs=1e-4))


def test_a_rare_token_tells_more_than_a_usual_one() -> None:
    rare, usual = of(hit("x", {"mapassign": 1}), hit("x", {"crash": 1}))
    assert rare["bm25f"] == 1.0 > usual["bm25f"] > 0
    assert rare["rarest"] > usual["rarest"]
    assert idf(1_000, 2) > idf(1_000, 90) > idf(1_000, 1_000) > 0


def test_a_title_counts_more_than_a_body_and_a_long_body_less() -> None:
    titled, short, long = of(hit("panic", {}), hit("x", {"panic": 1}), hit("x", {"panic": 1, "word": 2_000}))
    assert titled["bm25f"] > short["bm25f"] > long["bm25f"]
    assert titled["title_in_title"] > 0 == short["title_in_title"]
    assert short["title_in_body"] > 0


def test_a_run_of_the_title_counts_whole() -> None:
    run, apart = of(hit("runtim panic", {}), hit("panic in runtim", {}))
    assert run["title_run"] > apart["title_run"] > 0
    assert run["same_first_word"] == 1.0 > apart["same_first_word"]


def test_time_and_place() -> None:
    near, far, unknown = of(
        hit("x", {}),
        hit("x", {}, created_at=DAY - timedelta(days=900), repository="rust/rust"),
        hit("x", {}, created_at=None),
    )
    assert near["within_year"] > far["within_year"] > unknown["within_year"] >= 0
    assert (near["same_repository"], far["same_repository"]) == (1.0, 0.0)


def test_without_a_date_of_the_query_the_newest_hit_stands_for_it() -> None:
    undated = QUERY.model_copy(update={"at": None, "repository": None})
    new, old = of(hit("x", {}), hit("x", {}, created_at=DAY - timedelta(days=375)), query=undated)
    assert new["within_year"] == 1.0
    assert old["within_year"] == pytest.approx(0.3679, abs=1e-4)
    assert new["same_repository"] == 0.0


def test_the_latent_nearness_counts_only_where_all_have_it() -> None:
    both = of(hit("x", {}, cosine=0.5), hit("x", {}, cosine=0.25))
    assert [row["latent_share"] for row in both] == [1.0, 0.5]
    assert of(hit("x", {}, cosine=0.5), hit("x", {}))[0]["latent"] == 0.0


def test_a_hit_of_a_store_without_tokens_has_no_numbers() -> None:
    bare = IssueHit(issue=hit("x", {}).issue, same_signature=True, text_score=1.0)
    assert features(QUERY, [bare]) == [[0.0] * len(NAMES)]
    assert features(QUERY, [hit("panic", {}), bare])[1] == [0.0] * len(NAMES)
    assert features(QUERY, []) == []


def test_every_number_is_finite_for_empty_texts() -> None:
    empty = IssueQuery(weights={})
    assert all(abs(number) < 100 for row in features(empty, [hit("", {})]) for number in row)
