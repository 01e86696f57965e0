"""FTS5 as the measure: what it finds, in which order, and no operator of its own in a term."""

from __future__ import annotations

from pathlib import Path

from evals.bench.fts5 import Fts5


def test_rows_are_found_by_any_term_the_better_first(tmp_path: Path) -> None:
    with Fts5(tmp_path / "a.sqlite3") as fts5:
        fts5.add((n, "filler", "words") for n in range(10, 30))
        fts5.add([(1, "read_dir", "fails"), (2, "x", "read_dir a::b"), (3, "none", "of it")])
        assert [row for row, _ in fts5.search(["read_dir", "fails"], 5)] == [1, 2]
        assert [row for row, _ in fts5.search(["a::b"], 5)] == [2]
        assert fts5.search(['x" OR "none'], 5) == []
        scores = [score for _, score in fts5.search(["read_dir"], 5)]
        assert scores == sorted(scores, reverse=True)
        assert fts5.bytes > 0
