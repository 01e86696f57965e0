"""The folder and the tail together: what is stored is found at once, whatever befell the folder."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.errors import StoreUnavailable
from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import engine, local
from agent.store.index.engine import Folder
from agent.store.index.local import LocalIndex
from agent.store.issues import SqlIssues
from agent.store.open import open_database

pytestmark = pytest.mark.anyio


def issues(numbers: range, word: str) -> list[Issue]:
    return [Issue(repository="o/n", number=n, url="u", title=f"{word} own{n}", body="text") for n in numbers]


@pytest.fixture(autouse=True)
def small_tail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "TAIL_ROWS", 5)
    monkeypatch.setattr(local, "LATE_ROWS", 20)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite3"


@pytest.fixture
async def opened(path: Path, anyio_backend: str) -> AsyncIterator[Database]:
    async with open_database(f"sqlite:///{path}", "default", [], "none") as database:
        yield database


def of(database: Database) -> LocalIndex:
    assert isinstance(database.index, LocalIndex)
    assert database.index.path is not None
    return database.index


async def found(database: Database, *terms: str, limit: int = 50) -> set[int]:
    hits = await SqlIssues(database).search(IssueQuery(terms=list(terms)), limit)
    return {hit.issue.number for hit in hits}


async def stored(database: Database, numbers: range, word: str) -> None:
    await SqlIssues(database).upsert(issues(numbers, word))
    await database.tend(200)


async def test_few_issues_need_no_folder(opened: Database, path: Path) -> None:
    await stored(opened, range(1, 4), "alpha")
    assert await found(opened, "alpha") == {1, 2, 3}
    assert not Path(f"{path}.index").exists()


async def test_many_are_taken_up_by_the_folder_and_later_ones_are_found_too(opened: Database) -> None:
    await stored(opened, range(1, 10), "alpha")
    assert Folder(of(opened).path).held.covered == 9
    await stored(opened, range(9, 12), "beta")
    assert Folder(of(opened).path).held.covered == 9
    assert await found(opened, "alpha") == set(range(1, 9))
    assert await found(opened, "beta") == {9, 10, 11}
    assert await found(opened, "alpha", "beta") == set(range(1, 12))


async def test_while_more_is_written_the_folder_waits_for_it_and_all_is_found(opened: Database) -> None:
    store = SqlIssues(opened)
    await store.upsert(issues(range(1, 16), "alpha"), is_last=False)
    await opened.tend(200, is_last=False)
    assert await found(opened, "alpha") == set(range(1, 16))
    assert of(opened).opened() is None
    await store.upsert(issues(range(16, 22), "alpha"), is_last=False)
    await opened.tend(200, is_last=False)
    assert Folder(of(opened).path).held.covered == 21
    await store.upsert(issues(range(22, 30), "alpha"), is_last=False)
    await store.fit_latent()
    assert Folder(of(opened).path).held.covered == 29
    assert await found(opened, "alpha") == set(range(1, 30))


async def test_a_search_uses_what_another_process_made_of_its_tail(opened: Database, path: Path) -> None:
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        await SqlIssues(opened).upsert(issues(range(1, 4), "alpha"))
        assert await found(other, "alpha") == {1, 2, 3}
        await stored(opened, range(4, 16), "alpha")
        assert await found(other, "alpha") == set(range(1, 16))
        view = of(other)._view
        assert view is not None
        assert (view.tail.covered, len(view.tail.rows)) == (15, 0)


async def test_two_processes_see_each_others_writing(opened: Database, path: Path) -> None:
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        await stored(opened, range(1, 10), "alpha")
        assert await found(other, "alpha") == set(range(1, 10))
        await stored(other, range(1, 30), "beta")
        assert await found(opened, "alpha") == set()
        assert await found(opened, "beta") == set(range(1, 30))


async def test_while_another_process_writes_the_rows_are_searched(opened: Database, path: Path) -> None:
    await stored(opened, range(1, 10), "alpha")
    writer = Folder(of(opened).path)._writer()
    await stored(opened, range(1, 30), "beta")
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        assert await found(other, "beta") == await found(opened, "beta") == set(range(1, 30))
        assert await found(other, "alpha") == set()
    writer.wait_merging_threads()


async def test_a_deleted_folder_is_made_anew(opened: Database, path: Path) -> None:
    await stored(opened, range(1, 30), "alpha")
    shutil.rmtree(f"{path}.index")
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        assert await found(other, "alpha") == set(range(1, 30))
    assert Folder(of(opened).path).docs == 29


@pytest.mark.parametrize("name", ["meta.json", "*.term", "*.fast"])
async def test_a_damaged_folder_is_made_anew_and_that_is_said(
    opened: Database, path: Path, name: str, capsys: Any
) -> None:
    await stored(opened, range(1, 30), "alpha")
    for file in (path.parent / f"{path.name}.index").rglob(name):
        file.write_bytes(b"?")
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        assert await found(other, "alpha") == set(range(1, 30))
        assert "damaged" in of(other).said[0]
        assert await found(other, "alpha") == set(range(1, 30))
        assert len(of(other).said) == 1
    assert Folder(of(opened).path).docs == 29


async def test_writing_over_a_damaged_folder_makes_it_anew(opened: Database, path: Path, capsys: Any) -> None:
    await stored(opened, range(1, 30), "alpha")
    for file in (path.parent / f"{path.name}.index").rglob("*.idx"):
        file.unlink()
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        await stored(other, range(30, 60), "beta")
        assert "damaged" in of(other).said[0]
    assert Folder(of(opened).path).docs == 59


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    opens = engine.tantivy.Index

    def full(schema: Any, path: str | None = None, **named: Any) -> Any:
        if path is None:
            return opens(schema, **named)
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    monkeypatch.setattr(engine.tantivy, "Index", full)


async def test_a_full_disk_is_no_damage(
    opened: Database, path: Path, request: pytest.FixtureRequest, capsys: Any
) -> None:
    await stored(opened, range(1, 30), "alpha")
    before = sorted(file.name for file in Path(f"{path}.index/of-default").iterdir())
    request.getfixturevalue("full_disk")
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        with pytest.raises(StoreUnavailable, match="disk is full"):
            await SqlIssues(other).mend_index()
    async with open_database(f"sqlite:///{path}", "default", [], "none") as other:
        assert await found(other, "alpha") == set(range(1, 30))
    assert sorted(file.name for file in Path(f"{path}.index/of-default").iterdir()) == before


async def test_an_issue_that_changed_counts_once(opened: Database) -> None:
    await stored(opened, range(1, 30), "alpha")
    await SqlIssues(opened).upsert(issues(range(1, 4), "beta"))
    hits = await SqlIssues(opened).search(IssueQuery(terms=["beta"]), 5)
    assert hits[0].collection is not None
    assert hits[0].collection.docs == 29


async def test_a_folder_of_an_earlier_or_another_database_is_not_believed(
    opened: Database, path: Path, tmp_path: Path
) -> None:
    await stored(opened, range(1, 30), "alpha")
    async with open_database(f"sqlite:///{tmp_path}/two.sqlite3", "default", [], "none") as second:
        await stored(second, range(100, 103), "beta")
    shutil.copytree(f"{path}.index", f"{tmp_path}/two.sqlite3.index")
    async with open_database(f"sqlite:///{tmp_path}/two.sqlite3", "default", [], "none") as second:
        assert await found(second, "alpha", "beta") == {100, 101, 102}


async def test_a_folder_that_cannot_be_written_gives_way_to_memory(path: Path, capsys: Any) -> None:
    Path(f"{path}.index").write_text("a file where the folder should be")
    async with open_database(f"sqlite:///{path}", "default", [], "none") as database:
        with pytest.raises(StoreUnavailable):
            await stored(database, range(1, 30), "alpha")
        assert await found(database, "alpha") == set(range(1, 30))
        index = database.index
        assert isinstance(index, LocalIndex)
        assert "kept in memory" in index.said[0]
        await stored(database, range(30, 40), "beta")
        assert await found(database, "alpha", "beta", limit=100) == set(range(1, 40))


async def test_a_deleted_issue_vanishes(opened: Database) -> None:
    await stored(opened, range(1, 10), "alpha")
    gone = issues(range(3, 4), "alpha")[0].model_copy(update={"deleted_at": opened.now()})
    await SqlIssues(opened).upsert([gone])
    assert await found(opened, "alpha") == {1, 2, *range(4, 10)}
