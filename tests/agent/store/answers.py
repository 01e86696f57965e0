"""Diagnoses for the tests of the store: small, whole, and with everything that a list filters by."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Answer, Diagnosis, ModelCost, Provenance, RunEvent
from agent.report.error_report import ErrorEvent, ErrorReport
from agent.usage.account import UsageAssessment

START = datetime(2026, 4, 8, 12, tzinfo=UTC)


def answer(number: int = 1, **facts: Any) -> Answer:
    """A finished diagnosis `dx_<number>`, `number` seconds after START unless `created_at` is given.

    `cause`, `action`, `signature`, `request_ids`, `client_id` and `text` may be given.
    """
    event = ErrorEvent(
        status=400,
        type="invalid_request_error",
        message="m",
        group=None,
        request_ids=facts.get("request_ids", [f"req_{number}"]),
        signature=facts.get("signature", "out-of-extra-usage"),
        retryable=False,
        provider="anthropic",
        spans=[(0, 1)],
    )
    cause = {"id": facts.get("cause", "service-overloaded"), "title": "T", "likelihood": 0.5}
    return Answer(
        id=f"dx_{number}",
        client_id=facts.get("client_id"),
        created_at=facts.get("created_at", START + timedelta(seconds=number)),
        mode="plain",
        report=ErrorReport(text=facts.get("text", "x"), errors=[event]),
        usage=UsageAssessment(),
        issues=[],
        causes=[WeighedCause(**cause, supports=["s"], against=[], unknown=[])],
        diagnosis=Diagnosis(
            action=facts.get("action", "answer"),
            confidence=0.5,
            summary="In short.",
            guidance=[],
            question=None,
            example=None,
            notes=[],
            recommendation="Wait.",
            fix_versions=[],
            evidence=[],
            handoff=None,
        ),
        provenance=Provenance(catalogue="c"),
        cost=ModelCost(),
        timings_ms={"read": 0.4, "assess": 1.0},
    )


def run_events(*names: str) -> list[RunEvent]:
    """Events 1, 2, 3, ... of a run."""
    return [RunEvent(seq=seq, name=name, data={name: seq}) for seq, name in enumerate(names, start=1)]
