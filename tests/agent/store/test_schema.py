"""Migrations: from nothing to the newest, in step with the tables that the code uses."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import DateTime, insert, inspect, select

from agent.errors import SchemaTooOld, StoreUnavailable
from agent.issues.issue import IssueHit, IssueQuery
from agent.store import schema
from agent.store.engine import parse_url, sync_engine
from agent.store.index.tables import metadata
from agent.store.migrations import REVISIONS
from agent.store.open import open_store
from agent.store.schema import current, head, upgrade
from agent.store.tables import issues, meta

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def test_upgrade_from_nothing_and_again(empty_url: str) -> None:
    assert current(empty_url) is None
    upgrade(empty_url)
    upgrade(empty_url)
    assert current(empty_url) == head()


def test_looking_at_a_file_does_not_make_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/store.sqlite3"
    assert current(url) is None
    assert not (tmp_path / "new").exists()
    upgrade(url)
    assert current(url) == head()


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    files = ScriptDirectory(str(folder))
    assert [script.revision for script in files.walk_revisions()][::-1] == list(REVISIONS)
    assert files.get_current_head() == head()


def differences(url: str) -> list[Any]:
    """What the tables of the database have that those of the code have not, and the reverse."""

    def ours(name: str | None, kind: str, _parents: object) -> bool:
        # The full text is made by SQL of each database, which the tables of the code do not describe.
        if kind == "column" and name == "search":
            return False
        return kind != "table" or not str(name).startswith("issues_fts")

    engine = sync_engine(parse_url(url))
    with engine.connect() as connection:
        options = {"include_name": ours, "compare_type": True}
        found = compare_metadata(MigrationContext.configure(connection, opts=options), metadata)
    engine.dispose()
    return [one for one in found if "ix_issues_search" not in str(one)]


def test_the_migrations_make_the_tables_of_the_code(empty_url: str) -> None:
    upgrade(empty_url)
    assert differences(empty_url) == []


@pytest.mark.parametrize("before", ["0001", "0002"])
def test_a_database_of_a_version_before_is_upgraded_with_its_rows(empty_url: str, before: str) -> None:
    engine = sync_engine(parse_url(empty_url))
    issue = {
        "tenant": "default", "repository": "o/n", "number": 1, "url": "u", "title": "a word", "body": "b",
        "state": "open", "labels": ["bug"], "origin": "imported", "stored_at": NOON, "created_at": NOON,
    }  # fmt: skip
    with engine.begin() as connection:
        schema._run_migrations(connection, before)
        connection.execute(insert(issues), issue)
        connection.execute(insert(meta), {"tenant": "default", "key": "known", "value": "none"})
    engine.dispose()
    assert current(empty_url) == before
    upgrade(empty_url)
    assert (current(empty_url), differences(empty_url)) == (head(), [])

    async def found() -> list[IssueHit]:
        async with open_store(empty_url, "default", [], "none", strict=True) as store:
            return await store.search(IssueQuery(terms=["word"]), 5)

    hits = asyncio.run(found())
    assert [(hit.issue.number, hit.issue.labels, hit.issue.created_at) for hit in hits] == [
        (1, ["bug"], NOON)
    ]


@pytest.mark.parametrize("before", ["0001", "0002"])
def test_an_issue_of_a_version_before_has_a_kind(empty_url: str, before: str) -> None:
    engine = sync_engine(parse_url(empty_url))
    issue = {
        "tenant": "default", "repository": "o/n", "number": 1, "url": "u", "title": "a word", "body": "b",
        "state": "open", "labels": [], "origin": "imported", "stored_at": NOON,
    }  # fmt: skip
    wanted = select(issues.c.kind, issues.c.author, issues.c.reactions).where(issues.c.tenant == "default")
    with engine.begin() as connection:
        schema._run_migrations(connection, before)
        connection.execute(insert(issues), issue)
        schema._run_migrations(connection)
        row = connection.execute(wanted).one()
    engine.dispose()
    assert tuple(row) == ("issue", None, None)


def test_strict_names_the_command_for_the_version_before(empty_url: str) -> None:
    engine = sync_engine(parse_url(empty_url))
    with engine.begin() as connection:
        schema._run_migrations(connection, "0001")
    engine.dispose()

    async def opened() -> None:
        async with open_store(empty_url, "default", [], "none", strict=True):
            pass

    with pytest.raises(SchemaTooOld, match="caseworker db upgrade"):
        asyncio.run(opened())
    assert current(empty_url) == "0001"


def test_what_is_json_and_what_is_a_moment(url: str) -> None:
    """On PostgreSQL JSON is JSONB and every moment has its zone."""
    engine = sync_engine(parse_url(url))
    columns = [
        column for table in metadata.sorted_tables for column in inspect(engine).get_columns(table.name)
    ]
    kinds = {str(column["type"]) for column in columns}
    moments = [column for column in columns if isinstance(column["type"], DateTime)]
    engine.dispose()
    if engine.dialect.name == "postgresql":
        assert "JSONB" in kinds
        assert "JSON" not in kinds
        assert all(column["type"].timezone for column in moments)
    assert len(moments) >= 15


def test_an_interrupted_upgrade_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    url = empty_url
    original = schema._run_migrations

    def interrupted(connection: object) -> None:
        original(connection)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(schema, "_run_migrations", interrupted)
        with pytest.raises(KeyboardInterrupt):
            upgrade(url)
    assert current(url) is None
    upgrade(url)
    assert current(url) == head()


def test_sqlite_waits_and_logs_ahead(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    upgrade(url)
    engine = sync_engine(parse_url(url))
    with engine.connect() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                 ("journal_mode", "synchronous", "busy_timeout", "foreign_keys")]  # fmt: skip
    engine.dispose()
    assert found == ["wal", 1, 10_000, 1]


def test_upgrade_refuses_what_is_not_ours(tmp_path: Path) -> None:
    plain = sqlite3.connect(tmp_path / "store.sqlite3")
    plain.execute("CREATE TABLE recipes (id INTEGER)")
    plain.commit()
    plain.close()
    with pytest.raises(StoreUnavailable, match="another program"):
        upgrade(f"sqlite:///{tmp_path}/store.sqlite3")
