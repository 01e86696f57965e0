"""Filters take hits away; then it is looked deeper. The nearest are read."""

from __future__ import annotations

from agent.store.index.found import Wanted, best, deep_enough, is_before, nearest
from agent.store.index.tail import Hit

ALL = [Hit(n, 1000.0 - n, n) for n in range(1, 1001)]


def test_it_is_asked_deeper_until_there_are_enough() -> None:
    asked: list[int] = []

    def ask(depth: int) -> list[Hit]:
        asked.append(depth)
        return ALL[:depth]

    found = deep_enough(ask, Wanted({}, 10), dict.fromkeys(range(1, 40)))
    assert [hit.issue_id for hit in found[:10]] == list(range(40, 50))
    assert asked == [10, 40, 160]
    assert len(deep_enough(ask, Wanted({}, 10, before=5), {})) == 4


def test_an_issue_without_a_date_is_not_known_to_be_earlier() -> None:
    assert is_before(Hit(1, 1.0, None), None)
    assert not is_before(Hit(1, 1.0, None), 9)
    assert is_before(Hit(1, 1.0, 8), 9)
    assert not is_before(Hit(1, 1.0, 9), 9)


def test_equal_scores_have_one_order() -> None:
    assert [hit.issue_id for hit in best([Hit(3, 1.00001, 0), Hit(2, 1.0, 0), Hit(1, 2.0, 0)], 2)] == [1, 2]


YEAR = 365 * 86_400


def test_of_equally_good_hits_the_recent_ones_are_read_in_their_order() -> None:
    hits = [Hit(1, 10.0, 0), Hit(2, 9.0, 9 * YEAR), Hit(3, 8.9, YEAR), Hit(4, 8.8, 10 * YEAR)]
    assert nearest(hits, 4, 10 * YEAR) == hits
    assert [hit.issue_id for hit in nearest(hits, 3, 10 * YEAR)] == [1, 2, 4]
    assert [hit.issue_id for hit in nearest(hits, 3, 0)] == [1, 2, 3]


def test_words_count_more_than_the_date() -> None:
    hits = [Hit(1, 10.0, 0), Hit(2, 9.0, None), Hit(3, 5.0, 20 * YEAR)]
    assert [hit.issue_id for hit in nearest(hits, 2, 20 * YEAR)] == [1, 2]


def test_without_a_date_of_the_report_the_newest_hit_stands_for_it() -> None:
    hits = [Hit(1, 10.0, 10 * YEAR), Hit(2, 9.0, YEAR), Hit(3, 8.9, 10 * YEAR)]
    assert [hit.issue_id for hit in nearest(hits, 2, None)] == [1, 3]
    undated = [hit._replace(created=None) for hit in hits]
    assert nearest(undated, 2, None) == undated[:2]
