"""What is counted for waves: reports of each signature by hour, and how they come in quiet times."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from itertools import accumulate

DAY = 24
HISTORY = 180 * DAY
"""Hours before a window that its quiet time is taken from."""
LONGEST = 28 * DAY
"""A wave that goes on for longer is how things are now, and counts as quiet time from then on."""
FEWEST = 5
"""A wave has at least so many reports."""
RARE = 0.3
"""Reports a day below which an error is rare in quiet times."""
PRIOR_COUNT, PRIOR_HOURS = 0.5, 10 * DAY
"""What is taken to have been seen of a signature before anything was: one in twenty days, very unsure."""
_USUAL_SPREAD, _SPREAD_DAYS = 0.3, 30
"""The overdispersion of daily counts before enough days were seen, and how many days are enough."""
_RISERS = 3
"""Signatures that rose most are left out of what all others do: several errors may come in one wave."""
_GROWTH_PRIOR = 3.0
_SUDDEN = 1.5
"""So many times the growth of its week a shorter stretch must have, before that is more than uneven days."""
_PEAK_OF_A_DAY = 2.0
"""By daytime reports come about twice as often as on the average of a day."""
_LOOK, _UNUSUAL = (DAY, 2 * DAY, 3 * DAY, 5 * DAY, 7 * DAY), 2.5
"""The windows of the first look, and how many times more than usual they must hold."""
_NEW_KINDS, _TIMES_NEW = 8, 3.0
"""Where so many different errors come in one window, and so many times more than usual, the source is new or
has changed (a team begins to send, a tracker was imported), and no error stands out."""


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

    def back(self, until: int, many: int) -> int | None:
        """The hour of the report from which on there are at least so many up to the hour `until`."""
        place = bisect_right(self._sums, self._sums[bisect_right(self.hours, until)] - many) - 1
        return self.hours[place] if place >= 0 else None

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
        self.able = max(10, sum(track.total >= FEWEST for track in self.tracks.values()))
        self._weekdays = self._rhythm()

    def with_track(self, signature: str, counts: Iterable[tuple[int, int]]) -> Series:
        """The same series with other counts of one signature; the rest is shared, not counted anew."""
        other, track = copy(self), Track(counts)
        other.tracks = self.tracks | {signature: track}
        first = track.hours[0] - 1 if track.hours else self.since
        other.since = min(self.since, first) if self.tracks else first
        return other

    def is_unusual(self, signature: str, recent: Sequence[int], hour: int) -> bool:
        """Whether a signature's reports may hold a wave: `recent` are their hours in four weeks up to `hour`.

        Cheap, and True wherever a wave may be going on: then it is worth looking for one.
        """
        known, since = self.tracks.get(signature), max(self.since, hour - HISTORY)
        before = known.between(since, hour - LONGEST) if known else 0
        usual = (PRIOR_COUNT + before + len(recent)) / (PRIOR_HOURS + max(0, hour - since))
        if usual * DAY < RARE:
            return len(recent) >= FEWEST
        counts = ((window, sum(at > hour - window for at in recent)) for window in _LOOK)
        return any(count >= FEWEST and count > _UNUSUAL * usual * window for window, count in counts)

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

    def growth(self, besides: str, after: int, until: int) -> float:
        """How many times more than before all other signatures bring in this stretch; at least 1.

        That of its last week where the stretch is shorter, unless everything came suddenly. Infinite where
        so many different ones come at once that the source itself has changed.
        """
        own, week = self._growth(besides, after, until), until - 7 * DAY
        if after <= week or week - self.since < LONGEST:
            return own
        lately = self._growth(besides, week, until)
        return own if own > _SUDDEN * lately else lately

    def _growth(self, besides: str, after: int, until: int) -> float:
        since = max(self.since, after - HISTORY)
        share = self.rhythm(after, until) * (until - after) / (PRIOR_HOURS + max(0, after - since))
        others = []
        for name, track in self.tracks.items():
            if name != besides and (count := track.between(after, until)) + track.total:
                others.append((count, share * (PRIOR_COUNT + track.between(since, after))))
        kinds = sum(count > 0 for count, _ in others)
        if kinds >= _NEW_KINDS and kinds > _TIMES_NEW * sum(min(1.0, mean) for _, mean in others):
            return math.inf
        others.sort(key=lambda other: other[1] - other[0])
        rest = others[_RISERS:]
        seen, usual = sum(count for count, _ in rest), sum(mean for _, mean in rest)
        return max(1.0, (_GROWTH_PRIOR + seen) / (_GROWTH_PRIOR + usual))
