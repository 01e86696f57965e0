"""Figures in plain words, for the texts of the rules."""

from __future__ import annotations

from collections.abc import Iterable

from agent.report.error_report import ErrorReport
from agent.usage.account import Bucket
from agent.usage.refusal import Refusal

WINDOW_WORDS = {
    "session_5h": "the session window",
    "weekly_all": "the weekly window",
    "weekly_opus": "the weekly Opus window",
    "weekly_sonnet": "the weekly Sonnet window",
    "weekly_other": "a weekly model window",
    "plan_overall": "the plan",
    "extra_usage_cap": "the monthly extra-usage cap",
    "extra_usage_balance": "the extra-usage balance",
    "api_credits": "the API credit balance",
    "workspace_spend": "the workspace's spend limit",
}


def percents(buckets: Iterable[Bucket]) -> str:
    """ "the session window is at 3 % (claimed), the weekly window is at 78 % (measured)"."""
    return ", ".join(
        f"{WINDOW_WORDS.get(b.name, b.name)} is at {b.used_percent:g} % ({b.basis})"
        for b in buckets
        if b.used_percent is not None
    )


def sentence(words: str) -> str:
    """`words` with a capital at the start and a full stop at the end."""
    return f"{words[:1].upper()}{words[1:]}."


def money(value: float, currency: str | None) -> str:
    """An amount with its currency code where that is known: "139.55 CAD"."""
    return f"{value:.2f} {currency}" if currency else f"{value:.2f}"


def error_words(refusal: Refusal) -> str:
    """The refusal in its own wording, with the status where known."""
    status = f" (HTTP {refusal.status})" if refusal.status else ""
    return f"The error{status} reads: {refusal.quoted.rstrip(' .')}"


def has_statement(report: ErrorReport, *ids: str) -> bool:
    """Whether one of these statements is made and affirmed."""
    return any(found.id in ids and found.affirmed for found in report.statements)
