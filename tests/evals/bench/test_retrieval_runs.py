"""The methods over a handful of issues."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agent.compose import load_ranking, open_issue_store
from agent.settings import Settings
from evals.bench.retrieval_data import Entry, Query, submission
from evals.bench.retrieval_figures import NOT_FOUND
from evals.bench.retrieval_runs import ask, ask_fts5, load

pytestmark = pytest.mark.anyio
START = datetime(2012, 1, 1, tzinfo=UTC)
TITLES = (
    "runtime: panic in mapassign during growth", "net/http: cookie jar loses path", "cmd/go: vendor ignored",
    "runtime: panic in mapassign when growing", "net/http: cookie jar loses path again",
)  # fmt: skip
CORPUS = [
    Entry(f"go-{at}", "go", at, START + timedelta(days=at), title, f"what happened in {title}", "me", [])
    for at, title in enumerate(TITLES, 1)
]


def query(at: int, *right: int) -> Query:
    return Query(CORPUS[at - 1], submission(CORPUS[at - 1]), frozenset(("go/go", each) for each in right))


QUERIES = [query(4, 1), query(5, 2), query(1, 4)]


async def test_the_product_finds_earlier_issues_only(tmp_path: Path) -> None:
    async with open_issue_store(Settings(database_url=f"sqlite:///{tmp_path}/x.sqlite3")) as store:
        assert await load(store, CORPUS) > 0
        asked = await ask(store, QUERIES, load_ranking())
    assert asked.ours.places == asked.lexical.places == [0, 0, NOT_FOUND]
    assert [any(right) for right in asked.right] == [True, True, False]
    assert [len(rows) for rows in asked.rows] == [len(right) for right in asked.right]
    assert len(asked.ours.seconds) == len(asked.rerank_seconds) == 3


async def test_fts5_finds_earlier_issues_only(tmp_path: Path) -> None:
    figures, _, size = ask_fts5(tmp_path, CORPUS, QUERIES)
    assert figures.places == [0, 0, NOT_FOUND]
    assert size > 0
