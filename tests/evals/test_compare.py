"""A run beside the baseline: flips, moves, changed words, and lines that name room and case."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from evals.baseline import Baseline, baseline_of
from evals.case import Case
from evals.compare import breaches, changed, gone, moves, paired, ranks_lower
from evals.graders import grade
from evals.lock import Accepted
from evals.results import Row, row_of
from evals.shown import shown_of

Make = Callable[..., Case]
BY = Accepted(reviewer="A", reason=None, at=datetime(2026, 6, 1, tzinfo=UTC), git_commit=None)


def row(make_case: Make, answered: Any, slug: str = "blue-mill", turned: int = 0) -> Row:
    """A row; `turned` puts so many causes before the true one."""
    case, answer = make_case(slug), answered.answer
    causes = answer.causes
    likelihoods = [cause.likelihood for cause in causes]
    order = zip([*causes[1 : turned + 1], causes[0], *causes[turned + 1 :]], likelihoods, strict=True)
    answer = answer.model_copy(
        update={"causes": [cause.model_copy(update={"likelihood": p}) for cause, p in order]}
    )
    return row_of(case, grade(case, answer, answered.catalogue), shown=shown_of(answer))


def base(*rows: Row) -> Baseline:
    return baseline_of(rows, "x", BY)


def test_a_run_does_not_differ_from_itself(make_case: Make, answered: Any) -> None:
    same = row(make_case, answered)
    baseline = base(same)
    assert not breaches([same], baseline)
    assert not moves([same], baseline)
    assert not changed([same], baseline)
    assert not gone([same], baseline)
    assert paired([same], baseline, "causes.top1") == 1


def test_a_flip_names_room_case_and_place(make_case: Make, answered: Any) -> None:
    baseline, now = base(row(make_case, answered)), row(make_case, answered, turned=2)
    found = [breach for breach in breaches([now], baseline) if breach.room == "causes"]
    assert [(b.room, b.result, b.new, b.law) for b in found] == [("causes", "acceptable", True, False)]
    assert found[0].line.startswith(
        "causes: case blue-mill now ranks the true cause third (it was first); acceptable: "
    )
    assert ranks_lower([now], baseline) == [
        "causes: case blue-mill now ranks the true cause third (it was first)"
    ]
    assert {move.name for move in moves([now], baseline)} == {"causes.top1", "causes.brier"}
    assert all(move.worse for move in moves([now], baseline))
    assert not any(move.worse for move in moves([row(make_case, answered)], base(now)))
    assert [change.key for change in changed([now], baseline)] == ["blue-mill"]


def test_what_the_baseline_knows_as_broken_is_not_new(make_case: Make, answered: Any) -> None:
    broken = row(make_case, answered, turned=2)
    assert not any(breach.new for breach in breaches([broken], base(broken)))
    assert all(breach.new for breach in breaches([broken], base()))


def test_a_check_that_is_no_more_made_is_a_breach(make_case: Make, answered: Any) -> None:
    whole = row(make_case, answered)
    rooms = {**whole.rooms, "usage": []}
    rooms["diagnosis"] = [result for result in whole.rooms["diagnosis"] if result.name != "honest"]
    found = breaches([whole.model_copy(update={"rooms": rooms})], base(whole))
    assert [breach.line for breach in found] == [
        "diagnosis: case blue-mill is no more checked for honest, which held"
    ]


def test_a_case_that_is_gone_is_named(make_case: Make, answered: Any) -> None:
    both = [row(make_case, answered, slug) for slug in ("blue-mill", "red-mill")]
    assert gone(both[:1], base(*both)) == ["red-mill"]
