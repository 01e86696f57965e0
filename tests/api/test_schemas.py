"""What is sent: moments, votes, issues and reports; and that the document says what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from api.schemas import FieldFault, IssuesIn, Moment, ProblemOut, ReportIn, RunStatus, VoteIn

MOMENT: TypeAdapter[Any] = TypeAdapter(Moment)


def test_a_moment_is_text_with_a_time() -> None:
    assert MOMENT.validate_python("2026-04-08T12:00:00Z") == datetime(2026, 4, 8, 12, tzinfo=UTC)
    for unclear in (1_775_649_600, "1775649600", "2026-04-08", "noon", True):
        with pytest.raises(ValidationError):
            MOMENT.validate_python(unclear)
    with pytest.raises(ValidationError):
        ReportIn.model_validate({"text": "x", "source": {"reported_at": 1_775_649_600}})


@pytest.mark.parametrize(
    "given",
    [
        {"works": "yes"},
        {"works": 1},
        {"worked": True},
        {"comment": "x" * 5_001},
        {"comment": 7},
    ],
)
def test_a_vote_is_not_bent_into_shape(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        VoteIn.model_validate(given)
    assert VoteIn.model_validate({"works": None, "comment": "x" * 5_000}).works is None


@pytest.mark.parametrize(
    ("name", "good"),
    [("owner/name", True), ("a/.github", True), ("owner", False), ("a/b/c", False), ("../etc", False),
     ("-a/b", False), ("a/" + "b" * 101, False), ("a/b\n", False)],
)  # fmt: skip
def test_a_repository_is_owner_and_name(name: str, good: bool) -> None:
    try:
        IssuesIn.model_validate({"issues": [], "repository": name})
    except ValidationError:
        assert not good
    else:
        assert good


@pytest.mark.parametrize(
    ("given", "good"),
    [({"text": "x"}, True), ({"error": "x"}, True), ({"error": {"a": 1}}, True), ({"error": [1]}, True),
     ({"source": {"url": "https://example.org"}}, True), ({}, False), ({"text": "  "}, False),
     ({"error": {}}, False), ({"error": []}, False), ({"title": "x"}, False), ({"source": {}}, False)],
)  # fmt: skip
def test_the_document_and_the_model_agree_on_what_a_report_needs(given: dict[str, Any], good: bool) -> None:
    jsonschema = pytest.importorskip("jsonschema_rs")
    assert jsonschema.is_valid(ReportIn.model_json_schema(), given) is good
    try:
        ReportIn.model_validate(given)
    except ValidationError:
        assert not good
    else:
        assert good


def test_a_stored_problem_is_read_back() -> None:
    fault = {"parameter": "limit", "in": "query", "detail": "too small"}
    problem = {"type": "urn:x", "title": "Bad Request", "status": 400, "detail": "no", "request_id": "r",
               "errors": [fault]}  # fmt: skip
    status = RunStatus.model_validate(
        {"id": "dx_1", "state": "failed", "created_at": datetime.now(UTC), "problem": problem}
    )
    assert isinstance(status.problem, ProblemOut)
    assert status.problem.errors == [FieldFault.model_validate(fault)]
    with pytest.raises(ValidationError):
        RunStatus.model_validate({"id": "dx_1", "state": "done", "created_at": datetime.now(UTC)})
