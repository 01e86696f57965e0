"""How the tests of the command line run a command."""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from agent.compose import open_tenant
from agent.log import configure_logging
from agent.settings import Settings
from api.app import create_app
from api.cli import main
from tests.postgresql import PostgresServer, drop_schema, new_schema, server_or_skip

LOCAL = ("127.0.0.1", 5000)

REFUSAL = (
    'API Error: 400 {"type":"error","error":{"type":"invalid_request_error","message":"You\'re out of '
    "extra usage. Add more at claude.ai/settings/usage and keep going."
    '"},"request_id":"req_011CZqwT95fczsmYtLxPyNk9"}'
)


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


Run = Callable[..., Result]


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as the first command leaves it, with schema and known issues; made once, to be copied."""
    path = tmp_path_factory.mktemp("stocked") / "stocked.sqlite3"

    async def make() -> None:
        async with open_tenant(Settings(database_url=f"sqlite:///{path}"), strict=False):
            pass

    asyncio.run(make())
    return path


@pytest.fixture(autouse=True)
def database(
    stocked: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    """A database of its own for each test; what is logged goes to stderr, as in the product."""
    path = tmp_path_factory.mktemp("data") / "test.sqlite3"
    shutil.copyfile(stocked, path)
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("COLUMNS", "100")
    configure_logging("warning")
    return path


@pytest.fixture
def refusal() -> str:
    """A real error as a terminal shows it."""
    return REFUSAL


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in process; `stdin` is what is piped in, None a terminal."""

    def command(*args: str, stdin: str | bytes | None = None) -> Result:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        piped = io.TextIOWrapper(io.BytesIO(raw or b""))
        monkeypatch.setattr(piped, "isatty", lambda: raw is None, raising=False)
        monkeypatch.setattr(sys, "stdin", piped)
        with pytest.raises(SystemExit) as ended:
            main(list(args))
        shown = capsys.readouterr()
        code = ended.value.code
        return Result(code if isinstance(code, int) else 0, shown.out, shown.err)

    return command


@pytest.fixture
def service_settings(stocked: Path, tmp_path: Path) -> Settings:
    """Settings of a service with a database of its own, made and current."""
    path = tmp_path / "service.sqlite3"
    shutil.copyfile(stocked, path)
    return Settings(database_url=f"sqlite:///{path}", causes=None, log_level="error")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of our own, which a test may stop and start."""
    found = server_or_skip()
    yield found
    found.remove()


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> str:
    """The URL of a PostgreSQL database in which schemas can be made."""
    named = os.environ.get("CASEWORKER_TEST_DATABASE_URL")
    return named or request.getfixturevalue("postgres").url


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """An empty schema on PostgreSQL."""
    found = new_schema(postgres_server)
    yield found
    drop_schema(found)


@pytest.fixture
def http(service_settings: Settings) -> Iterator[TestClient]:
    """A client on this machine, of a service without a key."""
    with TestClient(create_app(service_settings), base_url="http://localhost", client=LOCAL) as client:
        yield client
