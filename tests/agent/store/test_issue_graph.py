"""The graph of stored issues: one with all that belongs to it, and what stands round it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event

from agent.issues.issue import Comment, Issue, IssueLink, TimelineEvent
from agent.issues.source import Release
from agent.store.database import Database
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issue_graph import SqlIssueGraph
from agent.store.issues import SqlIssues

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def to(number: int, repository: str = "o/n", kind: Any = "mentions") -> IssueLink:
    return IssueLink(target_repository=repository, target_number=number, kind=kind, via="body", at=NOON)


def issue(number: int, *links: IssueLink, repository: str = "o/n", **facts: Any) -> Issue:
    return Issue(
        repository=repository, number=number, url="u", title=f"t{number}", links=list(links), **facts
    )


async def test_an_issue_comes_back_as_it_was_stored(database: Database) -> None:
    whole = issue(
        1,
        to(2),
        kind="pull",
        labels=["bug"],
        author="ann",
        reactions={"+1": 3},
        comment_count=2,
        merged_at=NOON,
        duplicate_of="o/n#5",
        comments=[
            Comment(external_id="b", body="second", created_at=NOON + timedelta(hours=1)),
            Comment(external_id="a", author="bob", body="first", reactions={"heart": 1}, created_at=NOON),
            Comment(external_id="c", body="undated"),
        ],
        timeline=[TimelineEvent(external_id="9", kind="closed", actor="ann", at=NOON, data={"commit": "c"})],
    )
    await SqlIssues(database).upsert([whole])
    found = await SqlIssueGraph(database).issue("O/N", 1)
    assert found is not None
    assert [comment.body for comment in found.comments] == ["first", "second", "undated"]
    in_order = sorted(whole.comments, key=lambda one: (one.created_at is None, one.created_at or NOON))
    assert found == whole.model_copy(update={"comments": in_order})
    assert await SqlIssueGraph(database).issue("o/n", 2) is None


async def test_links_to_an_issue(database: Database) -> None:
    given = [issue(1, to(9)), issue(2, to(9, kind="duplicate_of")), issue(3, to(9, "o/m"))]
    await SqlIssues(database).upsert([*given, issue(4, to(9, "O/N"), repository="x/y")])
    found = await SqlIssueGraph(database).links_to("o/n", 9)
    assert [(thread, link.kind) for thread, link in found] == [
        (("o/n", 1), "mentions"), (("o/n", 2), "duplicate_of"), (("x/y", 4), "mentions"),
    ]  # fmt: skip


async def test_neighbours_both_ways_by_steps(database: Database) -> None:
    await SqlIssues(database).upsert(
        [
            issue(1, to(2)),
            issue(2, to(3), to(2, "else/where")),
            issue(3, to(1)),
            issue(4, to(1)),
            issue(5, to(4)),
            issue(6),
        ]
    )
    graph = SqlIssueGraph(database)

    async def numbers(depth: int, **most: int) -> list[int]:
        return sorted(number for _, number in await graph.neighbours([("O/n", 1)], depth, **most))

    assert await numbers(0) == [1]
    assert await numbers(1) == [1, 2, 3, 4]
    assert await numbers(2) == [1, 2, 3, 4, 5]
    assert await numbers(99) == [1, 2, 3, 4, 5]
    assert len(await numbers(2, limit=3)) == 3
    assert (await graph.neighbours([("o/n", 1)]))[("o/n", 2)].links == [to(2, "else/where"), to(3)]
    assert await graph.neighbours([("o/n", 77)], 3) == {}


async def test_a_chain_of_duplicates_is_followed_to_its_end(database: Database) -> None:
    chain = [issue(n, to(n - 1, kind="duplicate_of"), duplicate_of=f"O/n#{n - 1}") for n in range(3, 20)]
    rounds = [issue(n, duplicate_of=f"o/n#{41 - n}") for n in (20, 21)]
    ends = [issue(2, to(99)), issue(99, kind="pull"), issue(98, to(99))]
    await SqlIssues(database).upsert([*chain, *rounds, *ends])
    graph = SqlIssueGraph(database)
    found = await graph.neighbours([("o/n", 19)], 1)
    assert sorted(number for _, number in found) == [*range(2, 20), 99]
    assert len(await graph.neighbours([("o/n", 20)], 0)) == 2
    assert len(await graph.neighbours([("o/n", 19)], 1, limit=4)) == 4


async def test_links_of_other_repositories_hide_none(database: Database) -> None:
    others = [issue(n, to(1, "else/where"), repository="else/where") for n in range(2, 80)]
    mentions = [issue(n, to(1)) for n in range(2, 30)]
    await SqlIssues(database).upsert([*others, *mentions, issue(1), issue(90, to(1, kind="closes"))])
    found = await SqlIssueGraph(database).neighbours([("o/n", 1)], 1, limit=5)
    assert len(found) == 5
    assert ("o/n", 90) in found, "a pull that closes it comes before those that mention it"


async def test_neighbours_come_without_their_text(database: Database) -> None:
    await SqlIssues(database).upsert([issue(1, to(2), body="long"), issue(2, body="long")])
    graph = SqlIssueGraph(database)
    assert {one.body for one in (await graph.neighbours([("o/n", 1)])).values()} == {""}
    whole = await graph.issue("o/n", 1)
    assert whole is not None
    assert whole.body == "long"


async def test_a_step_takes_few_queries(database: Database) -> None:
    many = [issue(number, to(number + 1), to(1)) for number in range(2, 120)]
    await SqlIssues(database).upsert([issue(1, to(2)), *many])
    sent: list[str] = []

    def remember(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(Engine, "before_cursor_execute", remember)
    found = await SqlIssueGraph(database).neighbours([("o/n", 1)], 2)
    event.remove(Engine, "before_cursor_execute", remember)
    assert len(found) == 119
    assert len([one for one in sent if one.startswith("SELECT")]) <= 9


async def test_duplicates(database: Database) -> None:
    await SqlIssues(database).upsert(
        [issue(2, duplicate_of="o/n#1"), issue(1), issue(3, duplicate_of="else/where#7")]
    )
    assert await SqlIssueGraph(database).duplicates() == [
        (("o/n", 2), ("o/n", 1)), (("o/n", 3), ("else/where", 7)),
    ]  # fmt: skip


async def test_the_first_release_after_a_moment(database: Database) -> None:
    releases = [
        Release(tag="v1", published_at=NOON),
        Release(tag="v2-rc", published_at=NOON + timedelta(days=1), prerelease=True),
        Release(tag="v2", published_at=NOON + timedelta(days=2)),
        Release(tag="undated"),
    ]
    await SqlIssueArchive(database).add_releases("o/n", releases)
    graph = SqlIssueGraph(database)
    assert await graph.release_after("O/N", NOON + timedelta(hours=1)) == releases[2]
    assert await graph.release_after("o/n", NOON + timedelta(days=3)) is None


async def test_another_tenant_sees_nothing(open_as: Callable[..., Any]) -> None:
    async with open_as("one") as one, open_as("two") as two:
        await SqlIssues(one).upsert([issue(1, to(2)), issue(2, duplicate_of="o/n#1")])
        graph = SqlIssueGraph(two)
        assert await graph.issue("o/n", 1) is None
        assert await graph.links_to("o/n", 2) == []
        assert await graph.neighbours([("o/n", 1)], 2) == {}
        assert await graph.duplicates() == []
