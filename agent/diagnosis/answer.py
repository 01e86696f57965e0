"""The whole answer of a run, put together from what the rooms left."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from agent.causes.cause import Differential
from agent.diagnosis.diagnosis import Answer, Diagnosis, ModelCost, Provenance
from agent.diagnosis.drafting import Drafting
from agent.issues.issue import RelatedIssue
from agent.report.error_report import ErrorReport, Submission
from agent.usage.account import UsageAssessment

RELATED = TypeAdapter(list[RelatedIssue])


def answer_of(
    submission: Submission,
    rooms: Mapping[str, Any],
    diagnosis_id: str,
    created_at: datetime,
    made_with: Provenance,
    timings_ms: dict[str, float],
) -> Answer:
    """The answer from the values of the rooms by their keys, as JSON; `draft` only where a model was asked.

    `made_with` names catalogue, prompts and issues; what the model adds to it is filled in here.
    """
    drafting = Drafting.model_validate(rooms["draft"]) if "draft" in rooms else None
    asked = {"model": drafting.model, "recorded": drafting.recorded} if drafting else {"prompt": None}
    return Answer(
        id=diagnosis_id,
        client_id=submission.id,
        created_at=created_at,
        mode="model" if drafting and drafting.stood else "plain",
        report=ErrorReport.model_validate(rooms["report"]),
        usage=UsageAssessment.model_validate(rooms["usage"]),
        issues=RELATED.validate_python(rooms["issues"]),
        causes=Differential.model_validate(rooms["causes"]).ranked,
        diagnosis=Diagnosis.model_validate(rooms["diagnosis"]),
        provenance=made_with.model_copy(update=asked),
        cost=drafting.cost if drafting else ModelCost(),
        timings_ms=timings_ms,
    )
