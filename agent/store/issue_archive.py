"""The stored issues of one tenant as a sync fills them: `ports.IssueArchive`."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, select, update

from agent.issues.issue import IssueLink
from agent.issues.source import Release
from agent.issues.timeline import History
from agent.store.database import Database
from agent.store.index.rows import index_rows
from agent.store.issue_rows import stored_spellings, write_comments, write_links, write_timeline
from agent.store.issues import SqlIssues
from agent.store.knowledge_tables import issue_comments, issue_timeline, releases
from agent.store.progress import SqlProgress
from agent.store.tables import issues

_TAGS = 3
"""Releases after a merge that are worth a look: the first one may have been cut from another branch."""
_AT_ONCE = 500


class SqlIssueArchive(SqlIssues):
    """Safe to use from several tasks at once. Methods raise `StoreUnavailable`; then nothing was written."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self._progress = SqlProgress(database)

    async def spelling(self, repository: str) -> str:
        """As it is stored, else as given."""
        return (await self._database.read(stored_spellings)).get(repository.lower(), repository)

    async def sync_state(self, key: str) -> dict[str, Any]:
        """What was kept last; empty where nothing was."""
        return await self._progress.get("sync", key)

    async def keep_sync_state(self, key: str, state: dict[str, Any]) -> None:
        """Kept in place of what was kept before."""
        await self._progress.put("sync", key, state)

    async def add_histories(self, repository: str, found: dict[int, History]) -> int:
        """Comments, events and links are added or replaced; a thread that is not stored is passed over."""

        def write(connection: Connection) -> int:
            ids = _ids(connection, repository, list(found))
            of = [(issue_id, found[number]) for number, issue_id in ids.items()]
            write_comments(connection, ((issue_id, history.comments) for issue_id, history in of))
            write_timeline(connection, ((issue_id, history.events) for issue_id, history in of))
            write_links(connection, ((issue_id, history.links) for issue_id, history in of))
            for issue_id, history in of:
                _note_duplicate(connection, issue_id, history.links)
                if history.comments:
                    _count_people(connection, issue_id)
            return len(of)

        return await self._database.write(write)

    async def mark_gone(self, repository: str, number: int, moved_to: tuple[str, int] | None) -> bool:
        """It is no longer found by a search, and a link leads to where it went."""
        now = self._database.now()

        def write(connection: Connection) -> bool:
            ids = list(_ids(connection, repository, [number]).values())
            if not ids:
                return False
            gone = update(issues).where(issues.c.id.in_(ids), issues.c.deleted_at.is_(None))
            connection.execute(gone.values(deleted_at=now))
            if moved_to:
                link = IssueLink(
                    target_repository=moved_to[0],
                    target_number=moved_to[1],
                    kind="transferred_to",
                    via="field",
                )
                write_links(connection, [(ids[0], [link])])
            index_rows(connection, ids)
            return True

        return await self._database.write(write)

    async def numbers(self, repository: str, after: int, limit: int) -> list[int]:
        """In order of their numbers."""
        wanted = select(issues.c.number).where(
            issues.c.repository == repository, issues.c.number > after, issues.c.deleted_at.is_(None)
        )
        rows = await self._database.all(wanted.order_by(issues.c.number).limit(limit))
        return [row.number for row in rows]

    async def add_releases(self, repository: str, found: list[Release]) -> int:
        """By tag."""
        rows = [{"repository": repository, **release.model_dump()} for release in found]
        insert = self._database.insert(releases)
        changed = {name: insert.excluded[name] for name in ("url", "published_at", "prerelease")}
        statement = insert.on_conflict_do_update(index_elements=["tenant", "repository", "tag"], set_=changed)
        tags = [release.tag for release in found]
        known = select(func.count()).where(releases.c.repository == repository, releases.c.tag.in_(tags))

        def write(connection: Connection) -> int:
            before: int = connection.scalar(known) or 0
            connection.execute(statement, rows)
            return len(set(tags)) - before

        return await self._database.write(write) if rows else 0

    async def unreleased(self, repository: str, limit: int) -> dict[int, tuple[str, list[str]]]:
        """The latest merges first; only pulls whose merge commit is known from their timeline."""
        merged = and_(issue_timeline.c.issue_id == issues.c.id, issue_timeline.c.kind == "merged")
        newest = select(func.max(releases.c.published_at)).where(releases.c.repository == repository)
        wanted = (
            select(issues.c.number, issues.c.merged_at, issue_timeline.c.data)
            .join(issue_timeline, merged)
            .where(
                issues.c.repository == repository, issues.c.kind == "pull", issues.c.released_in.is_(None),
                issues.c.merged_at.is_not(None), issues.c.merged_at < newest.scalar_subquery(),
            )
            .order_by(issues.c.merged_at.desc())
            .limit(limit)
        )  # fmt: skip

        def read(connection: Connection) -> dict[int, tuple[str, list[str]]]:
            found = {}
            for number, merged_at, data in connection.execute(wanted).all():
                later = (
                    select(releases.c.tag)
                    .where(
                        releases.c.repository == repository,
                        releases.c.published_at >= merged_at - timedelta(seconds=1),
                    )
                    .order_by(releases.c.published_at, releases.c.tag)
                    .limit(_TAGS)
                )
                if commit := (data or {}).get("commit"):
                    found[number] = (commit, list(connection.scalars(later)))
            return found

        return await self._database.read(read)

    async def mark_released(self, repository: str, number: int, tag: str) -> None:
        """Said once and kept."""
        pull = update(issues).where(issues.c.repository == repository, issues.c.number == number)
        await self._database.change(pull.values(released_in=tag))


def _ids(connection: Connection, repository: str, numbers: list[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for start in range(0, len(numbers), _AT_ONCE):
        some = numbers[start : start + _AT_ONCE]
        wanted = select(issues.c.number, issues.c.id).where(
            issues.c.repository == repository, issues.c.number.in_(some)
        )
        found.update((row.number, row.id) for row in connection.execute(wanted))
    return found


def _note_duplicate(connection: Connection, issue_id: int, links: list[IssueLink]) -> None:
    """A mark counts always; words only where the issue is closed and nothing is known yet."""
    said = [link for link in links if link.kind == "duplicate_of"]
    for link in sorted(said, key=lambda link: link.via == "timeline"):
        change = update(issues).where(issues.c.id == issue_id)
        if link.via != "timeline":
            change = change.where(issues.c.duplicate_of.is_(None), issues.c.state == "closed")
        connection.execute(change.values(duplicate_of=f"{link.target_repository}#{link.target_number}"))


def _count_people(connection: Connection, issue_id: int) -> None:
    """Everybody who wrote: the author and those who commented."""
    authors = set(
        connection.scalars(select(issue_comments.c.author).where(issue_comments.c.issue_id == issue_id))
    )
    authors.add(connection.scalar(select(issues.c.author).where(issues.c.id == issue_id)))
    change = update(issues).where(issues.c.id == issue_id)
    connection.execute(change.values(participants=len(authors - {None})))
