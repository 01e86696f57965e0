"""What goes with an issue is written with it, once, and what the newest row no longer states goes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from agent.issues.issue import Comment, Issue, IssueLink, TimelineEvent
from agent.store.database import Database
from agent.store.issue_archive import SqlIssueArchive
from agent.store.issues import SqlIssues
from agent.store.knowledge_tables import issue_comments, issue_links, issue_timeline
from agent.store.tables import issues

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)


def link(number: int, via: Any = "body", kind: Any = "mentions") -> IssueLink:
    return IssueLink(target_repository="o/n", target_number=number, kind=kind, via=via, actor="ann", at=NOON)


def issue(number: int = 1, **facts: Any) -> Issue:
    return Issue(repository="o/n", number=number, url="u", title="t", **facts)


async def kept(database: Database) -> dict[str, list[Any]]:
    def read(connection: Any) -> dict[str, list[Any]]:
        comments = select(issue_comments.c.external_id, issue_comments.c.body, issue_comments.c.reactions)
        events = select(issue_timeline.c.external_id, issue_timeline.c.kind, issue_timeline.c.data)
        links = select(issue_links.c.target_number, issue_links.c.via)
        return {
            "comments": sorted(map(tuple, connection.execute(comments)), key=str),
            "events": sorted(map(tuple, connection.execute(events)), key=str),
            "links": sorted(map(tuple, connection.execute(links))),
        }

    return await database.read(read)


async def test_all_of_it_is_written_and_writing_again_adds_nothing(database: Database) -> None:
    store = SqlIssues(database)
    whole = issue(
        comments=[Comment(external_id="1", body="b", reactions={"+1": 2}, created_at=NOON)],
        timeline=[TimelineEvent(external_id="2", kind="closed", actor="ann", at=NOON, data={"commit": "c"})],
        links=[link(3), link(4, "comment")],
    )
    for _ in range(2):
        await store.upsert([whole])
    assert await kept(database) == {
        "comments": [("1", "b", {"+1": 2})],
        "events": [("2", "closed", {"commit": "c"})],
        "links": [(3, "body"), (4, "comment")],
    }


async def test_the_newest_row_says_what_its_body_links_to(database: Database) -> None:
    store = SqlIssues(database)
    await store.upsert([issue(links=[link(3), link(4, "comment"), link(5, "timeline")])])
    await store.upsert([issue(links=[link(6)])])
    assert (await kept(database))["links"] == [(4, "comment"), (5, "timeline"), (6, "body")]


async def test_an_older_row_changes_nothing_beside_it(database: Database) -> None:
    store = SqlIssues(database)
    later = datetime(2026, 5, 1, tzinfo=UTC)
    await store.upsert([issue(updated_at=later, links=[link(3)])])
    old = Comment(external_id="1", body="b")
    assert await store.upsert([issue(updated_at=NOON, links=[link(4)], comments=[old])]) == 0
    assert await kept(database) == {"comments": [], "events": [], "links": [(3, "body")]}


async def test_a_comment_that_was_edited_is_replaced(database: Database) -> None:
    store = SqlIssues(database)
    for body in ("first", "second"):
        await store.upsert([issue(comments=[Comment(external_id="1", body=body)])])
    assert (await kept(database))["comments"] == [("1", "second", {})]


async def test_many_rows_with_odd_text(database: Database) -> None:
    store = SqlIssues(database)
    comments = [Comment(external_id=f"{n}", body="a\x00b \ud800") for n in range(1200)]
    assert await store.upsert([issue(n, comments=comments[:2]) for n in range(1, 450)]) == 449
    await store.upsert([issue(1, comments=comments)])
    assert len((await kept(database))["comments"]) == 1200 + 448 * 2


async def test_what_an_issue_knows_is_kept_where_the_new_row_says_nothing(database: Database) -> None:
    store = SqlIssues(database)
    facts = {"author": "ann", "reactions": {"+1": 1}, "comment_count": 4, "duplicate_of": "o/n#2"}
    await store.upsert([issue(body="b", **facts)])
    await store.upsert([issue(body="b")])

    def read(connection: Any) -> Any:
        wanted = select(issues.c.author, issues.c.reactions, issues.c.comment_count, issues.c.duplicate_of)
        return tuple(connection.execute(wanted).one())

    assert await database.read(read) == ("ann", {"+1": 1}, 4, "o/n#2")


async def test_a_repository_is_the_same_however_it_is_written(database: Database) -> None:
    for store in (SqlIssues(database), SqlIssues(database)):
        await store.upsert([issue(1), issue(1).model_copy(update={"repository": "O/N", "title": "last"})])
    await SqlIssues(database).upsert([issue(2).model_copy(update={"repository": "O/n"})])

    def read(connection: Any) -> Any:
        wanted = select(issues.c.repository, issues.c.number, issues.c.title).order_by(issues.c.number)
        return [tuple(row) for row in connection.execute(wanted)]

    assert await database.read(read) == [("o/n", 1, "last"), ("o/n", 2, "t")]
    assert await SqlIssueArchive(database).spelling("O/N") == "o/n"
    assert await SqlIssueArchive(database).spelling("New/Name") == "New/Name"


async def test_values_that_mean_something_in_an_array_are_kept_as_they_are(database: Database) -> None:
    odd = ['{a,"b"}', "NULL", "back\\slash 'quote'", "%s %(name)s $1 :tenant", "line\nbreak\t"]
    given = [
        issue(number, body=text, labels=[text, "x"]).model_copy(update={"title": text})
        for number, text in enumerate(odd, 1)
    ]
    given.append(issue(9, reactions={"+1": 3}, closed_at=NOON, comment_count=0))
    await SqlIssues(database).upsert(given)
    columns = [issues.c[name] for name in ("number", "title", "body", "labels", "reactions", "closed_at")]
    rows = await database.all(select(*columns).order_by(issues.c.number))
    assert [tuple(row) for row in rows] == [
        *((number, text, text, [text, "x"], None, None) for number, text in enumerate(odd, 1)),
        (9, "t", "", [], {"+1": 3}, NOON),
    ]
