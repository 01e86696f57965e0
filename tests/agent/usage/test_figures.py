"""Loose values become numbers or None, and readings of one window meet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.usage.figures import MOST_BUCKETS, MOST_PERCENT, Figures, amount, number, percent


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), ("3.5%", 3.5), ("3,5", 3.5), (" 7 ", 7), (0.02, 0.02)]
)
def test_numbers(value: object, expected: float) -> None:
    assert number(value) == expected


@pytest.mark.parametrize(
    "value", [None, True, "x", "", float("nan"), float("inf"), [3], {"a": 1}, 10**400, "3 4"]
)
def test_no_numbers(value: object) -> None:
    assert number(value) is None


def test_cents_are_divided_only_when_asked() -> None:
    assert (amount(1420, cents=True), amount(1420)) == (14.2, 1420)


@given(st.floats() | st.integers() | st.text(max_size=10))
def test_a_percentage_is_in_range(value: object) -> None:
    found = percent(value)
    assert found is None or 0 <= found <= MOST_PERCENT


def test_readings_that_agree_are_one_and_those_that_differ_are_two() -> None:
    figures = Figures()
    figures.add("extra_usage_cap", "claimed", used_percent=77)
    figures.add("extra_usage_cap", "claimed", used=15.4, limit=20)
    figures.add("extra_usage_cap", "claimed", used_percent=81)
    figures.add("extra_usage_cap", "measured", used_percent=77)
    assert [(b.used_percent, b.used) for b in figures.buckets] == [(77, 15.4), (81, None), (77, None)]


def test_a_percentage_is_worked_out_from_the_amounts() -> None:
    figures = Figures()
    figures.add("extra_usage_cap", "claimed", used=16.23, limit=42.5)
    figures.add("rate_requests", "measured", limit=0, remaining=0)
    assert [b.used_percent for b in figures.completed()] == [38.2, None]


def test_the_number_of_buckets_is_bounded() -> None:
    figures = Figures()
    for value in range(200):
        figures.add("plan_overall", "claimed", used_percent=value)
    assert len(figures.buckets) == MOST_BUCKETS
