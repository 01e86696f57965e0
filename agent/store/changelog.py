"""The stored changelogs of one tenant: replaced version by version, and read as a whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, text

from agent.causes.changelog import Changelog, StoredLine
from agent.causes.changelog_text import ChangelogLine
from agent.store.database import Database
from agent.store.knowledge_tables import changelog
from agent.store.tables import meta

FRESH_SECONDS = 10.0
"""How long a changelog is used before it is asked whether another one was imported."""
_LOCK = text("SELECT pg_advisory_xact_lock(4730023)")


class SqlChangelogs:
    """`ports.ChangelogSource` on a SQL database. Raises `StoreUnavailable` as all stores do."""

    def __init__(self, database: Database, seconds: Callable[[], float] = time.monotonic) -> None:
        self._database, self._seconds = database, seconds
        self._read: dict[str, tuple[float, str | None, Changelog | None]] = {}

    async def replace(self, product: str, lines: Sequence[ChangelogLine], source: str) -> int:
        """Keep these lines in place of what is kept of their versions, all or none; how many.

        Versions that are not among them stay.
        """
        now = self._database.now()
        rows: list[dict[str, Any]] = []
        places: dict[str, int] = {}
        for line in lines:
            place = places.get(line.version, 0)
            places[line.version] = place + 1
            rows.append(
                {"product": product, "version": line.version, "position": place, "line": line.line,
                 "released_at": line.released_at, "source": source, "stored_at": now}
            )  # fmt: skip
        gone = delete(changelog).where(
            changelog.c.product == product, changelog.c.version == bindparam("gone")
        )

        def write(connection: Connection) -> int:
            if self._database.dialect == "postgresql":
                connection.execute(_LOCK)
            for version in places:
                connection.execute(gone, {"gone": version})
            if rows:
                connection.execute(insert(changelog), rows)
            connection.execute(self._stamped(product, now.isoformat()))
            return len(rows)

        written = await self._database.write(write)
        self._read.pop(product, None)
        return written

    async def of(self, product: str) -> Changelog | None:
        """The changelog of a product; None where none was imported. Cheap where none was imported since."""
        kept = self._read.get(product)
        if kept and self._seconds() < kept[0]:
            return kept[2]
        row = await self._database.one(select(meta.c.value).where(meta.c.key == _key(product)))
        stamp = row[0] if row else None
        found = kept[2] if kept and kept[1] == stamp else await self._load(product) if stamp else None
        self._read[product] = (self._seconds() + FRESH_SECONDS, stamp, found)
        return found

    async def _load(self, product: str) -> Changelog:
        wanted = select(changelog.c.version, changelog.c.line, changelog.c.source)
        ordered = wanted.where(changelog.c.product == product).order_by(
            changelog.c.version, changelog.c.position
        )
        rows = await self._database.all(ordered)
        lines = [StoredLine(version=row.version, line=row.line, source=row.source) for row in rows]
        return await asyncio.to_thread(Changelog, lines)

    def _stamped(self, product: str, stamp: str) -> Any:
        new = self._database.insert(meta).values(key=_key(product), value=stamp)
        return new.on_conflict_do_update(index_elements=["tenant", "key"], set_={"value": stamp})


def _key(product: str) -> str:
    return f"changelog:{product}"
