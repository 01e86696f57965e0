"""Expected issues: what is lacking, what is called something else, and one that does not belong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent.issues.issue import RelatedIssue, Relation
from evals.case import ExpectedIssue, load_cases
from evals.related import as_expected


def url(number: int) -> str:
    return f"https://github.com/o/n/issues/{number}"


def shown(number: int, relation: Relation = "similar", why: str = "similar words; closed") -> RelatedIssue:
    return RelatedIssue(
        repository="o/n", number=number, url=url(number), title="t", state="open", relation=relation,
        score=0.5, why=why,
    )  # fmt: skip


def wanted(number: int, **facts: Any) -> ExpectedIssue:
    return ExpectedIssue(url=url(number), **facts)


def values(expected: list[ExpectedIssue], *issues: RelatedIssue) -> dict[str, bool | float]:
    return {name: value for name, value, _ in as_expected(expected, issues)}


def test_all_there_as_they_should_be() -> None:
    given = [shown(1, "duplicate", "same message; a duplicate of o/n#2"), shown(2, "linked"), shown(3)]
    expected = [wanted(1, relation="duplicate", says="a duplicate of o/n#2"), wanted(2, relation="linked")]
    assert values(expected, *given) == {
        "precision_at_3": 1.0,
        "recall_at_10": 1.0,
        "expected_shown": True,
        "related_as_expected": True,
    }


def test_one_that_is_lacking_or_comes_late() -> None:
    given = [shown(number) for number in range(10, 13)] + [shown(1)]
    found = values([wanted(1), wanted(2)], *given)
    assert (found["precision_at_3"], found["recall_at_10"]) == (0.0, 0.5)
    assert (found["expected_shown"], found["related_as_expected"]) == (False, True)
    reasons = {name: reason for name, _, reason in as_expected([wanted(1), wanted(2)], given)}
    assert reasons["expected_shown"] == f"not related: {url(2)}"


@pytest.mark.parametrize(
    "expected", [wanted(1, relation="duplicate"), wanted(1, relation="similar", says="a duplicate of")]
)
def test_another_relation_or_reason_breaks(expected: ExpectedIssue) -> None:
    found = values([expected], shown(1))
    assert (found["expected_shown"], found["related_as_expected"]) == (True, False)


def test_where_none_may_be_shown_one_breaks() -> None:
    assert values([]) == {"none_related": True}
    assert values([], shown(1)) == {"none_related": False}


def test_the_suite_states_what_is_related() -> None:
    """Enough of each kind that no relation can go wrong unseen."""
    cases = load_cases(Path(__file__).resolve().parents[2] / "evals" / "cases")
    stated = [case for case in cases if case.expected.issues]
    assert len(stated) >= 30
    assert sum(case.expected.issues == [] for case in cases) >= 10
    assert {each.relation for case in stated for each in case.expected.issues or ()} == {
        "same-signature", "duplicate", "linked", "similar",
    }  # fmt: skip
    led = [case for case in stated if case.issues and any(each.says for each in case.expected.issues or ())]
    assert len(led) >= 3
