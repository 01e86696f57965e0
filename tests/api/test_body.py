"""What is refused at the door: type, size, JSON, nesting, unknown and misshaped fields."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app
from tests.api.live import Connection, serving

PATH = "/v1/diagnoses"


def post(http: TestClient, body: str | bytes, kind: str = "application/json") -> Any:
    return http.post(PATH, content=body, headers={"content-type": kind})


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ('{"text": "x"}', "text/plain", 415),
        ('{"text": "x"}', "application/json; charset=latin-1", 415),
        ('{"text": ', "application/json", 400),
        (b'{"text": "\xff\xfe"}', "application/json", 400),
        ('{"text": NaN}', "application/json", 400),
        ("[" * 10_000, "application/json", 400),
        ('{"text": "x", "usage": ' + "[" * 200 + "]" * 200 + "}", "application/json", 400),
        ("[]", "application/json", 422),
        ("{}", "application/json", 422),
        ('{"text": "  "}', "application/json", 422),
        (b'{"text": "' + b"x" * 5_000_000 + b'"}', "application/json", 413),
    ],
)
def test_a_bad_body_has_its_own_status(http: TestClient, body: str | bytes, kind: str, status: int) -> None:
    refused = post(http, body, kind)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    problem = refused.json()
    assert problem["status"] == status
    assert problem["request_id"] == refused.headers["x-request-id"]
    assert http.get(PATH).json()["diagnoses"] == []


def test_each_bad_field_is_named_with_the_nearest_known_one(http: TestClient) -> None:
    refused = post(
        http,
        '{"txt":"x","environment":{"client_versoin":"1","plan":3},"usage":5,"source":{"reported_at":5}}',
    )
    assert refused.status_code == 422
    faults = {fault["pointer"]: fault["detail"] for fault in refused.json()["errors"]}
    assert set(faults) == {
        "/txt", "/environment/client_versoin", "/environment/plan", "/usage", "/source/reported_at",
    }  # fmt: skip
    assert "did you mean text?" in faults["/txt"]
    assert "did you mean client_version?" in faults["/environment/client_versoin"]


def test_a_lone_surrogate_is_read(http: TestClient) -> None:
    assert post(http, r'{"text": "529 \ud800"}').status_code == 201


def test_a_body_that_comes_too_slowly_is_not_waited_for(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"body_seconds": 0.05})

    async def scene() -> str:
        async with serving(create_app(settings)) as live:
            slow = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, content_length="500")
            found: str = await slow.rest()
            return found

    answer = asyncio.run(scene())
    assert answer.startswith("HTTP/1.1 408")
    assert "connection: close" in answer.lower()
    assert "urn:caseworker:problem:body-too-slow" in answer
