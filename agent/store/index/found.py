"""What the index is asked for and what it gives, on either database."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

from sqlalchemy import Connection

from agent.store.index.tail import Hit

_MOST_DEPTH = 50_000
_RECENT, _YEAR = 0.3, 365 * 86_400.0
"""What an issue of the same day counts beside the best score, and after how many seconds a third of that.

Re-ranking the best 100 of 200 by this finds as many right issues among the first ten as re-ranking all 200
(`evals.bench retrieval`, and cross-validation over its train part)."""


class EngineBusy(Exception):
    """Another process, or another thread, is writing to the folder."""


class EngineBroken(Exception):
    """The folder cannot be read; it must be made anew from the rows."""


class Wanted(NamedTuple):
    """Tokens with their weights; how many issues; only those created before this second (since 1970)."""

    weights: Mapping[str, float]
    limit: int
    before: int | None = None


class Found(NamedTuple):
    """Issues by their words, best first. `docs` is how many there are, `having` how many have a token."""

    hits: list[Hit]
    docs: int
    average: float
    having: dict[str, int]


class Index(Protocol):
    """The first stage of the search on one database."""

    def search(self, connection: Connection, wanted: Wanted) -> Found:
        """The best issues by BM25 over the one field of title and body."""
        ...


def deep_enough(ask: Callable[[int], list[Hit]], wanted: Wanted, masked: Mapping[int, object]) -> list[Hit]:
    """Hits of `ask(depth)` without those that are masked or too young; it is asked deeper until they do."""
    depth = wanted.limit if wanted.before is None else 3 * wanted.limit
    while True:
        hits = ask(depth)
        kept = [hit for hit in hits if hit.issue_id not in masked and is_before(hit, wanted.before)]
        if len(kept) >= wanted.limit or len(hits) < depth or depth >= _MOST_DEPTH:
            return kept
        depth *= 4


def is_before(hit: Hit, before: int | None) -> bool:
    """Whether the issue is known to have been created earlier; every issue where nothing is asked."""
    return before is None or (hit.created is not None and hit.created < before)


def best(hits: list[Hit], limit: int) -> list[Hit]:
    """The best ones, in an order that is the same every time."""
    return sorted(hits, key=lambda hit: (-round(hit.score, 4), hit.issue_id))[:limit]


def nearest(hits: list[Hit], limit: int, at: int | None) -> list[Hit]:
    """Of hits by words, best first, those `limit` that are worth to be read, in the same order.

    Recent issues have a gentle advantage. `at` is the second of the report; without it the newest hit's.
    """
    if len(hits) <= limit:
        return hits
    dates = [hit.created for hit in hits if hit.created is not None]
    now = at if at is not None else max(dates, default=0)
    most = hits[0].score or 1.0

    def near(hit: Hit) -> float:
        age = math.inf if hit.created is None else abs(now - hit.created) / _YEAR
        return hit.score / most + _RECENT * math.exp(-age)

    least = sorted(map(near, hits), reverse=True)[limit - 1]
    return [hit for hit in hits if near(hit) >= least][:limit]
