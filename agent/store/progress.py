"""How far an import or a sync came, so that the next one goes on after an interruption."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import delete, select

from agent.store.database import Database
from agent.store.knowledge_tables import progress

ProgressKind = Literal["import", "sync"]


class SqlProgress:
    """The progress of one tenant's imports and syncs. Methods raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, kind: ProgressKind, key: str) -> dict[str, Any]:
        """What was put last; empty where nothing was."""
        wanted = select(progress.c.state).where(progress.c.kind == kind, progress.c.key == key)
        row = await self._database.one(wanted)
        return dict(row[0]) if row and row[0] else {}

    async def put(self, kind: ProgressKind, key: str, state: dict[str, Any]) -> None:
        """Keep `state` in place of what was put before."""
        insert = self._database.insert(progress)
        row = {"kind": kind, "key": key, "state": state, "updated_at": self._database.now()}
        changed = {name: insert.excluded[name] for name in ("state", "updated_at")}
        statement = insert.on_conflict_do_update(index_elements=["tenant", "kind", "key"], set_=changed)
        await self._database.change(statement, row)

    async def forget(self, kind: ProgressKind, key: str) -> None:
        """From now on there is nothing to go on with."""
        await self._database.change(delete(progress).where(progress.c.kind == kind, progress.c.key == key))
