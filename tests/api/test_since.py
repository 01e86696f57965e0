"""How far back to look: days, dates, and what is neither."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agent.errors import BadInput
from api.since import parse_since

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        (None, None),
        ("14", NOW - timedelta(days=14)),
        ("14d", NOW - timedelta(days=14)),
        (" 3 days ", NOW - timedelta(days=3)),
        ("0", NOW),
        ("2026-04-01", datetime(2026, 4, 1, tzinfo=UTC)),
        ("2026-04-01T10:00:00Z", datetime(2026, 4, 1, 10, tzinfo=UTC)),
        ("2026-04-01T10:00:00+02:00", datetime(2026, 4, 1, 8, tzinfo=UTC)),
    ],
)
def test_days_and_dates(text: str | None, moment: datetime | None) -> None:
    assert parse_since(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "yesterday", "2026-13-01", "-3", "1.5d", "9" * 60])
def test_anything_else_is_said_to_be_none(text: str) -> None:
    with pytest.raises(BadInput, match="no date such as"):
        parse_since(text, NOW)


def test_more_days_than_there_were_leave_nothing_out() -> None:
    early = datetime(1, 1, 9, tzinfo=UTC)
    assert parse_since("99999", early) is None
