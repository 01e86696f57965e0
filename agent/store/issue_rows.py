"""Writes issues with what belongs to them: comments, timeline and links, in the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, String, Table, bindparam, column, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.issues.issue import Comment, Issue, IssueLink, TimelineEvent
from agent.store.knowledge_tables import issue_comments, issue_links, issue_timeline
from agent.store.tables import issues

_BATCH = 200
_AT_ONCE = 500
_EVERY = "every_"
_MOST_REPOSITORIES = 20_000
_BESIDE = {"comments", "timeline", "links"}
"""What an issue carries that has tables of its own."""
WRITTEN = (*(name for name in Issue.model_fields if name not in _BESIDE), "origin", "stored_at")
"""The columns of the table that a row of `to_rows` fills."""
_OF_THE_ROW = ("body", "field")
"""Links that the row itself states: the newest row says which of them still hold."""

Key = tuple[str, int]


def to_rows(found: Sequence[Issue], origin: str, now: datetime) -> list[dict[str, Any]]:
    """Issues as rows of the table, without what has tables of its own."""
    return [
        {
            **issue.model_dump(exclude=_BESIDE),
            "reactions": issue.reactions or None,
            "origin": origin,
            "stored_at": now,
        }
        for issue in found
    ]


def insert_rows(dialect: str) -> Any:
    """An INSERT of rows that are bound with `bound`; it may say what to do on a conflict."""
    if dialect == "sqlite":
        return sqlite_insert(issues)
    types = {name: issues.c[name].type for name in WRITTEN}
    given = [bindparam(_EVERY + name, type_=ARRAY(kind, dimensions=1)) for name, kind in types.items()]
    every = func.unnest(*given).table_valued(*[column(*one) for one in types.items()]).render_derived()
    rows = select(bindparam("tenant", type_=String), *every.c)
    return postgresql_insert(issues).from_select(["tenant", *WRITTEN], rows, include_defaults=False)


def bound(dialect: str, rows: list[dict[str, Any]]) -> Any:
    """Rows of `to_rows` as `insert_rows` takes them: on PostgreSQL an array a column.

    The driver would look through a statement of five thousand parameters for each of them.
    """
    if dialect == "sqlite":
        return rows
    return {_EVERY + name: [row[name] for row in rows] for name in WRITTEN}


def stored_spellings(connection: Connection) -> dict[str, str]:
    """How the stored repositories are written, by their names in lower case: cases do not differ."""
    found: dict[str, str] = {}
    last: str | None = ""
    # One step of the index a repository: DISTINCT would read it all.
    following = select(func.min(issues.c.repository)).where(issues.c.repository > bindparam("last"))
    while len(found) < _MOST_REPOSITORIES:
        last = connection.scalar(following, {"last": last})
        if last is None:
            break
        found.setdefault(last.lower(), last)
    return found


def respelled(given: Sequence[Issue], spellings: dict[str, str]) -> list[Issue]:
    """The newest of each thread, of equals the last, its repository as it was written first.

    `spellings` learns new ones.
    """
    distinct: dict[Key, Issue] = {}
    for issue in given:
        name = spellings.setdefault(issue.repository.lower(), issue.repository)
        same = issue if name == issue.repository else issue.model_copy(update={"repository": name})
        before = distinct.get((name, issue.number))
        if before is None or not _is_older(issue, before):
            distinct[(name, issue.number)] = same
    return list(distinct.values())


def _is_older(one: Issue, other: Issue) -> bool:
    return bool(one.updated_at and other.updated_at and one.updated_at < other.updated_at)


def write_issues(
    connection: Connection, upsert: Any, given: Sequence[Issue], origin: str, now: datetime
) -> list[int]:
    """Writes distinct issues and what belongs to them; the ids of those that were written.

    `upsert` returns id, repository and number of the rows that it wrote. What belongs to an issue that is
    newer in the store is left alone with it.
    """
    written: list[int] = []
    for start in range(0, len(given), _BATCH):
        some = given[start : start + _BATCH]
        of = {
            (row.repository, row.number): row.id
            for row in connection.execute(upsert, bound(connection.dialect.name, to_rows(some, origin, now)))
        }
        written += of.values()
        _write_beside(connection, [(of[key], issue) for issue in some if (key := _key(issue)) in of])
    return written


def _key(issue: Issue) -> Key:
    return issue.repository, issue.number


def _write_beside(connection: Connection, found: list[tuple[int, Issue]]) -> None:
    if found:
        ids = [issue_id for issue_id, _ in found]
        links = delete(issue_links)
        connection.execute(links.where(issue_links.c.issue_id.in_(ids), issue_links.c.via.in_(_OF_THE_ROW)))
    write_comments(connection, ((issue_id, issue.comments) for issue_id, issue in found))
    write_timeline(connection, ((issue_id, issue.timeline) for issue_id, issue in found))
    write_links(connection, ((issue_id, issue.links) for issue_id, issue in found))


def write_comments(connection: Connection, found: Iterable[tuple[int, Sequence[Comment]]]) -> None:
    """Adds comments to issues by id, or replaces those that are kept already."""
    rows = [{"issue_id": issue_id, **one.model_dump()} for issue_id, comments in found for one in comments]
    _merge(connection, issue_comments, rows, ("external_id",))


def write_timeline(connection: Connection, found: Iterable[tuple[int, Sequence[TimelineEvent]]]) -> None:
    """Adds events to issues by id, or replaces those that are kept already."""
    rows = [{"issue_id": issue_id, **one.model_dump()} for issue_id, events in found for one in events]
    _merge(connection, issue_timeline, rows, ("external_id",))


def write_links(connection: Connection, found: Iterable[tuple[int, Sequence[IssueLink]]]) -> None:
    """Adds links to issues by id, or replaces those that are kept already."""
    rows = [{"issue_id": issue_id, **one.model_dump()} for issue_id, links in found for one in links]
    _merge(connection, issue_links, rows, ("target_repository", "target_number", "kind", "via"))


def _merge(connection: Connection, table: Table, rows: list[dict[str, Any]], names: tuple[str, ...]) -> None:
    """Inserts or updates; of several rows with one key the last counts."""
    key = ("issue_id", *names)
    distinct = list({tuple(row[name] for name in key): row for row in rows}.values())
    if not distinct:
        return
    dialect = connection.dialect.name
    insert: Any = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(table)
    changing = [column.name for column in table.c if column.name not in ("tenant", *key)]
    insert = insert.on_conflict_do_update(
        index_elements=["tenant", *key], set_={name: insert.excluded[name] for name in changing}
    )
    for start in range(0, len(distinct), _AT_ONCE):
        connection.execute(insert, distinct[start : start + _AT_ONCE])
