"""One database as one tenant sees it: how its stores read, and how they write, all or nothing.

What is done on a connection is a plain function that gets it. On SQLite it runs in a thread with the
driver of the standard library, which costs one change of threads for a whole transaction; on PostgreSQL
it runs on the event loop with the async driver, which waits for the network without a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, Executable, Row, Table, text
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL

from agent.store.engine import READERS, pooled_engine, reported
from agent.store.index.found import Index
from agent.store.index.upkeep import index_of, tend, tend_quietly

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from agent.store.index.encoder import Encoder

T = TypeVar("T")
Work = Callable[[Connection], T]
_MANY = 100


def utc_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


class _Runner(Protocol):
    """Runs work on a connection of the pool."""

    async def read(self, work: Work[T], options: dict[str, Any]) -> T: ...

    async def write(self, work: Work[T], options: dict[str, Any]) -> T: ...

    async def close(self) -> None: ...


class _Threads:
    """SQLite: several threads that read, and one that writes, since SQLite has one writer anyway.

    Writers queue here and are served in turn; in the driver they would poll for the lock. A caller that
    is cancelled does not stop a transaction in the middle: it is committed or undone as a whole.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine, self._writing = engine, engine.execution_options(write=True)
        self._reading: dict[tuple[tuple[str, Any], ...], Engine] = {}
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="store-read")
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="store-write")

    async def read(self, work: Work[T], options: dict[str, Any]) -> T:
        # An engine with options is made once for each tenant: making one costs as much as a search.
        key = tuple(options.items())
        engine = self._reading.get(key) or self._reading.setdefault(
            key, self._engine.execution_options(**options)
        )

        def run() -> T:
            with engine.connect() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._readers, run)

    async def write(self, work: Work[T], options: dict[str, Any]) -> T:
        def run() -> T:
            with self._writing.execution_options(**options).begin() as connection:
                return work(connection)

        return await asyncio.get_running_loop().run_in_executor(self._writer, run)

    async def close(self) -> None:
        await asyncio.to_thread(self._shut)

    def _shut(self) -> None:
        self._readers.shutdown()
        self._writer.shutdown()
        self._engine.dispose()


class _Loop:
    """PostgreSQL: the event loop waits for the server."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        # Reading needs no transaction: the server is spared a BEGIN and a ROLLBACK.
        self._reader = engine.execution_options(isolation_level="AUTOCOMMIT")

    async def read(self, work: Work[T], options: dict[str, Any]) -> T:
        async with self._reader.execution_options(**options).connect() as connection:
            return await connection.run_sync(work)

    async def write(self, work: Work[T], options: dict[str, Any]) -> T:
        async with self._engine.execution_options(**options).begin() as connection:
            return await connection.run_sync(work)

    async def close(self) -> None:
        await self._engine.dispose()


class Database:
    """The rows of one tenant. Safe to use from several tasks of one event loop at once.

    Everything raises `StoreUnavailable` where the database fails; a write that raises wrote nothing.
    """

    def __init__(
        self,
        url: URL,
        tenant: str,
        clock: Callable[[], datetime] = utc_now,
        encoder: Encoder | None = None,
    ) -> None:
        self.url, self.tenant, self.now, self.encoder = url, tenant, clock, encoder
        with reported(url):
            engine = pooled_engine(url)
        self.dialect: str = engine.dialect.name
        self._runner: _Runner = _Threads(engine) if isinstance(engine, Engine) else _Loop(engine)
        self._options = {"tenant": tenant}
        self.index: Index = index_of(url, tenant)
        self._tending: asyncio.Task[None] | None = None
        self._is_behind = False

    async def read(self, work: Work[T]) -> T:
        """What `work` makes of a connection on which nothing is changed."""
        with reported(self.url):
            return await self._runner.read(work, self._options)

    async def write(self, work: Work[T]) -> T:
        """What `work` makes of a transaction that is committed after it, or undone where it raises."""
        with reported(self.url):
            return await self._runner.write(work, self._options)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The first row, or None."""
        return await self.read(lambda connection: connection.execute(statement).first())

    async def all(self, statement: Executable, bound: dict[str, Any] | None = None) -> Sequence[Row[Any]]:
        """Every row."""
        return await self.read(lambda connection: connection.execute(statement, bound).all())

    async def change(self, statement: Executable, bound: Any = None) -> int:
        """Runs one statement that changes rows, in a transaction of its own; how many an UPDATE changed."""
        return await self.write(lambda connection: connection.execute(statement, bound).rowcount)

    def insert(self, table: Table) -> Any:
        """An INSERT that may say what to do on a conflict."""
        return (sqlite_insert if self.dialect == "sqlite" else postgresql_insert)(table)

    def learn(self, connection: Connection, rows: int) -> None:
        """After many new issues PostgreSQL counts anew; else it would plan searches as if there were few."""
        if rows >= _MANY and self.dialect == "postgresql":
            connection.exec_driver_sql("ANALYZE issues")

    async def tend(self, written: int, *, is_last: bool = True) -> None:
        """Lets the index take up what was written; after few rows beside other work.

        Unless that `is_last`, more is written at once, and `settle` ends it. Raises `StoreUnavailable` where
        many rows cannot be taken up. They are stored all the same.
        """
        self._is_behind = self._is_behind or not is_last
        if written >= _MANY or not is_last:
            if self._tending is not None:
                await asyncio.wait([self._tending])
            await tend(self, is_last=is_last)
        elif written and (self._tending is None or self._tending.done()):
            self._tending = asyncio.create_task(tend_quietly(self))

    async def settle(self) -> None:
        """After the last of much that was written at once: what `tend` left. Raises as that does."""
        if self._is_behind:
            await self.write(lambda connection: self.learn(connection, _MANY))
            await self.tend(_MANY)
            self._is_behind = False

    async def ping(self) -> None:
        """Returns where the database answers. Raises `StoreUnavailable` where it does not."""
        await self.one(text("SELECT version_num FROM alembic_version"))

    async def close(self) -> None:
        """Ends what is still being written and closes every connection."""
        if self._tending is not None:
            await asyncio.wait([self._tending])
        await self._runner.close()
