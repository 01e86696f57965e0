"""The evidence ledger: everything a diagnosis relies on, numbered E1, E2, ... in one order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

from agent.causes.cause import Cause, Differential
from agent.diagnosis.action import leading
from agent.diagnosis.diagnosis import Evidence, EvidenceKind
from agent.diagnosis.laws.grounded import named, stands_in
from agent.diagnosis.wave_words import MOST_WAVES, wave_evidence
from agent.diagnosis.wording import BUCKET_NAMES, FIELD_NAMES, LANE_NAMES, bucket_text, error_title, short
from agent.issues.issue import RelatedIssue
from agent.issues.wave import Wave
from agent.report.error_report import ErrorEvent, ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

MOST_ERRORS = 8
MOST_ISSUES = 5
MESSAGE_LENGTH = 600
MOST_CITES = 4

Entry = tuple[EvidenceKind, str, str | None]


def build(
    report: ErrorReport,
    usage: UsageAssessment,
    issues: list[RelatedIssue],
    differential: Differential,
    catalogue: Catalogue,
    waves: tuple[Wave, ...] = (),
) -> list[Evidence]:
    """The ledger: errors, usage, environment, sources of the leading causes, changelog, issues, waves."""
    entries = [
        *_errors(report),
        *_usage(usage),
        *_environment(report),
        *_causes(differential, catalogue),
        *_changelog(differential),
        *_issues(issues),
        *_waves(waves),
    ]
    return [Evidence(id=f"E{i}", kind=k, text=t, url=u) for i, (k, t, u) in enumerate(entries, 1)]


def error_text(event: ErrorEvent) -> str:
    """An error event in one line: status, type, message, request ids, how often."""
    parts = [error_title(event)]
    if event.message:
        parts.append(short(event.message, MESSAGE_LENGTH))
    tail = []
    if event.request_ids:
        tail.append(f"request ids {', '.join(event.request_ids)}")
    if event.count > 1:
        tail.append(f"seen {event.count} times")
    if event.provider not in ("anthropic", "unknown"):
        tail.append(f"answered by {event.provider}")
    return ": ".join(parts) + (f" ({'; '.join(tail)})" if tail else "")


def _errors(report: ErrorReport) -> Iterator[Entry]:
    for event in report.errors[:MOST_ERRORS]:
        yield "error", error_text(event), None
    if len(report.errors) > MOST_ERRORS:
        yield "error", f"{len(report.errors) - MOST_ERRORS} more error events in the report", None


def _usage(usage: UsageAssessment) -> Iterator[Entry]:
    for bucket in usage.buckets:
        yield "usage", f"{bucket_text(bucket)}", None
    if usage.plan:
        yield "usage", f"plan of the account: {usage.plan}", None
    if usage.lane != "unknown":
        yield "usage", f"billing lane that the error names: {LANE_NAMES[usage.lane]}", None
    for c in usage.contradictions:
        yield "usage", f"contradiction {c.rule}: {c.error_says} / {c.account_shows} / {c.means}", None


def _environment(report: ErrorReport) -> Iterator[Entry]:
    for field, reading in report.environment.items():
        name = FIELD_NAMES.get(field, field)
        yield "environment", f"{name}: {short(reading.value, 120)} (from: {reading.source})", None
    for conflict in report.conflicts:
        said = "; ".join(f"{short(r.value, 80)} ({r.source})" for r in conflict.readings)
        yield (
            "environment",
            f"readings of {FIELD_NAMES.get(conflict.field, conflict.field)} disagree: {said}",
            None,
        )


def _causes(differential: Differential, catalogue: Catalogue) -> Iterator[Entry]:
    for weighed in leading(differential.ranked):
        cause = catalogue.by_id.get(weighed.id)
        for source in cause.sources if cause else []:
            yield "cause", f"{weighed.id}: {source.says} (grade {source.grade})", source.url


def _changelog(differential: Differential) -> Iterator[Entry]:
    for fix in differential.fix_versions:
        url = fix.source if fix.source.startswith(("https://", "http://")) else None
        yield "changelog", f"{fix.version} {fix.relation.replace('_', ' ')}: {fix.line}", url


def _issues(issues: list[RelatedIssue]) -> Iterator[Entry]:
    for issue in issues[:MOST_ISSUES]:
        yield (
            "issue",
            f"{issue.repository}#{issue.number} ({issue.state}): {issue.title}. {issue.why}",
            issue.url,
        )


def _waves(waves: tuple[Wave, ...]) -> Iterator[Entry]:
    for wave in waves[:MOST_WAVES]:
        yield "issue", wave_evidence(wave), wave.canonical.url if wave.canonical else None


def cites_for(text: str, cause: Cause, ledger: list[Evidence], contradiction: bool) -> list[str]:
    """What a step of `cause` leans on: the error, the contradiction, what it names, its sources."""
    found = [e.id for e in ledger if e.kind == "error"][:1]
    if contradiction:
        found += [e.id for e in ledger if e.kind == "usage" and e.text.startswith("contradiction")][:1]
    things = named(text)
    entries = [(e.id, f"{e.text} {e.url or ''}") for e in ledger] if things else []
    for kind, thing in things:
        stands = (name for name, said in entries if stands_in(kind, thing, said))
        found += islice(stands, 1)
    found += [e.id for e in ledger if e.kind == "cause" and e.text.startswith(f"{cause.id}: ")][:2]
    return list(dict.fromkeys(found))[:MOST_CITES]


def plan_figures(usage: UsageAssessment) -> list[str]:
    """The windows of the plan with their figures, each in a few words."""
    return [
        f"{BUCKET_NAMES[b.name]} at {b.used_percent:g} % ({b.basis})"
        for b in usage.plan_windows
        if b.used_percent is not None
    ]
