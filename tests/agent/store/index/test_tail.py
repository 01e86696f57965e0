"""The rows that the engine does not hold are searched in memory."""

from __future__ import annotations

import pytest

from agent.store.index.bm25 import choose, idf, told
from agent.store.index.packed import length, pack
from agent.store.index.tail import Row, Tail


def row(issue_id: int, change: int, title: str = "", body: str = "", created: int | None = 5) -> Row:
    words = title.split(), body.split()
    return Row(issue_id, change, created, pack(*words), length(pack(*words)))


def test_a_row_is_found_by_its_words_with_the_score_of_the_formula() -> None:
    tail = Tail(0)
    tail.add([row(1, 1, "a b", "c c"), row(2, 2, "x", "c")])
    assert (tail.docs, tail.seen, tail.covered) == (2, 2, 0)
    assert (tail.having("c"), tail.having("a"), tail.having("?")) == (2, 1, 0)
    hits = tail.search(choose({"a": 2.0, "c": 1.0}, 2, tail.having), 8.0)
    assert {hit.issue_id: hit.score for hit in hits} == {
        1: pytest.approx(2 * idf(2, 1) * told(4, 10, 8) + idf(2, 2) * told(2, 10, 8)),
        2: pytest.approx(idf(2, 2) * told(1, 5, 8)),
    }
    assert {hit.created for hit in hits} == {5}


def test_a_row_that_changed_is_found_as_it_is_now_and_one_that_is_gone_is_not() -> None:
    tail = Tail(7)
    tail.add([row(1, 8, "old"), row(2, 9, "old")])
    tail.add([row(1, 10, "new"), Row(2, 11, None, None, 0)])
    assert (tail.having("old"), tail.having("new"), tail.docs) == (0, 1, 1)
    assert set(tail.rows) == {1, 2}
    assert tail.seen == 11
