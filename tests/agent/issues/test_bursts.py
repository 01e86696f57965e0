"""The rule of a wave: quiet times give next to no alarm, a burst is found soon, growth of all is no wave."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from agent.issues.bursts import find_bursts, tail
from agent.issues.series import DAY, FEWEST, LONGEST, Series

WEEK = 7 * DAY
Counts = dict[str, list[tuple[int, int]]]


def poisson(chance: random.Random, rate: float, since: int, until: int) -> list[int]:
    """Hours of reports that come by chance at `rate` a day."""
    hours: list[int] = []
    at = float(since)
    while True:
        at += chance.expovariate(rate / DAY)
        if at >= until:
            return hours
        hours.append(int(at))


def quiet(chance: random.Random, weeks: int, rates: list[float]) -> Counts:
    return {
        f"s{number}": sorted(Counter(poisson(chance, rate, 0, weeks * WEEK)).items())
        for number, rate in enumerate(rates)
    }


def test_quiet_weeks_give_hardly_an_alarm() -> None:
    chance = random.Random(7)
    counts = quiet(chance, 70, [0.02, 0.03, 0.05, 0.1, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 4.0, 8.0])
    assert len(find_bursts(Series(counts))) <= 70 * 7 / 30


def times_as_often(chance: random.Random, rate: float, start: int, times: int = 10) -> list[int]:
    """Hours of the first ten reports of a burst."""
    return poisson(chance, rate * times, start, start + 50 * WEEK)[:10]


@pytest.mark.parametrize("rate", [0.03, 0.05, 0.1, 0.2])
def test_a_tenfold_burst_of_a_rare_error_is_found_within_six_reports(rate: float) -> None:
    found = []
    start = 26 * WEEK
    for seed in range(60):
        chance = random.Random(seed)
        counts = quiet(chance, 26, [rate, *(0.02 * 1.35**n for n in range(20))])
        burst = [start + hour for hour in times_as_often(chance, rate, 0)]
        counts["s0"] = [*counts.get("s0", []), *sorted(Counter(burst).items())]
        waves = find_bursts(Series(counts), ["s0"], start - 1)
        found.append(sum(hour <= waves[0].found for hour in burst) if waves else 99)
    assert sorted(found)[len(found) // 2] <= 6
    assert sum(number <= 6 for number in found) >= 0.85 * len(found)


def test_six_reports_in_the_time_of_one_are_a_wave_and_half_as_fast_they_are_none() -> None:
    """What counts is the time that the reports took, whatever days and weeks it falls into."""
    others: Counts = {f"s{n}": [(day * DAY + n, 1) for day in range(n, 200, 10)] for n in range(12)}

    def found(hours: int) -> list[int]:
        burst = [(200 * DAY + n * hours, 1) for n in range(6)]
        series = Series(others | {"s0": [*others["s0"], *burst]})
        return [wave.found - 200 * DAY for wave in find_bursts(series, ["s0"], 200 * DAY - 1)]

    assert [found(hours) for hours in (20, 30, 40)] == [[4 * 20], [5 * 30], [5 * 40]]
    assert found(72) == []


def test_reports_of_which_only_the_day_is_known_are_not_surer_than_a_half_day_makes_them() -> None:
    others: Counts = {f"s{n}": [(day * DAY + n, 1) for day in range(n, 200, 10)] for n in range(12)}
    sure = []
    for hours in (0, 2, 4):
        burst = [(200 * DAY + 1 + n * hours, 1) for n in range(6)]
        (wave,) = find_bursts(Series(others | {"s0": [*others["s0"][:-1], *burst]}), ["s0"], 200 * DAY)
        sure.append(wave.p_value)
    assert sure[0] == pytest.approx(sure[1], rel=0.2)
    assert sure[1] < 0.5 * sure[2]


def test_what_may_be_chance_counts_as_quiet_time() -> None:
    """Or each false alarm would make the rate smaller than it is, and the next one likelier."""
    others: Counts = {f"s{n}": [(day * DAY + n, 1) for day in range(n, 300, 10)] for n in range(12)}
    burst = [(200 * DAY + n * 60, 1) for n in range(6)]
    loud = [(200 * DAY + n, 3) for n in range(6)]
    after = {}
    for name, extra in (("none", []), ("chance", burst), ("loud", loud)):
        seen = sorted([*others["s0"], *extra, (300 * DAY, 8)])
        after[name] = find_bursts(Series(others | {"s0": seen}), ["s0"], 199 * DAY)[-1].daily
    assert after["chance"] > 1.1 * after["none"]
    assert after["loud"] < 1.02 * after["none"]


def test_a_burst_says_when_how_many_and_against_what() -> None:
    counts: Counts = {"quiet": [(day * DAY, 1) for day in range(0, 100, 10)]}
    counts["loud"] = [(day * DAY, 1) for day in range(0, 100, 20)] + [(100 * DAY + 3, 8), (101 * DAY, 4)]
    (burst,) = find_bursts(Series(counts))
    assert burst.signature == "loud"
    assert (burst.start, burst.found, burst.last) == (100 * DAY + 3, 100 * DAY + 3, 101 * DAY)
    assert burst.count == 12
    assert burst.daily == pytest.approx(5.5 / 110, rel=0.02)
    assert burst.expected < 0.2
    assert burst.p_value < 1e-9


def test_a_first_day_with_one_loud_error_is_a_wave() -> None:
    assert [burst.count for burst in find_bursts(Series({"a": [(5, 4), (6, 8)], "b": [(5, 1)]}))] == [12]


def test_fewer_than_the_fewest_are_none() -> None:
    assert not find_bursts(Series({"a": [(5, FEWEST - 1)]}))
    assert find_bursts(Series({"a": [(5, FEWEST)]}))


def test_when_everybody_sends_more_it_is_no_wave() -> None:
    alone: Counts = {f"s{n}": [(day * DAY + n, 1) for day in range(0, 60, 6)] for n in range(12)}
    alone["s0"] = [*alone["s0"], (60 * DAY, 6)]
    assert [burst.signature for burst in find_bursts(Series(alone))] == ["s0"]
    together = {name: [*seen, *([] if name == "s0" else [(60 * DAY, 6)])] for name, seen in alone.items()}
    assert not find_bursts(Series(together))


def test_when_a_source_begins_it_is_no_wave() -> None:
    """A tracker of many errors was imported beside a few old threads: from one day on all come."""
    counts: Counts = {f"s{n}": [(n * 9 * DAY, 1)] for n in range(20)}
    for n in range(20):
        counts[f"s{n}"] += [(200 * DAY + 6 * hour + n % 6, 1 + n // 8) for hour in range(160)]
    assert len(find_bursts(Series(counts))) <= 2


def test_three_errors_may_come_in_one_wave() -> None:
    counts: Counts = {f"s{n}": [(day * DAY + n, 1) for day in range(0, 60, 6)] for n in range(12)}
    for name in ("s0", "s1", "s2"):
        counts[name] = [*counts[name], (60 * DAY, 9)]
    assert {burst.signature for burst in find_bursts(Series(counts))} == {"s0", "s1", "s2"}


def test_a_wave_ends_with_a_lull_and_a_second_one_stands_alone() -> None:
    seen = [(DAY * day, 1) for day in (0, 30, 60)]
    counts: Counts = {"a": [*seen, (90 * DAY, 12), (95 * DAY, 1), (120 * DAY, 12)], "b": seen}
    assert [(burst.start, burst.count) for burst in find_bursts(Series(counts))] == [
        (90 * DAY, 12),
        (120 * DAY, 12),
    ]


def test_what_lasts_becomes_usual() -> None:
    counts: Counts = {"a": [(day * DAY, 1 if day < 60 else 3) for day in range(0, 200, 1)]}
    counts["a"] = [
        (day * DAY, n) for day, n in ((d // DAY, n) for d, n in counts["a"]) if n == 3 or day % 20 == 0
    ]
    found = find_bursts(Series(counts))
    assert found
    assert found[0].start == 60 * DAY
    assert all(burst.last - burst.start <= LONGEST for burst in found)
    assert found[-1].last < 130 * DAY


def test_a_rhythm_of_the_week_is_no_wave() -> None:
    counts = {f"s{n}": [(day * DAY + n, 6) for day in range(300) if day % 7 in (1, 2)] for n in range(6)}
    assert not [burst for burst in find_bursts(Series(counts)) if burst.found > 30 * DAY]


def test_no_reports_no_waves() -> None:
    assert find_bursts(Series({})) == []
    assert find_bursts(Series({"a": []}), ["a", "b"]) == []


@pytest.mark.parametrize(
    ("count", "mean", "chance"), [(1, 1.0, 1 - 2.718281828**-1), (3, 0.5, 0.014388), (0, 2.0, 1.0)]
)
def test_with_a_large_size_the_tail_is_that_of_a_poisson_law(count: int, mean: float, chance: float) -> None:
    assert tail(count, mean, 1e9) == pytest.approx(chance, rel=1e-3)


def test_a_small_size_makes_many_likelier() -> None:
    assert tail(6, 1.0, 0.5) > tail(6, 1.0, 5.0) > tail(6, 1.0, 500.0)
    assert tail(6, 0.0, 1.0) == 0.0
