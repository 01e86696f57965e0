"""The waves in the stored issues and reports: those of all time, and the one that a report is part of."""

from __future__ import annotations

import asyncio
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from agent.issues.bursts import LULL, Burst, find_bursts
from agent.issues.series import DAY, FEWEST, HISTORY, LONGEST, Series
from agent.issues.wave import Seen, Wave, case_key
from agent.issues.waves import (
    HOUR_SECONDS,
    QuietVersions,
    Stretch,
    hour_of,
    is_active,
    moment_of,
    stretches,
    wave_of,
)
from agent.report.error_report import ErrorReport
from agent.store.database import Database
from agent.store.sightings import (
    Glimpse,
    before,
    counts_by,
    glimpses,
    sightings,
    versions_by_day,
    versions_of,
)

QUIET_DAYS = 60
"""Days before a wave whose versions it is compared with."""
MOST_WAVES = 200
SOURCES: tuple[Seen, ...] = ("issue", "report")
FRESH_SECONDS = 60.0
"""How long the counts of all signatures are used, before they are counted anew; those of the report's own
signature are counted each time."""
_LOAD_SHARE = 200
"""Counting anew takes at most one part in so many of the time."""
_LOOK_SHARE = 10
"""Looking at all that is stored takes at most one part in so many of the time."""
_MANY, _MANY_SECONDS = 50, 5.0
"""An error that was seen so often lately is looked at anew after so many seconds: one more changes little."""
_MOST_KEPT = 1_000
_MOST_SIGNATURES = 8


@dataclass(frozen=True)
class _Counted:
    """The counts of all signatures by day, and the versions of each day."""

    series: dict[Seen, Series]
    versions: dict[int, dict[str, int]]
    until: float


class SqlWaves:
    """`ports.WaveSource` on a SQL database, for one tenant. Raises `StoreUnavailable` as all stores do."""

    def __init__(self, database: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database, self._seconds = database, seconds
        self._counted: _Counted | None = None
        self._counting = threading.Lock()
        self._looking = asyncio.Lock()
        self._every: tuple[float, list[Wave]] = (-math.inf, [])
        self._kept: dict[tuple[str, int], tuple[float, Wave | None]] = {}

    async def every(self, since: datetime | None, now: datetime) -> list[Wave]:
        """The waves that were still going on at `since` or later, the newest first; at most 200.

        Looking at all that is stored takes seconds where much is; then the same answer is given for a while.
        """
        async with self._looking:
            if self._seconds() >= self._every[0]:
                started = self._seconds()
                found = await self._database.read(lambda connection: _every(connection, now))
                ended = self._seconds()
                self._every = ended + _LOOK_SHARE * (ended - started), found
        first = since.timestamp() if since else -math.inf
        waves = [wave for wave in self._every[1] if wave.last_seen.timestamp() >= first]
        return [wave.model_copy(update={"active": is_active(wave, now)}) for wave in waves]

    async def current(self, report: ErrorReport, at: datetime) -> list[Wave]:
        """The waves of the report's signatures that are going on at `at`, without the report itself.

        They name no member: what they say may be shown to anybody.
        """
        if not _names(report):
            return []
        return await self._database.read(lambda connection: self.current_on(connection, report, at))

    def current_on(self, connection: Connection, report: ErrorReport, at: datetime) -> list[Wave]:
        """As `current`, on a connection that a caller reads on anyway. Several threads may ask at once."""
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        wanted, since, now = _names(report), before(at, LONGEST), hour_of(at)
        kept = {name: one[1] for name in wanted if (one := self._kept_of(name, now))}
        asked = [name for name in wanted if name not in kept]
        seen = glimpses(connection, asked, since, at) if asked else []
        own = case_key(report)
        for name in asked:
            cases = {each.case: each for each in seen if each.signature == name and each.case != own}
            kept[name] = self._going_on(connection, name, cases.values(), at, own)
            if len(cases) >= _MANY:
                self._keep(name, now, kept[name])
        return [wave for name in wanted if (wave := kept[name]) is not None]

    def _kept_of(self, name: str, now: int) -> tuple[float, Wave | None] | None:
        one = self._kept.get((name, now))
        return one if one and self._seconds() < one[0] else None

    def _keep(self, name: str, now: int, wave: Wave | None) -> None:
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[name, now] = (self._seconds() + _MANY_SECONDS, wave)

    def _going_on(
        self, connection: Connection, name: str, cases: Collection[Glimpse], at: datetime, own: str | None
    ) -> Wave | None:
        """The wave of one signature at `at`; `cases` are its sightings of the four weeks before."""
        if len(cases) < FEWEST:
            return None
        counted = self._counts(connection)
        bursts = [
            burst
            for kind in SOURCES
            for burst in _bursts(counted.series[kind], name, (g for g in cases if g.kind == kind), at)
        ]
        now = hour_of(at)
        going = [one for one in stretches(bursts) if one.start <= now <= one.last + LULL]
        if not going:
            return None
        until = min(_end_of(going[-1].last), at)
        wave = _wave(connection, going[-1], until, counted.versions, at, own)
        return wave.model_copy(update={"members": [], "contradicting": [], "plans": {}})

    def _counts(self, connection: Connection) -> _Counted:
        """The counts of all signatures; while one caller counts anew the others use the old ones."""
        old = self._counted
        if old and self._seconds() < old.until:
            return old
        is_mine = self._counting.acquire(blocking=False)
        if old and not is_mine:
            return old
        try:
            started = self._seconds()
            counts, versions = counts_by(connection, "day"), versions_by_day(connection)
            ended = self._seconds()
            lasts = max(FRESH_SECONDS, _LOAD_SHARE * (ended - started))
            series = {kind: Series(counts[kind]) for kind in SOURCES}
            self._counted = _Counted(series, versions, ended + lasts)
        finally:
            if is_mine:
                self._counting.release()
        return self._counted


def _names(report: ErrorReport) -> list[str]:
    """The signatures that are looked at: each once, the first eight."""
    names = dict.fromkeys(event.signature for event in report.errors if event.signature)
    return list(names)[:_MOST_SIGNATURES]


def _every(connection: Connection, now: datetime) -> list[Wave]:
    counts = counts_by(connection, "hour")
    versions = versions_by_day(connection)
    bursts = [burst for kind in SOURCES for burst in find_bursts(Series(counts[kind]))]
    newest = stretches(bursts)[: -MOST_WAVES - 1 : -1]
    return [_wave(connection, one, _end_of(one.last), versions, now) for one in newest]


def _bursts(series: Series, name: str, seen: Iterable[Glimpse], at: datetime) -> list[Burst]:
    """The bursts of one signature in the weeks before `at`: the last ones by hour, those before by day."""
    recent, now = [hour_of(each.at) for each in seen], hour_of(at)
    if len(recent) < FEWEST or not series.is_unusual(name, recent, now):
        return []
    known = series.tracks.get(name)
    older = known.by_hour(now - HISTORY - LONGEST, now - LONGEST) if known else []
    with_recent = series.with_track(name, [*older, *Counter(recent).items()])
    return find_bursts(with_recent, [name], now - LONGEST - LULL)


def _wave(
    connection: Connection,
    stretch: Stretch,
    until: datetime,
    versions: dict[int, dict[str, int]],
    now: datetime,
    own: str | None = None,
) -> Wave:
    first = moment_of(stretch.start)
    since = before(first, QUIET_DAYS * DAY)
    seen = sightings(connection, stretch.signature, first, until)
    meanwhile = _of_days(versions, stretch.start, hour_of(until) + DAY)
    meanwhile.subtract(each.client_version for each in seen if each.client_version)
    quiet = QuietVersions(
        own=versions_of(connection, stretch.signature, since, first),
        every=_of_days(versions, hour_of(since), stretch.start),
        meanwhile=+meanwhile,
    )
    return wave_of(stretch, [each for each in seen if each.case != own], quiet, now)


def _of_days(versions: dict[int, dict[str, int]], since: int, until: int) -> Counter[str]:
    """The versions from the day of one hour to before that of another."""
    found: Counter[str] = Counter()
    for noon in range(since // DAY * DAY + DAY // 2, until // DAY * DAY, DAY):
        found.update(versions.get(noon, {}))
    return found


def _end_of(hour: int) -> datetime:
    return datetime.fromtimestamp((hour + 1) * HOUR_SECONDS, UTC) - timedelta(microseconds=1)
