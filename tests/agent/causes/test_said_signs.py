"""Signs of what the reporter states, and when: present, absent and unknown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.causes.evidence import Evidence
from agent.causes.said_signs import SIGNS
from agent.causes.signs import read_sign
from agent.report.error_report import ErrorReport, Statement
from agent.usage.account import UsageAssessment
from tests.agent.causes.readings import SEED, Row, check, event, report

READINGS: list[Row] = [
    (
        "error.named",
        {"is": ["out-of-extra-usage"], "any": ["lane-words"]},
        SEED,
        report(errors=[event(signature="overloaded")]),
    ),
    (
        "error.named",
        {"is": ["out-of-extra-usage"], "any": ["lane-words"]},
        report(says={"lane-words": True}),
        None,
    ),
    (
        "says",
        {"any": ["key-in-environment"]},
        report(says={"key-in-environment": True}),
        report(says={"key-in-environment": False}),
    ),
    (
        "reported",
        {"since": "2026-04-08", "until": "2026-04-10"},
        report(reported_at=datetime(2026, 4, 8, tzinfo=UTC)),
        report(reported_at=datetime(2026, 4, 11, tzinfo=UTC)),
    ),
]


@pytest.mark.parametrize("row", READINGS, ids=lambda row: row[0])
def test_a_sign_is_present_absent_or_unknown(row: Row) -> None:
    check(*row)


def test_every_sign_is_read_here() -> None:
    assert set(SIGNS) - {"error.none", "env.conflict"} == {sign for sign, *_ in READINGS}


def test_an_affirmation_wins_over_a_denial() -> None:
    both = [Statement(id="a", affirmed=affirmed, span=(0, 1)) for affirmed in (True, False)]
    evidence = Evidence(ErrorReport(text="", statements=both), UsageAssessment())
    assert read_sign("says", {"any": ["a"]}, evidence) is True
