"""A process that imports is killed at any point: index and rows agree for the next one."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agent.issues.issue import IssueQuery
from agent.store.database import Database
from agent.store.index.check import mend
from agent.store.index.found import Found, Wanted
from agent.store.index.local import LocalIndex
from agent.store.issues import SqlIssues
from agent.store.open import open_database

pytestmark = pytest.mark.anyio

ROOT = str(Path(__file__).parents[4])
IMPORT = """
import asyncio, os, signal, sys
from agent.issues.issue import Issue
from agent.store.index import engine, local, rows
from agent.store.index import upkeep
from agent.store.issues import SqlIssues
from agent.store.open import open_database

point, at = sys.argv[2], int(sys.argv[3])
local.TAIL_ROWS = 50
count = 0

def killed_at(name, owner, attribute):
    call = getattr(owner, attribute)
    def counted(*given, **named):
        global count
        if name == point:
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
        return call(*given, **named)
    setattr(owner, attribute, counted)

killed_at("rows", rows, "_count")               # after the rows of the index, before the commit
killed_at("tend", upkeep.LocalIndex, "bring_on")  # after the commit, before the folder is written to
killed_at("replace", engine.Folder, "_replace")  # while the folder is written to
killed_at("mark", engine.Folder, "_mark")        # before the folder's commit
killed_at("close", engine, "_close")             # after the folder's commit

async def main():
    async with open_database(sys.argv[1], "default", [], "none") as database:
        for start in range(0, 1000, 100):
            word = "even" if start % 200 == 0 else "odd"
            await SqlIssues(database).upsert([
                Issue(repository="o/n", number=1 + n % 700, url="u",
                      title=f"{word} round{n // 700} own{n % 700}")
                for n in range(start, start + 100)
            ])
            print(start, flush=True)

asyncio.run(main())
"""


async def searched(database: Database, token: str) -> Found:
    """What the index finds; a search of the store reads only the best part of it."""
    wanted = Wanted({token: 1.0}, 10_000)
    return await database.read(lambda connection: database.index.search(connection, wanted))


@pytest.mark.parametrize(
    ("point", "at"),
    [
        ("rows", 1), ("rows", 4), ("tend", 1), ("tend", 5), ("replace", 1), ("replace", 150),
        ("replace", 777), ("mark", 1), ("mark", 6), ("close", 1), ("close", 7),
    ],
)  # fmt: skip
async def test_after_a_kill_index_and_rows_agree(tmp_path: Path, point: str, at: int) -> None:
    path = tmp_path / "store.sqlite3"
    url = f"sqlite:///{path}"
    done = subprocess.run(
        [sys.executable, "-c", IMPORT, url, point, str(at)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    async with open_database(url, "default", [], "none") as database:
        plain = sqlite3.connect(path)
        rows = dict(plain.execute("SELECT number, title FROM issues").fetchall())
        numbers = dict(plain.execute("SELECT id, number FROM issues").fetchall())
        plain.close()
        assert len(rows) % 100 == 0
        store = SqlIssues(database)
        for word in ("even", "odd", "round1"):
            found = await searched(database, word)
            by_title = {n for n, title in rows.items() if word in title}
            assert {numbers[hit.issue_id] for hit in found.hits} == by_title
        for number in list(rows)[::37]:
            hits = await store.search(IssueQuery(terms=[f"own{number - 1}"]), 10)
            assert [hit.issue.number for hit in hits] == [number]
        assert await mend(database) == []
        index = database.index
        assert isinstance(index, LocalIndex)
        assert index.said == []


DISK_FULL = """
import asyncio, resource, signal, sys
from agent.errors import StoreUnavailable
from agent.issues.issue import Issue
from agent.store.issues import SqlIssues
from agent.store.open import open_database

async def main():
    async with open_database(sys.argv[1], "default", [], "none") as database:
        # A limit on the size of files stands for a full disk: writing fails in the same place.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
        try:
            for start in range(0, 5000, 500):
                await SqlIssues(database).upsert([
                    Issue(repository="o/n", number=n, url="u", title=f"word own{n}", body=f"more{n} " * 60)
                    for n in range(start + 1, start + 501)
                ])
                print(start + 500, flush=True)
        except StoreUnavailable as bad:
            print(bad, file=sys.stderr)

asyncio.run(main())
"""


@pytest.mark.parametrize("limit", [300_000, 1_000_000, 3_000_000])
async def test_a_full_disk_leaves_nothing_half_indexed(tmp_path: Path, limit: int) -> None:
    if resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY or os.name != "posix":
        pytest.skip("the size of files is limited here already")
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    async with open_database(url, "default", [], "none"):
        pass
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL, url, str(limit)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "the disk" in done.stderr
    assert "Traceback" not in done.stderr
    async with open_database(url, "default", [], "none") as database:
        store = SqlIssues(database)
        stored = await store.count()
        assert stored % 500 == 0
        assert stored >= int((done.stdout.split() or ["0"])[-1])
        assert len((await searched(database, "word")).hits) == stored
        assert await mend(database) == []
        await store.upsert([])
