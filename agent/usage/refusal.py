"""What the refusal itself says: which limit it names, with which status, and when it resets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from agent.report.error_report import ErrorEvent, ErrorReport
from agent.usage.account import BucketName
from agent.usage.resets import Reset, find_reset

RefusalKind = Literal[
    "extra_usage", "plan_limit", "rate_limit", "spend_limit", "org_limit", "credit_balance", "workspace_limit",
    "long_context", "api_rate", "throttled",
]  # fmt: skip
_PHRASES: tuple[tuple[RefusalKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern, re.I))
    for kind, pattern in (
        ("long_context", r"(?:extra usage|usage credits?) (?:is |are )?required for (?:long context|1m)|long context beta is not yet available"),
        ("extra_usage", r"out of (?:extra usage|usage credits)|third-party apps now draw from your (?:extra usage|usage credits)|third-party / extra usage 400"),
        ("credit_balance", r"credit balance (?:is )?too low|low credit balance"),
        ("workspace_limit", r"workspace api usage limits?|specified api usage limits?"),
        ("org_limit", r"hit your org(?:anization)?(?:'|’)?s (?:monthly )?(?:usage|spend(?:ing)?) limit"),
        ("spend_limit", r"hit your (?:monthly )?(?:spend|spending) limit|monthly spend limit reached|spend limit reached"),
        ("throttled", r"server is temporarily limiting requests"),
        ("plan_limit", r"(?:hit|reached) your (?:\w+ |5-hour ){0,2}?limit|usage limit reached|(?:session|weekly|5-hour|opus|sonnet) limit reached|you(?:'|’)?re out of usage"),
        ("api_rate", r"(?:organization|organisation)(?:'|’)?s rate limit|rate limit of [\d,]+ (?:input |output )?(?:tokens|requests)|tokens per minute"),
        ("rate_limit", r"exceed your account(?:'|’)?s rate limit|rate limit reached|rate_limit_error"),
    )
)  # fmt: skip
_NAMED: tuple[tuple[BucketName, re.Pattern[str]], ...] = (
    ("session_5h", re.compile(r"(?:hit your|reached your)? ?(?:session|5-hour|five-hour) limit", re.I)),
    ("weekly_opus", re.compile(r"opus (?:weekly )?limit", re.I)),
    ("weekly_sonnet", re.compile(r"sonnet (?:weekly )?limit", re.I)),
    ("weekly_all", re.compile(r"weekly limit", re.I)),
)
_PREFILTER = re.compile(r"limit|usage|credit|third-party", re.I)


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
    found: list[tuple[RefusalKind, str, ErrorEvent | None]] = []
    for event in report.errors:
        wording = event.message or ""
        kind = kind_of(wording)
        if kind is None and (event.type == "rate_limit_error" or event.status == 429):
            kind = "rate_limit"
        if kind:
            found.append((kind, wording or "429", event))
    # Where the events carry other errors only (TLS, images), a limit mentioned in passing is no refusal.
    if not report.errors or found:
        for text in (report.title or "", report.text[:200_000]):
            found += [(kind, quote, None) for kind, quote in _phrases_in(text)]
    if not found:
        return None
    order = [kind for kind, _ in _PHRASES]
    best = min(found, key=lambda entry: (order.index(entry[0]), entry[2] is None))
    events = [event for _, _, event in found if event is not None]
    same = [event for kind, _, event in found if event is not None and kind == best[0]]
    limited = any(e.status == 429 or e.type == "rate_limit_error" for e in events)
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
    if not _PREFILTER.search(message):
        return None
    return next((kind for kind, pattern in _PHRASES if pattern.search(message)), None)


def _phrases_in(text: str) -> list[tuple[RefusalKind, str]]:
    if not _PREFILTER.search(text):
        return []
    found: list[tuple[RefusalKind, str]] = []
    for kind, pattern in _PHRASES:
        match = pattern.search(text)
        if match:
            end = text.find("\n", match.end())
            stop = min(match.end() + 90, end if end >= 0 else len(text))
            found.append((kind, text[match.start() : stop]))
    return found
