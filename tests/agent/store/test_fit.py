"""What is learned from queries with known answers."""

from __future__ import annotations

import math

import pytest

from agent.issues.features import NAMES
from agent.issues.ranking import Ranking, score_of
from agent.store.fit import Example, fit

USEFUL, NOISE = NAMES.index("bm25f"), NAMES.index("length")


def example(number: int, *, right_at: int = 2) -> Example:
    """Five hits: the right one has the higher `bm25f`, `length` says nothing, the rest is constant."""
    rows = []
    for at in range(5):
        row = [0.0] * len(NAMES)
        row[USEFUL] = (0.9 if at == right_at else 0.3) + 0.05 * math.sin(7 * number + at)
        row[NOISE] = math.sin(13 * number + 3 * at)
        rows.append(row)
    return Example(rows, [at == right_at for at in range(5)])


EXAMPLES = [example(number) for number in range(60)]


def test_what_tells_the_right_answer_gets_the_weight() -> None:
    ranking = fit(EXAMPLES, "made", penalty=1.0)
    assert ranking.weights["bm25f"] > 10 * abs(ranking.weights["length"])
    assert set(ranking.weights) == {"bm25f", "length"}
    assert ranking.source == "made"


def test_the_right_answer_is_likely_and_the_others_are_not() -> None:
    ranking = fit(EXAMPLES, "made", penalty=1.0)
    chances = [
        1 / (1 + math.exp(-(ranking.slope * score_of(row, ranking) + ranking.offset)))
        for row in example(99).rows
    ]
    assert chances[2] > 0.8
    assert max(chances[:2] + chances[3:]) < 0.2


def test_queries_without_a_right_answer_teach_nothing() -> None:
    lost = Example(EXAMPLES[0].rows, [False] * 5)
    assert fit([*EXAMPLES, lost], "made") == fit(EXAMPLES, "made")
    with pytest.raises(ValueError, match="right answer"):
        fit([lost], "made")


def test_the_same_examples_give_the_same_weights() -> None:
    assert fit(EXAMPLES, "made") == fit(EXAMPLES, "made")


def test_few_examples_change_known_weights_little() -> None:
    known = Ranking(weights={"bm25f": 5.0, "days": -3.0}, slope=1, offset=0, floor=0.5)
    few = fit(EXAMPLES[:3], "made", penalty=300.0, prior=known)
    assert few.weights["bm25f"] == pytest.approx(5.0, abs=0.5)
    many = fit(EXAMPLES, "made", penalty=0.1, prior=known)
    assert many.weights["bm25f"] > 8
