"""Rules about the lane: extra usage, its two gates, and refusals that the plan should have answered."""

from __future__ import annotations

import re
from datetime import datetime

from agent.report.error_report import ErrorReport
from agent.usage.account import Bucket, Contradiction, UsageAssessment
from agent.usage.refusal import Refusal, refusal_of
from agent.usage.wording import error_words, money, percents, sentence

LOW = 95.0  # below it a window still serves requests, whatever the display rounds to
SHORT_PROMPT = 150_000  # tokens; long-context billing begins above 200,000
_TOKENS = re.compile(r"\b(\d{1,3}(?:,\d{3})+|\d{1,7})(k)?[- ]?(?:input )?tokens?\b", re.I)
_SHORT = re.compile(
    r"\b(?:short|tiny|trivial|fresh|new|empty) (?:prompt|message|session|conversation|chat)\b", re.I
)


def open_windows(usage: UsageAssessment) -> list[Bucket]:
    """The plan windows, when every one of them is below its end; else nothing."""
    windows = usage.plan_windows
    return windows if windows and all((b.used_percent or 0) < LOW for b in windows) else []


def leaves_a_window_open(refusal: Refusal, usage: UsageAssessment) -> bool:
    """Whether an unseen weekly window may be what is spent.

    One spent window blocks, even with the session at 0 % (claude-code issue 22603). A 429 or a reset
    time speaks of a window, so the session alone proves nothing against it; a 400 without one does not.
    """
    if not refusal.rate_limited and refusal.reset is None:
        return False
    windows = usage.plan_windows
    return bool(windows) and all(bucket.name == "session_5h" for bucket in windows)


def plan_words(usage: UsageAssessment) -> str | None:
    """Why the plan seems unspent, in words: figures, or the reporter's statement; None where it does not."""
    windows = open_windows(usage)
    if windows:
        return percents(windows)
    if not usage.plan_windows and usage.flags.get("limits_not_reached"):
        return "the reporter states that the plan's limits are not reached (claimed)"
    return None


def _extra_refusal(report: ErrorReport, now: datetime) -> Refusal | None:
    refusal = refusal_of(report, now)
    return refusal if refusal and refusal.kind == "extra_usage" else None


def extra_usage_refusal_while_plan_low(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """An extra-usage refusal although every known window of the plan has room."""
    refusal, shown = _extra_refusal(report, now), plan_words(usage)
    if not refusal or not shown or leaves_a_window_open(refusal, usage):
        return None
    return Contradiction(
        rule="extra-usage-refusal-while-plan-low",
        error_says=f"{error_words(refusal)}. It says that extra usage had to pay for the request.",
        account_shows=sentence(shown),
        means="A request that the plan covers never looks at extra usage. This one was put in the "
        "extra-usage lane.",
    )


def lane_400_without_reset(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A 400 with extra-usage wording and no reset time, where a spent plan gives a 429 with one."""
    refusal = _extra_refusal(report, now)
    if not refusal or refusal.status != 400 or refusal.reset is not None:
        return None
    known = percents(usage.plan_windows)
    return Contradiction(
        rule="lane-400-without-reset",
        error_says=f"{error_words(refusal)}. It carries no reset time.",
        account_shows=sentence(known) if known else "No window of the plan is shown to be spent.",
        means="A spent plan is refused with 429 and a time when it resets. A 400 without one is "
        "about the lane.",
    )


def _cap_and_balance(usage: UsageAssessment) -> tuple[Bucket | None, Bucket | None]:
    return usage.bucket("extra_usage_cap"), usage.bucket("extra_usage_balance")


def balance_left_but_cap_reached(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """Money is left, but the monthly cap is reached: the cap stops the request."""
    refusal = refusal_of(report, now)
    cap, balance = _cap_and_balance(usage)
    if (
        not refusal
        or not cap
        or not balance
        or (cap.used_percent or 0) < 100
        or (balance.remaining or 0) <= 0
    ):
        return None
    return Contradiction(
        rule="balance-left-but-cap-reached",
        error_says=error_words(refusal) + ".",
        account_shows=f"{money(balance.remaining or 0, balance.currency)} of balance is left, "
        f"but {percents([cap])}.",
        means="Balance and monthly cap are two separate gates. The cap is the one that stops the request.",
    )


def cap_left_but_balance_empty(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """The monthly cap has room, but the prepaid balance is empty: the balance stops the request."""
    refusal = refusal_of(report, now)
    cap, balance = _cap_and_balance(usage)
    if not refusal or not cap or not balance or cap.used_percent is None or balance.remaining is None:
        return None
    if cap.used_percent >= 100 or balance.remaining > 0:
        return None
    reload = " Auto-reload is off." if usage.flags.get("auto_reload") is False else ""
    return Contradiction(
        rule="cap-left-but-balance-empty",
        error_says=error_words(refusal) + ".",
        account_shows=f"The balance is {money(balance.remaining, balance.currency)} while "
        f"{percents([cap])}.{reload}",
        means="Balance and monthly cap are two separate gates. Room under the cap does not help an "
        "empty balance.",
    )


def long_context_refusal_on_short_prompt(
    report: ErrorReport, _usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A long-context refusal although the prompt is stated to be short."""
    refusal = refusal_of(report, now)
    if not refusal or "long_context" not in refusal.kinds:
        return None
    sizes = [_tokens(found) for found in list(_TOKENS.finditer(report.text[:65_536]))[:20]]
    small = [size for size in sizes if 0 < size < SHORT_PROMPT]
    short = _SHORT.search(report.text[:65_536])
    if (not small and not short) or any(size > 200_000 for size in sizes if size != 1_000_000):
        return None
    what = (
        f"about {max(small):,} tokens"
        if small
        else f"the reporter speaks of a {short.group(0).lower()}"
        if short
        else ""
    )
    return Contradiction(
        rule="long-context-refusal-on-short-prompt",
        error_says=error_words(refusal) + ".",
        account_shows=f"The request is far below 200,000 tokens: {what} (claimed).",
        means="The refusal follows the chosen 1M-context model or beta, not the length of this prompt.",
    )


def _tokens(found: re.Match[str]) -> int:
    return int(found.group(1).replace(",", "")) * (1000 if found.group(2) else 1)


def overage_header_while_plan_allowed(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """Headers: the plan allows the request and only overage is refused."""
    refusal = refusal_of(report, now)
    if not refusal or usage.flags.get("plan_blocked") is not False or not usage.flags.get("overage_rejected"):
        return None
    return Contradiction(
        rule="overage-header-while-plan-allowed",
        error_says=error_words(refusal) + ".",
        account_shows="The response headers say that the plan's status is allowed and that only overage is "
        "rejected.",
        means="The plan serves requests. Rejected overage matters only once a window of the plan is spent.",
    )
