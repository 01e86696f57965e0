"""What SQLite brings itself, to compare with: FTS5 over the same tokens, or over the texts as they are."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Self

TITLE_WEIGHT = 4.0


class Fts5:
    """A full-text table with a title and a body in a file of its own. `detail` stays full: bm25 needs it."""

    def __init__(self, path: Path, tokenizer: str = "unicode61 tokenchars '_:.'") -> None:
        self._path = path
        self._database = sqlite3.connect(path)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("PRAGMA synchronous = OFF")
        tokenize = tokenizer.replace('"', '""')
        self._database.execute(
            f"""CREATE VIRTUAL TABLE texts USING fts5(title, body, content='', tokenize="{tokenize}")"""
        )

    def add(self, rows: Iterable[tuple[int, str, str]]) -> None:
        """Rows of id, title and body."""
        self._database.executemany("INSERT INTO texts(rowid, title, body) VALUES (?, ?, ?)", rows)
        self._database.commit()

    def search(self, terms: Sequence[str], limit: int) -> list[tuple[int, float]]:
        """The best rows that have one of the terms, with scores that are higher the better."""
        words = " OR ".join('"' + term.replace('"', '""') + '"' for term in terms)
        rows = self._database.execute(
            f"SELECT rowid, -bm25(texts, {TITLE_WEIGHT}, 1.0) AS score FROM texts WHERE texts MATCH ?"
            " ORDER BY score DESC LIMIT ?",
            (words, limit),
        )
        return [(int(row), float(score)) for row, score in rows]

    @property
    def bytes(self) -> int:
        """The size of the file."""
        return self._path.stat().st_size

    def close(self) -> None:
        """Closes the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
