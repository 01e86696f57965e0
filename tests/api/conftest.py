"""How the tests of the command line run a command."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from agent.log import configure_logging
from agent.settings import Settings
from agent.store.schema import upgrade
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


@pytest.fixture(autouse=True)
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of its own for each test; what is logged goes to stderr, as in the product."""
    path = tmp_path / "data" / "test.sqlite3"
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
def service_settings(tmp_path: Path) -> Settings:
    """Settings of a service with a database of its own, made and current."""
    found = Settings(database_url=f"sqlite:///{tmp_path}/service.sqlite3", causes=None, log_level="error")
    upgrade(found.database_url)
    return found


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
