"""When one error comes much oftener than it used to: a scan over the times of its reports.

At every report the time that its last five, six, eight, ... took is compared with what quiet times would
need for so many. How many come by chance is a negative binomial law: its mean comes from the signature's
own past rate, the rhythm of the week and what all other signatures do meanwhile (when everybody sends more,
that is no wave), its spread from how little is known of a rare signature (its rate is a gamma law, as the
reports seen so far leave it) and from how unevenly reports come. The chance of an alarm is shared out over
signatures, the rarer the more for each report, since a rare one has few reports that could raise a false
one; of a signature's share the last six reports get the most.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass

from agent.issues.series import DAY, FEWEST, HISTORY, LONGEST, PRIOR_COUNT, PRIOR_HOURS, RARE, Series

COUNTS = (FEWEST, 6, 8, 11, 15, 20, 27, 36, 48, 64, 85, 113, 151, 201, 268, 357, 476, 635, 847, 1129)
"""So many last reports are looked at."""
SURE, OTHERS = 6, 0.04
"""By so many reports a tenfold burst stands out; looks at fewer or more get that much of its chance, for
what is louder or slower."""
TIMES = 5.0
"""A wave brings at least so many times what quiet times bring: less is unevenness, however sure it is."""
ALPHA, USUAL_RATE, MOST = 0.6, 0.1, 0.02
"""The nominal chance of an alarm with a report of an error of the usual rate (a day), shared out over the
signatures, and the most that it is; it falls with the root of the rate. `evals.bench waves` measures what
false alarms come of it."""
RECENT, ENOUGH = 42 * DAY, 15
"""Where the last six weeks bring so many reports at a higher rate than that, theirs is the quiet rate: errors
grow more frequent in the course of months."""
PLAIN = 1e-4
"""What may yet be chance counts as quiet time, or each false alarm would make the next one likelier."""
LULL = 3 * DAY
"""A wave is over when in so many hours hardly more came than in quiet times."""
_FREQUENT = 0.001
"""The share of the chance that an error has which is not rare: tenfold it stands out anyway. Less than a day
of it, or more than a week, is not looked at."""
_SHORTEST = 12
"""Hours that a stretch is taken to be at least: of some reports only the day is known."""
_HARDLY = 0.4
"""Of what a stretch needs for an alarm, by the rate of the weeks round it: with less it is passed over."""


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
    """What the quiet time before a stretch says: reports and hours, the first of both guessed."""

    count: float
    hours: float

    @property
    def hourly(self) -> float:
        return self.count / self.hours

    @property
    def daily(self) -> float:
        return DAY * self.count / self.hours


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
        """The stretch of reports up to `hour` that is least like quiet times, where one is unlike enough."""
        after = self._waves[-1].last if self._waves else self.series.since
        best: _Open | None = None
        looked_at = 0
        for many in COUNTS:
            if many <= looked_at:
                continue
            start = self.track.back(hour, many)
            if start is None or start <= after or hour - start >= LONGEST:
                break
            if self._is_as_before(start, hour):
                continue
            quiet = self._quiet(start - 1)
            if quiet.daily >= RARE:
                start = min(start, hour - DAY + 1)
                if hour - start >= 7 * DAY:
                    break
                if self._waves and start <= after:
                    continue
                looked_at = self.track.between(start - 1, hour)
            p_value = self._alarm(quiet, start - 1, hour, self._limit(many, quiet.daily))
            if p_value is not None and (best is None or p_value < best.p_value):
                first = self.track.hours[bisect_right(self.track.hours, start - 1)]
                best = _Open(first, hour, hour, p_value)
        return best

    def _is_as_before(self, start: int, until: int) -> bool:
        """Whether a stretch has hardly more than the weeks round it; then it is like them."""
        hours = until - start + 1
        count = self.track.between(start - 1, until)
        others = self.track.between(until - RECENT, until) - count
        return others >= ENOUGH and count < _HARDLY * TIMES * others * hours / (RECENT - hours)

    def _alarm(self, quiet: _Quiet, after: int, until: int, limit: float) -> float | None:
        """The chance that the first report of a stretch is followed by so many, where it is below `limit`."""
        count = self.track.between(after, until)
        after = min(after, until - _SHORTEST)
        mean, size = self._usual(quiet, after, until)
        if count < TIMES * mean or tail(count - 1, mean, size) > limit:
            return None
        mean *= self.series.growth(self.name, after, until)
        if count < TIMES * mean or (p_value := tail(count - 1, mean, size)) > limit:
            return None
        return p_value

    def _limit(self, many: int, rate: float) -> float:
        """The chance below which so many reports of an error of this rate (a day) raise an alarm."""
        share = ALPHA / self.series.able
        if rate >= RARE:
            return share * _FREQUENT
        part = 1.0 if many == SURE else OTHERS
        return part * min(MOST, share * math.sqrt(USUAL_RATE / rate))

    def _goes_on(self, wave: _Open, hour: int) -> bool:
        if hour - wave.start > LONGEST:
            return False
        count = self.track.between(max(hour - LULL, wave.start - 1), hour)
        return count >= 2 and count > 3 * self._quiet(wave.start - 1).hourly * LULL

    def _measured(self, wave: _Open) -> Burst:
        """The whole burst; its chance is the smaller of that of the found stretch and of the whole."""
        after = min(wave.start - 1, wave.last - _SHORTEST)
        count = self.track.between(wave.start - 1, wave.last)
        mean, size = self._usual(self._quiet(after), after, wave.last)
        growth = self.series.growth(self.name, after, wave.last)
        mean *= growth if growth < math.inf else 1.0
        return Burst(
            signature=self.name,
            start=wave.start,
            last=wave.last,
            found=wave.found,
            count=count,
            expected=mean,
            daily=self._quiet(wave.start - 1).daily,
            p_value=min(wave.p_value, tail(count, mean, size)),
        )

    def _usual(self, quiet: _Quiet, after: int, until: int) -> tuple[float, float]:
        """Mean and size of the law that the quiet time before a stretch gives for it."""
        hours = until - after
        mean = quiet.hourly * hours * self.series.rhythm(after, until)
        return mean, 1 / (1 / quiet.count + self._spread / max(1.0, hours / DAY))

    def _quiet(self, until: int) -> _Quiet:
        """The time before `until` without the waves in it."""
        since = max(self.series.since, until - HISTORY)
        count, hours = self.track.between(since, until), max(0, until - since)
        for wave in self._waves:
            is_plain = wave.p_value < PLAIN and wave.last - wave.start < LONGEST - LULL
            if is_plain and wave.last <= until and wave.start > since:
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
