"""A whole sync against the forge and a real store: what changed, what is gone, what was interrupted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.errors import SourceUnavailable
from agent.github.source import GitHubSource
from agent.github.sync import Sync, Synced
from agent.issues.issue import IssueQuery
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issue_graph import SqlIssueGraph
from agent.store.open import open_database
from tests.agent.github.forge import Fault, Forge, moment
from tests.agent.github.test_source import event

pytestmark = pytest.mark.anyio


class Store:
    def __init__(self, database: Any) -> None:
        self.archive, self.graph = SqlIssueArchive(database), SqlIssueGraph(database)

    async def numbers(self) -> list[int]:
        return await self.archive.numbers("o/n", 0, 1_000)


@pytest.fixture
async def store(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    async with open_database(f"sqlite:///{tmp_path}/s.sqlite3", "default", [], "none") as database:
        yield Store(database)


def runner(client: Any, store: Store, said: list[str] | None = None) -> Any:
    async def run(full: bool = False) -> Synced:
        say = (said if said is not None else []).append
        return await Sync(GitHubSource(client), store.archive, lambda _text: None, "o/n", say).run(full)

    return run


def pull(forge: Forge, number: int, updated: float, **facts: Any) -> None:
    page = f"https://github.com/o/n/pull/{number}"
    merged = {"merged_at": moment(updated), "html_url": page}
    forge.issue(number, updated, html_url=page, pull_request=merged, state="closed", **facts)


async def test_everything_comes_once_and_then_only_what_changed(
    client: Any, forge: Forge, store: Store
) -> None:
    for number in range(1, 8):
        forge.issue(number, number * 10, comments=2)
    forge.comment(50, 3, "Duplicate of #2", 35)
    forge.per_page = 3
    run = runner(client, store)
    done = await run()
    assert (done.threads, done.comments, done.bad) == (7, 1, 0)
    assert await store.numbers() == [1, 2, 3, 4, 5, 6, 7]
    issue = await store.graph.issue("o/n", 3)
    assert issue is not None
    assert (issue.author, issue.comment_count, issue.reactions, issue.participants) == (
        "ann",
        2,
        {"+1": 1},
        2,
    )
    assert [(c.author, c.body) for c in issue.comments] == [("bob", "Duplicate of #2")]
    assert [(link.target_number, link.kind, link.via) for link in issue.links] == [
        (2, "duplicate_of", "comment")
    ]

    forge.requests.clear()
    done = await run()
    assert (done.threads, done.comments, done.events) == (0, 0, 0)
    assert len(forge.paths("/repos/o/n/issues?")) == 1
    assert "if-none-match" in forge.requests[0][2]

    forge.issue(3, 100, title="a new title")
    done = await run()
    assert 1 <= done.threads <= 3
    issue = await store.graph.issue("o/n", 3)
    assert issue is not None
    assert (issue.title, len(issue.comments)) == ("a new title", 1)


async def test_a_thread_that_changes_meanwhile_hides_no_other(
    client: Any, forge: Forge, store: Store
) -> None:
    """Page two of a list by update would begin one further: the one in between is asked for by its time."""
    for number in range(1, 9):
        forge.issue(number, number * 10)
    forge.per_page = 2

    def move(path: str) -> None:
        if len(forge.paths("/repos/o/n/issues?")) == 2:
            forge.issue(1, 500)

    forge.before = move
    await runner(client, store)()
    assert await store.numbers() == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("takes_since", [True, False])
async def test_many_threads_of_one_moment(client: Any, forge: Forge, store: Store, takes_since: bool) -> None:
    for number in range(1, 12):
        forge.issue(number, 10 if number < 9 else 20)
    forge.per_page, forge.takes_since = 2, takes_since
    await runner(client, store)()
    assert await store.numbers() == list(range(1, 12))
    assert len(forge.paths("/repos/o/n/issues?")) < 20


async def test_what_was_read_before_a_failure_is_kept_and_the_next_run_goes_on(
    client: Any, forge: Forge, store: Store
) -> None:
    for number in range(1, 8):
        forge.issue(number, number * 10)
    forge.per_page = 2
    broken = {"on": True}

    def fail(path: str) -> None:
        if broken["on"] and "since=" in path and len(forge.paths("/repos/o/n/issues?")) >= 3:
            forge.faults = [Fault(502)]

    forge.before = fail
    said: list[str] = []
    run = runner(client, store, said)
    with pytest.raises(SourceUnavailable):
        await run()
    assert await store.numbers() == [1, 2, 3]
    broken["on"] = False
    forge.faults.clear()
    forge.requests.clear()
    await run()
    assert "o/n: going on where the last run stopped" in said
    assert await store.numbers() == list(range(1, 8))
    assert "since=2026-04-01T00%3A00%3A30Z" in forge.paths()[0]


async def test_deleted_and_transferred_issues_are_noticed(client: Any, forge: Forge, store: Store) -> None:
    for number in range(1, 5):
        forge.issue(number, number, title=f"zebra {number}")
    run = runner(client, store)
    await run()
    for number in (2, 3):
        del forge.issues[number]
    forge.gone, forge.moved = {2: 410}, {3: "o/other/9"}
    done = await run()
    assert (done.gone, done.moved) == (1, 1)
    assert await store.numbers() == [1, 4]
    moved = await store.graph.issue("o/n", 3)
    assert moved is not None
    assert moved.deleted_at is not None
    assert [(one.target_repository, one.target_number, one.kind) for one in moved.links] == [
        ("o/other", 9, "transferred_to")
    ]
    hits = await store.archive.search(IssueQuery(terms=["zebra"], weights={"zebra": 1.0}), 10)
    assert sorted(hit.issue.number for hit in hits) == [1, 4]
    assert (await run()).gone == 0


async def test_one_that_is_gone_before_its_history_is_read(client: Any, forge: Forge, store: Store) -> None:
    forge.issue(1, 1)
    forge.issue(2, 2)
    forge.before = lambda path: forge.gone.update({2: 410}) if "graphql" in path else None
    assert (await runner(client, store)()).gone == 1
    assert await store.numbers() == [1]


async def test_a_full_run_reads_all_of_it_again(client: Any, forge: Forge, store: Store) -> None:
    for number in range(1, 4):
        forge.issue(number, number)
    run = runner(client, store)
    await run()
    forge.requests.clear()
    done = await run(full=True)
    assert done.threads == 3
    assert "since" not in forge.paths()[0]
    assert not forge.paths("/repos/o/n/issues/1")


async def test_timelines_make_links_and_pulls_get_their_release(
    client: Any, forge: Forge, store: Store
) -> None:
    forge.issue(1, 10, state="closed", closed_at=moment(10))
    pull(forge, 5, 10, body="Closes #1")
    there = {"__typename": "PullRequest", "number": 5, "url": "https://github.com/o/n/pull/5",
             "repository": {"nameWithOwner": "o/n"}, "state": "MERGED"}  # fmt: skip
    forge.timelines[1] = [
        event("CrossReferencedEvent", 5, source=there, willCloseTarget=True),
        event("ClosedEvent", 9, closer=there, stateReason="COMPLETED"),
        event("LabeledEvent", 3, label={"name": "bug"}),
    ]
    forge.timelines[5] = [event("MergedEvent", 9, commit={"oid": "a" * 40})]
    forge.releases = [
        {"tag_name": "v3", "published_at": moment(400), "draft": False, "prerelease": False},
        {
            "tag_name": "v2",
            "published_at": moment(300),
            "draft": False,
            "html_url": "https://github.com/r/v2",
        },
        {"tag_name": "backport", "published_at": moment(200), "draft": False},
        {"tag_name": "v1", "published_at": moment(5), "draft": False},
        {"tag_name": "next", "published_at": None, "draft": True},
    ]
    forge.holds = {("a" * 40, "v2"), ("a" * 40, "v3")}
    run = runner(client, store)
    done = await run()
    assert (done.threads, done.events, done.releases, done.notes) == (2, 4, 4, ())
    issue, merged = await store.graph.issue("o/n", 1), await store.graph.issue("o/n", 5)
    assert issue is not None
    assert merged is not None
    assert [one.kind for one in issue.timeline] == ["labeled", "cross-referenced", "closed"]
    assert {(one.target_number, one.kind, one.via) for one in issue.links} == {(5, "fixed_by", "timeline")}
    assert (merged.kind, merged.released_in, [one.kind for one in merged.links]) == ("pull", "v2", ["closes"])
    assert merged.merged_at is not None
    first = await store.graph.release_after("o/n", merged.merged_at)
    assert first is not None
    assert first.tag == "backport"
    assert (await run()).releases == 0


async def test_without_a_token_it_says_what_it_could_not_read(forge: Forge, time: Any, store: Store) -> None:
    from pydantic import SecretStr

    from agent.github.client import GitHubClient

    forge.issue(1, 1)
    client = GitHubClient(forge.url, SecretStr(""), time, time)
    done = await runner(client, store)()
    await client.close()
    assert done.threads == 1
    assert "GITHUB_TOKEN" in done.notes[0]
    assert not forge.paths("/graphql")
    assert all("authorization" not in headers for _, _, headers in forge.requests)


async def test_a_row_that_cannot_be_used_is_named_and_skipped(
    client: Any, forge: Forge, store: Store
) -> None:
    forge.issue(1, 1)
    forge.issue(2, 2, title="", body="")
    said: list[str] = []
    assert (await runner(client, store, said)()).bad == 1
    assert any("title" in text for text in said)
    assert await store.numbers() == [1]
