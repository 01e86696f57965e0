"""Opening: made and filled at first use, quick after that, and a clear reason where it cannot be.

The tests may run as root, whom permission bits do not bind; so a read-only database is one that is
opened with mode=ro, and a folder that cannot be made is one under a file or under /proc.
"""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from agent.errors import SchemaTooOld, StoreUnavailable
from agent.issues.issue import Issue, IssueQuery
from agent.store import seed as seeding
from agent.store.migrations import REVISIONS
from agent.store.open import open_store
from agent.store.schema import current, head

pytestmark = pytest.mark.anyio

ROOT = Path(__file__).resolve().parents[3]


def issue(number: int, title: str = "packaged word", **facts: Any) -> Issue:
    return Issue(
        repository="o/n", number=number, url=f"https://github.com/o/n/issues/{number}", title=title, **facts
    )


KNOWN = [issue(number) for number in range(1, 21)]


async def opened(url: str, known: Any = KNOWN, digest: str = "d1", **options: Any) -> int:
    async with open_store(url, "default", known, digest, **options) as store:
        return await store.count()


async def refused(url: str, **options: Any) -> str:
    with pytest.raises(StoreUnavailable) as caught:
        await opened(url, **options)
    return str(caught.value)


async def test_first_use_makes_folder_file_and_rows(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "store.sqlite3"
    assert await opened(f"sqlite:///{path}") == 20
    assert current(f"sqlite:///{path}") == head()


async def test_packaged_rows_are_asked_for_only_when_they_changed(tmp_path: Path) -> None:
    url, calls = f"sqlite:///{tmp_path}/store.sqlite3", []

    def known() -> list[Issue]:
        calls.append(1)
        return KNOWN[: 20 - len(calls)]

    assert [await opened(url, known, digest) for digest in ("d1", "d1", "d2", "d2")] == [19, 19, 18, 18]
    assert len(calls) == 2


async def test_imported_rows_outlive_new_packaged_ones(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    async with open_store(url, "default", [issue(1, outcome="a new login helped")], "d1") as store:
        await store.upsert([issue(1, "imported word"), issue(500, "imported word")])
    async with open_store(url, "default", [issue(1, "changed word"), issue(2)], "d2") as store:
        hits = await store.search(IssueQuery(terms=["word"]), 10)
    titles = {hit.issue.number: hit.issue.title for hit in hits}
    assert titles == {1: "imported word", 500: "imported word", 2: "packaged word"}
    assert next(hit for hit in hits if hit.issue.number == 1).issue.outcome == "a new login helped"


async def test_interrupted_seeding_leaves_nothing_and_is_done_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"

    class InterruptedHere(BaseException):
        pass

    def interrupt(*_: object) -> None:
        raise InterruptedHere

    with monkeypatch.context() as patched:
        patched.setattr(seeding, "_remember", interrupt)
        with pytest.raises(InterruptedHere):
            await opened(url)
    with sqlite3.connect(tmp_path / "store.sqlite3") as plain:
        assert plain.execute("SELECT count(*) FROM issues").fetchone() == (0,)
    plain.close()
    assert await opened(url) == 20


async def test_an_older_schema_is_upgraded_or_with_strict_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
    plain.commit()
    plain.close()
    with sqlite3.connect(path) as before:
        assert before.execute("SELECT count(*) FROM sqlite_master WHERE name = 'issues'").fetchone() == (0,)
    before.close()
    assert await opened(f"sqlite:///{path}") == 20


async def test_strict_refuses_an_older_schema_and_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    assert await opened(url, strict=True) == 20
    monkeypatch.setattr("agent.store.migrations.REVISIONS", (*REVISIONS, "9998"))
    monkeypatch.setattr("agent.store.schema.REVISIONS", (*REVISIONS, "9998"))
    with pytest.raises(SchemaTooOld, match="caseworker db upgrade"):
        await opened(url, strict=True)


async def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    await opened(f"sqlite:///{path}")
    plain = sqlite3.connect(path)
    plain.execute("UPDATE alembic_version SET version_num = '9999'")
    plain.commit()
    plain.close()
    assert "9999 is not known" in await refused(f"sqlite:///{path}")


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    path.write_bytes(b"this is a letter and not a database\n" * 100)
    assert "not a SQLite database" in await refused(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"this is a letter")


async def test_a_database_of_another_program(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    plain = sqlite3.connect(path)
    plain.execute("CREATE TABLE recipes (id INTEGER)")
    plain.commit()
    plain.close()
    assert "another program" in await refused(f"sqlite:///{path}")


@pytest.mark.parametrize("folder", ["file/sub", "/proc/nowhere"])
async def test_a_folder_that_cannot_be_made(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("a file")
    message = await refused(f"sqlite:///{tmp_path / folder}/store.sqlite3")
    assert message.startswith("The database at ")
    assert "store.sqlite3 cannot be opened: " in message


async def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    assert "cannot be opened for writing" in await refused(f"sqlite:///{tmp_path}")


async def test_a_read_only_database(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    await opened(f"sqlite:///{path}")
    read_only = f"sqlite:///file:{path}?mode=ro&uri=true"
    assert await opened(read_only) == 20
    assert "read-only" in await refused(read_only, digest="d2")
    assert await opened(f"sqlite:///{path}") == 20


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://u:hidden@h/d", "not supported"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("nonsense", "not a database URL"),
    ],
)
async def test_a_url_that_is_of_no_use(url: str, why: str) -> None:
    message = await refused(url)
    assert why in message
    assert "hidden" not in message


FULL_DISK = """
import asyncio, resource, sys
from agent.errors import StoreUnavailable
from agent.issues.issue import Issue
from agent.store.open import open_store

async def main():
    known = [Issue(repository="o/n", number=n, url="u", title="t", body=f"{n} " * 400) for n in range(1, 300)]
    async with open_store(sys.argv[1], "default", [], "none") as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, 80_000))
        try:
            await store.upsert(known)
        except StoreUnavailable as bad:
            print(bad)
        print(await store.count())

asyncio.run(main())
"""


def run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *arguments],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_a_full_disk_says_so_and_writes_nothing(tmp_path: Path) -> None:
    done = run(FULL_DISK, f"sqlite:///{tmp_path}/store.sqlite3")
    message, count = done.stdout.splitlines()
    assert "may be full" in message or "disk is full" in message
    assert count == "0"
    assert current(f"sqlite:///{tmp_path}/store.sqlite3") == head()


SECOND_PROCESS = """
import asyncio, sys
from agent.issues.issue import Issue, IssueQuery
from agent.store.open import open_store

async def main():
    me = int(sys.argv[2])
    known = [Issue(repository="o/n", number=n, url="u", title="packaged") for n in range(1, 101)]
    for turn in range(5):
        async with open_store(sys.argv[1], "default", known, f"d{turn}") as store:
            mine = range(turn * 10, turn * 10 + 10)
            rows = [Issue(repository=f"o/p{me}", number=n, url="u", title="mine") for n in mine]
            assert await store.upsert(rows) == 10
            assert await store.search(IssueQuery(terms=["packaged"]), 5)
    print("done")

asyncio.run(main())
"""


def test_two_processes_use_one_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    both = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", SECOND_PROCESS, f"sqlite:///{path}", str(me)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for me in (1, 2)
    ]  # fmt: skip
    for process in both:
        out, problem = process.communicate(timeout=90)
        assert (out, problem) == ("done\n", "")
    plain = sqlite3.connect(path)
    assert plain.execute("SELECT origin, count(*) FROM issues GROUP BY 1 ORDER BY 1").fetchall() == [
        ("imported", 100),
        ("packaged", 100),
    ]
    assert plain.execute("SELECT count(*) FROM issue_tokens WHERE tokens IS NOT NULL").fetchone() == (200,)
    plain.close()


def test_an_open_store_needs_no_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    asyncio.run(opened(url))
    code = (
        "import asyncio, sys\nfrom agent.store.open import open_store\n"
        "async def main():\n"
        "    async with open_store(sys.argv[1], 'default', [], 'd1') as store:\n"
        "        print(await store.count(), 'alembic' in sys.modules)\n"
        "asyncio.run(main())"
    )
    assert run(code, url).stdout == "20 False\n"
