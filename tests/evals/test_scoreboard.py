"""The scoreboard: what it prints, and how it names what became worse."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

from rich.console import Console

from evals.case import Case
from evals.graders import failed, grade
from evals.results import Results, Row, row_of
from evals.scoreboard import failures, regressions, show

Make = Callable[..., Case]


def rows(make_case: Make, answered: Any) -> tuple[Row, Row]:
    case, answer = make_case("blue-mill"), answered.answer
    causes = answer.causes
    likelihoods = [cause.likelihood for cause in causes]
    order = zip([causes[1], causes[2], causes[0]], likelihoods, strict=False)
    ranked = [cause.model_copy(update={"likelihood": likelihood}) for cause, likelihood in order]
    swapped = answer.model_copy(update={"causes": ranked})
    good, bad = (grade(case, a, answered.catalogue) for a in (answer, swapped))
    return row_of(case, good, action="answer", confidence=0.9), row_of(case, bad, confidence=0.9)


def test_a_regression_names_room_case_and_place(make_case: Make, answered: Any) -> None:
    good, bad = (Results(catalogue="x", rows=[row]) for row in rows(make_case, answered))
    lines = regressions(good, bad)
    assert "causes: case blue-mill now ranks the true cause third (it was first)" in lines
    assert any(line.startswith("causes: case blue-mill now brier") for line in lines)
    assert not [line for line in regressions(bad, good) if "rank" in line or "brier" in line]


def test_a_run_against_itself_has_no_regression(make_case: Make, answered: Any) -> None:
    results = Results(catalogue="x", rows=list(rows(make_case, answered))[:1])
    assert regressions(results, results) == []


def test_a_case_that_is_gone_or_fails_is_worse(make_case: Make, answered: Any) -> None:
    good = rows(make_case, answered)[0]
    before = Results(catalogue="x", rows=[good])
    assert regressions(before, Results(catalogue="x", rows=[])) == ["cases: case blue-mill is gone"]
    case = make_case("blue-mill")
    broken = row_of(case, failed(case, "no answer: it fell"), error="no answer: it fell")
    after = Results(catalogue="x", rows=[broken])
    assert regressions(before, after) == ["run: case blue-mill now gives no answer: it fell"]


def test_failures_name_each_broken_check(make_case: Make, answered: Any) -> None:
    lines = failures([rows(make_case, answered)[1]])
    assert any(line.startswith("causes: case blue-mill breaks acceptable: first is") for line in lines)


def test_the_tables_show_rooms_slices_and_the_count(make_case: Make, answered: Any) -> None:
    out = StringIO()
    good, bad = rows(make_case, answered)
    show(Results(catalogue="x", rows=[good, bad]), Console(file=out, width=120), verbose=True)
    text = out.getvalue()
    assert "2 cases by room" in text
    assert "1 of 2 cases hold in every room; 1 are broken somewhere." in text
    assert all(word in text for word in ("report", "diagnosis", "split", "provenance", "Brier"))
