"""How the database is reached: its URL, the SQLite pragmas, and what its errors mean in plain words."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlalchemy.exc import TimeoutError as NoConnection

from agent.errors import StoreUnavailable
from agent.store.json_text import dumps
from agent.store.scope import keep_to_tenant

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

BUSY_SECONDS = 10
"""How long a process waits for another one that is writing to the same SQLite file."""

READERS = 4
"""How many threads read a SQLite file at once."""
_POOL: dict[str, Any] = {"pool_size": 8, "max_overflow": 8, "pool_timeout": 20}
_QUIET: dict[str, Any] = {"json_serializer": dumps, "hide_parameters": True}
"""What a user wrote stays out of the messages of the driver, and so out of every log."""
_DRIVERS = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg"}
_REASONS = (
    ("not a database", "the file is not a SQLite database"),
    ("malformed", "the file is a damaged SQLite database"),
    ("not there any more", "the file is not there any more; it was moved or deleted"),
    ("unable to open", "the file or its folder cannot be opened for writing"),
    ("readonly", "it is read-only"),
    ("read-only", "it is read-only"),
    ("full", "the disk is full"),
    ("disk i/o", "the disk cannot be written; it may be full or a quota may be used up"),
    ("too large", "the disk cannot be written; it may be full or a quota may be used up"),
    ("locked", f"another process has kept it locked for more than {BUSY_SECONDS} seconds"),
)


def parse_url(url: str) -> URL:
    """A plain `sqlite:///PATH` or `postgresql://...` URL. Raises `StoreUnavailable` for any other."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise StoreUnavailable(where="the given URL", why="it is not a database URL") from None
    backend = "postgresql" if parsed.drivername == "postgres" else parsed.get_backend_name()
    if backend not in _DRIVERS:
        why = f"{backend} is not supported; give sqlite:///PATH or postgresql://..."
        raise StoreUnavailable(where=where(parsed), why=why)
    parsed = parsed.set(drivername=backend)
    if backend == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise StoreUnavailable(where=where(parsed), why="it names no file; give sqlite:///PATH")
    return parsed


def where(url: URL) -> str:
    """How the database is called in a message: the path of a file, or the URL without its password."""
    if url.get_backend_name() == "sqlite" and url.database:
        return url.database
    return url.render_as_string(hide_password=True)


@contextmanager
def reported(url: URL) -> Iterator[None]:
    """Turns what a driver raises into `StoreUnavailable` with a reason that a user can act on."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as bad:
        text = str(getattr(bad, "orig", None) or bad).strip()
        why = next((reason for sign, reason in _REASONS if sign in text.lower()), None)
        raise StoreUnavailable(where=where(url), why=why or text.splitlines()[0]) from bad
    except NoConnection as bad:
        why = f"no connection was free within {_POOL['pool_timeout']} seconds"
        raise StoreUnavailable(where=where(url), why=why) from bad
    except OSError as bad:
        raise StoreUnavailable(where=where(url), why=bad.strerror or str(bad)) from bad
    except ModuleNotFoundError as bad:
        why = f"the package {bad.name} is not installed; run: pip install 'caseworker[postgres]'"
        raise StoreUnavailable(where=where(url), why=why) from bad


def make_folder(url: URL) -> None:
    """Makes the folder of a SQLite file. Raises `OSError` where that is not possible."""
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)


def probe(url: URL) -> None:
    """Opens a SQLite file once and closes it, so that it is there. Raises `OSError` or `sqlite3.Error`."""
    if url.get_backend_name() != "sqlite" or not url.database:
        return
    make_folder(url)
    is_uri = url.database.startswith("file:")
    query = "&".join(f"{name}={value}" for name, value in url.query.items() if name != "uri")
    plain = sqlite3.connect(f"{url.database}?{query}" if is_uri else url.database, uri=is_uri)
    try:
        plain.execute("PRAGMA schema_version")
    finally:
        plain.close()


def sync_engine(url: URL) -> Engine:
    """An engine for work that is done once, such as migrations. Every transaction on it may write."""
    engine = create_engine(url.set(drivername=_DRIVERS[url.get_backend_name()]))
    if url.get_backend_name() == "sqlite":
        _prepare_sqlite(engine, always_write=True)
    return engine


def pooled_engine(url: URL) -> Engine | AsyncEngine:
    """The engine of the stores: an `Engine` for SQLite, an `AsyncEngine` for PostgreSQL.

    Its connections reach the rows of the tenant that their option `tenant` names, and no others. On
    SQLite only one with the option `write` begins a transaction.
    """
    if url.get_backend_name() == "sqlite":
        engine = create_engine(url.set(drivername="sqlite"), pool_size=READERS + 1, max_overflow=0, **_QUIET)
        _prepare_sqlite(engine, always_write=False)
        _notice_when_it_is_gone(engine, url)
        keep_to_tenant(engine)
        return engine
    # Imported here: it brings the whole object mapper, which a start on SQLite need not wait for.
    from sqlalchemy.ext.asyncio import create_async_engine

    pooled = create_async_engine(
        url.set(drivername="postgresql+psycopg"), pool_pre_ping=True, **_POOL, **_QUIET
    )
    _prepare_postgresql(pooled.sync_engine)
    keep_to_tenant(pooled.sync_engine)
    return pooled


def _prepare_sqlite(engine: Engine, *, always_write: bool) -> None:
    """Pragmas on every connection, and writing transactions that take the lock when they begin.

    The driver's own BEGIN comes late and is deferred: two processes that read and then write would
    fail instead of wait. So it is switched off and BEGIN IMMEDIATE is sent.
    """

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        cursor.execute("PRAGMA journal_mode")
        if cursor.fetchone()[0] != "wal":
            _switch_to_wal(cursor)
        cursor.execute("PRAGMA synchronous = NORMAL")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        if always_write or connection.get_execution_options().get("write"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prepare_postgresql(engine: Engine) -> None:
    """A search adds up many postings in memory, and is over before a plan would be compiled."""

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _record: Any) -> None:
        was, connection.autocommit = connection.autocommit, True
        cursor = connection.cursor()
        cursor.execute("SET jit = off")
        cursor.execute("SET work_mem = '64MB'")
        cursor.close()
        connection.autocommit = was


def _notice_when_it_is_gone(engine: Engine, url: URL) -> None:
    """A file that was moved or deleted is an error, and not a new, empty database.

    SQLite would go on writing to the moved file, and make a new one for the next connection.
    """
    path = url.database or ""
    if path.startswith("file:"):
        return

    def inode() -> int | None:
        try:
            return Path(path).stat().st_ino
        except FileNotFoundError:
            return None

    @event.listens_for(engine, "do_connect")
    def _before_connect(*_: Any) -> None:
        if inode() is None:
            raise sqlite3.OperationalError("the file is not there any more")

    @event.listens_for(engine, "connect")
    def _on_connect(_connection: Any, record: Any) -> None:
        record.info["inode"] = inode()

    @event.listens_for(engine, "checkout")
    def _on_checkout(_connection: Any, record: Any, _proxy: Any) -> None:
        if inode() != record.info["inode"]:
            raise DisconnectionError


def _switch_to_wal(cursor: Any) -> None:
    """The mode stays in the file. Another process may be switching it too: then it need not be done."""
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as bad:
        if "locked" not in str(bad) and "busy" not in str(bad):
            raise
