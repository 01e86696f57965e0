"""Whose key it is."""

from __future__ import annotations

import pytest

from agent.report.error_report import ErrorReport, Reading
from agent.usage.figures import Figures
from agent.usage.lanes import lane_of, uses_key


@pytest.mark.parametrize(
    ("auth", "keyed", "lane"), [("api key", True, "api_credits"), ("subscription", False, "unknown")]
)
def test_the_credential_names_a_lane_where_no_refusal_does(auth: str, keyed: bool, lane: str) -> None:
    report = ErrorReport(text="x", environment={"auth": Reading(value=auth, source="field")})
    assert uses_key(report) is keyed
    assert lane_of(report, None, Figures()) == lane
