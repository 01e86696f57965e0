"""Loads the issues that come with the product into the store, once for each state of that knowledge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, select, text

from agent.issues.issue import Issue
from agent.store.database import Database
from agent.store.index.rows import index_rows
from agent.store.issue_rows import to_rows
from agent.store.issues import packaged_statement
from agent.store.tables import issues, meta

KEY = "known"
Known = Sequence[Issue] | Callable[[], Sequence[Issue]]
"""The packaged issues, or how to get them: parsing is saved where they are loaded already."""
_PACKAGED = select(issues.c.id).where(issues.c.origin == "packaged")
_LOADED = select(meta.c.value).where(meta.c.key == KEY)


async def seed(database: Database, known: Known, digest: str) -> bool:
    """Loads `known` unless the tenant has exactly these; True where rows were written.

    One transaction: after an interruption nothing is loaded, and the next call does it all. Of two
    processes the second waits and finds it done. Packaged rows that are no longer known are removed;
    rows that a user imported stay as they are.
    """
    rows = known() if callable(known) else known

    def load(connection: Connection) -> bool:
        if database.dialect == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(4730022)"))
        if connection.scalar(_LOADED) == digest:
            return False
        changed = list(connection.scalars(_PACKAGED))
        connection.execute(delete(issues).where(issues.c.origin == "packaged"))
        if rows:
            values = to_rows(rows, "packaged", database.now())
            connection.execute(packaged_statement(database.dialect), values)
        index_rows(connection, [*changed, *connection.scalars(_PACKAGED)])
        connection.execute(_remember(database, digest))
        database.learn(connection, len(rows))
        return True

    return await database.write(load)


def _remember(database: Database, digest: str) -> Any:
    insert = database.insert(meta).values(key=KEY, value=digest)
    return insert.on_conflict_do_update(index_elements=["tenant", "key"], set_={"value": digest})
