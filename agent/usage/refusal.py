"""What the refusal itself says: which limit it names, with which status, and when it resets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Literal, NamedTuple

from agent.report.error_report import ErrorReport
from agent.usage.account import BucketName
from agent.usage.resets import Reset, find_reset

RefusalKind = Literal[
    "extra_usage", "plan_limit", "rate_limit", "spend_limit", "org_limit", "credit_balance",
    "workspace_limit",
    "long_context", "api_rate", "throttled",
]  # fmt: skip
_WORDINGS: tuple[tuple[RefusalKind, tuple[str, ...], str], ...] = (
    (
        "long_context",
        ("long context", "required for 1m"),
        r"(?:extra usage|usage credits?) (?:is |are )?required for (?:long context|1m)"
        r"|long context beta is not yet available",
    ),
    (
        "extra_usage",
        ("out of extra usage", "out of usage credits", "third-party"),
        r"out of (?:extra usage|usage credits)|third-party / extra usage 400"
        r"|third-party apps now draw from your (?:extra usage|usage credits)",
    ),
    ("credit_balance", ("credit balance",), r"credit balance (?:is )?too low|low credit balance"),
    ("workspace_limit", ("api usage limit",), r"workspace api usage limits?|specified api usage limits?"),
    (
        "org_limit",
        ("hit your org",),
        r"hit your org(?:anization)?(?:'|’)?s (?:monthly )?(?:usage|spend(?:ing)?) limit",
    ),
    (
        "spend_limit",
        ("spend limit", "spending limit"),
        r"hit your (?:monthly )?(?:spend|spending) limit|(?:monthly )?spend limit reached",
    ),
    ("throttled", ("temporarily limiting",), r"server is temporarily limiting requests"),
    (
        "plan_limit",
        ("hit your", "reached your", "limit reached", "out of usage"),
        r"(?:hit|reached) your (?:\w+ |5-hour ){0,2}?limit|usage limit reached|you(?:'|’)?re out of usage"
        r"|(?:session|weekly|5-hour|opus|sonnet) limit reached",
    ),
    (
        "api_rate",
        ("rate limit", "per minute"),
        r"organi[sz]ation(?:'|’)?s rate limit|rate limit of [\d,]{1,12} (?:input "
        r"|output )?(?:tokens|requests)"
        r"|tokens per minute",
    ),
    (
        "rate_limit",
        ("rate limit", "rate_limit"),
        r"exceed your account(?:'|’)?s rate limit|rate limit reached|rate_limit_error",
    ),
)
_PHRASES = tuple((kind, cheap, re.compile(pattern, re.I)) for kind, cheap, pattern in _WORDINGS)
"""Kind, plain strings of which one must stand in the lower-cased text, the wording; most telling first."""
_NAMED: tuple[tuple[BucketName, re.Pattern[str]], ...] = (
    ("session_5h", re.compile(r"(?:session|5-hour|five-hour) limit", re.I)),
    ("weekly_opus", re.compile(r"opus (?:weekly )?limit", re.I)),
    ("weekly_sonnet", re.compile(r"sonnet (?:weekly )?limit", re.I)),
    ("weekly_all", re.compile(r"weekly limit", re.I)),
)
_QUOTE_END = re.compile(r"[\n\"”;]|\.\s")


@dataclass(frozen=True)
class Refusal:
    """The limit-type refusal of a report. `kind` is the most telling one; `kinds` all that appear.

    `quoted` is the service's own wording; `status` the HTTP status where known; `named` the window
    that the wording names; `in_events` False where only prose or the title carries the wording.
    """

    kind: RefusalKind
    kinds: frozenset[RefusalKind]
    quoted: str
    status: int | None
    rate_limited: bool
    reset: Reset | None
    named: BucketName | None
    in_events: bool


def refusal_of(report: ErrorReport, moment: datetime) -> Refusal | None:
    """The limit or billing refusal that the report is about, or None when it is about something else."""
    events = tuple(_Event(event.status, event.type, event.message or "") for event in report.errors)
    return _refusal(events, report.title or "", report.text, moment)


class _Event(NamedTuple):
    status: int | None
    type: str | None
    message: str


@lru_cache(maxsize=32)  # every rule asks for it; the arguments are the strings themselves, not copies
def _refusal(events: tuple[_Event, ...], title: str, text: str, moment: datetime) -> Refusal | None:
    found: list[tuple[RefusalKind, str, _Event | None]] = []
    for event in events[:200]:
        kind = kind_of(event.message)
        if kind is None and (event.type == "rate_limit_error" or event.status == 429):
            kind = "rate_limit"
        if kind:
            found.append((kind, event.message or "429", event))
    # Where the events carry other errors only (TLS, images), a limit mentioned in passing is no refusal.
    if not events or found:
        for words in (title[:1_000], text[:200_000]):
            found += [(kind, quote, None) for kind, quote in _phrases_in(words)]
    if not found:
        return None
    order = [kind for kind, _, _ in _PHRASES]
    best = min(found, key=lambda entry: (order.index(entry[0]), entry[2] is None))
    refused = [event for _, _, event in found if event is not None]
    same = [event for kind, _, event in found if event is not None and kind == best[0]]
    limited = any(e.status == 429 or e.type == "rate_limit_error" for e in refused)
    status = next((e.status for e in same if e.status), None) or (429 if limited and not same else None)
    wordings = [quote for kind, quote, _ in found if kind == best[0]] + [quote for _, quote, _ in found]
    return Refusal(
        kind=best[0],
        kinds=frozenset(kind for kind, _, _ in found),
        quoted=" ".join(best[1].split())[:160],
        status=status,
        rate_limited=limited,
        reset=next((reset for quote in wordings if (reset := find_reset(quote, moment))), None),
        named=next((name for quote in wordings for name, pattern in _NAMED if pattern.search(quote)), None),
        in_events=best[2] is not None,
    )


def kind_of(message: str) -> RefusalKind | None:
    """The kind of limit that a message is about, or None."""
    low = message.lower()
    return next(
        (kind for kind, cheap, pattern in _PHRASES if _may(cheap, low) and pattern.search(message)), None
    )


def _may(cheap: tuple[str, ...], low: str) -> bool:
    return any(words in low for words in cheap)


def _phrases_in(text: str) -> list[tuple[RefusalKind, str]]:
    low = text.lower()
    found: list[tuple[RefusalKind, str]] = []
    for kind, cheap, pattern in _PHRASES:
        match = pattern.search(text) if _may(cheap, low) else None
        if match:
            end = _QUOTE_END.search(text, match.end(), match.end() + 90)
            found.append((kind, text[match.start() : end.start() if end else match.end() + 90]))
    return found
