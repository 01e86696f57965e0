"""Rate-limit response headers: an object, a raw block, or lines inside a paste (`curl -i`, a debug log).

Subscription traffic carries `anthropic-ratelimit-unified-*` with the spent *fraction* 0 to 1; key
traffic `anthropic-ratelimit-{requests,tokens,input-tokens,output-tokens}-{limit,remaining,reset}`.
Source: https://github.com/anomalyco/opencode/pull/49499, claude-code issues 12829 and 27508. That a
block with `-reset` and `-overage-reset` only was handled in the overage lane:
https://github.com/cnighswonger/claude-code-cache-fix/pull/121.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from agent.usage.account import BucketName
from agent.usage.figures import Figures, amount, number, percent
from agent.usage.resets import aware, moment_of

_PREFIX = "anthropic-ratelimit-"
_WINDOWS: dict[str, BucketName] = {
    "5h": "session_5h", "7d": "weekly_all", "7d_opus": "weekly_opus", "7d_sonnet": "weekly_sonnet",
    "7d-opus": "weekly_opus", "7d-sonnet": "weekly_sonnet",
}  # fmt: skip
_CLAIMS: dict[str, BucketName] = {
    "five_hour": "session_5h", "seven_day": "weekly_all", "seven_day_opus": "weekly_opus",
    "seven_day_sonnet": "weekly_sonnet",
}  # fmt: skip
_RATES: dict[str, BucketName] = {
    "requests": "rate_requests", "tokens": "rate_tokens",
    "input-tokens": "rate_input_tokens", "output-tokens": "rate_output_tokens",
}  # fmt: skip
_NAME = r"anthropic-ratelimit-[a-z0-9_-]{3,60}|retry-after(?:-ms)?"
_SHORT = r"unified-status|overage-status|overage-disabled-reason|representative-claim"
_LINE = re.compile(
    rf"(?<![\w-])({_NAME}|{_SHORT})[\"'`]?\s{{0,3}}[:=]?\s{{0,3}}\[?[\"'`]?([\w.:+-]{{1,60}})", re.I
)
_DATE = re.compile(r"^[\s<*]{0,4}date:\s?([^\r\n]{10,40})", re.I | re.M)
REPRESENTATIVE = re.compile(r"representative-claim[\"'`]?\s{0,3}[:=]?\s{0,3}[\"'`]?(\w{3,30})", re.I)


def headers_in(text: str) -> dict[str, str]:
    """The rate-limit headers written in `text`, by lower-cased name.

    Short names that people quote ("overage-status rejected") are given their full name.
    """
    low = text.lower()
    if "ratelimit-" not in low and "retry-after" not in low and not re.search(_SHORT, low):
        return {}
    found: dict[str, str] = {}
    for match in _LINE.finditer(text):
        name = match.group(1).lower()
        if name == "unified-status":
            name = _PREFIX + name
        elif not name.startswith((_PREFIX, "retry")):
            name = _PREFIX + "unified-" + name
        found.setdefault(name, match.group(2).rstrip(".,:;"))
    if found and (date := _DATE.search(text)):
        found["date"] = date.group(1).strip()
    return found


def is_headers(given: Mapping[str, Any]) -> bool:
    """Whether an object's keys are rate-limit header names."""
    return any(
        isinstance(key, str) and key.lower().startswith((_PREFIX, "retry-after")) for key in list(given)[:200]
    )


def read_headers(given: Mapping[str, Any], figures: Figures, moment: datetime) -> bool:
    """Read a header object; a value may be a string, a number or a list of one. Never raises.

    `moment` is when the report was written: `retry-after` counts from the Date header, else from it.
    """
    table: dict[str, Any] = {}
    for key, value in list(given.items())[:200]:
        if isinstance(key, str):
            table[key.strip().lower()] = value[0] if isinstance(value, list) and value else value
    before = len(figures.buckets), len(figures.flags)
    date = _http_date(table.get("date"))
    if date and figures.as_of is None:
        figures.as_of = date
    _read_unified(table, figures)
    rated = _read_rates(table, figures)
    wait = number(table.get("retry-after"))
    if wait is not None and 0 <= wait < 10_000_000:
        until = aware(date or moment) + timedelta(seconds=wait)
        if rated:
            figures.add(rated, "measured", resets_at=until)
        elif not any(bucket.resets_at for bucket in figures.buckets):
            figures.add("plan_overall", "measured", resets_at=until)
    return (len(figures.buckets), len(figures.flags)) != before


def _read_unified(table: dict[str, Any], figures: Figures) -> None:
    def get(name: str) -> Any:
        return table.get(f"{_PREFIX}unified-{name}")

    windows = 0
    for key, name in _WINDOWS.items():
        share = number(get(f"{key}-utilization"))
        used = percent(share * 100) if share is not None else None
        resets_at = moment_of(get(f"{key}-reset"))
        windows += used is not None or resets_at is not None
        figures.add(name, "measured", used_percent=used, resets_at=resets_at)
    claim = get("representative-claim")
    overall = moment_of(get("reset"))
    if overall and isinstance(claim, str) and claim in _CLAIMS and not windows:
        figures.add(_CLAIMS[claim], "measured", resets_at=overall)
    status, overage = _word(get("status")), _word(get("overage-status"))
    if status:
        figures.flag("plan_blocked", status in ("rejected", "blocked", "exceeded"))
    if overage:
        figures.flag("overage_rejected", overage in ("rejected", "blocked", "disabled"))
    reason = _word(get("overage-disabled-reason"))
    if reason:
        figures.flag("overage_rejected", True)
        if "disabled" in reason or "not_enabled" in reason:
            figures.flag("extra_usage_enabled", False)
    if not windows and get("reset") is not None and get("overage-reset") is not None:
        figures.flag("overage_lane_only", True)


def _read_rates(table: dict[str, Any], figures: Figures) -> BucketName | None:
    """Key-traffic limits; returns the bucket that is used up, else the first one, else None."""
    first: BucketName | None = None
    spent: BucketName | None = None
    for key, name in _RATES.items():
        limit, left = (
            amount(table.get(f"{_PREFIX}{key}-limit")),
            amount(table.get(f"{_PREFIX}{key}-remaining")),
        )
        resets_at = moment_of(table.get(f"{_PREFIX}{key}-reset"))
        figures.add(name, "measured", limit=limit, remaining=left, resets_at=resets_at)
        if limit is not None or left is not None:
            first = first or name
            if left == 0:
                spent = spent or name
    return spent or first


def _word(value: object) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _http_date(value: object) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        return aware(parsedate_to_datetime(value[:60]))
    except (ValueError, TypeError, IndexError):
        return moment_of(value)
