"""The SQL behind waves: how often errors were seen, by signature and day or hour, and what ran."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, NamedTuple

from sqlalchemy import BindParameter, Connection, and_, bindparam, func, select

from agent.issues.series import DAY
from agent.issues.wave import Seen, Sighting, thread_key
from agent.store.tables import UtcTime, issues, marks

Unit = Literal["day", "hour"]
Counts = dict[str, list[tuple[int, int]]]
_EPOCH = date(1970, 1, 1).toordinal()
_NOON = 12
MOST_SIGHTINGS = 20_000
_PLATFORMS = {"platform:macos": "darwin", "platform:linux": "linux", "platform:windows": "windows"}

_IS_SEEN = and_(marks.c.kind == "signature", marks.c.seen_at.is_not(None))
_IS_ISSUE = and_(issues.c.signature.is_not(None), issues.c.created_at.is_not(None), issues.c.kind == "issue")


# Made once: a statement that is made anew is filtered and compiled anew, which costs more than to run it.
_SIGNATURES: BindParameter[Any] = bindparam("signatures", expanding=True)
_SINCE, _UNTIL = bindparam("since", type_=UtcTime()), bindparam("until", type_=UtcTime())
_REPORTED = and_(_IS_SEEN, marks.c.value.in_(_SIGNATURES), marks.c.seen_at >= _SINCE)
_RAISED = and_(_IS_ISSUE, issues.c.signature.in_(_SIGNATURES), issues.c.created_at >= _SINCE)
_FIRST_SEEN = func.min(marks.c.seen_at)
_REPORTS_SEEN = (
    select(marks.c.value, _FIRST_SEEN, marks.c.case_key)
    .where(_REPORTED, marks.c.seen_at <= _UNTIL)
    .group_by(marks.c.value, marks.c.case_key)
    .order_by(_FIRST_SEEN.desc(), marks.c.case_key)
    .limit(MOST_SIGHTINGS)
)
_ISSUES_SEEN = (
    select(issues.c.signature, issues.c.created_at, issues.c.url)
    .where(_RAISED, issues.c.created_at <= _UNTIL)
    .order_by(issues.c.created_at.desc())
    .limit(MOST_SIGHTINGS)
)
_REPORTS = (
    select(marks.c.diagnosis_id, marks.c.seen_at, marks.c.case_key, marks.c.client_version,
           marks.c.platform, marks.c.plan, marks.c.lane, marks.c.cause)
    .where(_REPORTED, marks.c.seen_at <= _UNTIL)
    .order_by(marks.c.seen_at)
    .limit(MOST_SIGHTINGS)
)  # fmt: skip
_ISSUES = (
    select(issues.c.repository, issues.c.number, issues.c.url, issues.c.created_at,
           issues.c.client_version, issues.c.labels, issues.c.state, issues.c.duplicate_of,
           issues.c.deleted_at, issues.c.comment_count, issues.c.reactions)
    .where(_RAISED, issues.c.created_at <= _UNTIL)
    .order_by(issues.c.created_at)
    .limit(MOST_SIGHTINGS)
)  # fmt: skip
_VERSIONS = (
    select(marks.c.client_version, func.count())
    .where(_REPORTED, marks.c.seen_at < _UNTIL, marks.c.client_version.is_not(None))
    .group_by(marks.c.client_version),
    select(issues.c.client_version, func.count())
    .where(_RAISED, issues.c.created_at < _UNTIL, issues.c.client_version.is_not(None))
    .group_by(issues.c.client_version),
)


class Glimpse(NamedTuple):
    """A sighting as far as it is counted."""

    kind: Seen
    signature: str
    at: datetime
    case: str


def counts_by(connection: Connection, unit: Unit) -> dict[Seen, Counts]:
    """Signature to (hour, how many) of every report and issue; a day counts as its noon.

    By hour each case counts once; by day, which is for quiet times, one that comes again counts again.
    """
    source: Any = marks
    reports = select(marks.c.value).where(_IS_SEEN)
    if unit == "hour":
        first = select(marks.c.value, func.min(marks.c.seen_at).label("seen_at")).where(_IS_SEEN)
        source = first.group_by(marks.c.value, marks.c.case_key).subquery()
        reports = select(source.c.value)
    dialect = connection.dialect.name
    of_reports = _cut(source.c.seen_at, unit, dialect)
    of_issues = _cut(issues.c.created_at, unit, dialect)
    reports = reports.add_columns(of_reports, func.count()).group_by(source.c.value, of_reports)
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
    for wanted in _VERSIONS:
        for name, count in connection.execute(wanted, _bound([signature], since, until)):
            found[name] = found.get(name, 0) + count
    return found


def glimpses(
    connection: Connection, signatures: Sequence[str], since: datetime, until: datetime
) -> list[Glimpse]:
    """The sightings of the signatures from `since` to `until`, the newest 20,000 of each kind.

    A case that was reported again counts as first seen: the database counts it together, since one that
    is sent over and over would be read as often in every diagnosis.
    """
    bound = _bound(signatures, since, until)
    found = [Glimpse("report", name, at, case) for name, at, case in connection.execute(_REPORTS_SEEN, bound)]
    found += (
        Glimpse("issue", name, at, thread_key(url))
        for name, at, url in connection.execute(_ISSUES_SEEN, bound)
    )
    return found


def sightings(connection: Connection, signature: str, since: datetime, until: datetime) -> list[Sighting]:
    """The sightings of a signature from `since` to `until`, at most 20,000 of each kind."""
    bound = _bound([signature], since, until)
    return [
        *(_of_report(row) for row in connection.execute(_REPORTS, bound)),
        *(_of_issue(row) for row in connection.execute(_ISSUES, bound)),
    ]


def _bound(signatures: Sequence[str], since: datetime, until: datetime) -> dict[str, Any]:
    return {"signatures": list(signatures), "since": since, "until": until}


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
        # One that is no longer there, or has moved, is nothing to point to.
        is_open=row.state == "open" and row.deleted_at is None,
        is_duplicate=bool(row.duplicate_of or row.deleted_at) or "duplicate" in labels,
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
