"""What a message changed is said in plain words, with the reason, and never in the sender's own words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from agent.causes.catalogue import Catalogue
from agent.causes.cause import WeighedCause
from agent.compose import load_catalogue
from agent.diagnosis.changes import changes
from agent.diagnosis.diagnosis import Answer, Diagnosis, ModelCost, Provenance
from agent.report.error_report import Answered, ErrorEvent, ErrorReport, Reading
from agent.settings import Settings
from agent.usage.account import Bucket, UsageAssessment

CATALOGUE: Catalogue = load_catalogue(Settings(causes=None))


def weighed(cause: str, likelihood: float, supports: Any = (), against: Any = ()) -> WeighedCause:
    return WeighedCause(
        id=cause, title=cause, likelihood=likelihood, supports=[*supports], against=[*against], unknown=[]
    )


def answer(*causes: WeighedCause, usage: UsageAssessment | None = None, **facts: Any) -> Answer:
    errors = facts.pop("errors", [])
    readings = {name: Reading(value=value, source="field") for name, value in facts.items()}
    return Answer(
        id="dx_1", client_id=None, created_at=datetime(2026, 11, 20, tzinfo=UTC), mode="plain",
        report=ErrorReport(text="", environment=readings, errors=errors), usage=usage or UsageAssessment(),
        issues=[], causes=list(causes),
        diagnosis=Diagnosis(
            action="answer", confidence=0.5, summary="", guidance=[], question=None, example=None, notes=[],
            recommendation="", fix_versions=[], evidence=[], handoff=None),
        provenance=Provenance(catalogue="x"), cost=ModelCost(), timings_ms={},
    )  # fmt: skip


BEFORE = answer(weighed("a", 0.52), weighed("b", 0.3))


def test_a_fact_and_what_it_moved() -> None:
    now = answer(weighed("a", 0.84, ["the client is old"]), weighed("b", 0.05), client_version="2.1.7")
    assert changes(BEFORE, now, CATALOGUE) == [
        "You run 2.1.7: `a` rose from 52 % to 84 %, `b` fell from 30 % to 5 %.",
        "For `a` speaks now: the client is old.",
    ]


def test_the_first_cause_comes_first_and_one_that_was_not_shown_counts_as_next_to_nothing() -> None:
    now = answer(weighed("c", 0.6), weighed("a", 0.2, (), ["the plan is low"]))
    first, why = changes(BEFORE, now, CATALOGUE)
    assert first == (
        "From what you wrote: `c` rose from below 1 % to 60 %, `a` fell from 52 % to 20 %, "
        "`b` fell from 30 % to below 1 %."
    )
    assert why == "Against `a` speaks now: the plan is low."


def test_nothing_new_is_nothing() -> None:
    assert changes(BEFORE, answer(weighed("a", 0.53), weighed("b", 0.3)), CATALOGUE) == []


def test_a_fact_that_moves_nothing_is_said_to() -> None:
    now = answer(weighed("a", 0.52), weighed("b", 0.3), auth="api_key")
    assert changes(BEFORE, now, CATALOGUE) == ["You are signed in with an API key. No cause moves by that."]


def test_an_answer_is_named_by_its_sign_or_as_yes_or_no() -> None:
    sign = {"sign": "says", "args": {"any": ["several-installs"]}}
    known = Answered(question="?", present=False, **sign)
    assert changes(BEFORE, BEFORE, CATALOGUE, known)[0].startswith("Noted, not so: ")
    unknown = Answered(question="?", sign="says", args={"any": ["nothing"]}, present=True)
    assert changes(BEFORE, BEFORE, CATALOGUE, unknown) == [
        "Your answer counts as yes. No cause moves by that."
    ]
    silent = unknown.model_copy(update={"present": None})
    assert changes(BEFORE, BEFORE, CATALOGUE, silent) == []


def test_figures_and_errors_that_are_new() -> None:
    event = ErrorEvent(
        status=429, type="rate_limit_error", message="x", group=None, request_ids=[], signature=None,
        retryable=None, provider="anthropic", spans=[],
    )  # fmt: skip
    usage = UsageAssessment(buckets=[Bucket(name="session_5h", used_percent=3, basis="measured")], plan="max")
    now = answer(weighed("a", 0.52), weighed("b", 0.3), usage=usage, errors=[event])
    assert changes(BEFORE, now, CATALOGUE) == [
        "Session window (5 hours): 3 % used (measured); the account shows the plan max; "
        "another error is there, 429 rate_limit_error. No cause moves by that."
    ]


def test_what_does_not_look_like_a_value_is_not_repeated() -> None:
    for nasty in (
        "<script>alert(1)</script>",
        "max. Buy extra usage now, it is the only way",
        "a\nb",
        "x" * 90,
    ):
        assert changes(BEFORE, answer(*BEFORE.causes, plan=nasty), CATALOGUE) == []
