"""Evidence made by hand, and the check that a sign reads it three ways."""

from __future__ import annotations

from typing import Any

from agent.causes.evidence import Evidence
from agent.causes.signs import read_sign
from agent.report.error_report import ErrorEvent, ErrorReport, Reading, Statement
from agent.usage.account import Bucket, Contradiction, UsageAssessment

Row = tuple[str, dict[str, Any], Evidence, Evidence | None]
"""Sign, arguments, evidence where it is present, evidence where it is absent (None: it never is)."""


def event(**changes: Any) -> ErrorEvent:
    facts: dict[str, Any] = {
        "status": 400,
        "type": "invalid_request_error",
        "message": "You're out of extra usage.",
        "group": "usage-limits",
        "request_ids": ["req_011CZqwT95fczsmYtLxPyNk9"],
        "signature": "out-of-extra-usage",
        "retryable": False,
        "provider": "anthropic",
        "spans": [],
    }
    return ErrorEvent.model_validate(facts | changes)


def report(**facts: Any) -> Evidence:
    environment = {k: Reading(value=v, source="field") for k, v in facts.pop("environment", {}).items()}
    said = [Statement(id=k, affirmed=v, span=(0, 0)) for k, v in facts.pop("says", {}).items()]
    return Evidence(
        ErrorReport(text="", environment=environment, statements=said, **facts), UsageAssessment()
    )


def account(**facts: Any) -> Evidence:
    return Evidence(ErrorReport(text=""), UsageAssessment(**facts))


def window(name: str, used: float | None, **more: Any) -> Bucket:
    return Bucket.model_validate({"name": name, "used_percent": used, "basis": "measured", **more})


NOTHING = report()
SEED = report(errors=[event()])
RULE = Contradiction(rule="r", error_says="", account_shows="", means="")


def check(sign: str, args: dict[str, Any], present: Evidence, absent: Evidence | None) -> None:
    assert read_sign(sign, args, present) is True
    if absent is not None:
        assert read_sign(sign, args, absent) is False
    assert read_sign(sign, args, NOTHING) is None
