"""Whether the related issues are those that a case expects: at which places, as what, and saying what."""

from __future__ import annotations

from collections.abc import Sequence

from agent.issues.issue import RelatedIssue
from evals.case import ExpectedIssue

Finding = tuple[str, bool | float, str]
"""The name of a result, its value and its reason, as in `graders.Result`."""


def as_expected(wanted: Sequence[ExpectedIssue], shown: Sequence[RelatedIssue]) -> list[Finding]:
    """What is said of the issues that are `shown`; where none is `wanted`, only whether there is none."""
    by_url = {issue.url: issue for issue in shown}
    if not wanted:
        reason = f"none belongs to the report; shown: {', '.join(by_url) or 'none'}"
        return [("none_related", not shown, reason)]
    best = min(3, len(wanted))
    first, ten = (_expected_of(list(by_url)[:many], wanted) for many in (3, 10))
    lacking = [each.url for each in wanted if each.url not in by_url]
    wrong = [why for each in wanted if each.url in by_url and (why := _misrelated(each, by_url[each.url]))]
    all_shown, all_right = "every expected one is related", "each that is shown is related as it should be"
    return [
        (
            "precision_at_3",
            first / best,
            f"{first} of the first {len(shown[:3])} are expected; {best} could be",
        ),
        ("recall_at_10", ten / len(wanted), f"{ten} of {len(wanted)} expected are among the first ten"),
        ("expected_shown", not lacking, f"not related: {', '.join(lacking)}" if lacking else all_shown),
        ("related_as_expected", not wrong, "; ".join(wrong) or all_right),
    ]


def _expected_of(urls: list[str], wanted: Sequence[ExpectedIssue]) -> int:
    return sum(each.url in urls for each in wanted)


def _misrelated(wanted: ExpectedIssue, shown: RelatedIssue) -> str | None:
    if wanted.relation and shown.relation != wanted.relation:
        return f"{shown.url} is {shown.relation}, not {wanted.relation}"
    if wanted.says and wanted.says not in shown.why:
        return f"{shown.url} does not say {wanted.says!r} but {shown.why!r}"
    return None
