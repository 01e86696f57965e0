"""What is accepted as a report: one thing to read at least, and no field that is not known."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agent.report.error_report import ErrorReport, Reading, Submission


@pytest.mark.parametrize(
    "body",
    [
        {"text": "it fails"},
        {"error": {"type": "error"}},
        {"source": {"url": "https://github.com/anthropics/claude-code/issues/45095"}},
    ],
)
def test_one_thing_to_read_is_enough(body: dict[str, Any]) -> None:
    assert Submission.model_validate(body)


@pytest.mark.parametrize("body", [{}, {"title": "only a title"}, {"text": "  \n"}, {"source": {}}])
def test_nothing_to_read_is_refused_with_what_to_give(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match=r"give at least one of text, error or source\.url"):
        Submission.model_validate(body)


def test_an_unknown_field_is_refused() -> None:
    with pytest.raises(ValidationError, match="versoin"):
        Submission.model_validate({"text": "x", "versoin": "2.1.7"})


def test_a_reading_gives_its_value_and_a_missing_one_none() -> None:
    report = ErrorReport(text="", environment={"plan": Reading(value="max", source="banner")})
    assert report.value("plan") == "max"
    assert report.value("model") is None
