"""A wave in words: how many, since when, against what, on which clients; and what that says of a report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.diagnosis.wave_words import wave_evidence, wave_note
from agent.issues.skew import skew_of
from agent.issues.wave import Wave
from agent.report.error_report import ErrorReport, Reading

NOON = datetime(2026, 4, 8, 12, tzinfo=UTC)
SKEW = skew_of({"2.1.7": 8}, {"2.1.7": 1, "2.1.38": 6, "2.1.92": 13})


def wave(**fields: Any) -> Wave:
    given: dict[str, Any] = {
        "signature": "s", "count": 12, "reports": 0, "issues": 12, "first_seen": NOON, "last_seen": NOON,
        "found_at": NOON, "active": True, "baseline_per_day": 0.05, "expected": 0.1, "factor": 120.0,
        "p_value": 1e-9, "skew": SKEW, "platforms": {"darwin": 3, "linux": 1},
    }  # fmt: skip
    return Wave.model_validate(given | fields)


def report(version: str | None = None) -> ErrorReport:
    readings = {"client_version": Reading(value=version, source="banner")} if version else {}
    return ErrorReport(text="x", environment=readings)


def test_the_ledger_says_how_many_since_when_and_on_which_clients() -> None:
    assert wave_evidence(wave()) == (
        "wave of this error: 12 others on 8 April 2026 (12 known issues), where one in 20 days is usual; "
        "all 8 with a known version are on clients older than 2.1.38, as were 1 of 20 reports before; "
        "platforms: macOS 3, Linux 1"
    )


def test_without_skew_or_platforms_nothing_is_said_of_them() -> None:
    plain = wave_evidence(wave(skew=None, platforms={}, reports=1, issues=11))
    assert plain.endswith("(11 known issues, 1 report), where one in 20 days is usual")


@pytest.mark.parametrize(
    ("rate", "words"),
    [(2.0, "where 2.0 a day are usual"), (0.1, "where one in 10 days is usual"),
     (0.002, "where hardly one a month is usual"), (0.0, "where hardly one a month is usual")],
)  # fmt: skip
def test_rates_are_said_so_that_one_can_see_them(rate: float, words: str) -> None:
    assert words in wave_evidence(wave(baseline_per_day=rate))


def test_a_wave_of_some_days_is_said_with_its_beginning() -> None:
    assert "12 others since 6 April 2026" in wave_evidence(wave(first_seen=NOON - timedelta(days=2)))


def test_the_note_says_whether_the_client_is_one_of_the_wave() -> None:
    assert wave_note(wave(), report("2.1.7")).endswith("So the cause need not lie in this account alone.")
    beside = wave_note(wave(), report("2.1.96"))
    assert beside.endswith("This report's client is 2.1.96, so its cause may be another one.")
    assert "All 8 with a known version are on clients older than 2.1.38" in beside
    assert wave_note(wave(skew=None), report()).endswith("So the cause need not lie in this account alone.")
