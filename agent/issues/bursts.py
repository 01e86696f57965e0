"""When one error comes much oftener than it used to: the rule, on counts by hour.

At every report the windows that end with it are compared with the time before them. How many reports a
window may hold by chance is a negative binomial law: its mean comes from the signature's own past rate,
the rhythm of the week and what all other signatures do meanwhile (when everybody sends more, that is no
wave), its spread from how little is known of a rare signature and from how unevenly reports come. The
chance of an alarm is shared out over signatures and windows (Bonferroni).
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import accumulate

DAY = 24
WINDOWS = (12, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY, 10 * DAY, 14 * DAY, 21 * DAY, 28 * DAY)
"""Hours of the windows that are looked at."""
TIMES = 5.0
"""A wave brings at least so many times what quiet times bring: less is unevenness, however sure it is."""
RARE = 0.3
"""Reports a day below which an error is rare in quiet times. Rare errors get nearly all of the chance of an
alarm, and windows of half a day or of more than a week are for them alone."""
FEWEST = 5
"""A wave has at least so many reports."""
ALPHA = 0.7
"""The nominal chance of an alarm at one look at all signatures; `evals.bench waves` measures the real one."""
HISTORY = 180 * DAY
"""Hours before a window that its quiet time is taken from."""
RECENT, ENOUGH = 42 * DAY, 10
"""Where the last six weeks bring so many reports at a higher rate than that, theirs is the quiet rate: errors
grow more frequent in the course of months."""
LONGEST = 28 * DAY
"""A wave that goes on for longer is how things are now, and counts as quiet time from then on."""
LULL = 3 * DAY
"""A wave is over when in so many hours hardly more came than in quiet times."""
_PRIOR_COUNT, _PRIOR_HOURS = 0.5, 10 * DAY
"""What is taken to have been seen of a signature before anything was: one in twenty days, very unsure."""
_USUAL_SPREAD, _SPREAD_DAYS = 0.3, 30
"""The overdispersion of daily counts before enough days were seen, and how many days are enough."""
_FREQUENT = 100
"""How many times surer an alarm over an error that is not rare must be."""
_RISERS = 3
"""Signatures that rose most are left out of what all others do: several errors may come in one wave."""
_GROWTH_PRIOR = 3.0
_PEAK_OF_A_DAY = 2.0
"""By daytime reports come about twice as often as on the average of a day."""


@dataclass(frozen=True)
class Burst:
    """One signature's burst in one series. Hours are counted from 1970-01-01 in UTC.

    `start` and `last` are the hours of its first and last report, `found` that of the report at which the
    rule spoke. `expected` is what quiet times would have brought from `start` to `last`, `daily` the quiet
    rate of a day; `p_value` the chance of so many.
    """

    signature: str
    start: int
    last: int
    found: int
    count: int
    expected: float
    daily: float
    p_value: float


class Track:
    """The reports of one signature: how many came in a stretch of hours."""

    def __init__(self, counts: Iterable[tuple[int, int]]) -> None:
        merged: Counter[int] = Counter()
        for hour, count in counts:
            merged[hour] += count
        self.hours = sorted(merged)
        self._sums = [0, *accumulate(merged[hour] for hour in self.hours)]
        self.total = self._sums[-1]

    def between(self, after: int, until: int) -> int:
        """Reports later than the hour `after` and not later than `until`."""
        return self._sums[bisect_right(self.hours, until)] - self._sums[bisect_right(self.hours, after)]

    def by_hour(self, after: int, until: int) -> list[tuple[int, int]]:
        """The hours later than `after` and not later than `until`, and how many reports each brought."""
        first, last = bisect_right(self.hours, after), bisect_right(self.hours, until)
        return [(self.hours[n], self._sums[n + 1] - self._sums[n]) for n in range(first, last)]

    def spread(self, since: int, until: int) -> float:
        """The overdispersion k of the daily counts (variance = mean + k * mean squared), without the
        largest of them, and nearer to the usual one the fewer days are known."""
        days = (until - since) // DAY
        mean = self.between(since, until) / days if days else 0.0
        if days < _SPREAD_DAYS or mean < 0.5:
            return _USUAL_SPREAD
        daily = sorted(self.between(since + d * DAY, since + (d + 1) * DAY) for d in range(days))
        kept = daily[: days - max(1, days // 50)]
        mean = sum(kept) / len(kept)
        variance = sum((count - mean) ** 2 for count in kept) / (len(kept) - 1)
        own = min(3.0, max(0.02, (variance - mean) / mean**2 if mean else 0.0))
        return (_SPREAD_DAYS * _USUAL_SPREAD + days * own) / (_SPREAD_DAYS + days)


class Series:
    """Everything that one source reported: signature to (hour, how many), and since when it is watched."""

    def __init__(self, counts: Mapping[str, Sequence[tuple[int, int]]], since: int | None = None) -> None:
        self.tracks = {signature: Track(seen) for signature, seen in counts.items() if seen}
        first = (track.hours[0] for track in self.tracks.values())
        self.since = min(first, default=0) - 1 if since is None else since
        # What was seen fewer times cannot be a wave, so it takes no part of the chance of an alarm.
        able = sum(track.total >= FEWEST for track in self.tracks.values())
        self.limit = ALPHA / (max(able, 10) * len(WINDOWS))
        self._weekdays = self._rhythm()

    def with_track(self, signature: str, counts: Iterable[tuple[int, int]]) -> Series:
        """The same series with other counts of one signature; the rest is shared, not counted anew."""
        other, track = copy(self), Track(counts)
        other.tracks = self.tracks | {signature: track}
        first = track.hours[0] - 1 if track.hours else self.since
        other.since = min(self.since, first) if self.tracks else first
        return other

    def is_unusual(self, signature: str, hour: int, windows: Sequence[int], times: float) -> bool:
        """Whether a window that ends at `hour` brought so many times what was usual before, roughly.

        Cheap, and True wherever a wave may be going on: then it is worth looking for one.
        """
        track = self.tracks[signature]
        since = max(self.since, hour - HISTORY)
        usual = (_PRIOR_COUNT + track.between(since, hour)) / (_PRIOR_HOURS + max(0, hour - since))
        if usual * DAY < RARE:
            return track.between(hour - LONGEST, hour) >= FEWEST
        return any(track.between(hour - window, hour) > times * usual * window for window in windows)

    def _rhythm(self) -> list[float]:
        """How much of an average day each day of the week brings, Thursday first, as 1970 began.

        A signature counts at most three times for a day, so that a wave does not become the rhythm.
        """
        seen = [50.0] * 7
        for track in self.tracks.values():
            for day, count in Counter(hour // DAY for hour in track.hours).items():
                seen[day % 7] += min(count, 3)
        mean = sum(seen) / 7
        return [count / mean for count in seen]

    def rhythm(self, after: int, until: int) -> float:
        """How much an average hour of this stretch brings, against an average hour of the week."""
        if until - after >= 7 * DAY:
            return 1.0
        days = range((after + 1) // DAY, until // DAY + 1)
        usual = sum(self._weekdays[day % 7] for day in days) / len(days)
        return usual * (_PEAK_OF_A_DAY if until - after < DAY else 1.0)


@dataclass(frozen=True)
class _Quiet:
    """What the quiet time before a window says: reports and hours, the first of both guessed."""

    count: float
    hours: float

    @property
    def hourly(self) -> float:
        return self.count / self.hours


class _Signature:
    """The walk over the reports of one signature, from the first to the last."""

    def __init__(self, name: str, series: Series) -> None:
        self.name, self.series, self.track = name, series, series.tracks[name]
        self._waves: list[Burst] = []
        self._spread = self.track.spread(
            max(series.since, self.track.hours[-1] - HISTORY), self.track.hours[-1]
        )

    def walk(self, since: int) -> list[Burst]:
        current: Burst | None = None
        for hour in self.track.hours[bisect_right(self.track.hours, since) :]:
            if current is not None:
                if self._goes_on(current, hour):
                    current = self._measured(current.start, hour, current.found, current.p_value)
                    continue
                self._waves.append(current)
            current = self._found(hour)
        return [*self._waves, *([current] if current else [])]

    def _found(self, hour: int) -> Burst | None:
        """The window that ends at `hour` and is least like quiet times, where one is unlike enough."""
        after = self._waves[-1].last if self._waves else self.series.since
        best: tuple[float, int] | None = None
        for window in WINDOWS:
            begins = max(hour - window, after)
            count = self.track.between(begins, hour)
            if count < FEWEST:
                continue
            mean, size = self._usual(hour - window, hour)
            is_rare = mean < RARE * window / DAY
            limit = self.series.limit if is_rare else self.series.limit / _FREQUENT
            if (
                count < TIMES * mean
                or (not is_rare and not DAY <= window <= 7 * DAY)
                or tail(count, mean, size) > limit
            ):
                continue
            mean *= _growth(self.series, self.name, hour - window, hour)
            p_value = tail(count, mean, size)
            if count >= TIMES * mean and p_value <= limit and (best is None or p_value < best[0]):
                best = p_value, begins
        if best is None:
            return None
        start = self.track.hours[bisect_right(self.track.hours, best[1])]
        return self._measured(start, hour, hour, best[0])

    def _goes_on(self, wave: Burst, hour: int) -> bool:
        if hour - wave.start > LONGEST:
            return False
        count = self.track.between(max(hour - LULL, wave.start - 1), hour)
        return count >= 2 and count > 3 * self._quiet(wave.start - 1).hourly * LULL

    def _measured(self, start: int, last: int, found: int, p_value: float) -> Burst:
        """The burst from `start` to `last`; its chance is the smallest that was seen on its way."""
        count = self.track.between(start - 1, last)
        mean, size = self._usual(min(start - 1, last - WINDOWS[0]), last)
        mean *= _growth(self.series, self.name, min(start - 1, last - WINDOWS[0]), last)
        daily = self._quiet(start - 1).hourly * DAY
        smallest = min(p_value, tail(count, mean, size))
        return Burst(self.name, start, last, found, count, mean, daily, smallest)

    def _usual(self, after: int, until: int) -> tuple[float, float]:
        """Mean and size of the law that the quiet time before a window gives for it."""
        quiet, hours = self._quiet(after), until - after
        mean = quiet.hourly * hours * self.series.rhythm(after, until)
        return mean, 1 / (1 / quiet.count + self._spread / max(1.0, hours / DAY))

    def _quiet(self, until: int) -> _Quiet:
        """The time before `until` without the waves in it."""
        since = max(self.series.since, until - HISTORY)
        count, hours = self.track.between(since, until), max(0, until - since)
        for wave in self._waves:
            if wave.last <= until and wave.start > since and wave.last - wave.start < LONGEST - LULL:
                count -= wave.count
                hours -= wave.last - wave.start + 1
        quiet = _Quiet(_PRIOR_COUNT + max(0, count), _PRIOR_HOURS + max(0, hours))
        lately = _Quiet(self.track.between(until - RECENT, until), RECENT)
        return lately if lately.count >= ENOUGH and lately.hourly > quiet.hourly else quiet


def find_bursts(series: Series, only: Iterable[str] | None = None, since: int = -1) -> list[Burst]:
    """Every burst in the series, the oldest first; of the signatures `only`, where given.

    Reports up to the hour `since` are looked at as quiet time alone.
    """
    names = series.tracks if only is None else [name for name in only if name in series.tracks]
    found = [burst for name in names for burst in _Signature(name, series).walk(since)]
    return sorted(found, key=lambda burst: (burst.start, burst.signature))


def _growth(series: Series, besides: str, after: int, until: int) -> float:
    """How many times more than before all other signatures bring in this stretch; at least 1."""
    since = max(series.since, after - HISTORY)
    share = (until - after) / (_PRIOR_HOURS + max(0, after - since))
    others = []
    for name, track in series.tracks.items():
        if name != besides:
            others.append((track.between(after, until), share * (_PRIOR_COUNT + track.between(since, after))))
    others.sort(key=lambda other: other[1] - other[0])
    rest = others[_RISERS:]
    seen, usual = sum(count for count, _ in rest), sum(mean for _, mean in rest)
    return max(1.0, (_GROWTH_PRIOR + seen) / (_GROWTH_PRIOR + usual))


def tail(count: int, mean: float, certain: float) -> float:
    """The chance of at least `count` under a negative binomial law of this mean and size `certain`.

    The variance is mean + mean squared / certain.
    """
    if count <= 0:
        return 1.0
    share = mean / (mean + certain)
    if share <= 0.0:
        return 0.0
    log = (
        math.lgamma(count + certain)
        - math.lgamma(certain)
        - math.lgamma(count + 1)
        + certain * math.log1p(-share)
        + count * math.log(share)
    )
    term = total = 1.0
    for k in range(count, count + 10_000):
        term *= share * (k + certain) / (k + 1)
        total += term
        if term < 1e-9 * total:
            break
    return min(1.0, math.exp(log) * total)
