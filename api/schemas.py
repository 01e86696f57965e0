"""What a client sends and gets over HTTP, where it is more or less than a noun of the house."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.config import JsonDict

from agent.diagnosis.diagnosis import Answer, Decision, DiagnosisSummary, Vote
from agent.issues.wave import Wave
from agent.report.error_report import ErrorReport, Source, Submission
from agent.usage.account import UsageAssessment


def _moment(value: Any) -> Any:
    """A moment is text: a number could be seconds or milliseconds."""
    if value is None or isinstance(value, datetime):
        return value
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError("must be a date and time such as 2026-04-08T12:00:00Z")
    return value


Moment = Annotated[datetime, BeforeValidator(_moment)]


class SourceIn(Source):
    """Where a report came from, and when it was written."""

    reported_at: Moment | None = Field(None, examples=["2026-04-08T12:00:00Z"])


_NONBLANK: JsonDict = {"type": "string", "pattern": r"\S"}
_SOMETHING: JsonDict = {
    "anyOf": [
        {"required": ["text"], "properties": {"text": _NONBLANK}},
        {
            "required": ["error"],
            "properties": {
                "error": {
                    "anyOf": [
                        _NONBLANK,
                        {"type": "object", "minProperties": 1},
                        {"type": "array", "minItems": 1, "items": {}},
                    ]
                }
            },
        },
        {
            "required": ["source"],
            "properties": {
                "source": {
                    "type": "object",
                    "required": ["url"],
                    "properties": {"url": {"type": "string", "minLength": 1}},
                }
            },
        },
    ]
}


class ReportIn(Submission):
    """A report: at least one of `text`, `error` and `source.url` must be there and not blank."""

    # In allOf, so that generators of clients make one class of it and not one for each branch.
    model_config = ConfigDict(json_schema_extra={"allOf": [_SOMETHING]})

    source: SourceIn | None = None


class Strict(BaseModel):
    """Base of what is sent: values are not bent into another type, and no field is unknown."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class DecisionIn(Strict):
    """What a support engineer decides about a diagnosis; `cause` is the true one where they name it."""

    verdict: Literal["approve", "edit", "reject"]
    text: str | None = Field(None, max_length=50_000)
    cause: str | None = Field(None, max_length=100)


class VoteIn(Strict):
    """One reader's vote; what is left out or null is not answered."""

    works: bool | None = None
    easy_fix: bool | None = None
    time_saver: bool | None = None
    blocking: bool | None = None
    common_issue: bool | None = None
    reproducible: bool | None = None
    comment: str | None = Field(None, max_length=5_000)


class IssuesIn(Strict):
    """Issues to add, as GitHub's API or `gh issue list --json` writes them; `repository` is for rows
    that name none."""

    issues: list[dict[str, Any]] = Field(max_length=5_000)
    repository: str | None = Field(None, pattern=r"^[A-Za-z0-9][\w.-]{0,99}/[A-Za-z0-9_.][\w.-]{0,99}$")


class RejectedRow(BaseModel):
    """A row that was not imported; `row` counts from 0."""

    row: int
    reason: str


class Imported(BaseModel):
    """How many issues were written, and the rows that were not."""

    imported: int
    rejected: list[RejectedRow]


class StoredAnswer(Answer):
    """A finished diagnosis with what people said about it since."""

    state: Literal["done"] = "done"
    decision: Decision | None = None
    votes: list[Vote] = []


class RunStatus(BaseModel):
    """A diagnosis that is being made, or that came to nothing: then `problem` says why."""

    id: str
    state: Literal["running", "failed"]
    created_at: datetime
    problem: ProblemOut | None = None


class DiagnosisList(BaseModel):
    """Some diagnoses, the newest first; `next` is the cursor of the page after it, null at the end."""

    diagnoses: list[DiagnosisSummary]
    next: str | None


class Parsed(BaseModel):
    """What the first two rooms read in a report."""

    report: ErrorReport
    usage: UsageAssessment


class CauseSummary(BaseModel):
    """One line of the catalogue."""

    id: str
    title: str
    summary: str
    confirmed: bool


class CauseList(BaseModel):
    """The catalogue; `digest` names exactly this knowledge."""

    digest: str
    causes: list[CauseSummary]


class FoundIssue(BaseModel):
    """One stored issue that a search found; `score` is 0 to 1."""

    repository: str
    number: int
    url: str
    title: str
    state: str
    score: float
    why: str


class FoundIssues(BaseModel):
    """What a search found, the best first."""

    issues: list[FoundIssue]


class WaveList(BaseModel):
    """Bursts of one error, the newest first; `as_of` is when they were looked for."""

    as_of: datetime
    waves: list[Wave]


class Check(BaseModel):
    """One thing that must be in place, and whether it is."""

    name: str
    ok: bool
    detail: str


class Readiness(BaseModel):
    """Whether requests can be answered now."""

    status: Literal["ready", "not ready"]
    checks: list[Check]


class Health(BaseModel):
    """The process lives."""

    status: Literal["ok"] = "ok"


class FieldFault(BaseModel):
    """What is wrong with one field (`pointer`, a JSON pointer into the body) or one `parameter`."""

    detail: str
    pointer: str | None = None
    parameter: str | None = None
    in_: Literal["path", "query", "header"] | None = Field(None, alias="in")


class ProblemOut(BaseModel):
    """An error, as RFC 9457 has it. `errors` names single fields or parameters."""

    type: str
    title: str
    status: int
    detail: str
    request_id: str
    retry_after: int | None = None
    errors: list[FieldFault] | None = None


RunStatus.model_rebuild()
