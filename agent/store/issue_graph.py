"""Stored issues with what belongs to them and what they are linked to: `ports.IssueGraph`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, func, select

from agent.issues.issue import Comment, Issue, IssueLink, TimelineEvent
from agent.issues.references import Thread, parse_thread
from agent.issues.source import Release
from agent.store.database import Database
from agent.store.knowledge_tables import issue_comments, issue_links, issue_timeline, releases
from agent.store.tables import issues

MOST_DEPTH = 5
MOST_THREADS = 2_000
MOST_CHAIN = 50
"""Steps from a duplicate to a duplicate: a chain of them is followed to its end, however near one looks."""
_AT_ONCE = 400
_BESIDE = {"comments", "timeline", "links"}
_COLUMNS = [issues.c[name] for name in Issue.model_fields if name not in _BESIDE]
_OF_NEIGHBOURS = [column for column in _COLUMNS if column.name != "body"]
_HELD = [issue_links.c[name] for name in IssueLink.model_fields]


class SqlIssueGraph:
    """Reads only. A repository's name may be written in any case. Methods raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def issue(self, repository: str, number: int) -> Issue | None:
        """With comments, timeline and links, each in order of time."""

        def read(connection: Connection) -> Issue | None:
            row = next(iter(_rows(connection, [(repository, number)], _COLUMNS)), None)
            if row is None:
                return None
            beside = {
                "comments": _all(connection, issue_comments, Comment, row.id, issue_comments.c.created_at),
                "timeline": _all(connection, issue_timeline, TimelineEvent, row.id, issue_timeline.c.at),
                "links": _links(connection, [row.id]).get(row.id, []),
            }
            return _issue(row, **beside)

        return await self._database.read(read)

    async def links_to(self, repository: str, number: int) -> list[tuple[Thread, IssueLink]]:
        """In order of the issues that hold them."""
        wanted = (
            select(
                issues.c.repository,
                issues.c.number,
                *(column.label(f"link_{column.name}") for column in _HELD),
            )
            .join(issue_links, issue_links.c.issue_id == issues.c.id)
            .where(issue_links.c.target_number == number)
            .where(func.lower(issue_links.c.target_repository) == repository.lower())
            .order_by(issues.c.repository, issues.c.number, issue_links.c.kind, issue_links.c.via)
            .limit(MOST_THREADS)
        )
        rows = await self._database.all(wanted)
        return [((row.repository, row.number), _link(tuple(row)[2:])) for row in rows]

    async def neighbours(
        self, threads: list[Thread], depth: int = 1, limit: int = 200
    ) -> dict[Thread, Issue]:
        """Breadth first, three queries a step; the threads that are stored, by their own spelling.

        A duplicate brings all that it leads to: what it is one of, what that is one of, ...
        """
        depth, limit = min(depth, MOST_DEPTH), min(limit, MOST_THREADS)

        def read(connection: Connection) -> dict[Thread, Issue]:
            found: dict[Thread, Issue] = {}
            asked: set[Thread] = set()
            wave = threads
            for step in range(depth + 1):
                wave = [thread for thread in dict.fromkeys(map(_folded, wave)) if thread not in asked]
                asked.update(wave)
                rows = _to_the_end(connection, _rows(connection, wave), asked)[: limit - len(found)]
                links = _links(connection, [row.id for row in rows])
                for row in rows:
                    found[(row.repository, row.number)] = _issue(row, links=links.get(row.id, []))
                if step == depth or len(found) >= limit or not rows:
                    break
                targets = [
                    (link.target_repository, link.target_number) for some in links.values() for link in some
                ]
                wave = [
                    *targets,
                    *_sources(connection, [(row.repository, row.number) for row in rows], limit),
                ]
            return found

        return await self._database.read(read)

    async def duplicates(self) -> list[tuple[Thread, Thread]]:
        """In order of the duplicates. The canonical issue need not be stored."""
        wanted = select(issues.c.repository, issues.c.number, issues.c.duplicate_of)
        rows = await self._database.all(
            wanted.where(issues.c.duplicate_of.is_not(None)).order_by(issues.c.repository, issues.c.number)
        )
        return [
            ((row.repository, row.number), target)
            for row in rows
            if (target := parse_thread(row.duplicate_of))
        ]

    async def release_after(self, repository: str, moment: datetime) -> Release | None:
        """By the date of its publication."""
        wanted = (
            select(releases.c.tag, releases.c.url, releases.c.published_at, releases.c.prerelease)
            .where(func.lower(releases.c.repository) == repository.lower())
            .where(releases.c.published_at >= moment, releases.c.prerelease.is_(False))
            .order_by(releases.c.published_at, releases.c.tag)
            .limit(1)
        )
        row = await self._database.one(wanted)
        return Release.model_validate(row._asdict()) if row else None


def _folded(thread: Thread) -> Thread:
    return thread[0].lower(), thread[1]


def _rows(
    connection: Connection, threads: Iterable[Thread], columns: list[Column[Any]] = _OF_NEIGHBOURS
) -> list[Row[Any]]:
    """The rows of those threads that are stored, in the order asked."""
    wanted = {_folded(thread): place for place, thread in enumerate(threads)}
    numbers = sorted({number for _, number in wanted})
    found: dict[int, Row[Any]] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        for row in connection.execute(select(issues.c.id, *columns).where(issues.c.number.in_(some))):
            if (place := wanted.get(_folded((row.repository, row.number)))) is not None:
                found.setdefault(place, row)
    return [found[place] for place in sorted(found)]


def _to_the_end(connection: Connection, rows: list[Row[Any]], asked: set[Thread]) -> list[Row[Any]]:
    """The rows with what they are duplicates of, to the end of each chain; `asked` grows by the new ones."""
    found, ahead = list(rows), rows
    for _ in range(MOST_CHAIN):
        targets = [thread for row in ahead if (thread := parse_thread(row.duplicate_of))]
        wanted = [thread for thread in dict.fromkeys(map(_folded, targets)) if thread not in asked]
        if not wanted:
            break
        asked.update(wanted)
        ahead = _rows(connection, wanted)
        found += ahead
    return found


def _links(connection: Connection, ids: list[int]) -> dict[int, list[IssueLink]]:
    found: dict[int, list[IssueLink]] = {}
    order = (
        issue_links.c.issue_id,
        issue_links.c.at.nulls_last(),
        issue_links.c.target_repository,
        issue_links.c.target_number,
    )
    for start in range(0, len(ids), _AT_ONCE):
        wanted = select(issue_links.c.issue_id, *_HELD).where(
            issue_links.c.issue_id.in_(ids[start : start + _AT_ONCE])
        )
        for row in connection.execute(wanted.order_by(*order)):
            found.setdefault(row[0], []).append(_link(row[1:]))
    return found


def _sources(connection: Connection, threads: list[Thread], limit: int) -> list[Thread]:
    """Issues that hold a link to one of the threads, those that only mention one last."""
    wanted = {_folded(thread) for thread in threads}
    numbers = sorted({number for _, number in wanted})[:_AT_ONCE]
    repository = func.lower(issue_links.c.target_repository)
    held = select(
        issues.c.repository, issues.c.number, issue_links.c.target_repository, issue_links.c.target_number
    ).join(issue_links, issue_links.c.issue_id == issues.c.id)
    # Many repositories have a #1: without their names those of others would fill what is read.
    held = held.where(issue_links.c.target_number.in_(numbers), repository.in_({name for name, _ in wanted}))
    held = held.order_by(issue_links.c.kind == "mentions", issues.c.id).limit(limit * 10)
    return [(row[0], row[1]) for row in connection.execute(held) if _folded((row[2], row[3])) in wanted]


def _all(connection: Connection, table: Any, noun: Any, issue_id: int, order: Any) -> list[Any]:
    columns = [table.c[name] for name in noun.model_fields]
    wanted = (
        select(*columns).where(table.c.issue_id == issue_id).order_by(order.nulls_last(), table.c.external_id)
    )
    return [noun.model_validate(_filled(row._asdict())) for row in connection.execute(wanted)]


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    """A JSON column that holds nothing takes the noun's own default."""
    return {name: value for name, value in row.items() if value is not None}


def _issue(row: Row[Any], **beside: Any) -> Issue:
    facts = {name: value for name, value in row._asdict().items() if name != "id"}
    return Issue.model_validate({**_filled(facts), **beside})


def _link(values: Any) -> IssueLink:
    return IssueLink.model_validate(dict(zip(IssueLink.model_fields, values, strict=True)))
