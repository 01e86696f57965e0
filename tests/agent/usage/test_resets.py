"""Reset times, read against a given moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.usage.resets import find_reset, moment_of, parse_reset

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "expected", "dated"),
    [
        ("7pm (Europe/Madrid)", datetime(2026, 3, 1, 18, tzinfo=UTC), False),
        ("6:40pm (America/New_York)", datetime(2026, 3, 1, 23, 40, tzinfo=UTC), False),
        ("9am (UTC)", datetime(2026, 3, 2, 9, tzinfo=UTC), False),
        ("12am (UTC)", datetime(2026, 3, 2, 0, tzinfo=UTC), False),
        ("7pm (Europe/Barcelona)", datetime(2026, 3, 1, 19, tzinfo=UTC), False),
        ("Mar 5 at 10pm (America/Chicago)", datetime(2026, 3, 6, 4, tzinfo=UTC), True),
        ("Feb 4, 9pm (Africa/Johannesburg)", datetime(2026, 2, 4, 19, tzinfo=UTC), True),
        ("Jan 2", datetime(2026, 1, 2, tzinfo=UTC), True),
        ("tomorrow at 3pm", datetime(2026, 3, 2, 15, tzinfo=UTC), True),
        ("in 2h", datetime(2026, 3, 1, 14, tzinfo=UTC), True),
        ("in 2 hr 13 min", datetime(2026, 3, 1, 14, 13, tzinfo=UTC), True),
        ("Thu 10:59 AM", datetime(2026, 3, 5, 10, 59, tzinfo=UTC), True),
        ("2025-06-01 at 00:00 UTC", datetime(2025, 6, 1, tzinfo=UTC), True),
        ("2026-03-02T09:00:00Z", datetime(2026, 3, 2, 9, tzinfo=UTC), True),
    ],
)
def test_forms(words: str, expected: datetime, dated: bool) -> None:
    found = parse_reset(words, NOW)
    assert found is not None
    assert (found.at, found.dated) == (expected, dated)


@pytest.mark.parametrize("words", ["", "soon", "Feb 31 at 5pm", "99pm", "7", "the clock", "(UTC)"])
def test_no_reset_time(words: str) -> None:
    assert parse_reset(words, NOW) is None


def test_a_year_is_the_nearest_one() -> None:
    found = parse_reset("Jan 2 at 5am (UTC)", datetime(2026, 12, 30, tzinfo=UTC))
    assert found is not None
    assert found.at == datetime(2027, 1, 2, 5, tzinfo=UTC)


def test_found_in_a_message() -> None:
    found = find_reset("You're out of extra usage · resets Mar 5 at 10pm (America/Chicago)", NOW)
    assert found is not None
    assert found.words.startswith("Mar 5")
    assert find_reset("You're out of extra usage. Add more.", NOW) is None


@pytest.mark.parametrize("value", [None, True, [], {}, "x", 5, -1, 1e30, float("nan"), "2026-99-99"])
def test_no_moment(value: object) -> None:
    assert moment_of(value) is None


@given(st.text(max_size=60))
def test_never_raises(words: str) -> None:
    parse_reset(words, NOW)
    moment_of(words)
