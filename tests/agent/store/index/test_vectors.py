"""The model and the vectors in the database, fitted when they are due."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import delete, func, select, update

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.index import latent, vectors
from agent.store.index.rows import index_rows
from agent.store.index.tables import issue_tokens, search_models
from agent.store.index.vectors import fit_model, mend_vectors
from agent.store.issues import SqlIssues
from agent.store.tables import issues as issue_table

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(latent, "DIMENSIONS", 12)
    monkeypatch.setattr(latent, "_SPARE", 4)
    monkeypatch.setattr(vectors, "FEWEST_ISSUES", 200)


def issues(numbers: range) -> list[Issue]:
    chance = random.Random(numbers.start)
    return [
        Issue(
            repository="o/n", number=n, url="u", title=f"s{n % 10}w{chance.randrange(40)}",
            body=" ".join(f"s{n % 10}w{chance.randrange(40)}" for _ in range(8)),
        )
        for n in numbers
    ]  # fmt: skip


async def without(database: Database) -> int:
    row = await database.one(select(func.count()).where(issue_tokens.c.vector.is_(None)))
    return row[0] if row else 0


async def numbers(database: Database) -> list[int]:
    return [row.number for row in await database.all(select(search_models.c.number))]


async def test_a_model_is_fitted_when_there_are_enough_and_again_when_they_have_grown(
    database: Database,
) -> None:
    store = SqlIssues(database)
    await store.upsert(issues(range(1, 100)))
    assert not await fit_model(database)
    await store.upsert(issues(range(100, 301)))
    assert await fit_model(database)
    assert (await numbers(database), await without(database)) == ([1], 0)
    await store.upsert(issues(range(301, 350)))
    assert await without(database) == 49
    assert not await fit_model(database)
    assert (await numbers(database), await without(database)) == ([1], 0)
    await store.upsert(issues(range(350, 500)))
    assert await fit_model(database)
    assert (await numbers(database), await without(database)) == ([2], 0)
    assert await fit_model(database, is_asked=True)
    assert await numbers(database) == [3]


async def test_what_is_wrong_with_the_vectors_is_said_and_mended(database: Database) -> None:
    store = SqlIssues(database)
    await store.upsert(issues(range(1, 100)))
    assert await mend_vectors(database) == []
    await store.upsert(issues(range(100, 301)))
    assert await store.mend_index() == ["there was no latent model"]
    assert (await numbers(database), await without(database)) == ([1], 0)
    assert await store.mend_index() == []

    ids = [row[0] for row in await database.all(select(issue_tokens.c.issue_id))]
    older = issue_tokens.c.issue_id.in_(ids[:3])
    await database.change(update(issue_tokens).where(older).values(vector=b"\0\0\0\7old"))
    await store.upsert(issues(range(301, 306)))
    assert await mend_vectors(database) == [
        "5 issues had no vector",
        "3 issues had a vector of another model",
    ]
    assert (await without(database), await mend_vectors(database)) == (0, [])

    await database.change(update(search_models).values(model=b"torn"))
    assert await mend_vectors(database) == ["there was no latent model"]
    assert (await numbers(database), await mend_vectors(database)) == ([2], [])
    await store.upsert(issues(range(306, 500)))
    assert await mend_vectors(database) == [
        "the latent model was made of 305 issues, and 499 are stored",
        "194 issues had no vector",
    ]
    assert (await numbers(database), await without(database)) == ([3], 0)


async def test_few_issues_keep_the_model_that_more_had(database: Database) -> None:
    store = SqlIssues(database)
    await store.upsert(issues(range(1, 301)))
    await fit_model(database)
    await database.change(delete(issue_table).where(issue_table.c.number > 150))
    await database.write(lambda connection: index_rows(connection, list(range(1, 400))))
    await store.upsert(issues(range(1, 20)))
    assert not await fit_model(database, is_asked=True)
    assert (await numbers(database), await mend_vectors(database)) == ([1], [])


async def test_a_hit_says_how_near_it_is(database: Database) -> None:
    store = SqlIssues(database)
    await store.upsert(issues(range(1, 300)))
    query = IssueQuery(weights={"s1w1": 1.0, "s1w2": 1.0, "s2w1": 0.1})
    hits = await store.search(query, 50)
    assert {hit.forward.cosine for hit in hits if hit.forward} == {None}
    await fit_model(database)
    hits = await store.search(query, 50)
    near = {hit.issue.number % 10: hit.forward.cosine for hit in hits if hit.forward}
    assert near[1] is not None
    assert near[2] is not None
    assert near[1] > 0.5 > near[2]
    await store.upsert([issues(range(1, 2))[0].model_copy(update={"body": "s1w1 s1w2 new"})])
    hits = await store.search(query, 50)
    changed = next(hit for hit in hits if hit.issue.number == 1)
    assert changed.forward is not None
    assert changed.forward.cosine is None
