"""The stored issues of one tenant: searched, and added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, case, func, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from agent.issues.issue import Issue, IssueHit, IssueQuery
from agent.store.database import Database
from agent.store.index.check import mend
from agent.store.index.rows import index_rows
from agent.store.index.vectors import fit_model, mend_vectors
from agent.store.issue_rows import insert_rows, respelled, stored_spellings, write_issues
from agent.store.search import IssueSearch
from agent.store.tables import issues

_KEPT_IF_NEW_IS_EMPTY = (
    "signature", "client_version", "outcome", "created_at", "author", "state_reason", "comment_count",
    "participants", "reactions", "merged_at", "released_in", "duplicate_of",
)  # fmt: skip


class SqlIssues:
    """`ports.IssueStore` on a SQL database, for one tenant. Safe to use from several tasks at once.

    Its methods raise `StoreUnavailable` where the database fails while they work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._search = IssueSearch(database.dialect, database.index, database.encoder)
        self._upsert = upsert_statement(database.dialect)
        self._spellings: dict[str, str] | None = None

    async def search(self, query: IssueQuery, limit: int) -> list[IssueHit]:
        """The best `limit` hits, exact signatures first; empty where nothing matches.

        The body of a hit is cut to its first 2,000 characters.
        """
        return await self._database.read(lambda connection: self._search.find(connection, query, limit))

    async def as_of(self) -> datetime | None:
        """When the newest row was stored, or None where there is none."""
        row = await self._database.one(select(func.max(issues.c.stored_at)))
        return row[0] if row else None

    async def mend_index(self) -> list[str]:
        """Puts right what the search index says otherwise than the issues; what that was, in plain words."""
        return [*await mend(self._database), *await mend_vectors(self._database)]

    async def fit_latent(self, *, is_asked: bool = False) -> bool:
        """After many issues came: the index takes up the last of them, and the latent model is fitted where
        that is due; True where it was. Takes seconds.
        """
        await self._database.settle()
        return await fit_model(self._database, is_asked=is_asked)

    async def count(self) -> int:
        """How many rows the tenant has."""
        row = await self._database.one(select(func.count()).select_from(issues))
        return row[0] if row else 0

    async def upsert(self, issues: list[Issue], *, is_last: bool = True) -> int:
        """Insert or update by repository and number, all or none; the number of rows written.

        A row that is newer in the store than the given one stays as it is. A packaged row gives way,
        but what it knows and the given one does not (what came of it) is kept. Of several given ones of
        one thread the newest counts. Where the given ones are not the last of an import, the index takes them
        up with those that follow; `fit_latent` ends it.
        """
        now = self._database.now()

        def write(connection: Connection) -> int:
            if self._spellings is None:
                self._spellings = stored_spellings(connection)
            distinct = respelled(issues, self._spellings)
            written = write_issues(connection, self._upsert, distinct, "imported", now)
            index_rows(connection, written)
            if is_last:
                self._database.learn(connection, len(written))
            return len(written)

        done = await self._database.write(write)
        await self._database.tend(done, is_last=is_last)
        return done


def upsert_statement(dialect: str) -> Any:
    """Insert or update, for rows that a user brings: see `SqlIssues.upsert`. Returns what was written."""
    insert = insert_rows(dialect)
    new = insert.excluded
    values: dict[str, Any] = {
        column.name: new[column.name]
        for column in issues.c
        if column.name not in ("id", "tenant", "repository", "number")
    }
    for name in _KEPT_IF_NEW_IS_EMPTY:
        values[name] = func.coalesce(new[name], issues.c[name])
    values["body"] = case((new.body == "", issues.c.body), else_=new.body)
    is_newer = or_(
        issues.c.origin == "packaged",
        new.updated_at.is_(None),
        issues.c.updated_at.is_(None),
        new.updated_at >= issues.c.updated_at,
    )
    insert = insert.on_conflict_do_update(
        index_elements=["tenant", "repository", "number"], set_=values, where=is_newer
    )
    return insert.returning(issues.c.id, issues.c.repository, issues.c.number)


def packaged_statement(dialect: str) -> Any:
    """Insert or update, for packaged rows: one that a user brought is never touched."""
    insert: Any = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(issues)
    values = {
        column.name: insert.excluded[column.name]
        for column in issues.c
        if column.name not in ("id", "tenant", "repository", "number", "origin")
    }
    return insert.on_conflict_do_update(
        index_elements=["tenant", "repository", "number"],
        set_=values,
        where=issues.c.origin == "packaged",
    )
