"""Running: the same bytes twice, failed rows stay, no case is refused, the environment is not read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from agent.diagnosis.diagnosis import Answer
from agent.report.error_report import Source, Submission
from agent.state import Context
from evals.case import BadCase, Case
from evals.run import CONSTANT, run_cases, settings_in, stopped_for
from evals.scores import mean

Make = Callable[..., Case]


def test_two_runs_write_the_same_bytes_in_the_order_of_slugs(make_case: Make) -> None:
    cases = [make_case("b-mill"), make_case("a-mill")]
    first, second = (asyncio.run(run_cases(cases)) for _ in range(2))
    assert first.model_dump_json() == second.model_dump_json()
    assert [row.slug for row in first.rows] == ["a-mill", "b-mill"]
    assert first.holds


def test_a_failed_row_stays_in_the_denominator(make_case: Make, answered: Any) -> None:
    async def half(submission: Submission, context: Context) -> Answer:
        calls.append(submission)
        if len(calls) == 1:
            raise RuntimeError("fell over")
        return answered.answer

    calls: list[Submission] = []
    results = asyncio.run(run_cases([make_case("a-mill"), make_case("b-mill")], half))
    assert len(results.rows) == 2
    assert results.rows[0].error == "no answer: RuntimeError: fell over"
    assert mean(results.rows, "causes", "top1") == 0.5
    assert not results.holds


def test_no_case_and_an_unknown_cause_are_refused(make_case: Make) -> None:
    with pytest.raises(BadCase, match="not a pass"):
        asyncio.run(run_cases([]))
    with pytest.raises(BadCase, match="no cause is called no-such-cause"):
        asyncio.run(run_cases([make_case(cause="no-such-cause")]))


def test_the_clock_stands_still_and_the_environment_is_not_read(
    make_case: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    case = make_case()
    assert stopped_for(case).now() == CONSTANT
    dated = Submission(text="x", source=Source.model_validate({"reported_at": "2026-04-08T12:00:00Z"}))
    assert stopped_for(case.model_copy(update={"submission": dated})).now().month == 4
    monkeypatch.setenv("CASEWORKER_CAUSES", "/nowhere")
    monkeypatch.setenv("CASEWORKER_TENANT", "other")
    settings = settings_in(tmp_path)
    assert (settings.causes, settings.tenant) == (None, "default")
