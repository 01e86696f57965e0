"""Opening the store: makes and fills it at first use, and costs little every time after."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError, ProgrammingError

from agent.errors import SchemaTooOld
from agent.store.database import Database
from agent.store.engine import parse_url, probe, reported, where
from agent.store.index import version
from agent.store.index.fill import fill
from agent.store.issues import SqlIssues
from agent.store.schema import checked, head, upgrade
from agent.store.seed import KEY, Known, seed

if TYPE_CHECKING:
    from agent.store.index.encoder import Encoder

_STATE = text("""
    SELECT version_num, (SELECT value FROM meta WHERE tenant = :tenant AND key = :key),
           (SELECT value FROM meta WHERE tenant = :tenant AND key = :index)
    FROM alembic_version
""")


@asynccontextmanager
async def open_database(
    url: str,
    tenant: str,
    known: Known,
    digest: str,
    *,
    strict: bool = False,
    encoder: Path | None = None,
) -> AsyncIterator[Database]:
    """The database at `url` as `tenant` sees it, with the packaged issues `known` in it.

    `known` may be a function, which is called only where `digest` is not the one already loaded. A new
    SQLite database is made and an older one upgraded; with `strict`, and always on PostgreSQL, an older
    schema raises `SchemaTooOld`. Raises `StoreUnavailable` where the database cannot be used. With the
    folder of an `encoder` issues are compared by its vectors; `EncoderUnavailable` where it cannot be.
    """
    database = Database(parse_url(url), tenant, encoder=_opened(encoder))
    try:
        with reported(database.url):
            await asyncio.to_thread(probe, database.url)
        revision, loaded, index = await database.read(lambda connection: _state(connection, database.url))
        if revision != head():
            if database.dialect != "sqlite" or (strict and revision is not None):
                raise SchemaTooOld(where=where(database.url))
            await asyncio.to_thread(upgrade, url)
        if not version.read(index).is_filled:
            await fill(database, is_asked=False)
        if loaded != digest:
            await seed(database, known, digest)
        yield database
    finally:
        await database.close()


@asynccontextmanager
async def open_store(
    url: str, tenant: str, known: Known, digest: str, *, strict: bool = False
) -> AsyncIterator[SqlIssues]:
    """The issues in the database at `url`; all else as in `open_database`."""
    async with open_database(url, tenant, known, digest, strict=strict) as database:
        yield SqlIssues(database)


def _opened(folder: Path | None) -> Encoder | None:
    if folder is None:
        return None
    from agent.store.index.encoder import open_encoder  # with its numbers, which nobody else wants

    return open_encoder(folder)


def _state(connection: Connection, url: URL) -> tuple[str | None, str | None, str | None]:
    """Revision of the schema, digest of the loaded knowledge and state of the index; None where none is."""
    try:
        row = connection.execute(_STATE, {"key": KEY, "index": version.KEY}).one_or_none()
    except (OperationalError, ProgrammingError) as bad:
        if "no such table" not in str(bad) and "does not exist" not in str(bad):
            raise
        return None, None, None
    return (checked(row[0], url), row[1], row[2]) if row else (None, None, None)
