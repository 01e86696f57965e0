"""Rules about windows and their reset times."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from agent.report.error_report import ErrorReport
from agent.usage.account import Contradiction, UsageAssessment
from agent.usage.lane_rules import leaves_a_window_open, open_windows
from agent.usage.refusal import refusal_of
from agent.usage.wording import WINDOW_WORDS, error_words, percents, sentence

SPENT = 99.5
SESSION = timedelta(hours=5)
LIMIT_KINDS = frozenset({"extra_usage", "plan_limit", "rate_limit", "spend_limit", "org_limit"})
_ZERO_KINDS = LIMIT_KINDS | {"long_context"}
_PAST_SAID = re.compile(
    r"\breset(?:s|ting)?(?: time)?\b[^.;\n]{0,40}\b(?:already |has |have |had )?(?:passed|past"
    r"|in the past|elapsed|long gone)\b"
    r"|\b(?:after|past|hours? after|minutes? after) (?:the "
    r"|my )?(?:stated )?reset(?: time)?\b[^.;\n]{0,40}\bstill\b",
    re.I,
)
_CLOCK_NOW = re.compile(
    r"\b(?:it'?s|it is|now|currently)(?: already| now| only)? (\d{1,2})[:.]?(\d{2})? ?([ap]m)\b", re.I
)
_CLOCK_RESET = re.compile(r"\bresets?(?: at)? (\d{1,2})(?::(\d{2}))? ?([ap]m)\b", re.I)


def limit_message_on_claimed_zero(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A limit message although the usage stated or shown is (next to) nothing in every window."""
    refusal = refusal_of(report, now)
    windows = usage.plan_windows
    if not refusal or refusal.kind not in _ZERO_KINDS or not windows:
        return None
    if any((b.used_percent or 0) > 0.5 for b in windows) or leaves_a_window_open(refusal, usage):
        return None
    return Contradiction(
        rule="limit-message-on-claimed-zero",
        error_says=error_words(refusal) + ".",
        account_shows=sentence(percents(windows)),
        means="At 0 % no window of the plan can be the reason. The message is about something else "
        "than the plan's quota.",
    )


def limit_message_while_windows_open(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """A message that a window is spent, although every window that could be meant has room."""
    refusal = refusal_of(report, now)
    if not refusal or refusal.kind != "plan_limit":
        return None
    windows = open_windows(usage)
    if refusal.named:
        windows = [b for b in windows if b.name == refusal.named]
    elif not any(b.name in ("weekly_all", "plan_overall") for b in windows):
        return None  # the session alone says nothing about the week
    if not windows:
        return None
    return Contradiction(
        rule="limit-message-while-windows-open",
        error_says=error_words(refusal) + ".",
        account_shows=f"No limit is at its end: {percents(windows)}.",
        means="The account has room. The message comes from an old state, another account, or the "
        "wrong limit.",
    )


def exhausted_window_not_the_one_named(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """The message names one window, and the one at its end is another."""
    refusal = refusal_of(report, now)
    if not refusal or refusal.kind not in LIMIT_KINDS:
        return None
    named = refusal.named or {"spend_limit": "extra_usage_cap", "org_limit": "extra_usage_cap"}.get(
        refusal.kind
    )
    spent = [b for b in usage.plan_windows if (b.used_percent or 0) >= SPENT and b.name != "plan_overall"]
    if not named or not spent or any(b.name == named for b in spent):
        return None
    mine = usage.bucket(named)  # type: ignore[arg-type]  # the values of the table are bucket names
    if refusal.named and mine is None:
        return None  # what the named window stands at is not known
    if mine is not None and (mine.used_percent or 0) >= SPENT:
        return None
    return Contradiction(
        rule="exhausted-window-not-the-one-named",
        error_says=f"{error_words(refusal)}. It names {WINDOW_WORDS[named]}.",
        account_shows=f"What is spent is another limit: {percents(spent)}"
        + (f", while {percents([mine])}." if mine is not None and mine.used_percent is not None else "."),
        means="The limit is real, but the message names the wrong one; its reset time is the other window's.",
    )


def reset_time_already_past(
    report: ErrorReport, _usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """The reset time that the message gives has passed, and the refusal stays."""
    refusal = refusal_of(report, now)
    if not refusal or refusal.kind not in LIMIT_KINDS:
        return None
    reset = refusal.reset
    text = f"{report.title or ''}\n{report.text[:65_536]}"
    shown: str | None = None
    if (
        reset is not None
        and reset.dated
        and now - reset.at > timedelta(hours=1)
        and now - reset.at < timedelta(days=60)
    ):
        # A date alone stands for its whole day in the reader's eyes.
        if (
            ":" in reset.words
            or re.search(r"\d ?[ap]m", reset.words, re.I)
            or now - reset.at > timedelta(days=1)
        ):
            shown = f"The reset time {reset.words} lies before the report, written {now:%Y-%m-%d %H:%M} UTC."
    elif said := _PAST_SAID.search(text):
        shown = f"The reporter writes: {said.group(0).strip()} (claimed)."
    elif clocks := _clock_past(text):
        shown = (
            f"The reporter's clock says {clocks[1]}, later than the stated reset at {clocks[0]} (claimed)."
        )
    if shown is None:
        return None
    return Contradiction(
        rule="reset-time-already-past",
        error_says=error_words(refusal) + ".",
        account_shows=shown,
        means="After its reset the window is free again. The client is showing, or the service "
        "keeping, an old state.",
    )


def _clock_past(text: str) -> tuple[str, str] | None:
    reset, present = _CLOCK_RESET.search(text), _CLOCK_NOW.search(text)
    if not reset or not present:
        return None
    late = _minutes(present) - _minutes(reset)
    return (reset.group(0).split(maxsplit=1)[1], present.group(0)) if 5 <= late <= 12 * 60 else None


def _minutes(found: re.Match[str]) -> int:
    return (int(found.group(1)) % 12 + (12 if found.group(3).lower() == "pm" else 0)) * 60 + int(
        found.group(2) or 0
    )


def reset_further_than_session(
    report: ErrorReport, usage: UsageAssessment, now: datetime
) -> Contradiction | None:
    """The reset is more than five hours ahead while the session is named or low: a weekly window is meant."""
    refusal = refusal_of(report, now)
    if not refusal or refusal.kind not in LIMIT_KINDS or not refusal.reset or not refusal.reset.dated:
        return None
    session = usage.bucket("session_5h")
    low = session is not None and session.used_percent is not None and session.used_percent < SPENT
    ahead = refusal.reset.at - now
    if ahead <= SESSION or ahead > timedelta(days=40) or not (low or refusal.named == "session_5h"):
        return None
    return Contradiction(
        rule="reset-further-than-session",
        error_says=f"{error_words(refusal)}. The reset is {ahead.total_seconds() / 3600:.0f} hours ahead.",
        account_shows=f"A session window lasts five hours; {percents([session])}."
        if session is not None and low
        else "A session window lasts five hours.",
        means="A reset that far ahead belongs to a weekly or monthly limit, not to the session.",
    )
