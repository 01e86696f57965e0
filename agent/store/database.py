"""One database as one tenant sees it: how its stores read, and how they write, all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Executable, Row, Table, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent.store.engine import reported


def utc_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


class Database:
    """The rows of one tenant. Safe to use from several tasks of one event loop at once.

    Everything raises `StoreUnavailable` where the database fails; a write that raises wrote nothing.
    """

    def __init__(
        self, engine: AsyncEngine, url: URL, tenant: str, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.url, self.tenant, self.now = url, tenant, clock
        self.dialect = engine.dialect.name
        is_sqlite = self.dialect == "sqlite"
        # Reading needs no transaction: PostgreSQL is spared a BEGIN and a ROLLBACK.
        reading: dict[str, Any] = {} if is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._reader = engine.execution_options(tenant=tenant, **reading)
        self._writer = engine.execution_options(tenant=tenant, write=True)
        # SQLite has one writer. Tasks that queue here are served in turn; in the driver they would poll.
        self._turn: Any = asyncio.Lock() if is_sqlite else nullcontext()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A connection for statements that change nothing."""
        with reported(self.url):
            async with self._reader.connect() as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """A connection in a transaction that is committed at the end, or undone where anything raises."""
        with reported(self.url):
            async with self._turn, self._writer.begin() as connection:
                yield connection

    def insert(self, table: Table) -> Any:
        """An INSERT that may say what to do on a conflict."""
        return (sqlite_insert if self.dialect == "sqlite" else postgresql_insert)(table)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        async with self.read() as connection:
            return (await connection.execute(statement)).first()

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """Every row."""
        async with self.read() as connection:
            return (await connection.execute(statement)).all()

    async def ping(self) -> None:
        """Returns where the database answers. Raises `StoreUnavailable` where it does not."""
        async with self.read() as connection:
            await connection.execute(text("SELECT 1 FROM alembic_version"))
