"""The weights as data, and the order that they give."""

from __future__ import annotations

from importlib import resources

import pytest

from agent.issues.features import NAMES
from agent.issues.issue import Collection, Forward, Issue, IssueHit, IssueQuery
from agent.issues.ranking import Ranking, dump_ranking, load_ranking, parse_ranking, rerank, score_of

TEXT = """
slope = 2.0
offset = -1.0
floor = 0.2
[weights]
bm25f = 1.0
"""
QUERY = IssueQuery(weights={"panic": 2.0, "map": 1.0}, title=["panic"], body=["map"])


def hit(number: int, *body: str, same: bool = False, indexed: bool = True) -> IssueHit:
    return IssueHit(
        issue=Issue(repository="o/n", number=number, url="u", title="t"),
        same_signature=same,
        text_score=1.0,
        forward=Forward(title=[], body=dict.fromkeys(body, 1), size=len(body)) if indexed else None,
        collection=Collection(docs=50, having={"panic": 3, "map": 9}) if indexed else None,
    )


def test_the_packaged_weights_can_be_read_and_are_sure_of_nothing_weak() -> None:
    text = (resources.files("agent.issues") / "ranking.toml").read_text(encoding="utf-8")
    ranking = parse_ranking(text)
    assert ranking.source
    assert 0 < ranking.floor < 1
    assert ranking.slope > 0 > ranking.offset
    assert ranking.weights["title_in_title"] + ranking.weights["title_in_title_rare"] > 0


def test_the_better_match_comes_first_and_the_same_message_before_all() -> None:
    ranking = parse_ranking(TEXT)
    found = rerank(QUERY, [hit(1, "map"), hit(2, "panic", "map"), hit(3), hit(4, same=True)], ranking)
    assert [scored.hit.issue.number for scored in found] == [4, 2, 1, 3]
    assert found[1].probability == pytest.approx(1 / (1 + 2.718281828 ** -(2 * found[1].score - 1)))
    assert 1 > found[1].probability > found[2].probability > 0


def test_a_store_without_tokens_keeps_its_order_and_is_never_sure() -> None:
    found = rerank(QUERY, [hit(2, indexed=False), hit(1, indexed=False)], parse_ranking(TEXT))
    assert [(scored.hit.issue.number, scored.probability) for scored in found] == [(2, 0.0), (1, 0.0)]


def test_a_score_is_the_weighted_sum() -> None:
    ranking = Ranking(weights={NAMES[0]: 2.0, NAMES[2]: -1.0}, slope=1, offset=0, floor=0.5)
    assert score_of([3.0, 9.0, 4.0] + [0.0] * (len(NAMES) - 3), ranking) == 2.0


def test_weights_come_back_from_the_database_as_they_were_kept() -> None:
    ranking = parse_ranking(TEXT)
    assert load_ranking(dump_ranking(ranking)) == ranking


@pytest.mark.parametrize(
    "bad",
    ["x = 1", TEXT.replace("bm25f", "beauty"), TEXT.replace("2.0", "nan"), TEXT.replace("1.0", "'a'"), "=["],
)
def test_what_is_no_ranking_is_refused(bad: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_ranking(bad)


def test_a_value_of_the_database_that_is_no_ranking_is_refused() -> None:
    for bad in ("[]", "{}", "nonsense"):
        with pytest.raises(ValueError):  # noqa: PT011
            load_ranking(bad)
