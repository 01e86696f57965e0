"""Our own account object, and simple maps from a window's name to its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from agent.usage.account import Basis, BucketName, FlagName
from agent.usage.figures import Figures, amount, percent
from agent.usage.resets import moment_of

BUCKET_NAMES: frozenset[str] = frozenset(get_args(BucketName))
FLAG_NAMES: frozenset[str] = frozenset(get_args(FlagName))
ALIASES: dict[str, BucketName] = {
    "session": "session_5h", "current_session": "session_5h", "five_hour": "session_5h", "5h": "session_5h",
    "weekly": "weekly_all", "week": "weekly_all", "seven_day": "weekly_all", "7d": "weekly_all",
    "weekly_all_models": "weekly_all", "current_week": "weekly_all", "opus": "weekly_opus",
    "seven_day_opus": "weekly_opus", "sonnet": "weekly_sonnet", "seven_day_sonnet": "weekly_sonnet",
    "plan": "plan_overall", "extra_usage": "extra_usage_cap", "usage_credits": "extra_usage_cap",
    "balance": "extra_usage_balance", "credits": "api_credits", "workspace": "workspace_spend",
}  # fmt: skip
_PERCENT_KEYS = ("used_percent", "used_percentage", "percent_used", "percent", "utilization")
_RESET_KEYS = ("resets_at", "reset_at", "resets", "reset")


def bucket_name(key: object) -> BucketName | None:
    """The bucket that a key of a map means ("session_5h", "five-hour", "Weekly"), or None."""
    if not isinstance(key, str) or len(key) > 40:
        return None
    slug = key.strip().lower().replace("-", "_").replace(" ", "_")
    if slug in BUCKET_NAMES:
        return slug  # type: ignore[return-value]  # membership was just tested
    return ALIASES.get(slug)


def first_of(found: Mapping[str, Any], keys: tuple[str, ...]) -> Any:
    """The value of the first key that is there and not null."""
    return next((found[key] for key in keys if found.get(key) is not None), None)


def read_native(given: Mapping[str, Any], figures: Figures) -> bool:
    """Read `{"buckets": [...], "plan": ..., "as_of": ..., "flags": {...}}` or `{"session_5h": {...}}`.

    Money is in units. Returns whether anything was recognised; never raises.
    """
    before = len(figures.buckets)
    if isinstance(given.get("buckets"), list):
        for entry in given["buckets"][:100]:
            if isinstance(entry, Mapping) and (name := bucket_name(entry.get("name"))):
                _read_window(name, entry, figures)
    elif isinstance(given.get("buckets"), Mapping):
        _read_map(given["buckets"], figures)
    else:
        _read_map(given, figures)
    known = len(figures.buckets) > before
    return read_account_facts(given, figures) or known


def read_account_facts(given: Mapping[str, Any], figures: Figures) -> bool:
    """Plan, snapshot time and flags, where an object of any form gives them."""
    found = False
    plan = first_of(
        given, ("plan", "subscription_type", "subscriptionType", "rate_limit_tier", "rateLimitTier")
    )
    if isinstance(plan, str) and 0 < len(plan.strip()) <= 60 and figures.plan is None:
        figures.plan, found = plan.strip(), True
    as_of = moment_of(first_of(given, ("as_of", "fetched_at", "captured_at", "timestamp")))
    if as_of and figures.as_of is None:
        figures.as_of = as_of
        found = True
    flags = given.get("flags")
    for key, value in (flags if isinstance(flags, Mapping) else {}).items():
        if isinstance(key, str) and key in FLAG_NAMES and isinstance(value, bool):
            figures.flag(key, value)  # type: ignore[arg-type]  # membership was just tested
            found = True
    return found


def _read_map(given: Mapping[str, Any], figures: Figures) -> None:
    for key, value in list(given.items())[:100]:
        name = bucket_name(key)
        if name and isinstance(value, Mapping):
            _read_window(name, value, figures)
        elif name:
            money = name in ("extra_usage_balance", "api_credits")
            figures.add(
                name,
                "measured",
                used_percent=None if money else percent(value),
                remaining=amount(value) if money else None,
            )


def _read_window(name: BucketName, entry: Mapping[str, Any], figures: Figures) -> None:
    basis: Basis = "claimed" if entry.get("basis") == "claimed" else "measured"
    used_percent = percent(first_of(entry, _PERCENT_KEYS))
    left = percent(first_of(entry, ("remaining_percent", "remaining_percentage", "percent_remaining")))
    if used_percent is None and left is not None and left <= 100:
        used_percent = round(100 - left, 4)
    currency = entry.get("currency")
    figures.add(
        name,
        basis,
        used_percent=used_percent,
        limit=amount(entry.get("limit")),
        used=amount(entry.get("used")),
        remaining=amount(entry.get("remaining")),
        currency=currency.upper() if isinstance(currency, str) and len(currency) == 3 else None,
        resets_at=moment_of(first_of(entry, _RESET_KEYS)),
    )
