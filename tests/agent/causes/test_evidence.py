"""Views of the evidence that several signs share."""

from __future__ import annotations

import pytest

from agent.causes.evidence import Evidence, request_id_form, sign_key, version_tuple
from agent.report.error_report import Answered, ErrorReport
from agent.usage.account import UsageAssessment
from tests.agent.causes.readings import event, report


@pytest.mark.parametrize(
    ("request_id", "form"),
    [
        ("req_011CZqwT95fczsmYtLxPyNk9", "first-party"),
        ("req_vrtx_011CZqwT95fczsmYtLxPyNk9", "vertex"),
        ("req_f8e3e09c9db9db59aa1f846a", "foreign"),
        ("req_123", "other"),
    ],
)
def test_request_id_forms(request_id: str, form: str) -> None:
    assert request_id_form(request_id) == form


def test_versions_compare_as_numbers() -> None:
    assert version_tuple("v2.1.7") < version_tuple("2.1.36")
    assert version_tuple("latest") == ()


def test_several_errors_are_seen_as_one_set() -> None:
    both = report(errors=[event(), event(signature=None, status=None, message=None, request_ids=[])])
    assert both.signatures == {"out-of-extra-usage"}
    assert both.statuses == {400}
    assert both.request_ids == ["req_011CZqwT95fczsmYtLxPyNk9"]


def test_the_latest_answer_about_a_sign_counts_and_every_question_is_remembered() -> None:
    first = Answered(question="A?", sign="says", args={"any": ["x", "y"]}, present=True)
    again = first.model_copy(update={"question": "B?", "args": {"any": ["y", "x"]}, "present": False})
    silent = Answered(question="C?", sign="client.version", args={"below": "2.1.36"})
    evidence = Evidence(ErrorReport(text=""), UsageAssessment(), (first, again, silent))
    assert evidence.settled == {sign_key("says", {"any": ["x", "y"]}): False}
    assert {"A?", "B?", "C?", "client.version"} <= evidence.asked
    assert "says" not in evidence.asked
