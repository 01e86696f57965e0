"""How long GitHub asks to wait, by status and headers, and how long to wait after a failure in passing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

_SECONDARY = 60.0
"""Seconds that GitHub's documentation asks for where a secondary limit names no time; doubled each turn."""
_MOST = 900.0


def limited_for(status: int, headers: Mapping[str, str], said: str, now: datetime, turn: int) -> float | None:
    """Seconds to wait where the answer is a rate limit; None where it is none.

    `retry-after` counts first (a secondary limit), then a spent primary limit with its reset, then words.
    """
    if status not in (403, 429):
        return None
    after = headers.get("retry-after", "").strip()
    if after.isascii() and after.isdigit():
        return max(1.0, float(after[:9]))
    reset = headers.get("x-ratelimit-reset", "").strip()
    if headers.get("x-ratelimit-remaining", "").strip() == "0" and reset.isascii() and reset.isdigit():
        return max(1.0, float(reset[:12]) - now.timestamp() + 1)
    if status == 429 or "rate limit" in said.lower():
        return min(_MOST, _SECONDARY * 2.0**turn)
    return None


def backoff(turn: int) -> float:
    """Seconds before the next try: 1, 2, 4, ... at most 30."""
    return min(30.0, 2.0**turn)
