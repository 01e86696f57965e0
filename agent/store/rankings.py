"""The ranking weights that a tenant has learned, and the duplicates that they can be learned from."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, delete, select

from agent.issues.ranking import Ranking, dump_ranking, load_ranking
from agent.issues.references import Thread
from agent.store.database import Database
from agent.store.knowledge_tables import issue_links
from agent.store.tables import issues, meta

KEY = "ranking"
_KEPT = select(meta.c.value).where(meta.c.key == KEY)
_MARKED = select(
    issues.c.id, issues.c.repository, issues.c.number, issues.c.title, issues.c.body, issues.c.created_at,
    issues.c.duplicate_of,
).where(issues.c.created_at.is_not(None))  # fmt: skip
_NAMED = _MARKED.where(issues.c.duplicate_of.is_not(None))
_LINKED = select(issue_links.c.issue_id, issue_links.c.target_repository, issue_links.c.target_number).where(
    issue_links.c.kind == "duplicate_of"
)
_AT_ONCE = 500


class Duplicate(NamedTuple):
    """An issue that somebody closed as a duplicate, and the issues that it repeats (names in lower case)."""

    thread: Thread
    title: str
    body: str
    created_at: datetime
    originals: frozenset[Thread]


class SqlRankings:
    """The ranking of one tenant. Methods raise `StoreUnavailable`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def kept(self) -> Ranking | None:
        """The weights that were learned here; None where there are none, or of an older version."""
        row = await self._database.one(_KEPT)
        try:
            return load_ranking(row[0]) if row else None
        except ValueError:
            return None

    async def keep(self, ranking: Ranking) -> None:
        """From the next start on these weights are used."""
        insert = self._database.insert(meta)
        changed = {"value": insert.excluded["value"]}
        statement = insert.on_conflict_do_update(index_elements=["tenant", "key"], set_=changed)
        await self._database.change(statement, {"key": KEY, "value": dump_ranking(ranking)})

    async def forget(self) -> None:
        """From the next start on the packaged weights are used."""
        await self._database.change(delete(meta).where(meta.c.key == KEY))

    async def duplicates(self) -> list[Duplicate]:
        """The stored issues that are known to repeat others, the oldest first."""
        return await self._database.read(_duplicates)


def _duplicates(connection: Connection) -> list[Duplicate]:
    originals: dict[int, set[Thread]] = {}
    for issue_id, repository, number in connection.execute(_LINKED):
        originals.setdefault(issue_id, set()).add((repository.lower(), number))
    rows = {row.id: row for row in connection.execute(_NAMED)}
    missing = sorted(originals.keys() - rows.keys())
    for start in range(0, len(missing), _AT_ONCE):
        wanted = _MARKED.where(issues.c.id.in_(missing[start : start + _AT_ONCE]))
        rows |= {row.id: row for row in connection.execute(wanted)}
    for row in rows.values():
        home, _, number = (row.duplicate_of or "").rpartition("#")
        if home and number.isdecimal():
            originals.setdefault(row.id, set()).add((home.lower(), int(number)))
    found = [
        Duplicate(
            (row.repository, row.number), row.title, row.body, row.created_at, frozenset(originals[row.id])
        )
        for row in rows.values()
        if row.id in originals
    ]
    return sorted(found, key=lambda each: (each.created_at.timestamp(), each.thread))
