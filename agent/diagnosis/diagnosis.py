"""The nouns of the diagnosis room: what goes out, and the whole answer round it."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from agent.causes.cause import Cost, FixVersion, Question, WeighedCause
from agent.issues.issue import RelatedIssue
from agent.report.error_report import ErrorReport, Noun
from agent.usage.account import UsageAssessment

Action = Literal["answer", "ask", "handoff", "abstain"]
EvidenceKind = Literal["error", "usage", "issue", "cause", "changelog", "environment"]


class Guidance(Noun):
    """One step as it is shown, with what it costs and the evidence it cites."""

    step: str
    why: str
    cost: Cost
    reversible: bool
    cites: list[str]


class Evidence(Noun):
    """One thing that the diagnosis relies on; `id` is E1, E2, ... in the order of the ledger."""

    id: str
    kind: EvidenceKind
    text: str
    url: str | None = None


class Handoff(Noun):
    """What a person needs to take over."""

    to: str
    request_ids: list[str]
    facts: list[str]
    missing: list[str]


class Diagnosis(Noun):
    """What goes out. `confidence` is the likelihood of the first cause."""

    action: Action
    confidence: float
    summary: str
    guidance: list[Guidance]
    question: Question | None
    example: str | None
    notes: list[str]
    recommendation: str
    fix_versions: list[FixVersion]
    evidence: list[Evidence]
    handoff: Handoff | None


class Finding(Noun):
    """One breach of a law in a diagnosis: which law, where, and what is wrong."""

    law: Literal["money-safe", "grounded", "honest", "lawful"]
    where: str
    what: str


class Provenance(Noun):
    """What the answer was made with."""

    catalogue: str
    prompt: str | None = None
    model: str | None = None
    recorded: bool = False
    issues_as_of: datetime | None = None


class ModelCost(Noun):
    """What the model calls of this diagnosis cost; all zero in mode plain."""

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0


class Answer(Noun):
    """The whole answer, as `diagnose --format json` and the API give it."""

    id: str
    client_id: str | None
    created_at: datetime
    mode: Literal["plain", "model"]
    report: ErrorReport
    usage: UsageAssessment
    issues: list[RelatedIssue]
    causes: list[WeighedCause]
    diagnosis: Diagnosis
    provenance: Provenance
    cost: ModelCost
    timings_ms: dict[str, float]
