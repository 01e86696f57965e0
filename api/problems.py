"""Every error as a problem of RFC 9457: one shape, one media type, a request id on each."""

from __future__ import annotations

import http
import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.routing import Match
from structlog.contextvars import get_contextvars

from agent.errors import AgentError, BadInput, StoreUnavailable, TooLarge

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:caseworker:problem:"
_STORE_BACK_IN = 5
"""Seconds after which a request that met a failing database may be tried again."""


class Problem(Exception):
    """An answer that is an error. `slug` names its kind, `errors` the faults of single fields."""

    def __init__(
        self,
        status: int,
        slug: str,
        detail: str,
        *,
        retry_after: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.slug, self.detail = status, slug, detail
        self.retry_after, self.errors, self.headers = retry_after, list(errors), dict(headers or {})

    def body(self) -> dict[str, Any]:
        """The problem's members, with the id of the request that is being answered."""
        body: dict[str, Any] = {
            "type": _TYPE + self.slug,
            "title": http.HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "request_id": get_contextvars().get("request_id", ""),
        }
        if self.retry_after is not None:
            body["retry_after"] = self.retry_after
        if self.errors:
            body["errors"] = self.errors
        return body

    def response(self) -> Response:
        """The problem as an answer."""
        headers = dict(self.headers)
        if self.retry_after is not None:
            headers["retry-after"] = str(self.retry_after)
        return problem_response(self.body(), headers)


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """A response from the members of a problem."""
    text = json.dumps(body, ensure_ascii=False)
    return Response(text.encode(), int(body["status"]), dict(headers or {}), media_type=MEDIA_TYPE)


def unknown_id(what: str) -> Problem:
    """404 for an id that does not exist, is another tenant's, or is another reader's: one answer for all."""
    return Problem(404, "not-found", f"There is no {what} with this id.")


def internal() -> Problem:
    """500 without a word about what went wrong inside; the log has it under the request id."""
    return Problem(500, "internal", "Something went wrong here. The request id finds it in the log.")


def from_error(error: AgentError) -> Problem:
    """What an error of the house means over HTTP."""
    if isinstance(error, TooLarge):
        return Problem(413, "too-large", str(error))
    if isinstance(error, BadInput):
        return Problem(400, "bad-input", str(error))
    if isinstance(error, StoreUnavailable):
        detail = "The database cannot be used at the moment; nothing was stored."
        return Problem(503, "store-unavailable", detail, retry_after=_STORE_BACK_IN)
    return internal()


def install(app: FastAPI) -> None:
    """Answer every error that a route, the router or a validator raises with a problem."""

    @app.exception_handler(Problem)
    async def _problem(_: Request, problem: Problem) -> Response:
        return problem.response()

    @app.exception_handler(AgentError)
    async def _agent_error(_: Request, error: AgentError) -> Response:
        return from_error(error).response()

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        return _routed(request, error).response()

    @app.exception_handler(RequestValidationError)
    async def _parameters(_: Request, error: RequestValidationError) -> Response:
        faults = [_fault(fault) for fault in error.errors()]
        names = "; ".join(f"{fault['parameter']}: {fault['detail']}" for fault in faults)
        return Problem(400, "bad-parameter", f"{names}.", errors=faults).response()


def _routed(request: Request, error: HTTPException) -> Problem:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        detail = "There is nothing at this path; GET /openapi.json lists what there is."
        return Problem(404, "no-such-path", detail)
    if error.status_code == 405:
        allowed = ", ".join(_allowed(request))
        detail = f"This path does not take this method; it takes {allowed or 'others'}."
        return Problem(405, "method-not-allowed", detail, headers={"allow": allowed})
    return Problem(error.status_code, "http", str(error.detail), headers=headers)


def _allowed(request: Request) -> list[str]:
    """The methods of all routes of the path; the router itself names only those of the first."""
    found: set[str] = set()
    for method in ("GET", "POST", "PUT", "DELETE"):
        scope = {**request.scope, "method": method}
        if any(route.matches(scope)[0] is Match.FULL for route in request.app.routes):
            found.add(method)
    return sorted(found)


def _fault(fault: Mapping[str, Any]) -> dict[str, str]:
    where = [str(part) for part in fault["loc"]]
    said = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        said = "there is no such parameter"
    return {"parameter": where[1] if len(where) > 1 else where[0], "in": where[0], "detail": said}
