"""Stored changelogs: replaced version by version, all or none, and read again when they change."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agent.causes.changelog_text import ChangelogLine
from agent.errors import StoreUnavailable
from agent.store.changelog import SqlChangelogs
from agent.store.database import Database
from agent.store.knowledge_tables import changelog
from tests.agent.store.conftest import Opened

pytestmark = pytest.mark.anyio

SOURCE = "https://example.org/CHANGELOG.md"


def lines(*said: tuple[str, str]) -> list[ChangelogLine]:
    return [ChangelogLine(version=version, line=line) for version, line in said]


async def stored(store: SqlChangelogs, product: str = "p") -> list[tuple[str, str]]:
    found = await store.of(product)
    return [(line.version, line.line) for line in found.lines] if found else []


async def test_an_import_replaces_the_lines_of_its_versions_only(database: Database) -> None:
    store = SqlChangelogs(database)
    assert await store.of("p") is None
    assert await store.replace("p", lines(("1.0.0", "a"), ("1.0.0", "b"), ("1.1.0", "c")), SOURCE) == 3
    assert await stored(store) == [("1.0.0", "a"), ("1.0.0", "b"), ("1.1.0", "c")]
    assert await store.replace("p", lines(("1.0.0", "z")), SOURCE) == 1
    assert await stored(store) == [("1.0.0", "z"), ("1.1.0", "c")]
    assert await stored(store, "other") == []


async def test_a_line_keeps_its_source(database: Database) -> None:
    store = SqlChangelogs(database)
    await store.replace("p", lines(("1.0.0", "a")), SOURCE)
    found = await store.of("p")
    assert found is not None
    assert found.lines[0].source == SOURCE


async def test_an_import_that_fails_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = SqlChangelogs(database)
    await store.replace("p", lines(("1.0.0", "a")), SOURCE)
    twice = lines(("1.0.0", "z"), ("1.0.1", "y"))
    monkeypatch.setattr(store, "_stamped", lambda *_: select(changelog.c.none_such))
    with pytest.raises((StoreUnavailable, AttributeError)):
        await store.replace("p", twice, SOURCE)
    assert await stored(SqlChangelogs(database)) == [("1.0.0", "a")]


async def test_what_another_process_imported_is_read_after_a_while(database: Database) -> None:
    now = [0.0]
    reader, writer = SqlChangelogs(database, lambda: now[0]), SqlChangelogs(database)
    assert await stored(reader) == []
    await writer.replace("p", lines(("1.0.0", "a")), SOURCE)
    assert await stored(reader) == []
    now[0] = 60.0
    assert await stored(reader) == [("1.0.0", "a")]
    first = await reader.of("p")
    now[0] = 120.0
    assert await reader.of("p") is first


async def test_a_tenant_has_its_own(open_as: Opened) -> None:
    async with open_as("one") as one, open_as("two") as two:
        await SqlChangelogs(one).replace("p", lines(("1.0.0", "a")), SOURCE)
        assert await stored(SqlChangelogs(two)) == []
