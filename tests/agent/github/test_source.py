"""What the source gives of a repository, and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from agent.errors import BadInput, SourceUnavailable
from agent.github.source import GitHubSource
from tests.agent.github.forge import START, Fault, Forge, moment

pytestmark = pytest.mark.anyio


def event(name: str, second: int, **facts: Any) -> dict[str, Any]:
    return {
        "__typename": name,
        "id": f"E{second}",
        "actor": {"login": "ann"},
        "createdAt": moment(second),
        **facts,
    }


async def test_pages_since_a_moment(client: Any, forge: Forge) -> None:
    for number in range(1, 6):
        forge.issue(number, number * 10)
    forge.per_page = 2
    source = GitHubSource(client)
    page = await source.threads("o/n", START.replace(second=20))
    assert [row["number"] for row in page.rows] == [2, 3]
    assert "since=2026-04-01T00%3A00%3A20Z" in forge.paths()[0]
    assert "state=all" in forge.paths()[0]
    page = await source.threads("o/n", None, page.next)
    assert [row["number"] for row in page.rows] == [4, 5]
    assert page.next is None
    again = await source.threads("o/n", START, None, (await source.threads("o/n", START)).etag)
    assert (again.unchanged, again.rows) == (True, [])


@pytest.mark.parametrize("name", ["nobody", "a/b/c", "../x", "o/n?x=1", "o/n#1", ""])
async def test_what_is_no_repository_is_not_asked_for(client: Any, forge: Forge, name: str) -> None:
    with pytest.raises(BadInput, match="OWNER/NAME"):
        await GitHubSource(client).threads(name, None)
    assert forge.requests == []


async def test_a_repository_that_is_not_there(client: Any) -> None:
    with pytest.raises(BadInput, match="no such repository"):
        await GitHubSource(client).threads("no/body", None)


async def test_an_answer_that_is_no_list(client: Any, forge: Forge) -> None:
    forge.faults = [Fault(200, body={"message": "odd"})]
    with pytest.raises(SourceUnavailable):
        await GitHubSource(client).threads("o/n", None)


async def test_threads_that_are_there_gone_and_moved(client: Any, forge: Forge) -> None:
    forge.issue(1, 1)
    forge.gone = {2: 410, 3: 404}
    forge.moved = {4: "o/other/9"}
    source = GitHubSource(client)
    found = [await source.thread("o/n", number) for number in (1, 2, 3, 4)]
    assert [(one.gone, one.moved_to) for one in found] == [
        (False, None), (True, None), (True, None), (False, ("o/other", 9)),
    ]  # fmt: skip


async def test_a_repository_that_was_renamed_has_lost_nothing(client: Any, forge: Forge) -> None:
    forge.moved = {4: "o/renamed/4"}
    forge.faults = [None, None, Fault(200, body={"full_name": "o/renamed"})]
    assert (await GitHubSource(client).thread("o/n", 4)).moved_to is None


async def test_histories_of_many_threads_page_by_page(client: Any, forge: Forge) -> None:
    for number in range(1, 31):
        forge.issue(number, number)
    forge.timelines[1] = [event("ReopenedEvent", second) for second in range(5)]
    forge.timelines[30] = [event("MergedEvent", 1, commit={"oid": "a" * 40})]
    forge.gone = {2: 410}
    found = await GitHubSource(client).histories("o/n", list(range(1, 31)))
    assert len(found) == 30
    assert found[2] is None
    assert found[1] is not None
    assert [one.external_id for one in found[1].events] == ["E0", "E1", "E2", "E3", "E4"]
    assert found[30] is not None
    assert found[30].events[0].data == {"commit": "a" * 40}
    assert len(forge.paths("/graphql")) == 4


async def test_which_release_holds_a_commit(client: Any, forge: Forge) -> None:
    forge.holds = {("a" * 7, "v1.0%2F2")}
    source = GitHubSource(client)
    assert await source.holds("o/n", "v1.0/2", "a" * 7)
    assert not await source.holds("o/n", "v0", "a" * 7)


async def test_a_thread_comes_with_its_row(client: Any, forge: Forge) -> None:
    forge.issue(1, 1)
    forge.moved = {4: "o/other/9"}
    source = GitHubSource(client)
    row = (await source.thread("o/n", 1)).row
    assert row is not None
    assert row["title"] == "title 1"
    assert ((await source.thread("o/n", 4)).row or {})["number"] == 9


async def test_events_of_one_thread_come_by_pages_and_end(client: Any, forge: Forge) -> None:
    forge.per_page = 2
    forge.histories[1] = [{"event": "labeled", "id": number} for number in range(20)]
    found = await GitHubSource(client).events("o/n", 1)
    assert [row["id"] for row in found] == list(range(8)), "four pages and no more"
    forge.faults = [Fault(200, body={"message": "odd"})]
    with pytest.raises(SourceUnavailable):
        await GitHubSource(client).events("o/n", 1)


async def test_whether_a_repository_is_there(client: Any) -> None:
    source = GitHubSource(client)
    assert await source.is_there("o/n")
    assert not await source.is_there("no/body")
