"""The pasted /usage screen, with and without bars and frames."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.report.error_report import ErrorReport, Submission
from agent.usage.account import UsageAssessment
from agent.usage.assess import assess

NOW = datetime(2026, 2, 20, 12, tzinfo=UTC)
BAR = "█" * 12 + "▌"
SCREEN = f"""
 Current session
 {BAR}                  3% used
 Resets 10pm (America/Chicago)

 Current week (all models)
 {BAR}                  78% used
 Resets Feb 27 at 5am (America/Chicago)

 Current week (Sonnet only)
 {BAR}                  18% used

 Extra usage
 {BAR}                  77% used
 $15.40 / $20.00 spent · Resets Mar 1 (America/Chicago)
"""
FRAMED = "\n".join(f"│ {line:<60} │" for line in SCREEN.strip().splitlines())
FLAT = " ".join(SCREEN.split())


def read(text: str, usage: str | None = None) -> UsageAssessment:
    return assess(Submission(text=text, usage=usage), ErrorReport(text=text), NOW)


@pytest.mark.parametrize("screen", [SCREEN, FRAMED, FLAT], ids=["plain", "framed", "flat"])
@pytest.mark.parametrize("where", ["usage", "text"])
def test_the_usage_screen_is_measured(screen: str, where: str) -> None:
    found = read(screen) if where == "text" else read("see usage", screen)
    assert {b.name: b.used_percent for b in found.buckets} == {
        "session_5h": 3,
        "weekly_all": 78,
        "weekly_sonnet": 18,
        "extra_usage_cap": 77,
    }
    assert {b.basis for b in found.buckets} == {"measured"}
    cap = found.bucket("extra_usage_cap")
    assert cap is not None
    assert (cap.used, cap.limit, cap.currency) == (15.4, 20.0, "USD")
    session, week = found.bucket("session_5h"), found.bucket("weekly_all")
    assert session is not None
    assert session.resets_at == datetime(2026, 2, 21, 4, tzinfo=UTC)
    assert week is not None
    assert week.resets_at == datetime(2026, 2, 27, 11, tzinfo=UTC)


def test_the_web_page_has_the_reset_between_label_and_figure() -> None:
    found = read(
        "Current session\nResets in 2 hr 13 min\n\n3% used\n\nAll models\nResets Thu 10:59 AM\n78% used"
    )
    assert {b.name: b.used_percent for b in found.buckets} == {"session_5h": 3, "weekly_all": 78}
    assert found.buckets[0].resets_at == datetime(2026, 2, 20, 14, 13, tzinfo=UTC)


def test_prose_of_the_same_words_stays_claimed() -> None:
    found = read("My current session is 3% used so far")
    assert [b.basis for b in found.buckets] == ["claimed"]


def test_the_plan_of_the_status_screen() -> None:
    assert read("Login method: Claude Max Account").plan == "max"
    assert read("I use the max setting").plan is None
