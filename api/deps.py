"""What routes are given: the open services, the settings, the runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from agent.compose import Services
from agent.settings import Settings
from api.large import LargeReads
from api.runs import Runs


# Each is a coroutine although it waits for nothing: FastAPI runs a plain function in a thread.
async def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


async def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


async def _runs(request: Request) -> Runs:
    found: Runs = request.app.state.runs
    return found


async def _large(request: Request) -> LargeReads:
    found: LargeReads = request.app.state.large
    return found


WithServices = Annotated[Services, Depends(_services)]
WithSettings = Annotated[Settings, Depends(_settings)]
WithRuns = Annotated[Runs, Depends(_runs)]
WithLarge = Annotated[LargeReads, Depends(_large)]


def json_response(value: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A noun as a JSON answer, serialised once."""
    return Response(value.model_dump_json().encode(), status, headers, media_type="application/json")


def request_body(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of a body that the route reads itself."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
