"""Request ids, headers, paths and methods that do not exist, faults nobody foresaw, stopping."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app


def test_a_request_id_is_taken_over_where_it_is_safe(http: TestClient) -> None:
    assert http.get("/healthz", headers={"x-request-id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for unsafe in ("a b", "x" * 65, "a\tb"):
        made = http.get("/healthz", headers={"x-request-id": unsafe}).headers["x-request-id"]
        assert made != unsafe
        assert len(made) == 24
    assert http.get("/healthz").headers["x-content-type-options"] == "nosniff"


def test_unknown_paths_and_methods_are_problems(http: TestClient) -> None:
    assert http.get("/nope").json()["type"].endswith("no-such-path")
    refused = http.delete("/v1/diagnoses")
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("accept", ["application/json", "text/event-stream"])
def test_a_fault_is_not_shown(service_settings: Settings, capsys: Any, accept: str) -> None:
    async def broken(*_: Any) -> AsyncIterator[tuple[str, Any]]:
        yield "report", {}
        raise LookupError("what the user wrote")

    app = create_app(service_settings, walk=broken)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        answer = http.post("/v1/diagnoses", json={"text": "x"}, headers={"accept": accept})
    assert answer.status_code == (500 if accept == "application/json" else 200)
    assert "urn:caseworker:problem:internal" in answer.text
    assert "what the user wrote" not in answer.text + capsys.readouterr().err


def test_a_stopping_server_turns_away(service_settings: Settings) -> None:
    app = create_app(service_settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        gate = next(part.kwargs["gate"] for part in app.user_middleware if "gate" in part.kwargs)
        gate.stopping = True
        refused = http.get("/healthz")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "5")
