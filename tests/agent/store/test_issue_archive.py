"""What a sync adds to stored threads, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.issues.issue import Comment, Issue, IssueLink, TimelineEvent
from agent.issues.source import Release
from agent.issues.timeline import History
from agent.store.database import Database
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issue_graph import SqlIssueGraph

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def issue(number: int, **facts: Any) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title="t", **facts)


def duplicate(via: Any) -> IssueLink:
    return IssueLink(target_repository="o/n", target_number=9, kind="duplicate_of", via=via)


async def test_histories_of_threads_that_are_stored(database: Database) -> None:
    archive = SqlIssueArchive(database)
    await archive.upsert([issue(1, author="ann"), issue(2)])
    history = History(
        [TimelineEvent(external_id="1", kind="closed", at=NOON)],
        [Comment(external_id="2", author="bob", body="b"), Comment(external_id="3", author="ann", body="c")],
        [],
    )
    for _ in range(2):
        assert await archive.add_histories("o/n", {1: history, 77: history}) == 1
    found = await SqlIssueGraph(database).issue("o/n", 1)
    assert found is not None
    assert (len(found.comments), len(found.timeline), found.participants) == (2, 1, 2)


@pytest.mark.parametrize(
    ("state", "via", "known", "duplicate_of"),
    [
        ("open", "timeline", None, "o/n#9"),
        ("open", "timeline", "o/n#3", "o/n#9"),
        ("open", "comment", None, None),
        ("closed", "comment", None, "o/n#9"),
        ("closed", "comment", "o/n#3", "o/n#3"),
    ],
)
async def test_when_a_link_makes_a_duplicate(
    database: Database, state: str, via: str, known: str | None, duplicate_of: str | None
) -> None:
    archive = SqlIssueArchive(database)
    await archive.upsert([issue(1, state=state, duplicate_of=known)])
    await archive.add_histories("o/n", {1: History([], [], [duplicate(via)])})
    found = await SqlIssueGraph(database).issue("o/n", 1)
    assert found is not None
    assert found.duplicate_of == duplicate_of


async def test_what_is_gone_is_not_listed(database: Database) -> None:
    archive = SqlIssueArchive(database)
    await archive.upsert([issue(number) for number in range(1, 6)])
    assert await archive.mark_gone("o/n", 2, None)
    assert await archive.mark_gone("o/n", 3, ("o/m", 8))
    assert not await archive.mark_gone("o/n", 99, None)
    assert await archive.numbers("o/n", 0, 10) == [1, 4, 5]
    assert await archive.numbers("o/n", 1, 1) == [4]
    await archive.upsert([issue(2)])
    assert await archive.numbers("o/n", 0, 10) == [1, 2, 4, 5]


async def test_releases_and_the_pulls_that_wait_for_one(database: Database) -> None:
    archive = SqlIssueArchive(database)
    days = [Release(tag=f"v{n}", published_at=NOON + timedelta(days=n)) for n in range(6)]
    assert await archive.add_releases("o/n", days[:4]) == 4
    assert await archive.add_releases("o/n", days) == 2
    merged = TimelineEvent(external_id="m", kind="merged", data={"commit": "c" * 40})
    after = NOON + timedelta(hours=30)
    await archive.upsert(
        [
            issue(1, kind="pull", merged_at=after, timeline=[merged]),
            issue(2, kind="pull", merged_at=after),
            issue(3, kind="pull", merged_at=NOON + timedelta(days=9), timeline=[merged]),
            issue(4, timeline=[merged]),
        ]
    )
    assert await archive.unreleased("o/n", 10) == {1: ("c" * 40, ["v2", "v3", "v4"])}
    await archive.mark_released("o/n", 1, "v3")
    assert await archive.unreleased("o/n", 10) == {}


async def test_the_state_of_a_sync(database: Database) -> None:
    archive = SqlIssueArchive(database)
    assert await archive.sync_state("o/n") == {}
    await archive.keep_sync_state("o/n", {"threads": {"since": "x"}})
    assert await archive.sync_state("o/n") == {"threads": {"since": "x"}}
