"""Small blocks of postings are joined; what is found stays the same."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import blocks
from agent.store.index.blocks import join_blocks
from agent.store.index.stored import collection
from agent.store.index.tables import index_blocks, issue_postings
from agent.store.issues import SqlIssues

pytestmark = pytest.mark.anyio


def issue(number: int, title: str) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title=title)


async def test_blocks_are_joined_and_dead_postings_left_out(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("there are no blocks on SQLite")
    monkeypatch.setattr(blocks, "MOST_NEW_BLOCKS", 1000)
    for number in range(1, 7):
        await SqlIssues(database).upsert([issue(number, "word")])
    await SqlIssues(database).upsert([issue(2, "fresh")])
    await database.tend(1000)
    before = await database.read(collection)
    assert len(await database.all(select(index_blocks.c.block))) == 7
    monkeypatch.setattr(blocks, "MOST_NEW_BLOCKS", 3)
    assert await database.write(join_blocks)
    assert not await database.write(join_blocks)
    assert await database.read(collection) == before
    rows = await database.all(select(issue_postings.c.term, issue_postings.c.docs))
    assert sorted(tuple(row) for row in rows) == [("fresh", 1), ("word", 5)]
    hits = await SqlIssues(database).search(IssueQuery(terms=["word"]), 10)
    assert {hit.issue.number for hit in hits} == {1, 3, 4, 5, 6}


async def test_two_do_not_join_at_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    if database.dialect == "sqlite":
        pytest.skip("there are no blocks on SQLite")
    monkeypatch.setattr(blocks, "MOST_NEW_BLOCKS", 1000)
    for number in range(1, 5):
        await SqlIssues(database).upsert([issue(number, "word")])
    await database.tend(1000)
    monkeypatch.setattr(blocks, "MOST_NEW_BLOCKS", 1)
    import asyncio

    joined = await asyncio.gather(*(database.write(join_blocks) for _ in range(4)))
    assert sum(joined) == 1
    assert len(await database.all(select(index_blocks.c.block))) == 1


async def test_joined_blocks_are_joined_again_and_nothing_is_lost(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.dialect == "sqlite":
        pytest.skip("there are no blocks on SQLite")
    monkeypatch.setattr(blocks, "MOST_NEW_BLOCKS", 1)
    monkeypatch.setattr(blocks, "MOST_BLOCKS_OF_A_LEVEL", 1)
    for number in range(1, 9):
        await SqlIssues(database).upsert([issue(number, f"word own{number}")])
        while await database.write(join_blocks):
            pass
    levels = await database.all(select(index_blocks.c.level))
    assert max(row.level for row in levels) > 1
    rows = await database.all(select(issue_postings.c.docs).where(issue_postings.c.term == "word"))
    assert sum(row.docs for row in rows) == 8
    hits = await SqlIssues(database).search(IssueQuery(terms=["word"]), 10)
    assert {hit.issue.number for hit in hits} == set(range(1, 9))
