"""The question is the askable unknown sign that is expected to tell most."""

from __future__ import annotations

from typing import Any

from agent.causes.evidence import Evidence
from agent.causes.question import best_question
from agent.causes.weigh import weigh
from agent.report.error_report import Answered, ErrorReport, Statement
from agent.usage.account import UsageAssessment
from tests.agent.causes.test_weigh import catalogue, cause


def sign(name: str, present: float, absent: float) -> dict[str, Any]:
    return {"sign": "says", "args": {"any": [name]}, "present": present, "absent": absent, "says": name}


def asks(name: str) -> dict[str, Any]:
    return {"text": f"Is {name} so?", "how": f"look at {name}", "sign": "says", "args": {"any": [name]}}


SHARP = cause("sharp", prior=1.0, signs=[sign("s", 3.0, -3.0)], questions=[asks("s")])
BLUNT = cause("blunt", prior=1.0, signs=[sign("b", 0.2, -0.1)], questions=[asks("b")])


def test_the_sign_that_tells_most_is_asked() -> None:
    found = weigh(ErrorReport(text=""), UsageAssessment(), catalogue(SHARP, BLUNT))
    assert found.question is not None
    assert found.question.text == "Is s so?"
    assert found.question.how == "look at s"
    assert set(found.question.splits) == {"sharp", "blunt"}


def test_a_known_sign_is_not_asked_again() -> None:
    told = ErrorReport(text="", statements=[Statement(id="s", affirmed=False, span=(0, 0))])
    found = best_question(
        Evidence(told, UsageAssessment()), catalogue(SHARP, BLUNT), {"sharp": 0.5, "blunt": 0.4}
    )
    assert found is None or found[0].text == "Is b so?"


def test_nothing_is_asked_where_no_answer_would_tell() -> None:
    silent = cause("x", prior=1.0, questions=[asks("unused")])
    assert weigh(ErrorReport(text=""), UsageAssessment(), catalogue(silent)).question is None


def test_what_was_asked_is_not_asked_again_whatever_the_answer() -> None:
    for present in (True, False, None):
        answered = Answered(question="Is s so?", sign="says", args={"any": ["s"]}, present=present)
        found = weigh(ErrorReport(text=""), UsageAssessment(), catalogue(SHARP, BLUNT), [answered])
        assert found.question is None or found.question.text == "Is b so?"


def test_a_fact_that_nobody_knows_is_not_asked_for_with_another_bound() -> None:
    bounds = [
        {"text": f"Older than {v}?", "how": "look", "sign": "client.version", "args": {"below": v}}
        for v in ("2.1.36", "2.1.91")
    ]
    uses = [
        {"sign": "client.version", "args": b["args"], "present": 3.0, "absent": -3.0, "says": "old"}
        for b in bounds
    ]
    both = catalogue(cause("old", prior=1.0, signs=uses, questions=bounds))
    unknown = Answered(question="Older than 2.1.36?", sign="client.version", args={"below": "2.1.36"})
    asked = weigh(ErrorReport(text=""), UsageAssessment(), both).question
    assert asked is not None
    assert weigh(ErrorReport(text=""), UsageAssessment(), both, [unknown]).question is None
    known = unknown.model_copy(update={"present": False})
    other = weigh(ErrorReport(text=""), UsageAssessment(), both, [known]).question
    assert other is not None
    assert other.text == "Older than 2.1.91?"
