"""What is stored of a tenant's issues, as the index counts it."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from agent.store.index.bm25 import Collection
from agent.store.index.tables import index_blocks

_TOTALS = select(func.sum(index_blocks.c.docs), func.sum(index_blocks.c.length))


def collection(connection: Connection) -> Collection:
    """How many issues the tenant has and how long they are on average."""
    docs, length = connection.execute(_TOTALS).one()
    return Collection(int(docs or 0), max(1.0, int(length or 0) / max(1, int(docs or 0))))
