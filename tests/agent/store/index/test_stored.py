"""The totals of a tenant's issues."""

from __future__ import annotations

import pytest

from agent.issues.issue import Issue
from agent.store.database import Database
from agent.store.index.bm25 import Collection
from agent.store.index.stored import collection
from agent.store.issues import SqlIssues

pytestmark = pytest.mark.anyio


async def test_the_average_is_of_all_that_are_there(database: Database) -> None:
    assert await database.read(collection) == Collection(0, 1.0)
    await SqlIssues(database).upsert(
        [Issue(repository="o/n", number=n, url="u", title="a1", body="b1 " * n) for n in (2, 4)]
    )
    assert await database.read(collection) == Collection(2, 7.0)
