"""Money in prose: which purse, which part, which currency."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.report.error_report import ErrorReport, Submission
from agent.usage.assess import assess
from agent.usage.money import money_at

Part = tuple[str, float | None, float | None, float | None, str | None]


def parts(text: str) -> list[Part]:
    found = assess(Submission(text=text), ErrorReport(text=text), datetime(2026, 4, 8, tzinfo=UTC)).buckets
    return [(b.name, b.used, b.limit, b.remaining, b.currency) for b in found]


BALANCE, CAP = "extra_usage_balance", "extra_usage_cap"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "CA$139.55 balance, 2% of the monthly cap",
            [(CAP, None, None, None, None), (BALANCE, None, None, 139.55, "CAD")],
        ),
        (
            "$14.20 spent, 28% used of $50 monthly spend limit; $0.00 current balance, auto-reload off",
            [(CAP, 14.2, 50, None, "USD"), (BALANCE, None, None, 0, "USD")],
        ),
        ("extra usage EUR 5.91 of EUR 5.00 cap (118%)", [(CAP, 5.91, 5, None, "EUR")]),
        ("extra usage 77% ($15.40/$20.00 spent)", [(CAP, 15.4, 20, None, "USD")]),
        ("extra usage $16.23/$42.50", [(CAP, 16.23, 42.5, None, "USD")]),
        (
            "$600 of extra usage available with $0.00 consumed",
            [(BALANCE, None, None, 600, "USD"), (CAP, 0, None, None, "USD")],
        ),
        ("console shows US$105.00 credit balance", [("api_credits", None, None, 105, "USD")]),
        ("$9 API credits in console", [("api_credits", None, None, 9, "USD")]),
        ("$47.50 extra usage balance", [(BALANCE, None, None, 47.5, "USD")]),
        ("bought $1000 extra usage, not recognised", [(BALANCE, None, None, 1000, "USD")]),
        ("claimed the $200 credit, did not help", [(BALANCE, None, None, 200, "USD")]),
        ("extra usage balance -$15.92", [(BALANCE, None, None, -15.92, "USD")]),
        (
            "extra usage: EUR 0.00 spent; EUR 17.00 balance",
            [(CAP, 0, None, None, "EUR"), (BALANCE, None, None, 17, "EUR")],
        ),
        ("account limit $100; Claude Code workspace limit $10", [("workspace_spend", None, 10, None, "USD")]),
        ("$1,234.50 of extra usage spent", [(CAP, 1234.5, None, None, "USD")]),
    ],
)
def test_amounts_find_their_purse(text: str, expected: list[Part]) -> None:
    assert parts(text) == expected


@pytest.mark.parametrize(
    "text",
    ["Plan: Max 5x ($100)", "the $200/month plan", "I paid $20 for lunch", "costs $5", "PATH=$1 and $2"],
)
def test_a_price_or_a_stray_amount_is_no_bucket(text: str) -> None:
    assert parts(text) == []


@given(st.text(alphabet="$€0123456789., /->EURbalanceofspent", max_size=200))
def test_money_never_raises_and_spans_lie_inside(text: str) -> None:
    assert all(0 <= entry.start < entry.end <= len(text) for entry in money_at(text))
