"""The whole suite runs on both databases, and every statement that it sends is looked at."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from agent.store.database import Database
from agent.store.open import open_database
from agent.store.schema import upgrade
from tests.agent.store.statements import unscoped
from tests.postgresql import PostgresServer, drop_schema, new_schema, server_or_skip

Opened = Callable[..., Any]


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, which a test may stop and start."""
    found = server_or_skip()
    yield found
    found.remove()


@pytest.fixture(scope="session")
def server_url(request: pytest.FixtureRequest) -> str:
    """A PostgreSQL database in which schemas can be made."""
    named = os.environ.get("CASEWORKER_TEST_DATABASE_URL")
    return named or request.getfixturevalue("server").url


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty database: a file that is not there yet, or a new schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/store.sqlite3"
        return
    url = new_schema(request.getfixturevalue("server_url"))
    yield url
    drop_schema(url)


@pytest.fixture
def url(empty_url: str) -> str:
    """A database with the newest schema and no rows."""
    upgrade(empty_url)
    return empty_url


@pytest.fixture
def open_as(url: str) -> Opened:
    """Opens the test's database for a tenant."""

    @asynccontextmanager
    async def opened(tenant: str = "default") -> AsyncIterator[Database]:
        async with open_database(url, tenant, [], "none") as database:
            yield database

    return opened


@pytest.fixture
async def database(open_as: Opened, anyio_backend: str) -> AsyncIterator[Database]:
    """The test's database, opened for the tenant "default"."""
    async with open_as() as opened:
        yield opened


@pytest.fixture(autouse=True)
def every_statement_names_its_tenant() -> Iterator[list[str]]:
    """Fails a test in which a statement reached a table of the tenants without a filter on the tenant."""
    seen: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", remember)
    yield seen
    event.remove(Engine, "before_cursor_execute", remember)
    assert not [statement for statement in seen if unscoped(statement)]
