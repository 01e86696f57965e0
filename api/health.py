"""`/healthz`, `/readyz`, `/metrics`: for whoever runs the service."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from agent.compose import Services
from agent.errors import StoreUnavailable
from api.auth import AgentCaller
from api.deps import WithServices, json_response
from api.described import TEXT, described
from api.metrics import MEDIA_TYPE, Metrics
from api.schemas import Check, Health, Readiness

router = APIRouter(tags=["operation"])


@router.get("/healthz", operation_id="health", summary="Does the process live", response_model=Health)
async def health() -> Response:
    """Answers without looking at anything."""
    return json_response(Health())


@router.get(
    "/readyz",
    operation_id="ready",
    summary="Can requests be answered",
    response_model=Readiness,
    responses={
        503: {
            "model": Readiness,
            "description": "Not now; `checks` says what is missing",
            "content": described(503)[503]["content"],
        }
    },
)
async def ready(services: WithServices) -> Response:
    """Looks at the database, its schema and the catalogue."""
    checks = [await _database(services), _catalogue(services)]
    well = all(check.ok for check in checks)
    found = Readiness(status="ready" if well else "not ready", checks=checks)
    return json_response(found, 200 if well else 503)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Counts for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "The counts", "content": {"text/plain": TEXT}},
        **described(401, 403, 500, 503),
    },
)
async def metrics(request: Request, _caller: AgentCaller) -> Response:
    """Requests, seconds, diagnoses and runs. Holds no text of users."""
    counts: Metrics = request.app.state.metrics
    return Response(counts.text(), media_type=MEDIA_TYPE)


async def _database(services: Services) -> Check:
    try:
        await services.ping()
    except StoreUnavailable:
        return Check(name="database", ok=False, detail="it does not answer")
    # A database with an older schema is refused when the server starts.
    return Check(name="database", ok=True, detail="it answers; its schema is current")


def _catalogue(services: Services) -> Check:
    count = len(services.context.catalogue.causes)
    return Check(name="catalogue", ok=count > 0, detail=f"{count} causes")
