"""What routes are given is what the app holds; a noun is serialised as it is."""

from __future__ import annotations

from inspect import iscoroutinefunction
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.deps import WithLarge, WithRuns, WithServices, WithSettings, json_response, request_body
from api.schemas import Check, ReportIn


def test_a_route_gets_what_the_app_holds(service_settings: Settings) -> None:
    app = FastAPI()
    services, runs = object(), object()
    app.state.services, app.state.settings, app.state.runs = services, service_settings, runs
    got: list[object] = []

    @app.get("/", response_model=None)
    async def route(one: WithServices, two: WithSettings, three: WithRuns) -> None:
        got.extend((one, two, three))

    assert TestClient(app).get("/").status_code == 200
    assert got[0] is services
    assert got[1] is service_settings
    assert got[2] is runs


def test_a_noun_becomes_its_json() -> None:
    noun = Check(name="é", ok=False, detail="\u2028")
    answer = json_response(noun, 201, {"location": "/x"})
    assert (answer.status_code, answer.headers["location"]) == (201, "/x")
    assert answer.headers["content-type"] == "application/json"
    assert Check.model_validate_json(bytes(answer.body)) == noun


def test_a_body_that_the_route_reads_is_described() -> None:
    body = request_body(ReportIn)["requestBody"]
    assert body["required"] is True
    assert body["content"] == {"application/json": {"schema": {"$ref": "#/components/schemas/ReportIn"}}}


@pytest.mark.parametrize("wanted", [WithServices, WithSettings, WithRuns, WithLarge])
def test_nothing_is_handed_over_in_a_thread(wanted: Any) -> None:
    assert iscoroutinefunction(get_args(wanted)[1].dependency)
