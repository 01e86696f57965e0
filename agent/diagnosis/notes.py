"""The notes: what must not be done yet, what is uncertain, where the report disagrees with itself."""

from __future__ import annotations

from agent.causes.cause import Cause, Differential
from agent.diagnosis.action import stands_out
from agent.diagnosis.diagnosis import Action
from agent.diagnosis.laws.money import LOOK_ALIKE_FLOOR
from agent.diagnosis.summary import message_asks_to_pay, names_a_lane
from agent.diagnosis.wording import FIELD_NAMES, short
from agent.report.error_report import Conflict, ErrorReport
from agent.usage.account import UsageAssessment

NOT_BEFORE = "Do not buy or claim extra usage before the free checks."
NOT_ADVISED = "Paying is not advised before the free checks"
UNCONFIRMED = (
    "No official source confirms this cause. It is drawn from reports and tests, "
    "so it is called likely, not certain."
)
STALE = "The usage figures are older than the error. Read them again before relying on them."


def notes_for(
    action: Action,
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    leaders: list[Cause],
) -> list[str]:
    """Notes by weight: money, certainty, conflicts, unread or stale figures, the cause's own."""
    first = leaders[0] if leaders else None
    settled = action in ("answer", "handoff") and first is not None
    notes: list[str] = []
    reason = _why_no_payment(action, report, usage, differential, leaders)
    if names_a_lane(report, usage, first):
        notes.append(f"{NOT_BEFORE} The reason: {reason}.")
    elif reason:
        notes.append(f"{NOT_ADVISED}: {reason}.")
    if settled and first and not first.confirmed:
        notes.append(UNCONFIRMED)
    notes += [_conflict(c, report) for c in report.conflicts]
    if usage.verdict == "stale":
        notes.append(STALE)
    notes += usage.notes
    if settled and first:
        notes += first.notes
    return notes


def _why_no_payment(
    action: Action,
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    leaders: list[Cause],
) -> str:
    """Why no paid step is shown although one is at hand; empty where none is held back."""
    asked = message_asks_to_pay(report) or any(s.cost != "free" for c in leaders for s in c.steps)
    if not asked:
        return ""
    if usage.verdict == "contradiction":
        return "what the account shows does not fit what the error says"
    if leaders and leaders[0].misrouted:
        return "the request itself was likely put in the wrong lane"
    if action != "answer" or not stands_out(differential.ranked):
        return "the cause is not settled"
    rivals = {w.id for w in differential.ranked[1:] if w.likelihood >= LOOK_ALIKE_FLOOR}
    return "a cause that money would not cure is still possible" if rivals else ""


def _conflict(conflict: Conflict, report: ErrorReport) -> str:
    name = FIELD_NAMES.get(conflict.field, conflict.field)
    said = ", ".join(f"{short(r.value, 40)} ({r.source})" for r in conflict.readings)
    used = report.value(conflict.field)
    return f"The report gives more than one {name}: {said}." + (
        f" Here {short(used, 40)} is used." if used else ""
    )
