"""One issue and its direct links, read from a forge on loopback and kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NoSuchIssue, SourceUnavailable
from agent.github.fetch import MOST_LINKED, Fetch, Patience
from agent.github.source import GitHubSource
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issue_graph import SqlIssueGraph
from agent.store.open import open_database
from tests.agent.github.forge import Fault, Forge, moment

pytestmark = pytest.mark.anyio
COMMIT = "a" * 40


@pytest.fixture
async def database(tmp_path: Path, anyio_backend: str) -> AsyncIterator[Any]:
    async with open_database(f"sqlite:///{tmp_path}/x.sqlite3", "default", [], "none") as opened:
        yield opened


@pytest.fixture
def fetch(client: Any, database: Any) -> Fetch:
    return Fetch(GitHubSource(client), SqlIssueArchive(database), lambda _text: None)


def reference(number: int, pull: bool = False) -> dict[str, Any]:
    source = {"number": number, "html_url": f"https://github.com/o/n/{'pull' if pull else 'issues'}/{number}"}
    return {
        "event": "cross-referenced", "id": 100 + number, "actor": {"login": "bob"}, "created_at": moment(5),
        "source": {"type": "issue", "issue": source},
    }  # fmt: skip


async def test_the_issue_its_events_and_its_links_are_kept(fetch: Fetch, forge: Forge, database: Any) -> None:
    forge.issue(1, 1, body="see #2 and else/where#3", comments=1)
    forge.issue(2, 2)
    forge.issue(4, 4, body="Closes #1")
    forge.histories[1] = [
        {"event": "commented", "id": 7, "body": "Duplicate of #2", "user": {"login": "ann"}},
        reference(4),
    ]
    done = await fetch.run("o/n", 1)
    assert (done.thread, done.linked, done.notes) == (("o/n", 1), 2, ())
    graph = SqlIssueGraph(database)
    found = await graph.issue("o/n", 1)
    assert found is not None
    assert [comment.body for comment in found.comments] == ["Duplicate of #2"]
    assert {(link.kind, link.target_number) for link in found.links} == {
        ("mentions", 2), ("mentions", 3), ("duplicate_of", 2), ("cross_referenced", 4),
    }  # fmt: skip
    assert sorted(number for _, number in await graph.neighbours([("o/n", 1)])) == [1, 2, 4]


async def test_the_release_of_a_merged_pull(fetch: Fetch, forge: Forge, database: Any) -> None:
    forge.issue(1, 1)
    forge.issue(
        9, 9, html_url="https://github.com/o/n/pull/9", state="closed", pull_request={"merged_at": moment(50)}
    )
    closed = {"event": "closed", "id": 1, "actor": {"login": "ann"}}
    forge.histories[1] = [
        {**closed, "closer": {"number": 9, "html_url": "https://github.com/o/n/pull/9"}},
    ]
    forge.histories[9] = [{"event": "merged", "id": 2, "commit_id": COMMIT, "created_at": moment(50)}]
    forge.releases = [
        {"tag_name": tag, "published_at": moment(at), "html_url": "u"} for tag, at in (("v2", 99), ("v1", 60))
    ]
    forge.holds = {(COMMIT, "v2")}
    assert (await fetch.run("o/n", 1)).notes == ()
    pull = await SqlIssueGraph(database).issue("o/n", 9)
    assert pull is not None
    assert (pull.kind, pull.released_in) == ("pull", "v2"), "v1 came later too and does not hold it"


async def test_links_are_bounded(fetch: Fetch, forge: Forge) -> None:
    forge.issue(1, 1, body=" ".join(f"#{number}" for number in range(2, 60)))
    done = await fetch.run("o/n", 1)
    assert len(forge.requests) == 2 + MOST_LINKED
    assert done.notes == (f"Of 58 linked threads the first {MOST_LINKED} were read.",)


async def test_a_failure_on_the_way_leaves_what_was_read(fetch: Fetch, forge: Forge, database: Any) -> None:
    forge.issue(1, 1, body="#2 #3")
    forge.issue(2, 2)
    forge.faults = [None, None, None, *[Fault(403, body={"message": "no"})] * 9]
    done = await fetch.run("o/n", 1)
    assert "Only 1 of 2 linked threads were read" in done.notes[0]
    assert await SqlIssueGraph(database).issue("o/n", 2)


async def test_deleted_and_missing(fetch: Fetch, forge: Forge, database: Any) -> None:
    forge.issue(1, 1)
    await fetch.run("o/n", 1)
    forge.gone = {1: 410, 2: 404}
    assert "was deleted" in (await fetch.run("o/n", 1)).notes[0]
    stored = await SqlIssueGraph(database).issue("o/n", 1)
    assert stored is not None
    assert stored.deleted_at is not None
    with pytest.raises(NoSuchIssue, match="never was there"):
        await fetch.run("o/n", 2)
    with pytest.raises(NoSuchIssue, match="no repository no/body, or it is private"):
        await fetch.run("no/body", 1)


async def test_what_cannot_be_read_any_more_is_not_marked_as_deleted(
    fetch: Fetch, forge: Forge, database: Any
) -> None:
    forge.issue(1, 1)
    await fetch.run("o/n", 1)
    forge.faults = [Fault(404), Fault(404)]
    with pytest.raises(NoSuchIssue, match="or it is private"):
        await fetch.run("o/n", 1)
    stored = await SqlIssueGraph(database).issue("o/n", 1)
    assert stored is not None
    assert stored.deleted_at is None


async def test_a_transferred_issue_is_followed(fetch: Fetch, forge: Forge, database: Any) -> None:
    forge.issue(4, 4)
    await fetch.run("o/n", 4)
    forge.moved = {4: "o/n/9"}
    done = await fetch.run("o/n", 4)
    assert done.thread == ("o/n", 9)
    assert "transferred to o/n#9" in done.notes[0]


async def test_patience_ends() -> None:
    slept = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    patience = Patience(3, sleep)
    await patience.wait(2, "host: it answers 502")
    with pytest.raises(SourceUnavailable, match="host: it answers 502"):
        await patience.wait(2, "host: it answers 502")
    assert slept == [2]
