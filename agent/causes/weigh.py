"""The door of the causes room: evidence in, the differential out.

Every cause starts from its prior log-odds against "none of these" and gains or loses the weight of
each sign that is present or absent. Likelihoods are the softmax over all causes and "none of these"
(log-odds 0), so that abstaining falls out of the arithmetic: where no sign speaks, "none" is large.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Cause, Differential, WeighedCause
from agent.causes.changelog import Changelog
from agent.causes.evidence import Evidence
from agent.causes.fixes import fix_versions
from agent.causes.question import best_question
from agent.causes.sign import Reading
from agent.report.error_report import Answered, ErrorReport
from agent.usage.account import UsageAssessment

UNCONFIRMED_CEILING = 0.90
"""No cause without a confirming source is called more likely than this (contract, section 3)."""
SHOWN_AT_LEAST, SHOWN_AT_MOST = 3, 10
SHOWN_FROM = 0.01
FIXED_FROM = 0.10
"""Below this likelihood of the first cause no version is named: it would be a guess about a guess."""


def weigh(
    report: ErrorReport,
    usage: UsageAssessment,
    catalogue: Catalogue,
    answers: Sequence[Answered] = (),
    changelog: Changelog | None = None,
) -> Differential:
    """Weigh every cause of the catalogue; 3 to 10 of them are shown, the rest counts as "none".

    `answers` are those to the questions that a conversation has asked: they count as signs, and none
    of these questions is asked again. `changelog` is the stored one of the report's product.
    """
    evidence = Evidence(report, usage, tuple(answers))
    readings = _readings(catalogue, evidence)
    scores = {cause.id: _score(cause, catalogue, evidence, readings) for cause in catalogue.causes}
    likelihoods = _softmax(scores)
    for cause in catalogue.causes:
        if not cause.confirmed:
            likelihoods[cause.id] = min(likelihoods[cause.id], UNCONFIRMED_CEILING)
    ranked = sorted(catalogue.causes, key=lambda cause: (-likelihoods[cause.id], cause.id))
    shown = [
        WeighedCause(
            id=cause.id,
            title=cause.title,
            likelihood=round(likelihoods[cause.id], 4),
            **_said(cause, catalogue.sign_keys[cause.id], evidence, readings),
        )
        for rank, cause in enumerate(ranked[:SHOWN_AT_MOST])
        if rank < SHOWN_AT_LEAST or likelihoods[cause.id] >= SHOWN_FROM
    ]
    first = catalogue.by_id[shown[0].id] if shown and shown[0].likelihood >= FIXED_FROM else None
    asked = best_question(evidence, catalogue, likelihoods)
    return Differential(
        ranked=shown,
        none=round(max(0.0, 1.0 - sum(c.likelihood for c in shown)), 4),
        question=asked[0] if asked else None,
        turns=round(asked[1], 4) if asked else 0.0,
        fix_versions=fix_versions(first.id, report, catalogue, changelog) if first else [],
    )


def _readings(catalogue: Catalogue, evidence: Evidence) -> dict[str, Reading]:
    """What each sign says, by its key, read as `signs.read_sign` does; many causes look at the same one."""
    readings = {key: predicate(evidence, args) for key, predicate, args in catalogue.predicates}
    for key, answered in evidence.settled.items():
        if readings.get(key, False) is None:
            readings[key] = answered
    return readings


def _score(cause: Cause, catalogue: Catalogue, evidence: Evidence, readings: Mapping[str, Reading]) -> float:
    """The log-odds of one cause."""
    score = cause.prior
    for key, present, absent in catalogue.weights[cause.id]:
        reading = readings[key]
        if reading is not None:
            score += present if reading else absent
    return score - OUT_OF_SEASON if _out_of_season(cause, evidence) else score


def _said(
    cause: Cause, keys: list[str], evidence: Evidence, readings: Mapping[str, Reading]
) -> dict[str, list[str]]:
    """What supports one cause, speaks against it and is unknown."""
    said: dict[str, list[str]] = {"supports": [], "against": [], "unknown": []}
    for use, key in zip(cause.signs, keys, strict=True):
        reading = readings[key]
        if reading is None:
            said["unknown"].append(use.says)
            continue
        weight = use.present if reading else use.absent
        if weight:
            says = use.says if reading else f"not so: {use.says}"
            said["supports" if weight > 0 else "against"].append(says)
    if day := _out_of_season(cause, evidence):
        said["against"].append(f"reported outside the time in which this is known ({day.isoformat()})")
    return said


def _out_of_season(cause: Cause, evidence: Evidence) -> date | None:
    """The day of the report, where the cause was not known then."""
    if evidence.report.reported_at is None:
        return None
    day = evidence.report.reported_at.date()
    early, late = cause.since and day < cause.since, cause.until and day > cause.until
    return day if early or late else None


OUT_OF_SEASON = 2.0
"""Log-odds taken from a cause whose `since` or `until` the report's date does not fit."""


def _softmax(scores: dict[str, float]) -> dict[str, float]:
    """Likelihoods of the causes beside "none of these", whose log-odds are 0."""
    top = max([0.0, *scores.values()])
    weights = {cause_id: math.exp(score - top) for cause_id, score in scores.items()}
    total = math.exp(-top) + sum(weights.values())
    return {cause_id: weight / total for cause_id, weight in weights.items()}
