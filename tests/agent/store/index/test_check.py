"""What `doctor` finds wrong with an index, and that it is right afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, text, update

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import local
from agent.store.index.check import mend
from agent.store.index.local import LocalIndex
from agent.store.index.tables import index_blocks, issue_tokens
from agent.store.issues import SqlIssues
from agent.store.tables import issues as table

pytestmark = pytest.mark.anyio

ISSUES = [Issue(repository="o/n", number=n, url="u", title=f"word own{n}") for n in range(1, 30)]


@pytest.fixture
async def filled(database: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    monkeypatch.setattr(local, "TAIL_ROWS", 5)
    await SqlIssues(database).upsert(ISSUES)
    await database.tend(1000)
    return database


async def found(database: Database) -> int:
    return len(await SqlIssues(database).search(IssueQuery(terms=["word"]), 50))


async def test_nothing_is_wrong(filled: Database) -> None:
    assert await mend(filled) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (update(table).where(table.c.number < 3).values(title="other"), "2 of 29 issues looked at"),
        (delete(table).where(table.c.number < 3), "where there are 27"),
        (delete(issue_tokens).where(issue_tokens.c.issue_id > 3), "counted"),
        (update(index_blocks).values(docs=5), "counted"),
    ],
)
async def test_rows_that_are_wrong_are_made_anew(filled: Database, change: Any, said: str) -> None:
    await filled.change(change)
    assert said in "; ".join(await mend(filled))
    assert await mend(filled) == []
    hits = await SqlIssues(filled).search(IssueQuery(terms=["word"]), 50)
    there = await filled.all(table.select().where(table.c.title.like("word%")))
    assert {hit.issue.number for hit in hits} == {row.number for row in there}


async def test_lost_postings_are_noticed(filled: Database) -> None:
    if filled.dialect == "sqlite":
        pytest.skip("there are no postings on SQLite")
    await filled.write(lambda c: c.execute(text("DELETE FROM issue_postings WHERE tenant = :tenant"), {}))
    assert await found(filled) == 0
    assert "could not be found" in (await mend(filled))[0]
    assert await found(filled) == 29


async def test_a_folder_that_holds_other_issues_is_made_anew(filled: Database, capsys: Any) -> None:
    index = filled.index
    if not isinstance(index, LocalIndex):
        pytest.skip("there is no folder on PostgreSQL")
    folder = index.opened()
    assert folder is not None
    writer = folder._writer()
    writer.delete_documents_by_term("id", 3)
    writer.commit()
    writer.wait_merging_threads()
    assert "held 28 issues where there are 29" in (await mend(filled))[0]
    assert await mend(filled) == []
    assert await found(filled) == 29


async def test_an_issue_that_was_never_indexed_is_noticed(filled: Database) -> None:
    def lose(connection: Connection) -> None:
        facts = {"repository": "o/n", "number": 77, "url": "u", "title": "word", "body": "", "state": "open"}
        kept = {"labels": [], "origin": "imported", "stored_at": filled.now(), "kind": "issue"}
        connection.execute(insert(table), {**facts, **kept})

    await filled.write(lose)
    assert await mend(filled) == ["1 issues were not indexed"]
    assert await found(filled) == 30
