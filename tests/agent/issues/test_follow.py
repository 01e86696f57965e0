"""A hit that is a duplicate leads to its canonical issue, and to what resolved it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.issues.follow import duplicates_among, led_on
from agent.issues.issue import Issue, IssueHit, RelatedIssue
from agent.report.error_report import ErrorReport
from tests.agent.issues.test_links import issue, to

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
REPORT = ErrorReport(text="x")


def dated(number: int, *links: Any, **facts: Any) -> Issue:
    return issue(number, *links, created_at=NOON + timedelta(days=number), **facts)


def related(number: int, why: str = "same message") -> RelatedIssue:
    return RelatedIssue(
        repository="o/n", number=number, url="u", title="t", state="closed", relation="same-signature",
        score=0.7, why=why,
    )  # fmt: skip


def followed(shown: list[RelatedIssue], *stored: Issue, report: ErrorReport = REPORT) -> list[RelatedIssue]:
    hits = [IssueHit(issue=one, same_signature=True, text_score=1) for one in stored]
    around = {(one.repository, one.number): one for one in stored}
    return led_on(report, shown, duplicates_among(shown, hits), around)


DUPLICATE = dated(5, to(2, "duplicate_of", "timeline"), state="closed", duplicate_of="o/n#2")
FIX = dated(9, to(2, "closes"), kind="pull", merged_at=NOON, released_in="v3")


def test_the_canonical_issue_and_what_resolved_it() -> None:
    canonical = dated(2, state="closed")
    first, second, third = followed([related(5), related(7)], DUPLICATE, canonical, FIX)
    end = "fixed by o/n#9, merged on 2026-04-08, first in v3"
    assert first.why == f"same message; a duplicate of o/n#2 (closed), {end}"
    assert (second.number, second.relation, second.score) == (2, "linked", 0.7)
    assert second.why == f"the issue that o/n#5 is a duplicate of; {end}"
    assert third == related(7)


def test_a_long_chain_leads_to_its_end() -> None:
    chain = [
        dated(n, to(n - 1, "duplicate_of"), state="closed", duplicate_of=f"o/n#{n - 1}") for n in range(3, 8)
    ]
    first, second = followed([related(7)], *chain, dated(2, state="closed"), FIX)
    end = "fixed by o/n#9, merged on 2026-04-08, first in v3"
    assert first.why == f"same message; a duplicate of o/n#2 (closed), {end}"
    assert (second.number, second.why) == (2, f"the issue that o/n#7 is a duplicate of; {end}")


def test_a_canonical_issue_that_is_shown_anyway_is_told_what_fixed_it() -> None:
    canonical = dated(2, state="closed")
    _, second = followed([related(5), related(2)], DUPLICATE, canonical, FIX)
    assert second.why == "same message; fixed by o/n#9, merged on 2026-04-08, first in v3"
    _, second = followed([related(5), related(2)], DUPLICATE, canonical)
    assert second == related(2), "how it was closed is said already"


def test_that_all_of_a_circle_are_duplicates_is_no_end() -> None:
    facts = {"state": "closed", "outcome": "closed as duplicate"}
    two = dated(2, to(5, "duplicate_of"), duplicate_of="o/n#5", **facts)
    five = dated(5, to(2, "duplicate_of"), duplicate_of="o/n#2", **facts)
    assert [one.why for one in followed([related(5), related(2)], five, two)] == [
        "same message; a duplicate of o/n#2 (closed), no fix is known",
        "same message; the oldest of 2 duplicates, no fix is known",
    ]


def test_one_that_is_shown_already_or_is_the_reports_own_comes_not_again() -> None:
    canonical = dated(2)
    assert [one.number for one in followed([related(2), related(5)], DUPLICATE, canonical)] == [2, 5]
    own = ErrorReport(text="x", source_url="https://github.com/o/n/issues/2")
    assert [one.number for one in followed([related(5)], DUPLICATE, canonical, report=own)] == [5]


def test_one_that_is_not_stored_is_named() -> None:
    (found,) = followed([related(5)], DUPLICATE)
    assert found.why == "same message; a duplicate of o/n#2 (not stored)"


def test_a_circle_of_closed_ones_leads_to_the_oldest_of_them() -> None:
    two = dated(2, to(5, "duplicate_of"), state="closed", duplicate_of="o/n#5")
    found = followed([related(5), related(2)], DUPLICATE, two)
    assert [one.why for one in found] == [
        "same message; a duplicate of o/n#2 (closed), no fix is known",
        "same message; the oldest of 2 duplicates, no fix is known",
    ]


def test_an_older_one_was_reported_again() -> None:
    old = dated(1, state="closed", duplicate_of="o/n#2")
    first, second = followed([related(1)], old, dated(2))
    assert first.why == "same message; reported again as o/n#2 (open)"
    assert second.number == 2


def test_never_more_than_eight_and_what_is_no_duplicate_stays() -> None:
    shown = [related(5), *(related(number) for number in range(20, 27))]
    found = followed(shown, DUPLICATE, dated(2))
    assert len(found) == 8
    assert [one.number for one in found[:3]] == [5, 2, 20]
    assert followed(shown[1:]) == shown[1:]
