"""Migrations: from nothing to the newest, in step with the tables that the code uses."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from agent.errors import StoreUnavailable
from agent.store import schema
from agent.store.engine import parse_url, sync_engine
from agent.store.migrations import REVISIONS
from agent.store.schema import current, head, upgrade
from agent.store.tables import metadata


def test_upgrade_from_nothing_and_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/store.sqlite3"
    assert current(url) is None
    assert not (tmp_path / "new").exists()
    upgrade(url)
    upgrade(url)
    assert current(url) == head()


def test_the_list_of_revisions_is_that_of_the_files() -> None:
    folder = Path(schema.__file__).parent / "migrations"
    files = ScriptDirectory(str(folder))
    assert [script.revision for script in files.walk_revisions()][::-1] == list(REVISIONS)
    assert files.get_current_head() == head()


def test_the_migrations_make_the_tables_of_the_code(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    upgrade(url)
    engine = sync_engine(parse_url(url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection,
            opts={
                "include_name": lambda name, kind, _parents: (
                    kind != "table" or not name.startswith("issues_fts")
                )
            },
        )
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_an_interrupted_upgrade_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
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
