"""Loads the issues that come with the product into the store, once for each state of that knowledge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent.issues.issue import Issue
from agent.store.issues import packaged_statement, to_rows
from agent.store.tables import issues, meta

KEY = "known"
Known = Sequence[Issue] | Callable[[], Sequence[Issue]]
"""The packaged issues, or how to get them: parsing is saved where they are loaded already."""


async def seed(engine: AsyncEngine, tenant: str, known: Known, digest: str) -> bool:
    """Loads `known` unless the tenant has exactly these; True where rows were written.

    One transaction: after an interruption nothing is loaded, and the next call does it all. Of two
    processes the second waits and finds it done. Packaged rows that are no longer known are removed;
    rows that a user imported stay as they are.
    """
    rows = known() if callable(known) else known
    async with engine.execution_options(write=True).begin() as connection:
        if engine.dialect.name == "postgresql":
            await connection.execute(text("SELECT pg_advisory_xact_lock(4730022)"))
        if await connection.scalar(digest_statement(tenant)) == digest:
            return False
        await _replace_packaged(connection, tenant, rows)
        await connection.execute(_remember(engine.dialect.name, tenant, digest))
    return True


def digest_statement(tenant: str) -> Any:
    """The digest of the packaged rows that the tenant has."""
    return select(meta.c.value).where(meta.c.tenant == tenant, meta.c.key == KEY)


async def _replace_packaged(connection: AsyncConnection, tenant: str, rows: Sequence[Issue]) -> None:
    packaged = (issues.c.tenant == tenant) & (issues.c.origin == "packaged")
    await connection.execute(delete(issues).where(packaged))
    if rows:
        values = to_rows(rows, tenant, "packaged", datetime.now(UTC))
        await connection.execute(packaged_statement(connection.dialect.name), values)


def _remember(dialect: str, tenant: str, digest: str) -> Any:
    insert: Any = (sqlite_insert if dialect == "sqlite" else postgresql_insert)(meta)
    insert = insert.values(tenant=tenant, key=KEY, value=digest)
    return insert.on_conflict_do_update(index_elements=["tenant", "key"], set_={"value": digest})
