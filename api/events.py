"""`/v1/diagnoses/{id}/events`: what a run says, from the start or from where a reader broke off."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request, Response

from agent.compose import Services
from agent.diagnosis.diagnosis import StoredDiagnosis
from api.accept import EVENTS, choose
from api.auth import AnyCaller
from api.deps import WithRuns, WithServices, WithSettings
from api.described import STREAM, described, read_headers
from api.diagnoses import find
from api.problems import Problem
from api.runs import DONE, PROBLEM, Event, stored_events
from api.stream import check_reached, last_event_id, stream_response

router = APIRouter(tags=["diagnoses"])
LOOK_SECONDS = 0.3
"""Pause between looks at a run of another process."""


@router.get(
    "/v1/diagnoses/{diagnosis_id}/events",
    operation_id="get_diagnosis_events",
    summary="Follow a diagnosis",
    response_class=Response,
    responses={
        200: {"description": "The run's events", "content": {EVENTS: STREAM}},
        **described(400, 401, 403, 404, 406, 500, 503),
    },
    openapi_extra=read_headers("Last-Event-ID"),
)
async def events(
    diagnosis_id: str,
    request: Request,
    caller: AnyCaller,
    services: WithServices,
    settings: WithSettings,
    runs: WithRuns,
) -> Response:
    """The rooms as they are done, then the diagnosis, then `done` or `problem`.

    `Last-Event-ID` goes on after that event, while the run lasts and afterwards.
    """
    choose(request.headers.get("accept"), (EVENTS,))
    after = last_event_id(request)
    run = runs.get(diagnosis_id)
    if run is not None and caller.owner in (None, run.owner):
        check_reached(after, run.events)
        return stream_response(run.follow(after), settings.keep_alive_seconds)
    stored = await find(diagnosis_id, caller, services)
    last = {"running": 0, "done": DONE, "failed": PROBLEM}[stored.state]
    check_reached(after, [Event(last, "", None)])
    if stored.state != "running":
        return stream_response(stored_events(stored, after), settings.keep_alive_seconds)
    waiting = _elsewhere(stored, services, settings.run_seconds)
    return stream_response(waiting, settings.keep_alive_seconds)


async def _elsewhere(stored: StoredDiagnosis, services: Services, seconds: float) -> AsyncIterator[Event]:
    """The events of a run of another process: they are seen once it has ended."""
    until = time.monotonic() + seconds
    while stored.state == "running" and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        stored = await services.diagnoses.get(stored.id) or stored
    if stored.state == "running":
        lost = Problem(504, "run-lost", "The process that made this diagnosis does not answer.")
        yield Event(PROBLEM, "problem", lost.body())
        return
    async for event in stored_events(stored):
        yield event
