"""The contract's own checks: what they let pass, and what they find."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest
from requests import Request
from schemathesis.core.transport import Response

from evals.bench.contract_checks import refusals_keep_the_contract

PROBLEM = "application/problem+json"
FAULT = {"pointer": "/text", "detail": "must be text"}


def answer(code: int, kind: str = "", media: str = PROBLEM, **members: Any) -> Response:
    """An answer; with `kind` a problem of that kind, with `members` put in or, where None, left out."""
    problem = {"type": f"urn:caseworker:problem:{kind}", "title": "T", "status": code, "detail": "D",
               "request_id": "r-1", **members}  # fmt: skip
    shown = {key: value for key, value in problem.items() if value is not None} if kind else members
    headers = {"content-type": [media], "x-request-id": ["r-1"]}
    asked = Request("GET", "http://localhost/").prepare()
    return Response(code, headers, json.dumps(shown).encode(), asked, 0.0, True)


def check(response: Response, *, positive: bool = False, key: bool = False) -> None:
    meta = SimpleNamespace(generation=SimpleNamespace(mode=SimpleNamespace(is_positive=positive)))
    case: Any = SimpleNamespace(headers={"Idempotency-Key": "k"} if key else {}, meta=meta)
    context: Any = None
    refusals_keep_the_contract(context, response, case)


def test_what_the_contract_says_passes() -> None:
    check(answer(200, media="application/json", status="ok"))
    check(answer(404, "not-found"), positive=True)
    check(answer(503, media="application/json", status="not ready", checks=[]))
    check(answer(422, "malformed-body", errors=[FAULT]))
    check(answer(422, "idempotency-mismatch"), positive=True, key=True)
    check(answer(409, "still-running"), positive=True, key=True)


@pytest.mark.parametrize(
    ("response", "given", "says"),
    [
        (answer(422, "malformed-body", errors=[FAULT]), {"positive": True}, "the document allows"),
        (answer(422, "malformed-body", errors=[{"detail": "x"}]), {}, "unnamed fault"),
        (answer(422, "unknown-cause", errors=[FAULT]), {}, "422 for unknown-cause"),
        (answer(422, "idempotency-mismatch"), {"positive": True}, "without a key"),
        (answer(409, "still-running"), {}, "without a key"),
        (answer(404, "not-found", request_id="r-2"), {}, "another request"),
        (answer(404, "not-found", status=400), {}, "another status"),
        (answer(404, "not-found", detail=None), {}, "without .'detail'"),
        (answer(500, media="text/plain"), {}, "no problem"),
        (answer(503, media="application/json", status="no"), {}, "not ready"),
    ],
)
def test_what_breaks_it_is_found(response: Response, given: dict[str, bool], says: str) -> None:
    with pytest.raises(AssertionError, match=says):
        check(response, **given)


def test_an_answer_without_a_request_id_is_found() -> None:
    bare = answer(200, media="application/json")
    bare.headers.pop("x-request-id")
    with pytest.raises(AssertionError, match="X-Request-Id"):
        check(bare)
