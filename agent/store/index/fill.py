"""Makes the rows of the index for issues that have none: after an upgrade, or where it is stale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, exists, func, select

from agent.store.index import version
from agent.store.index.local import logged
from agent.store.index.rows import index_rows
from agent.store.index.tables import index_blocks, issue_postings, issue_tokens
from agent.store.tables import issues

if TYPE_CHECKING:
    from agent.store.database import Database

_AT_ONCE = 500
MOST_AT_ONCE_UNASKED = 5_000
"""On PostgreSQL so many issues are indexed when the store is opened; for more, an upgrade is run."""

_HAS_ROW = exists().where(issue_tokens.c.issue_id == issues.c.id)
_MISSING = select(issues.c.id).where(~_HAS_ROW, issues.c.deleted_at.is_(None)).order_by(issues.c.id)
_SOME = _MISSING.limit(_AT_ONCE)


def missing(connection: Connection) -> int:
    """How many issues have no row in the index."""
    return connection.scalar(select(func.count()).select_from(_MISSING.subquery())) or 0


async def fill(database: Database, *, is_asked: bool = True) -> bool:
    """Gives every issue its row, some at a time; an interrupted run is gone on with by the next one.

    Rows that another version made are dropped first. Unless `is_asked`, a large PostgreSQL database is left
    as it is, and False is given.
    """
    if not is_asked and database.dialect == "postgresql":
        stored = await database.read(lambda c: c.scalar(select(func.count()).select_from(issues)) or 0)
        if stored > MOST_AT_ONCE_UNASKED:
            logged(
                f"{stored} issues are not all indexed, so that a search may miss some; run: caseworker doctor"
            )
            return False
    while await database.write(_fill_some):
        pass
    return True


def _fill_some(connection: Connection) -> bool:
    """One transaction of it; False where all is done."""
    named = version.named(connection)
    if named.format != version.FORMAT:
        clear(connection)
        named = version.named(connection)
    ids = list(connection.scalars(_SOME))
    index_rows(connection, ids)
    if len(ids) < _AT_ONCE:
        version.write(connection, named.name, is_filled=True)
    return len(ids) == _AT_ONCE


def clear(connection: Connection) -> None:
    """Drops what the index knows, and gives it another name, so that folders of the old one are stale."""
    for table in (issue_tokens, issue_postings, index_blocks):
        connection.execute(delete(table))
    version.write(connection, None, is_filled=False)
