"""Checks of the contract on every answer, for schemathesis to run beside its own."""

from __future__ import annotations

from typing import Any

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.transport import Response
from schemathesis.generation.case import Case

PROBLEM = "urn:caseworker:problem:"
_MEMBERS = {"type", "title", "status", "detail", "request_id"}


@schemathesis.check
def refusals_keep_the_contract(_context: CheckContext, response: Response, case: Case[Any]) -> bool | None:
    """Raises `AssertionError` for an answer that is not as the contract has it.

    Every answer has a request id. Every error is a problem that repeats it. 422 is for a malformed body,
    of which each fault is named, and for an Idempotency-Key that came with another body before.
    """
    request_id = _header(response, "x-request-id")
    assert request_id, "no X-Request-Id"
    problem = _problem(response)
    if problem is None:
        return None
    assert problem.keys() >= _MEMBERS, f"a problem without {sorted(_MEMBERS - problem.keys())}"
    assert problem["status"] == response.status_code, "the problem names another status"
    assert problem["request_id"] == request_id, "the problem names another request"
    if response.status_code in (422, 409):
        _check_refused_body(problem, case)
    return None


def _problem(response: Response) -> dict[str, Any] | None:
    """The problem that an error is; None for what is no error, has no body, or says what is not ready."""
    if response.status_code < 400 or not response.content:
        return None
    if _header(response, "content-type") == "application/json" and response.status_code == 503:
        assert response.json().keys() == {"status", "checks"}, "neither a problem nor what is not ready"
        return None
    assert _header(response, "content-type") == "application/problem+json", "an error that is no problem"
    found: dict[str, Any] = response.json()
    return found


def _check_refused_body(problem: dict[str, Any], case: Case[Any]) -> None:
    kind = problem["type"].removeprefix(PROBLEM)
    if kind in ("idempotency-mismatch", "still-running"):
        assert "idempotency-key" in {name.lower() for name in case.headers}, f"{kind} without a key"
    elif problem["status"] == 422:
        assert kind == "malformed-body", f"422 for {kind}"
        assert all({"pointer", "detail"} <= fault.keys() for fault in problem["errors"]), "an unnamed fault"
        well_formed = case.meta is not None and case.meta.generation.mode.is_positive
        assert not well_formed, "422 for a body that the document allows"


def _header(response: Response, name: str) -> str:
    return str((response.headers.get(name) or [""])[0])
