"""A tenant's own weights, and the duplicates that it has marked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issues.issue import Issue, IssueLink
from agent.issues.ranking import Ranking
from agent.store.issues import SqlIssues
from agent.store.rankings import KEY, SqlRankings
from agent.store.tables import meta

pytestmark = pytest.mark.anyio
RANKING = Ranking(weights={"bm25f": 1.5, "days": -0.25}, slope=0.7, offset=-4, floor=0.3, source="us")
DAY = datetime(2026, 4, 8, tzinfo=UTC)


def issue(number: int, **facts: Any) -> Issue:
    known = {"title": f"title {number}", "body": "b", "created_at": DAY.replace(day=number), **facts}
    return Issue(repository="O/n", number=number, url="u", **known)


async def test_weights_are_kept_replaced_and_forgotten(open_as: Any) -> None:
    async with open_as("one") as one, open_as("two") as two:
        mine, theirs = SqlRankings(one), SqlRankings(two)
        assert await mine.kept() is None
        await mine.keep(RANKING.model_copy(update={"floor": 0.9}))
        await mine.keep(RANKING)
        assert await mine.kept() == RANKING
        assert await theirs.kept() is None
        await mine.forget()
        assert await mine.kept() is None


async def test_weights_of_another_version_count_as_none(open_as: Any) -> None:
    async with open_as("one") as database:
        await database.change(database.insert(meta), {"key": KEY, "value": '{"weights": {"gone": 1}}'})
        assert await SqlRankings(database).kept() is None


async def test_duplicates_come_from_the_field_and_from_links_the_oldest_first(open_as: Any) -> None:
    link = IssueLink(target_repository="O/n", target_number=1, kind="duplicate_of", via="comment")
    mention = link.model_copy(update={"kind": "mentions", "target_number": 2})
    async with open_as("one") as database, open_as("two") as other:
        await SqlIssues(database).upsert(
            [
                issue(9, duplicate_of="O/n#2", links=[link, mention]),
                issue(5, links=[link]),
                issue(6, links=[mention]),
                issue(7, duplicate_of="nonsense"),
                issue(1),
            ]
        )
        found = await SqlRankings(database).duplicates()
        assert [(each.thread, each.originals) for each in found] == [
            (("O/n", 5), {("o/n", 1)}),
            (("O/n", 9), {("o/n", 1), ("o/n", 2)}),
        ]
        assert found[0].title == "title 5"
        assert await SqlRankings(other).duplicates() == []
