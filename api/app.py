"""The HTTP service: every route on one app. Any ASGI server can run `api.app:create_app` as a factory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from agent.compose import Services, open_services
from agent.graph import stream
from agent.settings import Settings
from api import (
    diagnoses,
    docs,
    events,
    health,
    issues,
    knowledge,
    links,
    openapi,
    problems,
    threads,
    votes,
    waves,
)
from api.auth import Doorkeeper
from api.collector import keep_what_is_loaded
from api.door import Door, Gate
from api.environment import load_settings
from api.large import LargeReads
from api.metrics import Metrics
from api.model_metrics import counted
from api.roads import Roads
from api.runs import Runs, Walk
from api.stopping import on_terminate
from api.sweep import sweeping

ROUTERS = (diagnoses, events, votes, threads, knowledge, waves, issues, links, health, docs)


def create_app(
    settings: Settings | None = None,
    walk: Walk = stream,
    services: Services | None = None,
    *,
    own_process: bool = False,
    road_processes: int = 0,
) -> FastAPI:
    """The app; by the environment's settings where none are given.

    `walk` is how a submission becomes an answer: another one than the road is for measuring.
    `services` that are open already stay open; without them the app opens its own when it starts.
    `own_process`: the process does nothing else, so what is loaded once it has started stays for good.
    `road_processes` beside it walk the road, where no model is asked.
    Raises `BadEnvironment`. Starting it raises `StoreUnavailable`, `SchemaTooOld` or `BadCatalogue`.
    """
    settings = settings or load_settings()
    gate, metrics = Gate(), Metrics()
    app = FastAPI(
        title="Caseworker",
        lifespan=_lifespan(settings, gate, metrics, walk, services, own_process, road_processes),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.settings, app.state.metrics = settings, metrics
    if origins := [origin.strip() for origin in settings.cors_origins.split(",") if origin.strip()]:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_methods=["GET", "POST", "PUT"],
            allow_headers=["*"],
            expose_headers=["Location", "X-Request-Id", "Retry-After", "Idempotency-Replayed"],
        )
    app.add_middleware(Door, gate=gate, metrics=metrics)
    problems.install(app)
    for part in ROUTERS:
        app.include_router(part.router)
    openapi.install(app)
    return app


def _lifespan(  # type: ignore[no-untyped-def]
    settings: Settings,
    gate: Gate,
    metrics: Metrics,
    walk: Walk,
    opened: Services | None,
    own_process: bool,
    road_processes: int,
):
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with nullcontext(opened) if opened else open_services(settings) as plain:
            large = LargeReads()
            services = counted(replace(plain, context=replace(plain.context, apart=large)), metrics)
            roads = Roads(0 if services.context.model else road_processes, walk)
            runs = Runs(services, settings, metrics, roads.walk, road_processes)
            app.state.services, app.state.runs = services, runs
            app.state.large, app.state.roads = large, roads
            app.state.doorkeeper = Doorkeeper(services.keys, settings.key_pepper.get_secret_value())

            async def drain() -> None:
                gate.stopping = True
                await runs.drain(settings.drain_seconds)

            if own_process:
                keep_what_is_loaded()
            roads.start()
            with on_terminate(drain, runs.cut), sweeping(runs, services):
                yield
            await drain()
            await roads.close()
            await large.close()

    return lifespan


def create_worker() -> FastAPI:
    """The app of a process that serves it and does nothing else."""
    return create_app(own_process=True)
