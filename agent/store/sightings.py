"""The SQL behind waves: how often errors were seen, by signature and day or hour, and what ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import Connection, and_, func, select

from agent.issues.series import DAY
from agent.issues.wave import Seen, Sighting, thread_key
from agent.store.tables import issues, marks

Unit = Literal["day", "hour"]
Counts = dict[str, list[tuple[int, int]]]
_EPOCH = date(1970, 1, 1).toordinal()
_NOON = 12
MOST_SIGHTINGS = 20_000
_PLATFORMS = {"platform:macos": "darwin", "platform:linux": "linux", "platform:windows": "windows"}

_IS_SEEN = and_(marks.c.kind == "signature", marks.c.seen_at.is_not(None))
_IS_ISSUE = and_(issues.c.signature.is_not(None), issues.c.created_at.is_not(None), issues.c.kind == "issue")


class Glimpse(NamedTuple):
    """A sighting as far as it is counted."""

    kind: Seen
    signature: str
    at: datetime
    case: str


def counts_by(connection: Connection, unit: Unit) -> dict[Seen, Counts]:
    """Signature to (hour, how many) of every report and issue, each case once; a day counts as its noon."""
    first = select(marks.c.value, func.min(marks.c.seen_at).label("seen_at")).where(_IS_SEEN)
    cases = first.group_by(marks.c.value, marks.c.case_key).subquery()
    dialect = connection.dialect.name
    of_reports = _cut(cases.c.seen_at, unit, dialect)
    of_issues = _cut(issues.c.created_at, unit, dialect)
    reports = select(cases.c.value, of_reports, func.count()).group_by(cases.c.value, of_reports)
    threads = select(issues.c.signature, of_issues, func.count()).where(_IS_ISSUE)
    threads = threads.group_by(issues.c.signature, of_issues)
    return {
        "report": _read(connection.execute(reports).all()),
        "issue": _read(connection.execute(threads).all()),
    }


def versions_by_day(connection: Connection) -> dict[int, dict[str, int]]:
    """Day (as its noon's hour) to version to how many reports and issues of any signature ran it."""
    dialect = connection.dialect.name
    found: dict[int, dict[str, int]] = {}
    for at, version, where in (
        (marks.c.seen_at, marks.c.client_version, _IS_SEEN),
        (issues.c.created_at, issues.c.client_version, _IS_ISSUE),
    ):
        day = _cut(at, "day", dialect)
        wanted = select(day, version, func.count()).where(where, version.is_not(None)).group_by(day, version)
        for text, name, count in connection.execute(wanted):
            counts = found.setdefault(_hour(text), {})
            counts[name] = counts.get(name, 0) + count
    return found


def versions_of(connection: Connection, signature: str, since: datetime, until: datetime) -> dict[str, int]:
    """Version to how many reports and issues of the signature ran it, from `since` to before `until`."""
    found: dict[str, int] = {}
    for at, version, where in (
        (marks.c.seen_at, marks.c.client_version, and_(_IS_SEEN, marks.c.value == signature)),
        (issues.c.created_at, issues.c.client_version, and_(_IS_ISSUE, issues.c.signature == signature)),
    ):
        wanted = select(version, func.count()).where(where, at >= since, at < until, version.is_not(None))
        for name, count in connection.execute(wanted.group_by(version)):
            found[name] = found.get(name, 0) + count
    return found


def glimpses(
    connection: Connection, signatures: Sequence[str], since: datetime, until: datetime
) -> list[Glimpse]:
    """Every sighting of the signatures from `since` to `until`, in no order."""
    reports = select(marks.c.value, marks.c.seen_at, marks.c.case_key).where(
        _IS_SEEN, marks.c.value.in_(signatures), marks.c.seen_at.between(since, until)
    )
    threads = select(issues.c.signature, issues.c.created_at, issues.c.url).where(
        _IS_ISSUE, issues.c.signature.in_(signatures), issues.c.created_at.between(since, until)
    )
    found = [
        Glimpse("report", name, at, case)
        for name, at, case in connection.execute(reports.limit(MOST_SIGHTINGS))
    ]
    found += (
        Glimpse("issue", name, at, thread_key(url))
        for name, at, url in connection.execute(threads.limit(MOST_SIGHTINGS))
    )
    return found


def sightings(connection: Connection, signature: str, since: datetime, until: datetime) -> list[Sighting]:
    """The sightings of a signature from `since` to `until`, at most 20,000 of each kind."""
    reports = select(
        marks.c.diagnosis_id, marks.c.seen_at, marks.c.case_key, marks.c.client_version, marks.c.platform,
        marks.c.plan, marks.c.lane, marks.c.cause,
    ).where(_IS_SEEN, marks.c.value == signature, marks.c.seen_at.between(since, until))  # fmt: skip
    threads = select(
        issues.c.repository, issues.c.number, issues.c.url, issues.c.created_at, issues.c.client_version,
        issues.c.labels, issues.c.state, issues.c.duplicate_of, issues.c.comment_count, issues.c.reactions,
    ).where(
        _IS_ISSUE, issues.c.signature == signature, issues.c.created_at.between(since, until)
    )  # fmt: skip
    reports = reports.order_by(marks.c.seen_at).limit(MOST_SIGHTINGS)
    threads = threads.order_by(issues.c.created_at).limit(MOST_SIGHTINGS)
    return [
        *(_of_report(row) for row in connection.execute(reports)),
        *(_of_issue(row) for row in connection.execute(threads)),
    ]


def _of_report(row: Any) -> Sighting:
    return Sighting(
        kind="report",
        ref=row.diagnosis_id,
        case=row.case_key or row.diagnosis_id,
        at=row.seen_at,
        client_version=row.client_version,
        platform=row.platform,
        plan=row.plan,
        lane=row.lane,
        cause=row.cause,
    )


def _of_issue(row: Any) -> Sighting:
    labels = [str(label) for label in row.labels or ()]
    return Sighting(
        kind="issue",
        ref=f"{row.repository}#{row.number}",
        case=thread_key(row.url),
        url=row.url,
        at=row.created_at,
        client_version=row.client_version,
        platform=next((_PLATFORMS[label] for label in labels if label in _PLATFORMS), None),
        is_open=row.state == "open",
        is_duplicate=bool(row.duplicate_of) or "duplicate" in labels,
        engagement=(row.comment_count or 0) + sum((row.reactions or {}).values()),
    )


def _cut(moment: Any, unit: Unit, dialect: str) -> Any:
    """The day or the hour of a moment as text: both databases group by it, in UTC."""
    if dialect == "sqlite":
        return func.substr(moment, 1, 10 if unit == "day" else 13)
    form = "YYYY-MM-DD" if unit == "day" else "YYYY-MM-DD HH24"
    return func.to_char(func.timezone("UTC", moment), form)


def _read(rows: Iterable[Any]) -> Counts:
    found: Counts = {}
    for signature, text, count in rows:
        found.setdefault(signature, []).append((_hour(text), count))
    return found


@cache
def _day(text: str) -> int:
    return (date.fromisoformat(text).toordinal() - _EPOCH) * DAY


def _hour(text: str) -> int:
    return _day(text[:10]) + (int(text[11:13]) if len(text) >= 13 else _NOON)


def before(moment: datetime, hours: int) -> datetime:
    """The moment so many hours earlier; the earliest that there is where that is too early."""
    try:
        return moment - timedelta(hours=hours)
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC)
