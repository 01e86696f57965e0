"""What can be asked without a diagnosis: what a paste says, and what the catalogue knows."""

from __future__ import annotations

import asyncio
import difflib

from fastapi import APIRouter, Request, Response

from agent.causes.cause import Cause
from agent.graph import LARGE
from api.auth import AnyCaller
from api.body import checked, read_body
from api.deps import WithLarge, WithServices, WithSettings, json_response, request_body
from api.described import described
from api.paste_worker import parsed
from api.problems import Problem
from api.schemas import CauseList, CauseSummary, Parsed, ReportIn

router = APIRouter(tags=["knowledge"])


@router.post(
    "/v1/parse",
    operation_id="parse_report",
    summary="Read a report without diagnosing it",
    response_model=Parsed,
    responses=described(400, 401, 403, 408, 413, 415, 422, 500, 503, 504),
    openapi_extra=request_body(ReportIn),
)
async def parse(
    request: Request, _caller: AnyCaller, services: WithServices, settings: WithSettings, large: WithLarge
) -> Response:
    """Errors, environment, template fields and usage found in a paste; nothing is stored."""
    body = await read_body(request)
    submission = checked(ReportIn, body.value)
    now = services.context.clock.now()
    if len(body.raw) > LARGE:
        try:
            async with asyncio.timeout(settings.run_seconds):
                found = await large.parse(submission, now)
        except TimeoutError:
            detail = f"Reading it took longer than {settings.run_seconds:g} seconds."
            raise Problem(504, "run-too-slow", detail) from None
        return Response(found, media_type="application/json")
    return json_response(parsed(submission, services.context.catalogue.lexicon, now))


@router.get(
    "/v1/causes",
    operation_id="list_causes",
    summary="List the known causes",
    response_model=CauseList,
    responses=described(400, 401, 403, 500, 503),
)
async def causes(_caller: AnyCaller, services: WithServices) -> Response:
    """The catalogue in short."""
    catalogue = services.context.catalogue
    listed = [
        CauseSummary(id=cause.id, title=cause.title, summary=cause.summary, confirmed=cause.confirmed)
        for cause in catalogue.causes
    ]
    return json_response(CauseList(digest=catalogue.digest, causes=listed))


@router.get(
    "/v1/causes/{cause_id}",
    operation_id="get_cause",
    summary="Read a cause",
    response_model=Cause,
    responses=described(401, 403, 404, 500, 503),
)
async def cause(cause_id: str, _caller: AnyCaller, services: WithServices) -> Response:
    """One cause in full: signs, questions, steps, sources."""
    known = services.context.catalogue.by_id
    if cause_id not in known:
        near = difflib.get_close_matches(cause_id, known, n=1)
        hint = f" The nearest is {near[0]}." if near else ""
        raise Problem(404, "not-found", f"No cause has this id.{hint}")
    return json_response(known[cause_id])
