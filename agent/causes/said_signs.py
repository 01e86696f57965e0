"""Signs of what the reporter states, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from agent.causes.evidence import Evidence
from agent.causes.sign import Reading, SignSet

SIGNS = SignSet()


@SIGNS.sign("says", "something that the reporter states", "any")
def _says(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    said = evidence.statements
    if said.keys().isdisjoint(args["any"]):
        return None
    return any(said.get(wanted, False) for wanted in args["any"])


@SIGNS.sign("reported", "when the report was written", "", "since until")
def _reported(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.report.reported_at is None:
        return None
    day = evidence.report.reported_at.date()
    since, until = _day(args.get("since")), _day(args.get("until"))
    return (since is None or day >= since) and (until is None or day <= until)


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    return date.fromisoformat(str(value))


@SIGNS.sign("error.named", "an error of this kind is shown, or described in words", "is any")
def _named(evidence: Evidence, args: Mapping[str, Any]) -> Reading:
    if evidence.signatures & set(args["is"]) or _says(evidence, {"any": args["any"]}):
        return True
    return False if evidence.report.errors else None
