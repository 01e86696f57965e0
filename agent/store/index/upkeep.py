"""Which index a database has, and what is done for it after something was written."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection
from sqlalchemy.engine import URL

from agent.errors import StoreUnavailable
from agent.store.index.blocks import join_blocks
from agent.store.index.found import Index
from agent.store.index.local import LocalIndex, logged
from agent.store.index.postings import PostingsIndex

if TYPE_CHECKING:
    from agent.store.database import Database


def index_of(url: URL, tenant: str) -> Index:
    """The index of the tenant's issues in the database at `url`."""
    if url.get_backend_name() == "sqlite":
        return LocalIndex(folder_of(url, tenant))
    return PostingsIndex()


def folder_of(url: URL, tenant: str) -> Path | None:
    """The folder of the tenant's index, beside the SQLite file; None for one that a URI names."""
    database = url.database or ""
    # The prefix keeps a tenant that is called ".." inside.
    return None if database.startswith("file:") else Path(f"{database}.index") / f"of-{tenant}"


async def tend(database: Database, *, is_last: bool = True) -> None:
    """Brings the index on after something was written, and before more is unless that `is_last`.

    Raises `StoreUnavailable`.
    """
    index = database.index
    if isinstance(index, LocalIndex):
        await database.read(partial(index.bring_on, is_last=is_last))
        return
    while await database.write(_joined):
        pass


async def tend_quietly(database: Database) -> None:
    """The same, for work that nobody waits for: what goes wrong is logged."""
    try:
        await tend(database)
    except StoreUnavailable as bad:
        logged(str(bad))


def _joined(connection: Connection) -> bool:
    return join_blocks(connection)
