"""The same store on PostgreSQL, where CASEWORKER_TEST_DATABASE_URL names an empty database to use."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime

import pytest

from agent.errors import SchemaTooOld, StoreUnavailable
from agent.issues.issue import Issue, IssueQuery
from agent.store.open import open_store
from agent.store.schema import current, head, upgrade

pytestmark = pytest.mark.anyio


def issue(number: int, title: str, **facts: object) -> Issue:
    known = {"repository": "o/n", "number": number, "url": "u", "title": title, **facts}
    return Issue.model_validate(known)


@pytest.fixture
def url() -> str:
    found = os.environ.get("CASEWORKER_TEST_DATABASE_URL")
    if not found:
        pytest.skip("CASEWORKER_TEST_DATABASE_URL names no PostgreSQL database for tests")
    return found


async def test_the_road_of_a_row(url: str) -> None:
    tenant = uuid.uuid4().hex
    moment = datetime(2026, 4, 8, 12, tzinfo=UTC)
    known = [
        issue(1, "tool_use without tool_result", labels=["bug"], created_at=moment),
        issue(2, "x", signature="s"),
    ]
    if current(url) is None:
        with pytest.raises(SchemaTooOld, match="db upgrade"):
            async with open_store(url, tenant, known, "d1"):
                pass
    upgrade(url)
    upgrade(url)
    assert current(url) == head()
    async with open_store(url, tenant, known, "d1") as store:
        query = IssueQuery(
            signatures=["s"], terms=["tool_result", "it's \\ a 'quoted' & term", "!"], exclude=("a/b", 1)
        )
        hits = await store.search(query, 5)
        assert [(hit.issue.number, hit.same_signature) for hit in hits] == [(2, True), (1, False)]
        assert hits[1].issue == known[0]
        assert hits[1].text_score > 0
        assert await store.upsert([issue(3, "imported"), issue(1, "imported")]) == 2
        assert [hit.issue.number for hit in await store.search(IssueQuery(terms=["imported"]), 5)] == [1, 3]
        assert await store.search(IssueQuery(signatures=["none"]), 5) == []
        assert await store.as_of() is not None


async def test_a_server_that_is_not_there() -> None:
    pytest.importorskip("psycopg")
    secret = "not-" + "shown"
    with pytest.raises(StoreUnavailable) as caught:
        async with open_store(f"postgresql://u:{secret}@127.0.0.1:9/d", "t", [], "d"):
            pass
    assert secret not in str(caught.value)
