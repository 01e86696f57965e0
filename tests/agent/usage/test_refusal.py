"""What the refusal says."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.report.error_report import ErrorReport
from agent.usage.refusal import RefusalKind, kind_of, refusal_of

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("YOU'RE OUT OF EXTRA USAGE", "extra_usage"),
        ("You're out of usage credits", "extra_usage"),
        ("Usage credits required for 1M context", "long_context"),
        ("You've hit your weekly limit", "plan_limit"),
        ("You’ve hit your org’s monthly spend limit", "org_limit"),
        ("Credit balance is too low", "credit_balance"),
        ("API Error: Rate limit reached", "rate_limit"),
        ("Prompt is too long", None),
        ("Context limit reached", None),
    ],
)
def test_kinds(message: str, kind: RefusalKind | None) -> None:
    assert kind_of(message) == kind


def test_prose_alone_is_a_refusal_too() -> None:
    found = refusal_of(ErrorReport(text='x "You\'ve hit your session limit · resets 9pm (UTC)" y'), NOW)
    assert found is not None
    assert (found.kind, found.named, found.in_events) == ("plan_limit", "session_5h", False)
    assert found.reset is not None
    assert found.reset.at.hour == 21
    assert refusal_of(ErrorReport(text="the build fails"), NOW) is None
