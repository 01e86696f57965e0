"""What the store knows of the report's own thread, told apart in one statement where it is asked at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from agent.compose import load_catalogue, load_ranking
from agent.graph import diagnose
from agent.issues.issue import Issue, IssueLink, IssueQuery
from agent.report.error_report import Source, Submission
from agent.settings import Settings
from agent.state import Context
from agent.store import own_links as room
from agent.store.database import Database
from agent.store.issue_graph import SqlIssueGraph
from agent.store.issues import SqlIssues
from agent.store.own_links import own_links
from agent.store.tables import issues

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
OWN = ("o/n", 1)


class Noon:
    def now(self) -> datetime:
        return NOON


def to(number: int, kind: Any = "mentions", repository: str = "o/n") -> IssueLink:
    return IssueLink(target_repository=repository, target_number=number, kind=kind, via="timeline")


def issue(number: int, *links: IssueLink, repository: str = "o/n", **facts: Any) -> Issue:
    known = {"title": f"t{number}", "body": f"words of {number}", "created_at": NOON, **facts}
    return Issue(
        repository=repository, number=number, url=f"https://github.com/{repository}/issues/{number}",
        links=list(links), **known,
    )  # fmt: skip


def duplicate(number: int, of: int, **facts: Any) -> Issue:
    return issue(number, to(of, "duplicate_of"), duplicate_of=f"O/N#{of}", state="closed", **facts)


STORED = [
    duplicate(1, 2),
    issue(2, to(9, "fixed_by")),
    duplicate(3, 2),
    duplicate(4, 1),
    issue(5, to(2, "duplicate_of")),
    issue(6, to(1), repository="x/y"),
    issue(7, to(1, "closes"), kind="pull"),
    issue(8),
    issue(9),
    issue(1, to(8, repository="O/N"), repository="x/y"),
]


async def told(database: Database, own: tuple[str, int] = OWN) -> dict[tuple[str, int], str]:
    found = await database.read(lambda connection: own_links(connection, own))
    rows = await database.all(select(issues.c.id, issues.c.repository, issues.c.number))
    names = {row.id: (row.repository, row.number) for row in rows}
    return {names[issue_id]: how for issue_id, how in found.items()}


async def test_duplicates_and_links_are_told_apart(database: Database) -> None:
    await SqlIssues(database).upsert(STORED)
    assert await told(database) == {
        ("o/n", 2): "duplicate",  # the thread is marked as its duplicate
        ("o/n", 3): "duplicate",  # a duplicate of the same issue
        ("o/n", 4): "duplicate",  # marked as a duplicate of the thread
        ("x/y", 6): "linked",
        ("o/n", 7): "linked",
    }
    assert await told(database, ("O/N", 1)) == await told(database)
    assert await told(database, ("X/Y", 1)) == {("o/n", 8): "linked"}
    assert await told(database, ("o/n", 77)) == {}


async def test_a_chain_of_duplicates_is_one_case(database: Database) -> None:
    chain = [duplicate(number, number - 1) for number in range(3, 9)]
    await SqlIssues(database).upsert([*chain, issue(2), duplicate(20, 21), duplicate(21, 20)])
    found = await told(database, ("o/n", 8))
    assert found == {("o/n", number): "duplicate" for number in range(2, 8)}
    assert await told(database, ("o/n", 20)) == {("o/n", 21): "duplicate"}


async def test_a_guess_at_a_duplicate_is_a_link(database: Database) -> None:
    await SqlIssues(database).upsert(STORED)
    assert (await told(database, ("o/n", 2)))["o/n", 5] == "linked"


async def test_a_thread_that_is_not_stored_is_known_by_those_that_name_it(database: Database) -> None:
    await SqlIssues(database).upsert([issue(3, to(50)), duplicate(4, 50)])
    assert await told(database, ("o/n", 50)) == {("o/n", 3): "linked", ("o/n", 4): "duplicate"}


async def test_of_very_many_the_duplicates_are_kept(database: Database) -> None:
    many = [issue(number, to(1)) for number in range(100, 100 + room.MOST + 5)]
    await SqlIssues(database).upsert([issue(1), *many, duplicate(300, 1)])
    found = await told(database)
    assert len(found) == room.MOST
    assert found["o/n", 300] == "duplicate"


async def test_another_tenants_links_say_nothing(open_as: Callable[..., Any]) -> None:
    async with open_as("other") as other:
        await SqlIssues(other).upsert(STORED)
    async with open_as() as own:
        await SqlIssues(own).upsert([issue(1), issue(2)])
        assert await told(own) == {}


async def test_hits_say_how_they_belong_to_the_reports_thread(database: Database) -> None:
    store = SqlIssues(database)
    await store.upsert(STORED)
    linked = {2: "duplicate", 3: "duplicate", 4: "duplicate", 6: "linked", 7: "linked"}
    other = IssueQuery(weights={"nowhere": 1.0}, exclude=OWN)
    assert {hit.issue.number: hit.own_link for hit in await store.search(other, 50)} == linked
    worded = IssueQuery(weights={"word": 1.0}, exclude=OWN)
    few, all_of_them = await store.search(worded, 5), await store.search(worded, 50)
    assert {hit.issue.number: hit.own_link for hit in few} == linked
    assert {hit.issue.number for hit in all_of_them[:5]} == linked.keys()
    assert all(hit.text_score > 0 for hit in all_of_them)
    assert {hit.own_link for hit in all_of_them[5:]} == {None}
    assert await store.search(other.model_copy(update={"before": NOON + timedelta(days=1)}), 50) == []


async def test_it_is_one_statement_and_none_without_a_thread(
    database: Database, every_statement_names_its_tenant: list[str]
) -> None:
    store = SqlIssues(database)
    await store.upsert(STORED)
    plain = IssueQuery(weights={"word": 1.0})
    for query, asked in ((plain, 0), (plain.model_copy(update={"exclude": OWN}), 1)):
        before = len(every_statement_names_its_tenant)
        assert await store.search(query, 10)
        sent = every_statement_names_its_tenant[before:]
        assert sum("issue_links" in statement for statement in sent) == asked


async def test_no_step_of_it_reads_the_whole_of_a_tenant(database: Database) -> None:
    """Without this order SQLite takes seconds where there are many links. PostgreSQL plans by statistics."""
    if database.dialect != "sqlite":
        pytest.skip("the plan of SQLite")
    explained = text(f"EXPLAIN QUERY PLAN {room._LINKED.text}")
    rows = await database.all(explained, {"repository": "o/n", "number": 1, "most": 9})
    steps = [row.detail for row in rows if row.detail.startswith(("SEARCH", "SCAN"))]
    assert len(steps) > 6
    assert not [step for step in steps if step.endswith("(tenant=?)") or step.startswith("SCAN issue")]
    assert not [step for step in steps if step.startswith("SCAN") and step != "SCAN own"]


async def test_of_one_kind_the_latest_are_told(database: Database) -> None:
    def said(number: int, day: int) -> Issue:
        return issue(number, to(1).model_copy(update={"at": NOON + timedelta(days=day)}))

    many = [said(100 + day, day) for day in range(room.MOST + 5)]
    await SqlIssues(database).upsert([issue(1), *many, issue(99, to(1))])
    found = [number for _, number in await told(database)]
    assert sorted(found) == [100 + day for day in range(5, room.MOST + 5)]


async def test_a_report_of_a_stored_thread_is_led_to_its_duplicates(database: Database) -> None:
    """The whole road: another wording, no shared message, known only by the marks of the forge."""
    store = SqlIssues(database)
    await store.upsert(STORED)
    context = Context(
        catalogue=load_catalogue(Settings()),
        clock=Noon(),
        issues=store,
        links=SqlIssueGraph(database),
        ranking=load_ranking(),
    )
    said = Submission(text="It stopped this morning.", source=Source(url="https://github.com/O/n/issues/1"))
    shown = {one.number: one for one in (await diagnose(said, context)).issues}
    assert {number: one.relation for number, one in shown.items() if number in (2, 3, 4, 6, 7)} == {
        2: "duplicate", 3: "duplicate", 4: "duplicate", 6: "linked", 7: "linked",
    }  # fmt: skip
    assert shown[2].why.startswith("known to be the same case as the report's own thread")
    stranger = said.model_copy(update={"source": None})
    assert (await diagnose(stranger, context)).issues == []
