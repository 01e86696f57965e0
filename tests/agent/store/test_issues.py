"""Stored issues: found by signature and words, and added to without losing what is known."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from agent.issues.issue import Issue, IssueQuery
from agent.store.database import Database
from agent.store.issues import SqlIssues
from agent.store.open import open_store

pytestmark = pytest.mark.anyio


def issue(number: int, title: str = "t", **facts: Any) -> Issue:
    return Issue(
        repository="o/n", number=number, url=f"https://github.com/o/n/issues/{number}", title=title, **facts
    )


@pytest.fixture
def store(database: Database) -> SqlIssues:
    return SqlIssues(database)


def numbers(hits: list[Any]) -> list[int]:
    return [hit.issue.number for hit in hits]


async def test_an_exact_signature_stands_before_words(store: SqlIssues) -> None:
    await store.upsert(
        [
            issue(1, "tool_use without tool_result after escape"),
            issue(2, "something else", signature="tool-result-missing"),
            issue(3, "unrelated", signature="overloaded"),
        ]
    )
    query = IssueQuery(signatures=["tool-result-missing"], terms=["tool_result", "escape"])
    hits = await store.search(query, 10)
    assert numbers(hits) == [2, 1]
    assert [hit.same_signature for hit in hits] == [True, False]
    assert hits[0].text_score == 0
    assert hits[1].text_score > 0
    assert hits[1].matched_terms == ["tool_result", "escape"]


async def test_a_better_match_of_words_stands_first(store: SqlIssues) -> None:
    await store.upsert([issue(n, f"filler {n}", body="image") for n in range(10, 30)])
    await store.upsert([issue(1, "certificate refused", body="proxy"), issue(2, "other", body="certificate")])
    hits = await store.search(IssueQuery(terms=["certificate", "proxy"]), 10)
    assert numbers(hits) == [1, 2]
    assert hits[0].text_score > hits[1].text_score > 0


async def test_facts_come_back_as_they_were_stored(store: SqlIssues) -> None:
    moment = datetime(2026, 4, 8, 12, 30, tzinfo=UTC)
    dates = {"created_at": moment, "updated_at": moment, "closed_at": moment}
    facts = {"signature": "s", "client_version": "2.1.7", "outcome": "closed as invalid", "state": "closed"}
    stored = issue(1, "word", body="b", labels=["bug", "é"], **dates, **facts)
    await store.upsert([stored])
    assert (await store.search(IssueQuery(terms=["word"]), 1))[0].issue == stored


@pytest.mark.parametrize(
    "terms",
    [
        ['"', "*", "NEAR(", "a AND b", "col:word", "^x", "-", "'", "\\", "\x00", "--", "OR", "%"],
        ["x" * 5_000, "(" * 500, "é" * 40, "\ud7ff"],
        [""],
    ],
)
async def test_no_text_of_a_user_breaks_the_search(store: SqlIssues, terms: list[str]) -> None:
    await store.upsert([issue(1, "plain")])
    assert numbers(await store.search(IssueQuery(terms=[*terms, "plain"]), 5)) == [1]
    assert await store.search(IssueQuery(terms=[t for t in terms if not t.strip("OR ")]), 5) == []


async def test_nothing_asked_nothing_found(store: SqlIssues) -> None:
    await store.upsert([issue(1)])
    assert await store.search(IssueQuery(), 5) == []
    assert await store.search(IssueQuery(terms=["t"]), 0) == []


async def test_the_excluded_thread_takes_no_place(store: SqlIssues) -> None:
    await store.upsert([issue(1, "word", signature="s"), issue(2, "word", signature="s")])
    query = IssueQuery(signatures=["s"], terms=["word"], exclude=("O/N", 1))
    assert numbers(await store.search(query, 1)) == [2]


async def test_all_words_of_a_phrase_must_be_there_to_match_it(store: SqlIssues) -> None:
    await store.upsert([issue(1, "usage of memory"), issue(2, "extra usage")])
    hits = await store.search(IssueQuery(terms=["extra usage"]), 5)
    assert [(hit.issue.number, hit.matched_terms) for hit in hits] == [(2, ["extra usage"]), (1, [])]


async def test_full_text_follows_every_change(store: SqlIssues) -> None:
    await store.upsert([issue(1, "first")])
    await store.upsert([issue(1, "second")])
    assert await store.search(IssueQuery(terms=["first"]), 5) == []
    assert numbers(await store.search(IssueQuery(terms=["second"]), 5)) == [1]


async def test_upsert_counts_and_keeps_the_newer_row(store: SqlIssues) -> None:
    old, new = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
    assert await store.upsert([issue(1, "newer", updated_at=new), issue(2)]) == 2
    assert await store.upsert([issue(1, "older", updated_at=old)]) == 0
    given = [issue(1, "newest", updated_at=new), issue(1, "last", updated_at=new), issue(1, updated_at=old)]
    assert await store.upsert(given) == 1
    assert await store.count() == 2
    assert numbers(await store.search(IssueQuery(terms=["last"]), 5)) == [1]


async def test_upsert_of_nothing(store: SqlIssues) -> None:
    assert await store.upsert([]) == 0
    assert await store.as_of() is None


async def test_as_of_is_when_the_newest_row_was_stored(store: SqlIssues) -> None:
    before = datetime.now(UTC)
    await store.upsert([issue(1)])
    newest = await store.as_of()
    assert newest is not None
    assert before <= newest <= datetime.now(UTC)


async def test_tenants_do_not_see_each_other(url: str) -> None:
    async with open_store(url, "one", [issue(9, "packaged")], "d") as one:
        await one.upsert([issue(1, "word", signature="s")])
        async with open_store(url, "two", [], "d") as two:
            assert await two.search(IssueQuery(signatures=["s"], terms=["word", "packaged"]), 5) == []
            await two.upsert([issue(1, "other")])
        assert numbers(await one.search(IssueQuery(terms=["word"]), 5)) == [1]


async def test_scores_of_words_have_one_scale_on_both_databases(store: SqlIssues) -> None:
    """The floor of similar threads is a bm25 score: a hit of many rare words must reach it on either."""
    rare = ["websocket", "tls_handshake", "corporate_proxy", "mitm_certificate", "node_extra_ca_certs"]
    await store.upsert([issue(n, f"filler number {n}", body="nothing of note here") for n in range(100, 400)])
    await store.upsert([issue(1, "websocket tls_handshake", body=" ".join([*rare, "and other words"]))])
    hits = await store.search(IssueQuery(terms=rare), 5)
    assert numbers(hits) == [1]
    assert 20 < hits[0].text_score < 90
    await store.upsert([issue(2, "websocket")])
    two = await store.search(IssueQuery(terms=rare), 5)
    assert numbers(two) == [1, 2]
    assert two[0].text_score > 2 * two[1].text_score > 0


async def test_issues_are_counted_anew_once_an_import_has_ended(
    database: Database, store: SqlIssues, every_statement_names_its_tenant: list[str]
) -> None:
    def counted() -> int:
        return sum(statement.startswith("ANALYZE") for statement in every_statement_names_its_tenant)

    before = counted()
    for start in (1, 201):
        await store.upsert([issue(number) for number in range(start, start + 200)], is_last=False)
    assert counted() == before
    await store.fit_latent()
    await store.fit_latent()
    assert counted() - before == (database.dialect == "postgresql"), "once, and not again"
