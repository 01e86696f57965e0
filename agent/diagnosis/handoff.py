"""What a person needs to take over: who, which request ids, what is known, what is missing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from agent.causes.cause import Cause, Differential
from agent.diagnosis.action import leading
from agent.diagnosis.diagnosis import Action, Handoff
from agent.diagnosis.ledger import plan_figures
from agent.diagnosis.wording import FIELD_NAMES, error_title, short, utc
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

GENERIC_TO = "The vendor's support, or the administrator of the account or gateway"
GENERIC_FACTS = [
    "the full error text with its request id",
    "the client and its version",
    "the plan and the kind of credential",
    "what the usage page shows",
    "the time of a failing request",
]
MOST_REQUEST_IDS = 20
_VALUE = re.compile(r"[\w .:/()+@\[\]-]{1,60}\Z")
_HELD = (
    (re.compile(r"\brequest[ _-]?ids?\b", re.I), "ids"),
    (re.compile(r"\bafter\b|\bresult of\b|\bscreenshots?\b", re.I), "later"),
    (re.compile(r"\bversion\b", re.I), "client_version"),
    (re.compile(r"\borgani[sz]ation\b|\be-?mail\b|\baccount id\b", re.I), "later"),
    (re.compile(r"\busage\b|\bwindow percentages\b", re.I), "usage"),
    (re.compile(r"\bplan\b", re.I), "plan"),
    (re.compile(r"\boperating system\b|\bplatform\b|\bOS\b"), "platform"),
    (re.compile(r"\btime\b|\bdate\b|\bwhen\b", re.I), "time"),
    (re.compile(r"\bmodel\b", re.I), "model"),
    (re.compile(r"\bbase url\b|ANTHROPIC_BASE_URL", re.I), "base_url"),
    (re.compile(r"\b(?:exact |full )?error (?:text|message)\b", re.I), "message"),
)


def handoff(
    action: Action,
    report: ErrorReport,
    usage: UsageAssessment,
    differential: Differential,
    catalogue: Catalogue,
) -> Handoff | None:
    """The handoff, wherever a person may be needed, whatever the action is; else None."""
    leaders = [catalogue.by_id[w.id] for w in leading(differential.ranked) if w.id in catalogue.by_id]
    cause = next((c for c in leaders if c.handoff), leaders[0] if leaders else None)
    if action == "answer" and leaders:
        cause = leaders[0]
    if not _person_may_be_needed(action, cause, usage):
        return None
    plan = cause.handoff if cause else None
    known = held(report, usage)
    wanted = plan.facts if plan else GENERIC_FACTS
    return Handoff(
        to=plan.to if plan else GENERIC_TO,
        request_ids=_request_ids(report)[:MOST_REQUEST_IDS],
        facts=_facts(report, usage),
        missing=[fact for fact in wanted if not _is_held(fact, known)],
    )


def _person_may_be_needed(action: Action, cause: Cause | None, usage: UsageAssessment) -> bool:
    if action in ("handoff", "abstain"):
        return True
    if cause is None:
        return False
    if cause.needs_person:
        return True
    matters = cause.misrouted or usage.verdict == "contradiction" or "incident" in cause.id
    return cause.handoff is not None and (matters or usage.lane in ("extra_usage", "api_credits"))


def held(report: ErrorReport, usage: UsageAssessment) -> set[str]:
    """Which kinds of facts the report holds already."""
    known = set(report.environment)
    if _request_ids(report):
        known.add("ids")
    if report.reported_at:
        known.add("time")
    if any(b.basis == "measured" for b in usage.buckets):
        known.add("usage")
    if usage.plan:
        known.add("plan")
    if any(event.message for event in report.errors):
        known.add("message")
    return known


def _is_held(fact: str, known: set[str]) -> bool:
    kind = next((kind for pattern, kind in _HELD if pattern.search(fact)), None)
    return kind in known


def _request_ids(report: ErrorReport) -> list[str]:
    return list(dict.fromkeys(rid for event in report.errors for rid in event.request_ids))


def _facts(report: ErrorReport, usage: UsageAssessment) -> list[str]:
    seen = Counter[str]()
    for event in report.errors:
        seen[error_title(event)] += event.count
    facts = [f"error: {name}" + (f", {n} times" if n > 1 else "") for name, n in seen.most_common(3)]
    for field in ("client", "client_version", "platform", "plan", "auth", "model", "base_url"):
        value = report.value(field)
        # A reading is the sender's text: only what looks like a plain value is passed on.
        if value and _VALUE.match(value):
            facts.append(f"{FIELD_NAMES[field]}: {value}")
    facts += plan_figures(usage)[:3]
    if report.reported_at:
        facts.append(f"reported: {utc(report.reported_at)}")
    if report.source_url:
        facts.append(f"thread: {short(report.source_url, 200)}")
    return facts
