"""Yes/no facts and money stated in prose."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.report.error_report import ErrorReport, Submission
from agent.usage.account import FlagName, UsageAssessment
from agent.usage.assess import assess


def read(text: str) -> UsageAssessment:
    return assess(Submission(text=text), ErrorReport(text=text), datetime(2026, 4, 8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "flag", "value"),
    [
        ("session and weekly limits not hit", "limits_not_reached", True),
        ("plan barely touched", "limits_not_reached", True),
        ("usage page shows the plan essentially unused", "limits_not_reached", True),
        ("plenty of quota remaining", "limits_not_reached", True),
        ("no usage limit exceeded", "limits_not_reached", True),
        ("I have not hit my weekly limit", "limits_not_reached", True),
        ("I'm within my limit.", "limits_not_reached", True),
        ("primary quota available", "limits_not_reached", True),
        ("usage well below limit", "limits_not_reached", True),
        ("extra usage enabled", "extra_usage_enabled", True),
        ("extra usage is turned off", "extra_usage_enabled", False),
        ("extra usage never funded", "extra_usage_enabled", False),
        ("then turned extra usage off", "extra_usage_enabled", False),
        ("extra usage re-enabled without consent; toggle now OFF", "extra_usage_enabled", False),
        ("No extra usage but plan left", "extra_usage_enabled", False),
        ("auto-reload off", "auto_reload", False),
        ("auto-reload ON", "auto_reload", True),
        ("reporter has API credits", "org_has_credit", True),
        ("I've credits in my api", "org_has_credit", True),
    ],
)
def test_a_statement_sets_its_flag(text: str, flag: FlagName, value: bool) -> None:
    assert read(text).flags.get(flag) is value


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("weekly limit is not reached I think", "limits_not_reached"),
        ("I hit my weekly limit again", "limits_not_reached"),
        ("the plan is almost used up", "limits_not_reached"),
        ("not enough quota left", "limits_not_reached"),
        ("the weather is nice", "limits_not_reached"),
        ("Out of extra usage on latest version", "extra_usage_enabled"),
        ("toggled extra usage on and off", "extra_usage_enabled"),
        ("there is no API credit, I have no balance", "org_has_credit"),
    ],
)
def test_a_statement_that_is_not_made_leaves_the_flag_unknown(text: str, flag: FlagName) -> None:
    assert flag not in read(text).flags


@pytest.mark.parametrize(
    "text",
    [
        "when the weekly limit is exhausted, it stops",
        "the weekly limit is not exhausted",
        "before my session is used up",
    ],
)
def test_a_window_that_is_not_said_to_be_spent_is_no_bucket(text: str) -> None:
    assert not read(text).buckets
