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
from collections.abc import Iterable
from dataclasses import dataclass

from agent.issues.series import DAY, FEWEST, HISTORY, LONGEST, PRIOR_COUNT, PRIOR_HOURS, RARE, Series

WINDOWS = (12, DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY, 10 * DAY, 14 * DAY, 21 * DAY, 28 * DAY)
"""Hours of the windows that are looked at."""
TIMES = 5.0
"""A wave brings at least so many times what quiet times bring: less is unevenness, however sure it is."""
ALPHA = 0.7
"""The nominal chance of an alarm at one look at all signatures; `evals.bench waves` measures the real one."""
RECENT, ENOUGH = 42 * DAY, 10
"""Where the last six weeks bring so many reports at a higher rate than that, theirs is the quiet rate: errors
grow more frequent in the course of months."""
LULL = 3 * DAY
"""A wave is over when in so many hours hardly more came than in quiet times."""
_FREQUENT = 100
"""How many times surer an alarm over an error that is not rare must be; windows of half a day and of more
than a week are for rare errors alone."""
_HARDLY = 0.4
"""Of what a window needs for an alarm, by the rate of the weeks round it: with less it is passed over."""


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


@dataclass(frozen=True)
class _Quiet:
    """What the quiet time before a window says: reports and hours, the first of both guessed."""

    count: float
    hours: float

    @property
    def hourly(self) -> float:
        return self.count / self.hours


@dataclass
class _Open:
    """A wave that may go on, from its first hour on."""

    start: int
    last: int
    found: int
    p_value: float


class _Signature:
    """The walk over the reports of one signature, from the first to the last."""

    def __init__(self, name: str, series: Series) -> None:
        self.name, self.series, self.track = name, series, series.tracks[name]
        self._waves: list[Burst] = []
        end = self.track.hours[-1]
        self._spread = self.track.spread(max(series.since, end - HISTORY), end)
        self._limit = ALPHA / (series.able * len(WINDOWS))

    def walk(self, since: int) -> list[Burst]:
        """Every burst that is found with a report after the hour `since`."""
        current: _Open | None = None
        for hour in self.track.hours[bisect_right(self.track.hours, since) :]:
            if current is not None:
                if self._goes_on(current, hour):
                    current.last = hour
                    continue
                self._waves.append(self._measured(current))
            current = self._found(hour)
        return [*self._waves, *([self._measured(current)] if current else [])]

    def _found(self, hour: int) -> _Open | None:
        """The window that ends at `hour` and is least like quiet times, where one is unlike enough."""
        after = self._waves[-1].last if self._waves else self.series.since
        recent = self.track.between(hour - RECENT, hour)
        best: tuple[float, int] | None = None
        before = 0
        for window in WINDOWS:
            begins = max(hour - window, after)
            count = self.track.between(begins, hour)
            # A longer window with no more in it is less unlike quiet times; one that has hardly more than
            # the weeks round it is like them.
            hardly = _HARDLY * TIMES * (recent - count) * window / (RECENT - window)
            if count < FEWEST or count == before or (recent - count >= ENOUGH and count < hardly):
                continue
            before = count if window >= DAY else 0
            p_value = self._alarm(count, hour - window, hour)
            if p_value is not None and (best is None or p_value < best[0]):
                best = p_value, begins
        if best is None:
            return None
        start = self.track.hours[bisect_right(self.track.hours, best[1])]
        return _Open(start, hour, hour, best[0])

    def _alarm(self, count: int, after: int, until: int) -> float | None:
        """The chance of so many in this window, where it is small enough for an alarm."""
        mean, size = self._usual(after, until)
        window = until - after
        is_rare = mean < RARE * window / DAY
        limit = self._limit if is_rare else self._limit / _FREQUENT
        if count < TIMES * mean or (not is_rare and not DAY <= window <= 7 * DAY):
            return None
        if tail(count, mean, size) > limit:
            return None
        mean *= self.series.growth(self.name, after, until)
        if count < TIMES * mean or (p_value := tail(count, mean, size)) > limit:
            return None
        return p_value

    def _goes_on(self, wave: _Open, hour: int) -> bool:
        if hour - wave.start > LONGEST:
            return False
        count = self.track.between(max(hour - LULL, wave.start - 1), hour)
        return count >= 2 and count > 3 * self._quiet(wave.start - 1).hourly * LULL

    def _measured(self, wave: _Open) -> Burst:
        """The whole burst; its chance is the smaller of that of its first window and of the whole."""
        after = min(wave.start - 1, wave.last - WINDOWS[0])
        count = self.track.between(wave.start - 1, wave.last)
        mean, size = self._usual(after, wave.last)
        growth = self.series.growth(self.name, after, wave.last)
        mean *= growth if growth < math.inf else 1.0
        return Burst(
            signature=self.name,
            start=wave.start,
            last=wave.last,
            found=wave.found,
            count=count,
            expected=mean,
            daily=self._quiet(wave.start - 1).hourly * DAY,
            p_value=min(wave.p_value, tail(count, mean, size)),
        )

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
        quiet = _Quiet(PRIOR_COUNT + max(0, count), PRIOR_HOURS + max(0, hours))
        lately = _Quiet(self.track.between(until - RECENT, until), RECENT)
        return lately if lately.count >= ENOUGH and lately.hourly > quiet.hourly else quiet


def find_bursts(series: Series, only: Iterable[str] | None = None, since: int = -1) -> list[Burst]:
    """Every burst in the series, the oldest first; of the signatures `only`, where given.

    Reports up to the hour `since` are looked at as quiet time alone.
    """
    names = series.tracks if only is None else [name for name in only if name in series.tracks]
    found = [burst for name in names for burst in _Signature(name, series).walk(since)]
    return sorted(found, key=lambda burst: (burst.start, burst.signature))


def tail(count: int, mean: float, size: float) -> float:
    """The chance of at least `count` under a negative binomial law of this mean and size.

    The variance is mean + mean squared / size.
    """
    if count <= 0 or mean == math.inf:
        return 1.0
    share = mean / (mean + size)
    if share <= 0.0:
        return 0.0
    log = (
        math.lgamma(count + size)
        - math.lgamma(size)
        - math.lgamma(count + 1)
        + size * math.log1p(-share)
        + count * math.log(share)
    )
    term = total = 1.0
    for k in range(count, count + 5_000):
        term *= share * (k + size) / (k + 1)
        total += term
        if term < 1e-6 * total:
            break
    return min(1.0, math.exp(log) * total)
