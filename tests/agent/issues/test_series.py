"""Counts by hour: stretches, spread, rhythm, and what all signatures do together."""

from __future__ import annotations

import math

import pytest

from agent.issues.bursts import find_bursts
from agent.issues.series import DAY, Series, Track


def test_a_track_counts_after_one_hour_until_another() -> None:
    track = Track([(5, 1), (9, 2), (5, 3)])
    assert (track.between(4, 5), track.between(5, 9), track.between(5, 8), track.between(0, 99)) == (
        4,
        2,
        0,
        6,
    )


def test_a_track_looks_back_over_so_many_reports() -> None:
    track = Track([(5, 1), (9, 2), (12, 4)])
    assert [track.back(12, many) for many in (1, 4, 5, 6, 7, 8)] == [12, 12, 9, 9, 5, None]
    assert [track.back(11, many) for many in (2, 3, 4)] == [9, 5, None]
    assert track.back(4, 1) is None


def test_a_track_can_be_changed_without_counting_the_others_anew() -> None:
    series = Series({"a": [(50, 1)], "b": [(60, 1)]})
    other = series.with_track("a", [(40, 9)])
    assert [burst.count for burst in find_bursts(other)] == [9]
    assert not find_bursts(series)
    assert other.tracks["b"] is series.tracks["b"]
    assert (series.since, other.since, Series({}).with_track("a", [(40, 9)]).since) == (49, 39, 39)


def test_what_is_unusual_is_worth_a_look() -> None:
    steady = Series({"a": [(hour, 1) for hour in range(0, 62 * DAY, 12)]})
    usual = list(range(62 * DAY, 90 * DAY, 12))
    assert not steady.is_unusual("a", usual, 90 * DAY)
    assert steady.is_unusual("a", [*usual, *[90 * DAY] * 9], 90 * DAY)
    rare = Series({"a": [(0, 1), (50 * DAY, 1)]})
    assert not rare.is_unusual("a", [89 * DAY] * 4, 90 * DAY)
    assert rare.is_unusual("a", [89 * DAY] * 5, 90 * DAY)
    assert rare.is_unusual("new", [89 * DAY] * 9, 90 * DAY)


def test_a_track_gives_its_hours_again() -> None:
    assert Track([(5, 1), (9, 2), (5, 3)]).by_hour(4, 9) == [(5, 4), (9, 2)]
    assert Track([(5, 1), (9, 2)]).by_hour(5, 8) == []


def test_uneven_days_have_a_larger_spread() -> None:
    even = Track([(day * DAY + 1, 4) for day in range(100)])
    uneven = Track([(day * DAY + 1, 16) for day in range(0, 100, 4)])
    assert even.spread(0, 100 * DAY) < uneven.spread(0, 100 * DAY)
    assert Track([(1, 1)]).spread(0, 10) == pytest.approx(0.3)


def test_growth_is_what_the_others_do_without_the_three_that_rose_most() -> None:
    steady = {f"s{n}": [(day * DAY, 1) for day in range(100)] for n in range(8)}
    assert Series(steady).growth("s0", 80 * DAY, 90 * DAY) == pytest.approx(1.0, abs=0.2)
    three = {
        name: [*seen, *([(99 * DAY, 50)] if name in ("s1", "s2", "s3") else [])]
        for name, seen in steady.items()
    }
    assert Series(three).growth("s0", 98 * DAY, 99 * DAY) < 1.5
    all_ = {name: [*seen, (99 * DAY, 5)] for name, seen in steady.items()}
    assert 2 < Series(all_).growth("s0", 98 * DAY, 99 * DAY) < 6


def test_the_rhythm_of_the_week_is_no_growth_of_the_others() -> None:
    """It is counted by itself; counted twice, a burst on a working day needs twice as many reports."""
    days = [day for day in range(300) if day % 7 in (1, 2)]
    series = Series({f"s{n}": [(day * DAY + n, 3) for day in days] for n in range(12)})
    start = 42 * 7 * DAY + DAY
    assert series.rhythm(start - 1, start + DAY) > 2
    assert series.growth("s0", start - 1, start + DAY) < 1.2


def test_an_uneven_day_is_no_growth_and_a_sudden_one_is() -> None:
    def growth(last: int) -> float:
        counts = {f"s{n}": [(day * DAY, 5 if day < 99 else last) for day in range(100)] for n in range(12)}
        return Series(counts).growth("s0", 98 * DAY, 99 * DAY)

    assert growth(5) == pytest.approx(1.0, abs=0.1)
    assert growth(7) < 1.2
    assert growth(15) > 2


def test_many_errors_that_are_new_together_are_a_new_source() -> None:
    new = {f"s{n}": [(n, 1), (100 * DAY, 2)] for n in range(12)}
    assert Series(new).growth("s0", 99 * DAY, 100 * DAY) == math.inf
    few = {f"s{n}": [(n, 1), (100 * DAY, 2)] for n in range(6)}
    assert Series(few).growth("s0", 99 * DAY, 100 * DAY) < math.inf
