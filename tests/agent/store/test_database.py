"""The database goes away, comes back, or is full: an error that says so, nothing by halves, then on."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agent.errors import StoreUnavailable
from agent.store.database import Database
from agent.store.diagnoses import SqlDiagnoses
from agent.store.engine import parse_url
from agent.store.open import open_database
from agent.store.schema import upgrade
from tests.agent.store.answers import answer, run_events
from tests.postgresql import PostgresServer, new_schema, server_or_skip

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).resolve().parents[3]


async def save(database: Database, number: int) -> None:
    events = run_events("report", "done")
    await SqlDiagnoses(database).save(answer(number), owner=None, submission={"text": "t"}, events=events)


async def kept(database: Database, *numbers: int) -> list[bool]:
    return [await SqlDiagnoses(database).get(f"dx_{number}") is not None for number in numbers]


async def test_the_helpers_of_the_stores(database: Database) -> None:
    select = text("SELECT 1 AS one UNION SELECT 2 ORDER BY one")
    assert [row.one for row in await database.all(select)] == [1, 2]
    row = await database.one(select)
    assert row is not None
    assert row.one == 1
    await database.ping()
    meta = text("INSERT INTO meta (tenant, key, value) VALUES (:tenant, :key, 'v')")
    await database.change(meta, {"key": "a"})
    assert (
        await database.change(text("UPDATE meta SET value = 'w' WHERE tenant = :tenant AND key = 'a'")) == 1
    )


async def test_a_write_that_raises_is_undone(database: Database) -> None:
    insert = text("INSERT INTO meta (tenant, key, value) VALUES (:tenant, 'half', 'v')")

    def half(connection: Any) -> None:
        connection.execute(insert)
        raise KeyError("a mistake of ours")

    with pytest.raises(KeyError):
        await database.write(half)
    assert await database.all(text("SELECT 1 FROM meta WHERE tenant = :tenant AND key = 'half'")) == []


async def test_many_writers_and_readers_at_once(database: Database) -> None:
    await asyncio.gather(
        *(save(database, number) for number in range(60)), *(database.ping() for _ in range(60))
    )
    assert all(await kept(database, *range(60)))


async def test_a_moved_file_is_an_error_and_not_a_new_database(tmp_path: Path) -> None:
    path, away = tmp_path / "store.sqlite3", tmp_path / "away.sqlite3"
    async with open_database(f"sqlite:///{path}", "default", [], "none") as database:
        await save(database, 1)
        path.rename(away)
        for _ in range(3):
            with pytest.raises(StoreUnavailable, match="not there any more"):
                await save(database, 2)
            with pytest.raises(StoreUnavailable):
                await database.ping()
        assert not path.exists()
        away.rename(path)
        assert await kept(database, 1, 2) == [True, False]
        await save(database, 3)
        assert await kept(database, 3) == [True]


@pytest.fixture
def stoppable() -> Iterator[PostgresServer]:
    server = server_or_skip()
    yield server
    server.remove()


async def test_a_server_that_stops_and_starts(stoppable: PostgresServer) -> None:
    url = new_schema(stoppable.url)
    upgrade(url)
    async with open_database(url, "default", [], "none") as database:
        await asyncio.gather(*(save(database, number) for number in range(5)))
        stoppable.stop()
        for number in (10, 11):
            with pytest.raises(StoreUnavailable):
                await save(database, number)
            with pytest.raises(StoreUnavailable):
                await database.ping()
        stoppable.start()
        await asyncio.gather(*(save(database, number) for number in range(20, 25)))
        assert await kept(database, 10, 11, 20, 24) == [False, False, True, True]
        stoppable.stop()
        stoppable.start()
        await save(database, 30)


async def test_a_server_that_is_not_there() -> None:
    pytest.importorskip("psycopg")
    secret = "not-" + "shown"
    with pytest.raises(StoreUnavailable) as caught:
        async with open_database(f"postgresql://u:{secret}@127.0.0.1:9/d", "t", [], "d"):
            pass
    assert secret not in str(caught.value)


async def test_closing_waits_for_what_is_being_written(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    async with open_database(url, "default", [], "none") as database:
        saving = [asyncio.ensure_future(save(database, number)) for number in range(10)]
        await asyncio.sleep(0)
    await asyncio.gather(*saving)
    async with open_database(url, "default", [], "none") as database:
        assert all(await kept(database, *range(10)))


FULL = """
import asyncio, resource, sys
from agent.errors import StoreUnavailable
from agent.store.diagnoses import SqlDiagnoses
from agent.store.open import open_database
from tests.agent.store.answers import answer, run_events

async def main():
    async with open_database(sys.argv[1], "default", [], "none") as database:
        store = SqlDiagnoses(database)
        events = run_events("report", "done")

        async def save(number, size):
            await store.save(answer(number, text="x" * size), owner=None, submission={}, events=events)

        await save(1, 10)
        unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, unlimited[1]))
        try:
            await save(2, 2_000_000)
        except StoreUnavailable as bad:
            print(bad)
        print(await store.get("dx_2"), len(await store.events("dx_2", 0)), (await store.get("dx_1")).state)
        resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
        await save(3, 2_000_000)
        print((await store.get("dx_3")).state, len(await store.events("dx_3", 0)))

asyncio.run(main())
"""


def test_a_full_disk(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FULL, f"sqlite:///{tmp_path}/store.sqlite3"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    lines = done.stdout.splitlines()
    assert done.stderr == ""
    assert "full" in lines[0]
    assert lines[1:] == ["None 0 done", "done 2"]


async def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreUnavailable, match=r"pip install .caseworker\[postgres\]"):
        Database(parse_url("postgresql://u@h/d"), "t")
