"""What routes are given: the open services, the settings, the runs."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel

from agent.compose import Services
from agent.settings import Settings
from api.runs import Runs


def _services(request: Request) -> Services:
    found: Services = request.app.state.services
    return found


def _settings(request: Request) -> Settings:
    found: Settings = request.app.state.settings
    return found


def _runs(request: Request) -> Runs:
    found: Runs = request.app.state.runs
    return found


WithServices = Annotated[Services, Depends(_services)]
WithSettings = Annotated[Settings, Depends(_settings)]
WithRuns = Annotated[Runs, Depends(_runs)]


def json_response(value: BaseModel, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A noun as a JSON answer, serialised once."""
    return Response(value.model_dump_json().encode(), status, headers, media_type="application/json")


def request_body(model: type[BaseModel]) -> dict[str, Any]:
    """What the OpenAPI document says of a body that the route reads itself."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
