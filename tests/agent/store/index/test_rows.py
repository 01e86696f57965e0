"""The rows of the index follow the issues, in the transaction that changes them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, delete, select, update

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index.packed import unpack
from agent.store.index.rows import differing, index_rows
from agent.store.index.stored import collection
from agent.store.index.tables import issue_tokens
from agent.store.issues import SqlIssues
from agent.store.tables import issues as table

pytestmark = pytest.mark.anyio


def issue(number: int, title: str, **facts: Any) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title=title, **facts)


async def changes(database: Database) -> dict[int, int]:
    return {
        row.issue_id: row.change
        for row in await database.all(select(issue_tokens.c.issue_id, issue_tokens.c.change))
    }


async def found(database: Database, term: str) -> list[int]:
    hits = await SqlIssues(database).search(IssueQuery(terms=[term]), 10)
    return sorted(hit.issue.number for hit in hits)


async def test_a_row_holds_the_tokens_of_title_body_and_outcome(database: Database) -> None:
    await SqlIssues(database).upsert([issue(1, "read_dir", body="Errors errors", outcome="waived")])
    row = await database.one(select(issue_tokens.c.tokens, issue_tokens.c.length, issue_tokens.c.created))
    assert row is not None
    assert unpack(row.tokens) == (["read_dir", "read", "dir"], {"error": 2, "waiv": 1})
    assert (row.length, row.created) == (4 * 3 + 3, None)


async def test_only_what_changed_gets_a_new_number(database: Database) -> None:
    await SqlIssues(database).upsert([issue(1, "one"), issue(2, "two")])
    before = await changes(database)
    await SqlIssues(database).upsert([issue(1, "one", state="closed"), issue(2, "other")])
    after = await changes(database)
    changed = [issue_id for issue_id in before if after[issue_id] != before[issue_id]]
    assert len(changed) == 1
    assert after[changed[0]] > max(before.values())
    assert await database.read(lambda c: collection(c).docs) == 2


async def test_a_row_that_is_gone_takes_its_words_along(database: Database) -> None:
    await SqlIssues(database).upsert([issue(1, "word"), issue(2, "word"), issue(3, "word")])
    ids = sorted(await changes(database))

    def work(connection: Connection) -> None:
        connection.execute(delete(table).where(table.c.id == ids[0]))
        connection.execute(update(table).where(table.c.id == ids[1]).values(deleted_at=database.now()))
        assert index_rows(connection, ids) == 2

    await database.write(work)
    assert await found(database, "word") == [3]
    stored = await database.read(collection)
    assert (stored.docs, stored.average) == (1, 4)
    assert await database.read(lambda c: differing(c, ids)) == 0


async def test_a_transaction_that_is_undone_indexes_nothing(database: Database) -> None:
    await SqlIssues(database).upsert([issue(1, "word")])

    def work(connection: Connection) -> None:
        connection.execute(update(table).values(title="other"))
        index_rows(connection, [connection.scalar(select(table.c.id)) or 0])
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(work)
    assert (await found(database, "word"), await found(database, "other")) == ([1], [])


async def test_tenants_have_their_own_rows(open_as: Any) -> None:
    async with open_as("one") as one, open_as("two") as two:
        await SqlIssues(one).upsert([issue(1, "word")])
        await SqlIssues(two).upsert([issue(2, "word"), issue(3, "word")])
        assert await found(one, "word") == [1]
        assert await found(two, "word") == [2, 3]
        assert (await one.read(collection)).docs == 1
