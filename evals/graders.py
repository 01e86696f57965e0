"""Five graders, one per room. A result's type is its meaning, and each has a reason in words.

A `bool` must hold, a number scores, a `str` labels. Numbers run from 0 to 1; a higher one is
better, but for `brier`, where 0 is best.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from agent.causes.catalogue import Catalogue
from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Answer, Diagnosis
from agent.diagnosis.ground import check
from agent.report.error_report import ErrorEvent
from evals.case import Case, ExpectedError
from evals.phrases import holds, tells
from evals.related import as_expected

Room = Literal["report", "usage", "issues", "causes", "diagnosis"]
ROOMS: tuple[Room, ...] = ("report", "usage", "issues", "causes", "diagnosis")
LAWS = ("money-safe", "grounded", "honest", "lawful")
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NOT_LISTED = "not at all"


class Result(BaseModel):
    """One finding of a grader: `value` is a bool that must hold, a number or a label."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    value: bool | float | str
    reason: str


def grade_report(case: Case, answer: Answer) -> list[Result]:
    """Whether each error that the case states was found exactly, and none twice."""
    found = answer.report.errors
    ids = [request_id for event in found for request_id in event.request_ids]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    results = [
        Result(
            name="one_event_per_request_id",
            value=not twice,
            reason=f"in two events: {', '.join(twice)}" if twice else "no request id stands in two events",
        )
    ]
    wanted = case.expected.errors
    if wanted is None:
        return results
    missing = [error for error in wanted if not any(_is(error, event) for event in found)]
    results.append(
        Result(
            name="errors_exact",
            value=not missing and (bool(wanted) or not found),
            reason=_errors_reason(wanted, missing, found),
        )
    )
    return results


def _is(wanted: ExpectedError, event: ErrorEvent) -> bool:
    """Whether the event has every field that the case states; white space in messages is one space."""
    stated = wanted.model_fields_set
    message = " ".join((event.message or "").split())
    return (
        ("status" not in stated or event.status == wanted.status)
        and ("type" not in stated or event.type == wanted.type)
        and ("message" not in stated or message == " ".join((wanted.message or "").split()))
        and ("request_ids" not in stated or sorted(event.request_ids) == sorted(wanted.request_ids))
    )


def _errors_reason(wanted: list[ExpectedError], missing: list[ExpectedError], found: list[ErrorEvent]) -> str:
    seen = "; ".join(f"{e.status} {e.type} {e.message!r} {e.request_ids}" for e in found) or "nothing"
    if missing:
        lacking = "; ".join(str(error.model_dump(exclude_unset=True)) for error in missing)
        return f"not found: {lacking}; found: {seen}"
    if not wanted:
        return f"no error stands in the text; found: {seen}"
    return f"all {len(wanted)} found exactly"


def grade_usage(case: Case, answer: Answer) -> list[Result]:
    """The verdict and the contradiction rules; the billing lane as a label."""
    usage, expected = answer.usage, case.expected
    fired = [contradiction.rule for contradiction in usage.contradictions]
    results = [Result(name="lane", value=usage.lane, reason=f"the lane was read as {usage.lane}")]
    if expected.verdict is not None:
        results.append(
            Result(
                name="verdict",
                value=usage.verdict == expected.verdict,
                reason=f"verdict {usage.verdict}, expected {expected.verdict}",
            )
        )
    if expected.contradictions:
        silent = [rule for rule in expected.contradictions if rule not in fired]
        reason = f"did not fire: {', '.join(silent)}; " if silent else ""
        results.append(
            Result(
                name="rules_fired",
                value=not silent,
                reason=f"{reason}fired: {', '.join(fired) or 'none'}",
            )
        )
    return results


def grade_issues(case: Case, answer: Answer) -> list[Result]:
    """The expected issues, at their places and as what they belong; each says why; never the own thread."""
    urls = [issue.url for issue in answer.issues]
    source = case.submission.source
    own = re.split(r"[?#]", source.url)[0].rstrip("/") if source and source.url else None
    mute = [issue.url for issue in answer.issues if not issue.why.strip()]
    results = [
        Result(
            name="own_thread_absent",
            value=own is None or own not in urls,
            reason=f"{own} is the report's own thread" if own in urls else "the own thread is not related",
        ),
        Result(
            name="each_says_why",
            value=not mute,
            reason=f"no reason given for {', '.join(mute)}" if mute else f"{len(urls)} shown, each with why",
        ),
    ]
    if case.expected.issues is not None:
        found = as_expected(case.expected.issues, answer.issues)
        results += [Result(name=name, value=value, reason=reason) for name, value, reason in found]
    return results


def place(ranked: list[WeighedCause], cause: str) -> int | None:
    """The place of a cause in the differential, from 1, or None where it is not listed."""
    return next((n for n, weighed in enumerate(ranked, 1) if weighed.id == cause), None)


def place_word(at: int | None) -> str:
    """The place in words, as a regression names it: "third", "12th" or "not at all"."""
    if at is None:
        return NOT_LISTED
    return PLACES[at - 1] if at <= len(PLACES) else f"{at}th"


def brier(ranked: list[WeighedCause], cause: str) -> float:
    """Half the squared error over all likelihoods, "none of these" among them: 0 is best, 1 worst."""
    likelihood = {weighed.id: weighed.likelihood for weighed in ranked}
    none = max(0.0, 1.0 - sum(likelihood.values()))
    wrong = sum(value**2 for key, value in likelihood.items() if key != cause)
    return ((1 - likelihood.get(cause, 0.0)) ** 2 + wrong + none**2) / 2


def grade_causes(case: Case, answer: Answer) -> list[Result]:
    """Where the true cause ranks, whether the first is acceptable, and the rivals below; Brier.

    An undetermined case has no true cause: it only labels what came first.
    """
    ranked, expected = answer.causes, case.expected
    top = ranked[0] if ranked else None
    said = f"{top.id} at {top.likelihood:.2f}" if top else "no cause"
    results = [Result(name="first", value=top.id if top else "none", reason=f"first is {said}")]
    if not expected.determined:
        return results
    at = place(ranked, expected.cause)
    word = place_word(at)
    mine = at or len(ranked) + 1
    above = [r for r in expected.rivals if (place(ranked, r) or len(ranked) + 1) <= mine]
    above = [r for r in above if place(ranked, r) is not None]
    says = f"ranks the true cause {word}; first is {said}"
    score = brier(ranked, expected.cause)
    return [
        *results,
        Result(name="rank", value=word, reason=says),
        Result(name="top1", value=float(at == 1), reason=says),
        Result(name="top3", value=at is not None and at <= 3, reason=says),
        Result(
            name="acceptable",
            value=top is not None and top.id in expected.right,
            reason=f"first is {said}; right would be {' or '.join(sorted(expected.right))}",
        ),
        Result(
            name="rivals_below",
            value=not above,
            reason=f"ranks above the true cause: {', '.join(above)}" if above else "every rival ranks below",
        ),
        Result(name="brier", value=round(score, 6), reason=f"{score:.3f} over all likelihoods, 0 is best"),
    ]


def grade_diagnosis(case: Case, answer: Answer, catalogue: Catalogue) -> list[Result]:
    """The four laws, the action both ways, and the must and must-not points."""
    return [*_laws(answer, catalogue), *_action(case, answer.diagnosis), *_points(case, answer.diagnosis)]


def _laws(answer: Answer, catalogue: Catalogue) -> list[Result]:
    findings = check(answer.diagnosis, answer.report, answer.usage, answer.causes, catalogue)
    results = []
    for law in LAWS:
        broken = [f"{finding.where}: {finding.what}" for finding in findings if finding.law == law]
        results.append(Result(name=law, value=not broken, reason="; ".join(broken) or "kept"))
    return results


def _action(case: Case, diagnosis: Diagnosis) -> list[Result]:
    allowed = " or ".join(case.expected.action)
    asks = diagnosis.question is not None
    return [
        Result(name="chosen", value=diagnosis.action, reason=f"the action is {diagnosis.action}"),
        Result(
            name="action",
            value=diagnosis.action in case.expected.action,
            reason=f"action {diagnosis.action}, allowed is {allowed}",
        ),
        Result(
            name="ask_has_question",
            value=asks or diagnosis.action != "ask",
            reason="an ask needs its question" if not asks else "there is a question",
        ),
    ]


def _points(case: Case, diagnosis: Diagnosis) -> list[Result]:
    expected = case.expected
    results = []
    if expected.must:
        places = [*(step.step for step in diagnosis.guidance), diagnosis.recommendation]
        missing = [p for p in expected.must if not any(holds(text, p) for text in places)]
        reason = f"said nowhere: {'; '.join(missing)}" if missing else "every point is made"
        results.append(Result(name="must", value=not missing, reason=reason))
    if expected.must_not:
        places = [*(s.step for s in diagnosis.guidance), *(s.why for s in diagnosis.guidance)]
        places += [diagnosis.recommendation, diagnosis.summary]
        told = [f"{p} ({t})" for p in expected.must_not for t in places if tells(t, p)]
        reason = f"tells the user to {'; '.join(told)}" if told else "nothing forbidden is told"
        results.append(Result(name="must_not", value=not told, reason=reason))
    return results


def grade(case: Case, answer: Answer, catalogue: Catalogue) -> dict[Room, list[Result]]:
    """All five graders over one answer."""
    graders: dict[Room, Callable[[Case, Answer], list[Result]]] = {
        "report": grade_report,
        "usage": grade_usage,
        "issues": grade_issues,
        "causes": grade_causes,
        "diagnosis": lambda c, a: grade_diagnosis(c, a, catalogue),
    }
    return {room: graders[room](case, answer) for room in ROOMS}


def failed(case: Case, why: str) -> dict[Room, list[Result]]:
    """The results of a run that gave no answer: broken in every room, with the worst of each score.

    A failed row stays in every denominator that the case counts in.
    """
    results = {room: [Result(name="answered", value=False, reason=why)] for room in ROOMS}
    if case.expected.determined:
        results["causes"] += [
            Result(name="rank", value=NOT_LISTED, reason=why),
            Result(name="top1", value=0.0, reason=why),
            Result(name="brier", value=1.0, reason=why),
        ]
        results["causes"] += [Result(name=n, value=False, reason=why) for n in ("top3", "acceptable")]
    if case.expected.issues:
        names = ("precision_at_3", "recall_at_10")
        results["issues"] += [Result(name=name, value=0.0, reason=why) for name in names]
    return results
