"""Today is a day of this world."""

from __future__ import annotations

from datetime import date

from evals.clock import today


def test_today_is_a_day() -> None:
    assert date(2026, 1, 1) < today()
