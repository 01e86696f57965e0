"""Plain words for likelihoods, figures and facts; nothing here chooses or weighs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from agent.diagnosis.diagnosis import Action, Answer
from agent.report.error_report import ErrorEvent, ErrorReport
from agent.usage.account import Bucket, Contradiction, Lane

VERY_LIKELY = 0.85
LIKELY = 0.40

FIELD_NAMES = {
    "client_version": "client version",
    "platform": "operating system",
    "plan": "plan",
    "auth": "credential",
    "model": "model",
    "base_url": "base URL",
    "client": "client",
    "surface": "surface",
    "terminal": "terminal",
}
BUCKET_NAMES = {
    "session_5h": "session window (5 hours)",
    "weekly_all": "weekly window (all models)",
    "weekly_opus": "weekly window (Opus)",
    "weekly_sonnet": "weekly window (Sonnet)",
    "weekly_other": "weekly window (another model)",
    "plan_overall": "plan usage",
    "extra_usage_cap": "extra usage against its monthly cap",
    "extra_usage_balance": "extra usage balance",
    "api_credits": "API credits",
    "workspace_spend": "workspace spend",
    "rate_requests": "request rate",
    "rate_tokens": "token rate",
    "rate_input_tokens": "input token rate",
    "rate_output_tokens": "output token rate",
}
LANE_NAMES: dict[Lane, str] = {
    "plan": "the plan",
    "extra_usage": "extra usage",
    "api_credits": "API credits",
    "cloud": "a cloud provider",
    "unknown": "not known",
}
ACTION_WORDS: dict[Action, str] = {
    "answer": "Answer",
    "ask": "One question first",
    "handoff": "For a person to settle",
    "abstain": "Not concluded",
}
PLATFORM_NAMES = {"darwin": "macOS", "linux": "Linux", "windows": "Windows"}
_PLATFORM_WORDS = (
    (re.compile(r"\b(?:darwin|mac|mac ?os|os ?x)", re.I), "darwin"),
    (re.compile(r"\b(?:linux|ubuntu|debian|fedora|arch|wsl)", re.I), "linux"),
    (re.compile(r"\bwin(?:dows|32|64|\d\d)?\b", re.I), "windows"),
)


def likelihood_word(likelihood: float, confirmed: bool) -> str:
    """ "very likely", "likely" or "possibly"; an unconfirmed cause is never more than likely."""
    if likelihood >= VERY_LIKELY and confirmed:
        return "very likely"
    return "likely" if likelihood >= LIKELY else "possibly"


def percent(share: float) -> str:
    """A share of 1 as a percentage: 0.68 is "68 %"."""
    return f"{share * 100:.0f} %"


def platform_of(report: ErrorReport) -> str | None:
    """darwin, linux or windows where the report says so, else None."""
    value = report.value("platform") or ""
    return next((name for pattern, name in _PLATFORM_WORDS if pattern.search(value)), None)


def error_title(event: ErrorEvent) -> str:
    """An error in a few words without its message: "400 invalid_request_error"."""
    named = " ".join(str(x) for x in (event.status, event.type) if x is not None)
    return named or (event.signature or "message without status").replace("-", " ")


def bucket_text(bucket: Bucket) -> str:
    """One bucket as a line: its name, the figures that are known, and their basis."""
    money = f" {bucket.currency}" if bucket.currency else ""
    figures = []
    if bucket.used_percent is not None:
        figures.append(f"{bucket.used_percent:g} % used")
    if bucket.used is not None:
        figures.append(f"{bucket.used:g}{money} used")
    if bucket.limit is not None:
        figures.append(f"limit {bucket.limit:g}{money}")
    if bucket.remaining is not None:
        figures.append(f"{bucket.remaining:g}{money} left")
    if bucket.resets_at is not None:
        figures.append(f"resets {utc(bucket.resets_at)}")
    return f"{BUCKET_NAMES[bucket.name]}: {', '.join(figures) or 'named, no figure'} ({bucket.basis})"


def contradiction_text(c: Contradiction) -> str:
    """A contradiction in words without the error, which stands beside it: what is shown, what follows."""
    return f"{_capital(sentence(c.account_shows))} {_capital(sentence(c.means))}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def model_text(answer: Answer) -> str:
    """Who worded the answer and what that cost; empty where no model was paid."""
    cost = answer.cost
    if not cost.input_tokens and not cost.output_tokens:
        return ""
    who = answer.provenance.model or "a model"
    said = f"Worded by {who}" if answer.mode == "model" else f"Plain words; {who} was asked"
    return f"{said}: {cost.input_tokens} tokens in, {cost.output_tokens} out, ${cost.usd:.4f}."


def utc(moment: datetime) -> str:
    """A moment to the minute, in UTC where its zone is known."""
    if moment.tzinfo is None:
        return f"{moment:%Y-%m-%d %H:%M}"
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def short(text: str, most: int) -> str:
    """`text` on one line, cut at `most` characters with three dots."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def sentence(text: str) -> str:
    """`text` with a full stop at its end, unless it ends a sentence already."""
    text = text.strip()
    return text if not text or text[-1] in ".!?" else text + "."
