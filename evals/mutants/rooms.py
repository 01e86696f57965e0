"""Operators on what the rooms before the diagnosis found: errors, account, issues, causes."""

from __future__ import annotations

from agent.causes.cause import WeighedCause
from agent.diagnosis.diagnosis import Answer
from agent.issues.issue import RelatedIssue, Relation
from agent.report.error_report import ErrorEvent
from agent.usage.account import Verdict
from evals.case import Case, ExpectedIssue
from evals.mutants.operator import Operator

OTHER: dict[Verdict, Verdict] = {"contradiction": "consistent"}


def _events(answer: Answer, events: list[ErrorEvent]) -> Answer:
    return answer.model_copy(update={"report": answer.report.model_copy(update={"errors": events})})


def _message(case: Case, answer: Answer) -> Answer | None:
    """Every error that the case states gets another message."""
    if not any(error.message for error in case.expected.errors or []):
        return None
    events = [e.model_copy(update={"message": f"{e.message} or not"}) for e in answer.report.errors]
    return _events(answer, events)


def _status(case: Case, answer: Answer) -> Answer | None:
    if not any(error.status for error in case.expected.errors or []):
        return None
    return _events(answer, [e.model_copy(update={"status": 418}) for e in answer.report.errors])


def _request_id(case: Case, answer: Answer) -> Answer | None:
    if not any(error.request_ids for error in case.expected.errors or []):
        return None
    return _events(
        answer,
        [
            e.model_copy(update={"request_ids": [f"{i}x" for i in e.request_ids]})
            for e in answer.report.errors
        ],
    )


def _lose_errors(case: Case, answer: Answer) -> Answer | None:
    return _events(answer, []) if case.expected.errors else None


def _see_error(case: Case, answer: Answer) -> Answer | None:
    if case.expected.errors != [] or answer.report.errors:
        return None
    event = ErrorEvent.model_validate(
        {
            "status": 529,
            "type": "overloaded_error",
            "message": "Overloaded",
            "group": None,
            "request_ids": [],
            "signature": None,
            "retryable": None,
            "provider": "anthropic",
            "spans": [],
        }
    )
    return _events(answer, [event])


def _twice(_case: Case, answer: Answer) -> Answer | None:
    known = [event for event in answer.report.errors if event.request_ids]
    return _events(answer, [*answer.report.errors, known[0]]) if known else None


def _verdict(case: Case, answer: Answer) -> Answer | None:
    if case.expected.verdict is None:
        return None
    now = answer.usage.verdict
    usage = answer.usage.model_copy(update={"verdict": OTHER.get(now, "contradiction")})
    return answer.model_copy(update={"usage": usage})


def _state_verdict(case: Case, answer: Answer) -> Case:
    expected = case.expected.model_copy(update={"verdict": answer.usage.verdict})
    return case.model_copy(update={"expected": expected})


def _silent(case: Case, answer: Answer) -> Answer | None:
    if not case.expected.contradictions:
        return None
    return answer.model_copy(update={"usage": answer.usage.model_copy(update={"contradictions": []})})


def _drop_issues(case: Case, answer: Answer) -> Answer | None:
    return answer.model_copy(update={"issues": []}) if case.expected.issues else None


def _state_issues(case: Case, answer: Answer) -> Case:
    """Those of the answer's first three, as what they are shown, with the end of what is said of each."""
    found = [
        ExpectedIssue(url=issue.url, relation=issue.relation, says=issue.why[-20:])
        for issue in answer.issues[:3]
    ]
    return case.model_copy(update={"expected": case.expected.model_copy(update={"issues": found})})


def _relate_otherwise(case: Case, answer: Answer) -> Answer | None:
    """Each expected issue is called something else."""
    if not case.expected.issues or not answer.issues:
        return None
    other: dict[Relation, Relation] = {"similar": "duplicate", "linked": "similar"}
    changed = [i.model_copy(update={"relation": other.get(i.relation, "similar")}) for i in answer.issues]
    return answer.model_copy(update={"issues": changed})


def _lose_way(case: Case, answer: Answer) -> Answer | None:
    """What is said of each issue loses its end, which tells where it leads."""
    if not case.expected.issues or not answer.issues:
        return None
    cut = [issue.model_copy(update={"why": issue.why[:-10] or "-"}) for issue in answer.issues]
    return answer.model_copy(update={"issues": cut})


def _state_none(case: Case, answer: Answer) -> Case:
    """That none may be shown, where none is."""
    if answer.issues:
        return case
    return case.model_copy(update={"expected": case.expected.model_copy(update={"issues": []})})


def _relate_stranger(case: Case, answer: Answer) -> Answer | None:
    """An issue is shown where none belongs to the report."""
    if case.expected.issues != []:
        return None
    stranger = RelatedIssue(
        repository="o/n", number=1, url="https://github.com/o/n/issues/1", title="t", state="open",
        relation="similar", score=0.3, why="similar words",
    )  # fmt: skip
    return answer.model_copy(update={"issues": [*answer.issues, stranger]})


def _turn_issues(case: Case, answer: Answer) -> Answer | None:
    """What is expected comes last: nothing is lost, but not among the first three."""
    if not case.expected.issues or len(answer.issues) < 4:
        return None
    return answer.model_copy(update={"issues": [*answer.issues[3:], *answer.issues[:3]]})


def _mute_issue(_case: Case, answer: Answer) -> Answer | None:
    if not answer.issues:
        return None
    mute = answer.issues[0].model_copy(update={"why": " "})
    return answer.model_copy(update={"issues": [mute, *answer.issues[1:]]})


def _own_thread(case: Case, answer: Answer) -> Answer | None:
    source = case.submission.source
    if not answer.issues or not source or not source.url:
        return None
    own = answer.issues[0].model_copy(update={"url": source.url.split("#")[0].split("?")[0].rstrip("/")})
    return answer.model_copy(update={"issues": [own, *answer.issues[1:]]})


def _order(answer: Answer, order: list[WeighedCause]) -> Answer:
    """The causes in another order, with the likelihoods left where they stand."""
    likelihoods = [cause.likelihood for cause in answer.causes]
    moved = [c.model_copy(update={"likelihood": p}) for c, p in zip(order, likelihoods, strict=True)]
    return answer.model_copy(update={"causes": moved})


def _swap(case: Case, answer: Answer) -> Answer | None:
    """A cause that is not right comes first."""
    wrong = [cause for cause in answer.causes if cause.id not in case.expected.right]
    if not case.expected.determined or not wrong:
        return None
    return _order(answer, [wrong[0], *(c for c in answer.causes if c.id != wrong[0].id)])


def _bury(case: Case, answer: Answer) -> Answer | None:
    """The true cause comes last, below the third place."""
    true = [cause for cause in answer.causes if cause.id == case.expected.cause]
    rest = [cause for cause in answer.causes if cause.id != case.expected.cause]
    return _order(answer, [*rest, *true]) if true and len(rest) >= 3 else None


def _raise_rival(case: Case, answer: Answer) -> Answer | None:
    rivals = [cause for cause in answer.causes if cause.id in case.expected.rivals]
    if not rivals:
        return None
    return _order(answer, [rivals[0], *(c for c in answer.causes if c.id != rivals[0].id)])


def _sure_of_wrong(case: Case, answer: Answer) -> Answer | None:
    """All likelihood goes to a cause that is not the true one."""
    wrong = [cause.id for cause in answer.causes if cause.id != case.expected.cause]
    if not case.expected.determined or not wrong:
        return None
    causes = [c.model_copy(update={"likelihood": float(c.id == wrong[0])}) for c in answer.causes]
    return answer.model_copy(update={"causes": causes})


OPERATORS = (
    Operator("change an error's message", "report.errors_exact", _message),
    Operator("change an error's status", "report.errors_exact", _status),
    Operator("change a request id that was read", "report.errors_exact", _request_id),
    Operator("lose every error", "report.errors_exact", _lose_errors),
    Operator("see an error where there is none", "report.errors_exact", _see_error),
    Operator("count one refusal twice", "report.one_event_per_request_id", _twice),
    Operator("change the verdict", "usage.verdict", _verdict, _state_verdict),
    Operator("miss a contradiction", "usage.rules_fired", _silent),
    Operator("drop the related issues", "issues.recall_at_10", _drop_issues, _state_issues),
    Operator("drop the related issues (shown)", "issues.expected_shown", _drop_issues, _state_issues),
    Operator("put the related issues last", "issues.precision_at_3", _turn_issues, _state_issues),
    Operator(
        "relate an issue as something else", "issues.related_as_expected", _relate_otherwise, _state_issues
    ),
    Operator("lose where an issue leads", "issues.related_as_expected", _lose_way, _state_issues),
    Operator("relate an issue where none belongs", "issues.none_related", _relate_stranger, _state_none),
    Operator("relate an issue without a reason", "issues.each_says_why", _mute_issue),
    Operator("relate the own thread", "issues.own_thread_absent", _own_thread),
    Operator("swap the first cause", "causes.acceptable", _swap),
    Operator("swap the first cause (top 1)", "causes.top1", _swap),
    Operator("bury the true cause", "causes.top3", _bury),
    Operator("raise a rival", "causes.rivals_below", _raise_rival),
    Operator("be sure of a wrong cause", "causes.brier", _sure_of_wrong),
)
