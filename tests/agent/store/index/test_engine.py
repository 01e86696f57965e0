"""The folder: what it holds, up to which change, and who may write to it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.store.index.bm25 import choose
from agent.store.index.engine import Folder, Held
from agent.store.index.found import EngineBroken, EngineBusy
from agent.store.index.packed import length, pack
from agent.store.index.tail import Hit, Row, Tail


def row(issue_id: int, change: int, title: str = "", body: str = "", created: int | None = None) -> Row:
    words = title.split(), body.split()
    return Row(issue_id, change, created, pack(*words), length(pack(*words)))


def of(*rows: Row) -> object:
    def batches(covered: int) -> Iterator[list[Row]]:
        if some := [one for one in rows if one.change > covered]:
            yield some

    return batches


def search(folder: Folder, **weights: float) -> list[Hit]:
    chosen = choose(weights, folder.docs, folder.having)
    return folder.search(chosen, 10)


ROWS = [row(1, 1, "alpha beta", "gamma " * 3, 100), row(2, 2, "beta", "delta"), row(3, 3, "x", "delta beta")]


def test_it_knows_what_it_holds_when_it_is_opened_again(tmp_path: Path) -> None:
    Folder(tmp_path / "new").write("n", of(*ROWS))  # type: ignore[arg-type]
    folder = Folder(tmp_path / "new")
    assert folder.held == Held("n", 3)
    assert (folder.docs, folder.having("beta"), folder.having("none")) == (3, 3, 0)
    assert folder.sums() == (3, 6, 6)
    found = search(folder, alpha=1.0)
    assert [(hit.issue_id, hit.created) for hit in found] == [(1, 100)]
    assert search(folder, delta=1.0)[0].created is None


def test_scores_are_those_of_the_formula(tmp_path: Path) -> None:
    folder = Folder(None)
    folder.write("n", of(*ROWS))  # type: ignore[arg-type]
    tail = Tail(0)
    tail.add(ROWS)
    chosen = choose({"beta": 2.0, "delta": 1.0}, 3, tail.having)
    average = sum(one.length for one in ROWS) / 3
    ours = {hit.issue_id: hit.score for hit in tail.search(chosen, average)}
    theirs = {hit.issue_id: hit.score for hit in folder.search(chosen, 10)}
    # The engine keeps lengths roughly, and its average counts the document that says what is held.
    assert theirs == {issue_id: pytest.approx(score, rel=0.25) for issue_id, score in ours.items()}
    assert sorted(theirs, key=theirs.__getitem__) == sorted(ours, key=ours.__getitem__)


def test_a_changed_issue_replaces_itself_and_one_that_is_gone_goes(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("n", of(*ROWS))  # type: ignore[arg-type]
    folder.write("n", of(row(1, 4, "other"), Row(2, 5, None, None, 0)))  # type: ignore[arg-type]
    assert folder.held == Held("n", 5)
    assert folder.docs == 2
    assert search(folder, alpha=1.0) == []
    assert [hit.issue_id for hit in search(folder, other=1.0)] == [1]
    assert [hit.issue_id for hit in search(folder, delta=1.0)] == [3]


def test_a_folder_of_another_name_is_emptied_first(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("old", of(*ROWS))  # type: ignore[arg-type]
    folder.write("new", of(row(9, 1, "beta")))  # type: ignore[arg-type]
    assert (folder.held, folder.docs) == (Held("new", 1), 1)
    folder.empty()
    assert (folder.held, folder.docs, search(folder, beta=1.0)) == (Held("", 0), 0, [])


def test_what_fails_in_the_middle_leaves_the_folder_as_it_was(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.write("n", of(*ROWS))  # type: ignore[arg-type]

    def fails(_covered: int) -> Iterator[list[Row]]:
        yield [row(1, 4, "other")]
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        folder.write("n", fails)
    assert Folder(tmp_path).held == Held("n", 3)
    assert [hit.issue_id for hit in search(Folder(tmp_path), alpha=1.0)] == [1]
    folder.write("n", of(row(1, 4, "other")))  # type: ignore[arg-type]
    assert folder.held.covered == 4


def test_one_writes_at_a_time_and_the_other_sees_it_when_it_looks_again(tmp_path: Path) -> None:
    one, other = Folder(tmp_path), Folder(tmp_path)

    def meanwhile(_covered: int) -> Iterator[list[Row]]:
        with pytest.raises(EngineBusy):
            other.write("n", of(*ROWS))  # type: ignore[arg-type]
        yield ROWS

    one.write("n", meanwhile)
    assert other.held == Held("", 0)
    other.reload()
    assert other.held == Held("n", 3)


@pytest.mark.parametrize("name", ["meta.json", "*.term", "*.idx"])
def test_a_damaged_file_is_noticed(tmp_path: Path, name: str) -> None:
    Folder(tmp_path).write("n", of(*ROWS))  # type: ignore[arg-type]
    for path in tmp_path.glob(name):
        path.write_bytes(b"{}")
    with pytest.raises(EngineBroken):
        search(Folder(tmp_path), alpha=1.0)
