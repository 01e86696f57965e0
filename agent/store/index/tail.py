"""The issues that changed lately, held in memory and searched there until the engine has them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from agent.store.index.bm25 import Chosen, told
from agent.store.index.packed import combined


class Row(NamedTuple):
    """A row of `issue_tokens`."""

    issue_id: int
    change: int
    created: int | None
    tokens: bytes | None
    length: int


class Hit(NamedTuple):
    """One issue found by its words. `created` is in seconds since 1970."""

    issue_id: int
    score: float
    created: int | None


class Tail:
    """Every row with a change above `covered`, up to `seen`. For one thread at a time."""

    def __init__(self, covered: int) -> None:
        self.covered = self.seen = covered
        self.rows: dict[int, Row] = {}
        self._postings: dict[str, dict[int, int]] = {}

    @property
    def docs(self) -> int:
        """How many issues there are; those that are gone do not count."""
        return sum(row.tokens is not None for row in self.rows.values())

    def add(self, rows: Iterable[Row]) -> None:
        """Rows in the order of their changes. An issue that is there already is replaced."""
        for row in rows:
            if old := self.rows.get(row.issue_id):
                self._take_out(old)
            self.rows[row.issue_id] = row
            self.seen = row.change
            if row.tokens is not None:
                for token, count in combined(row.tokens).items():
                    self._postings.setdefault(token, {})[row.issue_id] = count

    def _take_out(self, row: Row) -> None:
        for token in combined(row.tokens) if row.tokens is not None else ():
            del self._postings[token][row.issue_id]

    def having(self, token: str) -> int:
        """How many issues have the token."""
        return len(self._postings.get(token, ()))

    def search(self, chosen: Iterable[Chosen], average: float) -> list[Hit]:
        """Every issue that has one of the tokens, in no order."""
        scores: dict[int, float] = {}
        for one in chosen:
            for issue_id, count in self._postings.get(one.token, {}).items():
                found = one.factor * told(count, self.rows[issue_id].length, average)
                scores[issue_id] = scores.get(issue_id, 0.0) + found
        return [Hit(issue_id, score, self.rows[issue_id].created) for issue_id, score in scores.items()]
