"""Which schema a database has, and bringing it up to date. Alembic is imported only to change one."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from agent.errors import StoreUnavailable
from agent.store.engine import make_folder, parse_url, reported, sync_engine, where
from agent.store.migrations import REVISIONS


def head() -> str:
    """The newest revision that this version of the product knows."""
    return REVISIONS[-1]


def current(url: str) -> str | None:
    """The revision of the database, or None where it has no tables yet. Makes no file.

    Raises `StoreUnavailable` where it cannot be opened or holds something else.
    """
    parsed = parse_url(url)
    database = parsed.database or ""
    if (
        parsed.get_backend_name() == "sqlite"
        and not database.startswith("file:")
        and not Path(database).exists()
    ):
        return None
    engine = sync_engine(parsed)
    try:
        with reported(parsed), engine.connect() as connection:
            return revision_of(connection, parsed)
    finally:
        engine.dispose()


def upgrade(url: str) -> None:
    """Brings the database to `head()` in one transaction; makes a SQLite file and its folder.

    Another process may do the same at the same time: one of the two waits and finds it done.
    Raises `StoreUnavailable`; then nothing has been changed.
    """
    parsed = parse_url(url)
    engine = sync_engine(parsed)
    try:
        with reported(parsed):
            make_folder(parsed)
            with engine.begin() as connection:
                if connection.dialect.name == "postgresql":
                    connection.execute(text("SELECT pg_advisory_xact_lock(4730021)"))
                if revision_of(connection, parsed) != head():
                    _run_migrations(connection)
    finally:
        engine.dispose()


def revision_of(connection: Connection, url: URL) -> str | None:
    """The revision, or None for an empty database. Raises `StoreUnavailable` for one that is not ours."""
    tables = set(inspect(connection).get_table_names())
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise StoreUnavailable(where=where(url), why="it holds the tables of another program")
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return checked(revision, url)


def checked(revision: str | None, url: URL) -> str | None:
    """`revision` itself. Raises `StoreUnavailable` where this version does not know it."""
    if revision is not None and revision not in REVISIONS:
        why = f"its schema {revision} is not known to this version, which knows {head()}; update the program"
        raise StoreUnavailable(where=where(url), why=why)
    return revision


def _run_migrations(connection: Connection, revision: str = "head") -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)
