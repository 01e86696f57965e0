"""Packaged rows: loaded once for each digest, withdrawn when they are no longer known."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.issues.issue import Issue
from agent.store.engine import async_engine, parse_url
from agent.store.issues import SqlIssues
from agent.store.schema import upgrade
from agent.store.seed import seed

pytestmark = pytest.mark.anyio


def issue(number: int) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title="t")


async def test_once_for_each_digest_and_tenant(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite3"
    upgrade(url)
    engine = async_engine(parse_url(url))
    try:
        one = SqlIssues(engine, parse_url(url), "one")
        assert await seed(engine, "one", [issue(1), issue(2)], "d1")
        assert not await seed(engine, "one", [issue(3)], "d1")
        assert await one.count() == 2
        assert await seed(engine, "two", lambda: [issue(1)], "d1")
        await one.upsert([issue(2)])
        assert await seed(engine, "one", [issue(3)], "d2")
        assert await one.count() == 2
        assert await seed(engine, "one", [], "d3")
        assert await one.count() == 1
        assert await SqlIssues(engine, parse_url(url), "two").count() == 1
    finally:
        await engine.dispose()
