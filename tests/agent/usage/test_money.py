"""Amounts and their parts."""

from __future__ import annotations

import pytest

from agent.usage.money import money_at


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("$15.40 / $20.00 spent", [(15.4, "USD", "used"), (20, "USD", "limit")]),
        ("€5,91 of €5,00 cap", [(5.91, "EUR", "used"), (5, "EUR", "limit")]),
        ("balance -$15.92", [(-15.92, "USD", "balance")]),
        ("bought 20 euros", [(20, "EUR", "bought")]),
        ("consumed $194.51 -> $194.00", [(194, "USD", "balance")]),
        ("overage $27 -> $32.29", [(32.29, "USD", "used")]),
        ("Max 5x ($100) and $20/month", []),
    ],
)
def test_amounts(line: str, expected: list[tuple[float, str, str]]) -> None:
    assert [(m.value, m.currency, m.role) for m in money_at(line)] == expected
