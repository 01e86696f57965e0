"""The check through which every diagnosis passes: find what breaks a law, and take it out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Diagnosis, Finding, Handoff
from agent.diagnosis.handoff import GENERIC_FACTS, GENERIC_TO
from agent.diagnosis.laws import grounded, honest, lawful, money
from agent.diagnosis.laws.case import Case
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment

if TYPE_CHECKING:
    from agent.causes.catalogue import Catalogue

LAWS = (money.findings, grounded.findings, honest.findings, lawful.findings)
PASSES = 4
SAFE_SUMMARY = "The report does not settle the cause; more than one reading is possible."
SAFE_RECOMMENDATION = "Do the free checks first, and send what is still missing."
HEDGE = "Likely, not certain: "
_SENTENCE_END = re.compile(r"(?<=[.;!?])\s+")
_INDEX = re.compile(r"\[(\d+)\]")


def check(
    diagnosis: Diagnosis,
    report: ErrorReport,
    usage: UsageAssessment,
    causes: list[WeighedCause],
    catalogue: Catalogue,
) -> list[Finding]:
    """Every breach of the four laws in `diagnosis`; empty where it may leave the room."""
    case = Case(diagnosis, report, usage, causes, catalogue)
    return [finding for law in LAWS for finding in law(case)]


def keep_lawful(
    diagnosis: Diagnosis,
    report: ErrorReport,
    usage: UsageAssessment,
    causes: list[WeighedCause],
    catalogue: Catalogue,
) -> Diagnosis:
    """`diagnosis` without what breaks a law; where that cannot be mended, one that concludes nothing."""
    for _ in range(PASSES):
        findings = check(diagnosis, report, usage, causes, catalogue)
        if not findings:
            return diagnosis
        if any(f.where in ("action", "evidence") or f.where.startswith("question") for f in findings):
            break
        diagnosis = _mended(Case(diagnosis, report, usage, causes, catalogue), findings)
    return bare(diagnosis, report)


def bare(diagnosis: Diagnosis, report: ErrorReport) -> Diagnosis:
    """A diagnosis that abstains with fixed words; it keeps the evidence and the request ids."""
    ids = list(dict.fromkeys(rid for event in report.errors for rid in event.request_ids))
    evidence = [e.model_copy(update={"id": f"E{i}"}) for i, e in enumerate(diagnosis.evidence, 1)]
    return diagnosis.model_copy(
        update={
            "action": "abstain",
            "summary": SAFE_SUMMARY,
            "guidance": [],
            "question": None,
            "example": None,
            "notes": [],
            "recommendation": SAFE_RECOMMENDATION,
            "fix_versions": [],
            "evidence": evidence,
            "handoff": Handoff(to=GENERIC_TO, request_ids=ids, facts=[], missing=GENERIC_FACTS),
        }
    )


def _mended(case: Case, findings: list[Finding]) -> Diagnosis:
    d = case.diagnosis
    wrong = {f.where for f in findings}
    guidance_out = _indices(wrong, "guidance")
    change: dict[str, object] = {
        "guidance": [s for i, s in enumerate(d.guidance) if i not in guidance_out],
        "notes": [n for i, n in enumerate(d.notes) if i not in _indices(wrong, "notes")],
        "fix_versions": [v for i, v in enumerate(d.fix_versions) if i not in _indices(wrong, "fix_versions")],
        "handoff": _mended_handoff(case, wrong),
    }
    if "example" in wrong:
        change["example"] = None
    for field, safe in (("summary", SAFE_SUMMARY), ("recommendation", SAFE_RECOMMENDATION)):
        if field in wrong:
            change[field] = _lawful_sentences(case, field) or safe
    return d.model_copy(update=change)


def _indices(wrong: set[str], place: str) -> set[int]:
    found = (_INDEX.search(where) for where in wrong if where.startswith(f"{place}["))
    return {int(match.group(1)) for match in found if match}


def _mended_handoff(case: Case, wrong: set[str]) -> Handoff | None:
    old = case.diagnosis.handoff
    if old is None:
        return None
    known = {rid for event in case.report.errors for rid in event.request_ids}
    return Handoff(
        to=GENERIC_TO if "handoff.to" in wrong else old.to,
        request_ids=[rid for rid in old.request_ids if rid in known],
        facts=[f for i, f in enumerate(old.facts) if i not in _indices(wrong, "handoff.facts")],
        missing=[f for i, f in enumerate(old.missing) if i not in _indices(wrong, "handoff.missing")],
    )


def _lawful_sentences(case: Case, field: str) -> str:
    """The sentences of a field that break no law on their own, hedged where the whole was not."""
    kept = []
    for sentence in _SENTENCE_END.split(getattr(case.diagnosis, field)):
        if not _breaches(case, field, f"{HEDGE}{sentence}" if field == "summary" else sentence):
            kept.append(sentence)
    text = " ".join(kept)
    if text and field == "summary" and _breaches(case, field, text):
        text = f"{HEDGE}{text}"
    return text


def _breaches(case: Case, field: str, text: str) -> bool:
    tried = Case(
        case.diagnosis.model_copy(update={field: text}), case.report, case.usage, case.causes, case.catalogue
    )
    return any(finding.where == field for law in LAWS for finding in law(tried))
