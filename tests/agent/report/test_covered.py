from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.report.covered import Covered

SPAN = st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda pair: (pair[0], sum(pair)))


@given(st.lists(SPAN, max_size=12), SPAN)
def test_it_answers_like_a_look_at_every_span(spans: list[tuple[int, int]], asked: tuple[int, int]) -> None:
    start, end = asked
    assert Covered(spans).touches(start, end) == any(start < high and low < end for low, high in spans)


def test_neighbours_do_not_touch() -> None:
    covered = Covered([(0, 5), (9, 12)])
    assert not covered.touches(5, 9)
    covered.add(4, 10)
    assert covered.touches(6, 7)
