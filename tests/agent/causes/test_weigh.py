"""Weighing: arithmetic, the explicit "none of these", and what is said for and against."""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import Any

import pytest

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Cause
from agent.causes.weigh import UNCONFIRMED_CEILING, weigh
from agent.report.error_report import Answered, ErrorReport, Statement
from agent.report.lexicon import Lexicon
from agent.usage.account import UsageAssessment

USE = {"sign": "says", "args": {"any": ["a"]}, "says": "a is so"}


def cause(name: str, **facts: Any) -> Cause:
    return Cause.model_validate(
        {
            "id": name,
            "title": name,
            "explanation": "",
            "summary": "",
            "recommendation": "",
            "confirmed": True,
            "prior": -3.0,
            "steps": [],
            "sources": [],
        }
        | facts
    )


def catalogue(*causes: Cause) -> Catalogue:
    lexicon = Lexicon(messages=[], statements=[], synonyms=[])
    return Catalogue(lexicon=lexicon, causes=list(causes), versions=[], digest="x")


def saying(**said: bool) -> ErrorReport:
    return ErrorReport(
        text="", statements=[Statement(id=k, affirmed=v, span=(0, 0)) for k, v in said.items()]
    )


def test_log_odds_become_likelihoods_beside_none() -> None:
    found = weigh(saying(a=True), UsageAssessment(), catalogue(cause("x", signs=[USE | {"present": 4.0}])))
    odds = math.exp(-3.0 + 4.0)
    assert found.ranked[0].likelihood == pytest.approx(odds / (1 + odds), abs=1e-3)
    assert found.none == pytest.approx(1 / (1 + odds), abs=1e-3)


def test_without_evidence_none_of_these_leads() -> None:
    found = weigh(saying(), UsageAssessment(), catalogue(*(cause(n) for n in ("x", "y", "z"))))
    assert found.none > max(c.likelihood for c in found.ranked)


def test_what_supports_speaks_against_and_is_unknown_is_said() -> None:
    signs = [
        USE | {"present": 1.0},
        {"sign": "says", "args": {"any": ["b"]}, "absent": 1.0, "says": "b is so"},
        {"sign": "says", "args": {"any": ["c"]}, "present": 1.0, "says": "c is so"},
        {"sign": "says", "args": {"any": ["d"]}, "present": -1.0, "says": "d is so"},
    ]
    found = weigh(saying(a=True, b=False, d=True), UsageAssessment(), catalogue(cause("x", signs=signs)))
    assert found.ranked[0].supports == ["a is so", "not so: b is so"]
    assert found.ranked[0].against == ["d is so"]
    assert found.ranked[0].unknown == ["c is so"]


def test_an_unconfirmed_cause_stays_below_the_ceiling() -> None:
    sure = cause("x", confirmed=False, signs=[USE | {"present": 20.0}])
    assert (
        weigh(saying(a=True), UsageAssessment(), catalogue(sure)).ranked[0].likelihood == UNCONFIRMED_CEILING
    )


def test_a_cause_out_of_season_loses_weight() -> None:
    late = ErrorReport(text="", reported_at=datetime(2026, 5, 1, tzinfo=UTC))
    dated = catalogue(cause("x", since=date(2026, 4, 1), until=date(2026, 4, 10)))
    timeless = catalogue(cause("x"))
    usage = UsageAssessment()
    assert weigh(late, usage, dated).ranked[0].likelihood < weigh(late, usage, timeless).ranked[0].likelihood
    assert "2026-05-01" in weigh(late, usage, dated).ranked[0].against[0]


def test_ranked_is_sorted_three_to_ten_and_sums_to_at_most_one() -> None:
    many = catalogue(*(cause(f"c{n}", prior=-float(n) / 4) for n in range(20)))
    found = weigh(saying(), UsageAssessment(), many)
    likelihoods = [c.likelihood for c in found.ranked]
    assert 3 <= len(likelihoods) <= 10
    assert likelihoods == sorted(likelihoods, reverse=True)
    assert sum(likelihoods) + found.none == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("present", [True, False])
def test_an_answer_counts_as_its_sign_unless_the_report_says_otherwise(present: bool) -> None:
    one = catalogue(cause("x", signs=[USE | {"present": 4.0, "absent": -1.0}]))
    answered = Answered(question="?", sign="says", args={"any": ["a"]}, present=present)
    by_answer = weigh(saying(), UsageAssessment(), one, [answered])
    by_report = weigh(saying(a=present), UsageAssessment(), one)
    assert by_answer.ranked == by_report.ranked
    contrary = weigh(saying(a=not present), UsageAssessment(), one, [answered])
    assert contrary.ranked == weigh(saying(a=not present), UsageAssessment(), one).ranked
