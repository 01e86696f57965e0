"""Postings on PostgreSQL: the same answers as the formula gives, and a bound on what is read."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import postings
from agent.store.index.bm25 import Chosen, choose
from agent.store.index.found import Wanted
from agent.store.index.postings import affordable
from agent.store.index.stored import collection
from agent.store.index.tables import issue_postings, issue_tokens
from agent.store.index.tail import Row, Tail
from agent.store.issues import SqlIssues

pytestmark = pytest.mark.anyio

WORDS = ["alpha", "beta", "gamma", "delta", "omega", "sigma", "kappa"]
ISSUES = [
    Issue(
        repository="o/n", number=n, url="u", title=WORDS[n % 7],
        body=" ".join(WORDS[n % 5] for _ in range(n % 4)) + f" {WORDS[n % 3]} own{n} " + "filler " * (n % 11),
    )
    for n in range(1, 60)
]  # fmt: skip
QUERY = {"alpha": 2.0, "beta": 1.0, "gamma": 0.5, "kappa": 3.0, "filler": 0.5, "absent": 1.0}


async def test_both_databases_find_the_same_as_the_formula(database: Database) -> None:
    await SqlIssues(database).upsert(ISSUES[:30])
    await SqlIssues(database).upsert(ISSUES[20:])
    rows = await database.all(
        select(
            issue_tokens.c.issue_id, issue_tokens.c.change, issue_tokens.c.created, issue_tokens.c.tokens,
            issue_tokens.c.length,
        )
    )  # fmt: skip
    tail = Tail(0)
    tail.add(Row._make(row) for row in rows)
    stored = await database.read(collection)
    chosen = choose(QUERY, stored.docs, tail.having)
    expected = {hit.issue_id: hit.score for hit in tail.search(chosen, stored.average)}
    found = await database.read(lambda connection: database.index.search(connection, Wanted(QUERY, 100)))
    assert {hit.issue_id: hit.score for hit in found.hits} == {
        issue_id: pytest.approx(score, rel=1e-6) for issue_id, score in expected.items()
    }
    assert found.docs == 59
    assert found.having == {token: tail.having(token) for token in QUERY}


async def test_common_tokens_are_weighed_where_they_are_not_read(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await SqlIssues(database).upsert(ISSUES)

    async def best() -> list[tuple[int, float]]:
        found = await database.read(lambda connection: database.index.search(connection, Wanted(QUERY, 9)))
        return [(hit.issue_id, round(hit.score, 3)) for hit in found.hits]

    everything = await best()
    monkeypatch.setattr(postings, "MOST_POSTINGS", 40)
    monkeypatch.setattr(postings, "_FEWEST_TOKENS", 3)
    some = await best()
    assert [score for _, score in some] == [score for _, score in everything]


async def test_an_issue_that_changed_is_found_as_it_is_now(database: Database) -> None:
    await SqlIssues(database).upsert(ISSUES)
    await SqlIssues(database).upsert(
        [one.model_copy(update={"title": "fresh", "body": "new"}) for one in ISSUES[:39]]
    )
    hits = await SqlIssues(database).search(IssueQuery(terms=["kappa"]), 100)
    assert {hit.issue.number for hit in hits} == {41, 48, 55}
    hits = await SqlIssues(database).search(IssueQuery(terms=["fresh"]), 100)
    assert len(hits) == 39


async def test_sqlite_has_no_postings(database: Database) -> None:
    await SqlIssues(database).upsert(ISSUES)
    rows = await database.all(select(issue_postings.c.docs))
    assert (rows == []) == (database.dialect == "sqlite")


def test_a_common_token_that_would_cost_much_is_left_for_a_rarer_one() -> None:
    chosen = [Chosen(f"t{n}", 1.0, docs, 1.0) for n, docs in enumerate([10, 90_000, 80_000, 5, 6, 7, 8])]
    assert [one.docs for one in affordable(chosen)] == [10, 90_000, 80_000, 5, 6, 7]
    few = [Chosen(f"t{n}", 1.0, docs, 1.0) for n, docs in enumerate([1] * 6 + [99_990, 90_000, 1])]
    assert [one.docs for one in affordable(few)] == [1] * 6 + [99_990, 1]
