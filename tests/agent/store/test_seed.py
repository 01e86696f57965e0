"""Packaged rows: loaded once for each digest, withdrawn when they are no longer known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.issues.issue import Issue
from agent.store.issues import SqlIssues
from agent.store.seed import seed

pytestmark = pytest.mark.anyio


def issue(number: int) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title="t")


async def test_once_for_each_digest_and_tenant(open_as: Callable[..., Any]) -> None:
    async with open_as("one") as one, open_as("two") as two:
        assert await seed(one, [issue(1), issue(2)], "d1")
        assert not await seed(one, [issue(3)], "d1")
        assert await SqlIssues(one).count() == 2
        assert await seed(two, lambda: [issue(1)], "d1")
        await SqlIssues(one).upsert([issue(2)])
        assert await seed(one, [issue(3)], "d2")
        assert await SqlIssues(one).count() == 2
        assert await seed(one, [], "d3")
        assert await SqlIssues(one).count() == 1
        assert await SqlIssues(two).count() == 1
