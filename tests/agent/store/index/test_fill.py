"""Issues without rows in the index get them: after an upgrade, and after an interruption."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, func, select, update

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import fill as filling
from agent.store.index.fill import clear, fill, missing
from agent.store.index.tables import issue_tokens
from agent.store.index.version import FORMAT, named
from agent.store.issues import SqlIssues
from agent.store.tables import meta

pytestmark = pytest.mark.anyio

ISSUES = [Issue(repository="o/n", number=n, url="u", title=f"word own{n}") for n in range(1, 30)]


async def count(database: Database) -> int:
    row = await database.one(select(func.count()).select_from(issue_tokens))
    return row[0] if row else 0


async def test_what_is_missing_is_made_some_at_a_time(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await SqlIssues(database).upsert(ISSUES)
    name = (await database.read(named)).name
    await database.write(clear)
    assert (await count(database), await database.read(missing)) == (0, 29)
    assert not (await database.read(named)).is_filled
    monkeypatch.setattr(filling, "_AT_ONCE", 10)
    monkeypatch.setattr(filling, "_SOME", filling._MISSING.limit(10))
    assert await database.write(filling._fill_some)
    assert await database.read(missing) == 19
    assert await fill(database)
    assert (await count(database), await database.read(missing)) == (29, 0)
    now = await database.read(named)
    assert now.is_filled
    assert now.name != name
    assert len(await SqlIssues(database).search(IssueQuery(terms=["word"]), 50)) == 29


async def test_rows_of_another_version_are_made_anew(database: Database) -> None:
    await SqlIssues(database).upsert(ISSUES)
    await database.change(update(meta).where(meta.c.key == "index").values(value="old name filled"))
    await database.change(update(issue_tokens).values(tokens=None))
    assert await fill(database)
    assert (await database.read(named)).format == FORMAT
    assert len(await SqlIssues(database).search(IssueQuery(terms=["word"]), 50)) == 29


async def test_a_large_postgresql_database_is_filled_only_when_that_is_asked_for(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await SqlIssues(database).upsert(ISSUES)
    await database.change(delete(issue_tokens).where(issue_tokens.c.issue_id > 0))
    monkeypatch.setattr(filling, "MOST_AT_ONCE_UNASKED", 5)
    assert await fill(database, is_asked=False) == (database.dialect == "sqlite")
    assert await count(database) == (29 if database.dialect == "sqlite" else 0)
    assert await fill(database)
    assert await count(database) == 29
