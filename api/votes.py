"""What people say about a diagnosis: the decision of a support engineer, the votes of readers."""

from __future__ import annotations

import difflib

from fastapi import APIRouter, Request, Response

from agent.compose import Services
from agent.diagnosis.diagnosis import Decision, Vote
from api.auth import AgentCaller, AnyCaller
from api.body import checked, read_body
from api.deps import WithServices, json_response, request_body
from api.described import described
from api.diagnoses import find
from api.problems import Problem, unknown_id
from api.schemas import DecisionIn, VoteIn

router = APIRouter(tags=["judgements"])
_FAULTS = described(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503)


@router.post(
    "/v1/diagnoses/{diagnosis_id}/decision",
    operation_id="decide_diagnosis",
    summary="Decide about a diagnosis",
    status_code=201,
    response_model=Decision,
    responses=_FAULTS,
    openapi_extra=request_body(DecisionIn),
)
async def decide(
    diagnosis_id: str, request: Request, caller: AgentCaller, services: WithServices
) -> Response:
    """Approve, edit or reject; the true cause may be named. Kept with who and when; the latest counts."""
    given = checked(DecisionIn, (await read_body(request)).value)
    _check_cause(given, services)
    stored = await find(diagnosis_id, caller, services)
    if stored.state != "done":
        raise Problem(409, "not-done", "Only a finished diagnosis can be decided about.", retry_after=1)
    decision = Decision(**given.model_dump(), by=caller.name, at=services.context.clock.now())
    if not await services.diagnoses.decide(diagnosis_id, decision):
        raise unknown_id("diagnosis")
    return json_response(decision, 201)


@router.put(
    "/v1/diagnoses/{diagnosis_id}/votes",
    operation_id="vote_on_diagnosis",
    summary="Vote on a diagnosis",
    response_model=Vote,
    responses=_FAULTS,
    openapi_extra=request_body(VoteIn),
)
async def vote(diagnosis_id: str, request: Request, caller: AnyCaller, services: WithServices) -> Response:
    """The caller's one vote, in place of an earlier one."""
    given = checked(VoteIn, (await read_body(request)).value)
    await find(diagnosis_id, caller, services)
    cast = Vote(**given.model_dump(), reader=caller.name, at=services.context.clock.now())
    if not await services.diagnoses.vote(diagnosis_id, cast):
        raise unknown_id("diagnosis")
    return json_response(cast)


def _check_cause(given: DecisionIn, services: Services) -> None:
    known = services.context.catalogue.by_id
    if given.cause is None or given.cause in known:
        return
    near = difflib.get_close_matches(given.cause, known, n=1)
    said = f"no cause has this id{f'; did you mean {near[0]}?' if near else ''}"
    # The body is well formed; it does not fit what the catalogue knows, which may grow.
    raise Problem(409, "unknown-cause", f"/cause: {said}.", errors=[{"pointer": "/cause", "detail": said}])
