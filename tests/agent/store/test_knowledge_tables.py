"""What belongs to an issue goes with it, and can belong to no other tenant's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from agent.errors import StoreUnavailable
from agent.store.database import Database
from agent.store.knowledge_tables import issue_comments, issue_links, issue_timeline, metadata
from agent.store.tables import issues

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
ROW: dict[str, Any] = {
    "repository": "o/n", "number": 1, "url": "u", "title": "t", "body": "", "state": "open", "labels": [],
    "origin": "imported", "stored_at": NOON,
}  # fmt: skip


async def test_rows_go_with_their_issue(database: Database) -> None:
    def fill(connection: Any) -> list[int]:
        key = connection.execute(insert(issues).returning(issues.c.id), ROW).scalar()
        of = {"issue_id": key, "external_id": "1"}
        connection.execute(insert(issue_comments), {**of, "body": "b"})
        connection.execute(insert(issue_timeline), {**of, "kind": "closed"})
        link = {"target_repository": "o/n", "target_number": 2, "kind": "mentions", "via": "body"}
        connection.execute(insert(issue_links), {"issue_id": key, **link})
        tables = (issue_comments, issue_timeline, issue_links)
        before = [connection.scalar(select(func.count()).select_from(table)) for table in tables]
        connection.execute(delete(issues))
        return before + [connection.scalar(select(func.count()).select_from(table)) for table in tables]

    assert await database.write(fill) == [1, 1, 1, 0, 0, 0]


async def test_a_row_needs_an_issue_of_its_own_tenant(open_as: Any) -> None:
    async with open_as("one") as one, open_as("two") as two:
        key = await one.write(lambda c: c.execute(insert(issues).returning(issues.c.id), ROW).scalar())
        comment = {"issue_id": key, "external_id": "1", "body": "b"}
        with pytest.raises((IntegrityError, StoreUnavailable)):
            await two.write(lambda c: c.execute(insert(issue_comments), comment))


def test_every_table_is_known_to_the_one_metadata() -> None:
    names = {table.name for table in metadata.sorted_tables}
    wanted = {"issue_comments", "issue_timeline", "issue_links", "releases", "progress", "changelog"}
    assert wanted <= names
