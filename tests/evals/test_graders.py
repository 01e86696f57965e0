"""Graders: each result can break, and says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from agent.causes.cause import WeighedCause
from agent.issues.issue import RelatedIssue
from agent.report.error_report import Source, Submission
from evals.case import Case, ExpectedError
from evals.graders import ROOMS, Result, brier, failed, grade, place, place_word

RID = "req_011CZrRExfXMEuxkfvEHuHfA"
Make = Callable[..., Case]


def weighed(*likelihoods: float) -> list[WeighedCause]:
    return [
        WeighedCause(id=f"c{n}", title="", likelihood=p, supports=[], against=[], unknown=[])
        for n, p in enumerate(likelihoods)
    ]


def results(case: Case, answered: Any, **change: Any) -> dict[str, Result]:
    answer = answered.answer.model_copy(update=change)
    rooms = grade(case, answer, answered.catalogue)
    assert tuple(rooms) == ROOMS
    found = {f"{room}.{r.name}": r for room, of in rooms.items() for r in of}
    assert all(result.reason for result in found.values())
    return found


def test_a_right_answer_holds_everywhere(answered: Any, make_case: Make) -> None:
    error = ExpectedError(status=529, type="overloaded_error", message="Overloaded", request_ids=[RID])
    found = results(make_case(errors=[error]), answered)
    assert not {name: r.reason for name, r in found.items() if r.value is False}
    assert found["causes.top1"].value == 1.0
    assert found["causes.rank"].value == "first"


@pytest.mark.parametrize(
    "wrong", [{"status": 500}, {"type": "api_error"}, {"message": "Overload"}, {"request_ids": []}]
)
def test_an_inexact_error_breaks(answered: Any, make_case: Make, wrong: dict[str, Any]) -> None:
    found = results(make_case(errors=[ExpectedError(**wrong)]), answered)
    assert found["report.errors_exact"].value is False
    assert "found: 529 overloaded_error" in found["report.errors_exact"].reason


def test_an_invented_error_and_a_doubled_one_break(answered: Any, make_case: Make) -> None:
    assert results(make_case(errors=[]), answered)["report.errors_exact"].value is False
    report = answered.answer.report
    doubled = report.model_copy(update={"errors": report.errors * 2})
    found = results(make_case(), answered, report=doubled)
    assert found["report.one_event_per_request_id"].value is False


def test_verdict_and_rules(answered: Any, make_case: Make) -> None:
    found = results(make_case(verdict="contradiction", contradictions=["some-rule"]), answered)
    assert found["usage.verdict"].value is False
    assert found["usage.rules_fired"].value is False
    assert "some-rule" in found["usage.rules_fired"].reason


def test_issues_score_and_the_own_thread_breaks(answered: Any, make_case: Make) -> None:
    url = "https://github.com/o/n/issues/1"
    found = results(make_case(issues=[{"url": url}]), answered, issues=[])
    assert (found["issues.precision_at_3"].value, found["issues.recall_at_10"].value) == (0.0, 0.0)
    assert found["issues.expected_shown"].value is False
    assert results(make_case(issues=[]), answered)["issues.none_related"].value is False
    assert "issues.none_related" not in results(make_case(), answered)
    source = Source(url=f"{url}#issuecomment-1")
    submission = Submission(text="x", source=source)
    own = make_case().model_copy(update={"submission": submission})
    issue = RelatedIssue(
        repository="o/n", number=1, url=url, title="t", state="open", relation="similar", score=1.0, why=""
    )
    shown = results(own, answered, issues=[issue])
    assert shown["issues.own_thread_absent"].value is False
    assert shown["issues.each_says_why"].value is False


def test_a_swapped_cause_breaks_and_names_the_place(answered: Any, make_case: Make) -> None:
    causes = answered.answer.causes
    case = make_case(rivals=[causes[1].id])
    swapped = [causes[1], causes[2], causes[0]]
    found = results(case, answered, causes=swapped)
    assert found["causes.rank"].value == "third"
    assert found["causes.top1"].value == 0.0
    assert found["causes.acceptable"].value is False
    assert found["causes.rivals_below"].value is False
    assert found["causes.top3"].value is True
    assert results(case, answered, causes=swapped[:2])["causes.top3"].value is False


def test_an_undetermined_case_has_no_rank(answered: Any, make_case: Make) -> None:
    assert "causes.rank" not in results(make_case(cause="undetermined"), answered)


def test_the_brier_score_counts_none_of_these() -> None:
    assert brier(weighed(1.0), "c0") == 0.0
    assert brier(weighed(1.0), "other") == 1.0
    assert brier(weighed(0.6, 0.2), "c0") == pytest.approx((0.16 + 0.04 + 0.04) / 2)
    assert brier([], "c0") == 1.0
    assert (place(weighed(0.5, 0.3), "c1"), place([], "c1")) == (2, None)
    assert [place_word(n) for n in (1, 3, 12, None)] == ["first", "third", "12th", "not at all"]


def test_a_broken_law_is_seen(answered: Any, make_case: Make) -> None:
    diagnosis = answered.answer.diagnosis
    step = diagnosis.guidance[0].model_copy(update={"cites": ["E999"]})
    planted = diagnosis.model_copy(update={"guidance": [step, *diagnosis.guidance[1:]]})
    found = results(make_case(), answered, diagnosis=planted)
    assert found["diagnosis.grounded"].value is False
    assert found["diagnosis.honest"].value is True


def test_points_and_action_break(answered: Any, make_case: Make) -> None:
    words = "Buy more credits."
    told = answered.answer.diagnosis.model_copy(update={"recommendation": words, "action": "abstain"})
    case = make_case(must=["buy more", "no such point"], must_not=["buy more credits"], action=["answer"])
    found = results(case, answered, diagnosis=told)
    assert found["diagnosis.must"].reason == "said nowhere: no such point"
    assert found["diagnosis.must_not"].value is False
    assert found["diagnosis.action"].value is False


def test_a_failed_row_is_broken_in_every_room_with_the_worst_scores(make_case: Make) -> None:
    rooms = failed(make_case(issues=[{"url": "https://x/1"}]), "no answer: it fell over")
    assert all(any(r.value is False for r in rooms[room]) for room in ROOMS)
    values = {r.name: r.value for r in [*rooms["causes"], *rooms["issues"]]}
    assert (values["top1"], values["brier"], values["recall_at_10"]) == (0.0, 1.0, 0.0)
