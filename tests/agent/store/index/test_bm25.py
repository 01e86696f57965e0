"""The formula, and which tokens of a query are looked for."""

from __future__ import annotations

import math

import pytest

from agent.store.index.bm25 import MOST_TOKENS, choose, idf, told


def test_a_rare_token_tells_more() -> None:
    assert idf(1000, 1) > idf(1000, 10) > idf(1000, 1000) > 0
    assert idf(10, 3) == pytest.approx(math.log(1 + 7.5 / 3.5))
    assert idf(10, 12) == idf(10, 10)


def test_often_tells_more_and_length_takes_away() -> None:
    assert told(1, 100, 100) == pytest.approx(1)
    assert 1 < told(5, 100, 100) < 2.2
    assert told(1, 400, 100) < told(1, 100, 100) < told(1, 50, 100)


def test_the_tokens_with_the_largest_weight_times_idf_are_looked_for() -> None:
    having = {"rare": 1, "common": 900, "absent": 0, "heavy": 900}
    weights = {"common": 1.0, "rare": 1.0, "absent": 9.0, "heavy": 100.0, "none": 0.0}
    chosen = choose(weights, 1000, lambda token: having.get(token, 5))
    assert [one.token for one in chosen] == ["heavy", "rare", "common"]
    assert chosen[1].factor == pytest.approx(idf(1000, 1))


def test_there_are_at_most_so_many() -> None:
    chosen = choose({f"t{n:03}": 1.0 for n in range(100)}, 1000, lambda _token: 2)
    assert [one.token for one in chosen] == [f"t{n:03}" for n in range(MOST_TOKENS)]
