"""The door of the usage room: a submission and its report in, what the account shows out."""

from __future__ import annotations

from datetime import datetime, timedelta

from agent.report.error_report import ErrorReport, Submission
from agent.usage.account import UsageAssessment, Verdict
from agent.usage.contradictions import DISAGREEMENTS, find_contradictions
from agent.usage.lanes import lane_of
from agent.usage.readings import read_account
from agent.usage.refusal import Refusal, refusal_of
from agent.usage.resets import aware

SESSION = timedelta(hours=5)


def assess(submission: Submission, report: ErrorReport, now: datetime) -> UsageAssessment:
    """What the account shows behind the report: readings, lane, contradictions, verdict. Never raises.

    `now` is used where the report does not say when it was written. Percentages are used, 0 to 100
    and above; money is in units. What cannot be read is left out and named in `notes`.
    """
    moment = aware(report.reported_at or now)
    figures = read_account(submission, report, moment)
    refusal = refusal_of(report, moment)
    usage = UsageAssessment(
        as_of=figures.as_of,
        buckets=figures.completed(),
        lane=lane_of(report, refusal, figures),
        plan=figures.plan,
        flags=figures.flags,
        notes=figures.notes,
    )
    contradictions = find_contradictions(report, usage, moment)
    disagree = any(found.rule in DISAGREEMENTS for found in contradictions)
    return usage.model_copy(
        update={"contradictions": contradictions, "verdict": _verdict(usage, refusal, disagree, moment)}
    )


def _verdict(usage: UsageAssessment, refusal: Refusal | None, disagree: bool, moment: datetime) -> Verdict:
    stale = _is_stale(usage, moment)
    if disagree and not stale:
        return "contradiction"
    if stale:
        return "stale"
    if refusal is None or not (usage.buckets or usage.flags):
        return "unknown"
    if _explains(usage):
        return "consistent"
    return "unknown"


def _is_stale(usage: UsageAssessment, moment: datetime) -> bool:
    """Whether the measured snapshot is older than the session window that it describes."""
    measured = [bucket for bucket in usage.buckets if bucket.basis == "measured"]
    if not measured:
        return False
    if usage.as_of is not None:
        return moment - aware(usage.as_of) > SESSION
    windows = [b for b in measured if b.name.startswith(("session", "weekly")) and b.resets_at is not None]
    return any(b.resets_at is not None and b.resets_at < moment for b in windows)


def _explains(usage: UsageAssessment) -> bool:
    """Whether something in the account is at its end, as a limit message says."""
    if usage.flags.get("plan_blocked"):
        return True
    for bucket in usage.buckets:
        if bucket.name in ("extra_usage_balance", "api_credits"):
            if bucket.remaining is not None and bucket.remaining <= 0:
                return True
        elif (bucket.used_percent is not None and bucket.used_percent >= 99.5) or bucket.remaining == 0:
            return True
    return False
