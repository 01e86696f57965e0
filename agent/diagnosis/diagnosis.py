"""The nouns of the diagnosis room: what goes out, and the whole answer round it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

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


Law = Literal["money-safe", "grounded", "honest", "lawful"]
DraftRule = Literal["shape", "language", "obeyed", "complete", "weighed"]


class Finding(Noun):
    """One breach of a law in a diagnosis, or of a rule in a draft: which, where, and what is wrong.

    Rules of drafts: shape (not the object asked for), language (not the reader's), obeyed (follows or
    repeats untrusted text, or shows a prompt), complete (leaves out what was given), weighed (a cause
    that was not weighed, or moved without a reason).
    """

    law: Law | DraftRule
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
    """What the model calls of this diagnosis cost; all zero where no model was asked.

    `input_tokens` counts all that was sent; `cache_read_tokens` of them the provider's cache held, and
    `cache_write_tokens` were put there.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    usd: float = 0.0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0


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


class DiagnosisFilter(Noun):
    """What a list of diagnoses is narrowed to; a field that is None narrows nothing.

    `cause` is the id of the first cause, `since` a moment with its zone (inclusive).
    """

    cause: str | None = None
    action: Action | None = None
    signature: str | None = None
    request_id: str | None = None
    client_id: str | None = None
    since: datetime | None = None
    owner: str | None = None


class Decision(Noun):
    """What a support engineer decided about a diagnosis; `cause` is the true one where they name it."""

    verdict: Literal["approve", "edit", "reject"]
    text: str | None = None
    cause: str | None = None
    by: str
    at: datetime


class Vote(Noun):
    """One reader's vote on a diagnosis; a field that is None was not answered."""

    reader: str
    works: bool | None = None
    easy_fix: bool | None = None
    time_saver: bool | None = None
    blocking: bool | None = None
    common_issue: bool | None = None
    reproducible: bool | None = None
    comment: str | None = None
    at: datetime


class RunEvent(Noun):
    """One event of a diagnosis's run; `seq` is 1, 2, 3, ... within that diagnosis."""

    seq: int
    name: str
    data: dict[str, Any]


RunState = Literal["running", "done", "failed"]


class NewDiagnosis(Noun):
    """A finished diagnosis that is to be kept: whose it is, and what was sent."""

    answer: Answer
    owner: str | None
    submission: dict[str, Any]


class StoredDiagnosis(Noun):
    """One diagnosis as it is kept: `answer` when it is done, `problem` when it failed.

    `submission` is what was sent, with secrets replaced. `decision` is the latest one.
    """

    id: str
    owner: str | None
    state: RunState
    created_at: datetime
    submission: dict[str, Any]
    answer: Answer | None = None
    problem: dict[str, Any] | None = None
    decision: Decision | None = None
    votes: list[Vote] = []


class DiagnosisSummary(Noun):
    """One line of a list of diagnoses. While it runs, or where it failed, what an answer says is None."""

    id: str
    client_id: str | None
    owner: str | None
    state: RunState
    created_at: datetime
    action: Action | None = None
    cause: str | None = None
    confidence: float | None = None
    summary: str | None = None
    title: str | None = None


class Page(Noun):
    """Some diagnoses, the newest first, and the cursor of the page after it; None at the end."""

    items: list[DiagnosisSummary]
    next: str | None = None


class Claim(Noun):
    """What became of a claim on an idempotency key.

    new: this caller makes the diagnosis. running: another one is at it. done: `diagnosis_id` is its
    result. mismatch: the key was used with another body.
    """

    state: Literal["new", "running", "done", "mismatch"]
    diagnosis_id: str | None = None


class Turn(Noun):
    """One thing said in a thread. `reply`, `diagnosis_id` and `changed` belong to what Caseworker said."""

    turn: int
    role: Literal["user", "caseworker"]
    content: str
    reply: dict[str, Any] | None = None
    diagnosis_id: str | None = None
    changed: list[str] = []
    at: datetime


class Thread(Noun):
    """A conversation about one case; `submission` is the case so far, with secrets replaced."""

    id: str
    owner: str | None
    turns: list[Turn] = []
    submission: dict[str, Any] = {}
    created_at: datetime


Role = Literal["reader", "agent", "admin"]


class ApiKey(Noun):
    """A key of the API without its secret; `prefix` is the part that is shown and looked up."""

    id: str
    prefix: str
    name: str
    role: Role
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
