"""Circles: each found once, with one way round it; a chain, however long, is none."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.issues.circles import circles

TIES = st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=20)


def reachable(start: str, ties: list[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    wave = {start}
    while wave:
        wave = {target for source, target in ties if source in wave} - found
        found |= wave
    return found


def test_a_circle_is_found_with_its_loop() -> None:
    (found,) = circles([("a", "b"), ("b", "c"), ("c", "a"), ("d", "a")])
    assert found.members == ["a", "b", "c"]
    assert found.loop == ["a", "b", "c", "a"]


def test_two_that_point_at_each_other() -> None:
    (found,) = circles([("b", "a"), ("a", "b")])
    assert found.loop == ["a", "b", "a"]


def test_a_chain_and_a_tie_to_itself_are_none() -> None:
    assert circles([("a", "a"), ("a", "b"), ("b", "c")]) == []


def test_a_chain_may_be_long() -> None:
    names = [f"{number:06}" for number in range(20_000)]
    chain = list(pairwise(names))
    assert circles(chain) == []
    assert len(circles([*chain, (names[-1], names[0])])[0].members) == 20_000


@settings(max_examples=200, deadline=None, database=None)
@given(TIES)
def test_two_are_in_one_circle_if_each_leads_to_the_other(ties: list[tuple[str, str]]) -> None:
    found = circles(ties)
    of = {member: place for place, circle in enumerate(found) for member in circle.members}
    names = {name for tie in ties for name in tie}
    for one in names:
        for other in names - {one}:
            together = other in reachable(one, ties) and one in reachable(other, ties)
            assert (one in of and of.get(one) == of.get(other)) == together
    for circle in found:
        steps = list(pairwise(circle.loop))
        assert steps
        assert set(steps) <= set(ties)
        assert circle.loop[0] == circle.loop[-1]
