"""How the tests of the command line run a command."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from agent.store.schema import upgrade
from api.app import create_app
from api.cli import main

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
    """A database of its own for each test."""
    path = tmp_path / "data" / "test.sqlite3"
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{path}")
    monkeypatch.setenv("COLUMNS", "100")
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


@pytest.fixture
def http(service_settings: Settings) -> Iterator[TestClient]:
    """A client on this machine, of a service without a key."""
    with TestClient(create_app(service_settings), base_url="http://localhost", client=LOCAL) as client:
        yield client
