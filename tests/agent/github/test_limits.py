"""What GitHub asks to wait, by its headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from agent.github.limits import backoff, limited_for

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
LATER = str(int((NOW + timedelta(seconds=90)).timestamp()))


@pytest.mark.parametrize(
    ("status", "headers", "said", "seconds"),
    [
        (200, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": LATER}, "", None),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": LATER}, "", 91),
        (403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1"}, "", 1),
        (403, {"retry-after": "30", "x-ratelimit-remaining": "0", "x-ratelimit-reset": LATER}, "", 30),
        (429, {"retry-after": "0"}, "", 1),
        (403, {"retry-after": "soon"}, "You have exceeded a secondary rate limit", 60),
        (429, {}, "", 60),
        (403, {}, "Resource not accessible by integration", None),
        (403, {"x-ratelimit-remaining": "17", "x-ratelimit-reset": LATER}, "forbidden", None),
    ],
)
def test_how_long(status: int, headers: Any, said: str, seconds: float | None) -> None:
    assert limited_for(status, headers, said, NOW, 0) == seconds


def test_an_unnamed_time_doubles_up_to_a_bound() -> None:
    assert [limited_for(429, {}, "", NOW, turn) for turn in (0, 1, 2, 9)] == [60, 120, 240, 900]
    assert [backoff(turn) for turn in (0, 1, 2, 9)] == [1, 2, 4, 30]
