"""The body of `GET /api/oauth/usage`, and the `rate_limits` object that a status line is given.

Both name windows `five_hour`, `seven_day`, ...; the body gives `utilization` in percent, the
status line `used_percentage` (https://www.mintlify.com/steipete/codexbar/providers/claude).
Credits of the body are in cents: nowhere else are they.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from agent.usage.account import BucketName
from agent.usage.figures import Figures, amount, percent
from agent.usage.native import first_of, read_account_facts
from agent.usage.resets import moment_of

WINDOWS: dict[str, BucketName] = {
    "five_hour": "session_5h",
    "seven_day": "weekly_all",
    "seven_day_opus": "weekly_opus",
    "seven_day_sonnet": "weekly_sonnet",
}


def is_oauth_usage(given: Mapping[str, Any]) -> bool:
    """Whether the object names a window the way the service does."""
    return any(isinstance(given.get(key), Mapping) for key in (*WINDOWS, "extra_usage")) and (
        any(key in given for key in WINDOWS) or "is_enabled" in (given.get("extra_usage") or {})
    )


def read_oauth_usage(given: Mapping[str, Any], figures: Figures) -> bool:
    """Read windows and extra usage; returns whether anything was recognised. Never raises."""
    before = len(figures.buckets), len(figures.flags)
    for key, entry in list(given.items())[:100]:
        if not isinstance(entry, Mapping) or not isinstance(key, str):
            continue
        name = WINDOWS.get(key) or ("weekly_other" if key.startswith("seven_day_") else None)
        if (
            name
            and (used := percent(first_of(entry, ("utilization", "used_percentage", "used_percent"))))
            is not None
        ):
            figures.add(
                name,
                "measured",
                used_percent=used,
                resets_at=moment_of(first_of(entry, ("resets_at", "reset"))),
            )
    extra = given.get("extra_usage")
    if isinstance(extra, Mapping):
        _read_extra_usage(extra, figures)
    read_account_facts(given, figures)
    return (len(figures.buckets), len(figures.flags)) != before


def _read_extra_usage(extra: Mapping[str, Any], figures: Figures) -> None:
    if isinstance(extra.get("is_enabled"), bool):
        figures.flag("extra_usage_enabled", extra["is_enabled"])
    if isinstance(extra.get("auto_reload"), bool):
        figures.flag("auto_reload", extra["auto_reload"])
    unit = extra.get("currency")
    currency = unit.upper() if isinstance(unit, str) and len(unit) == 3 else None
    figures.add(
        "extra_usage_cap",
        "measured",
        used_percent=percent(extra.get("utilization")),
        limit=amount(extra.get("monthly_limit"), cents=True),
        used=amount(extra.get("used_credits"), cents=True),
        currency=currency,
        resets_at=moment_of(extra.get("resets_at")),
    )
    balance = first_of(extra, ("balance", "current_balance", "remaining_credits"))
    if (left := amount(balance, cents=True)) is not None:
        figures.add("extra_usage_balance", "measured", remaining=left, currency=currency)
