"""One key, one diagnosis."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.testclient import TestClient

from agent.compose import open_services
from agent.settings import Settings


def post(http: TestClient, key: str, text: str = "529 overloaded") -> Any:
    return http.post("/v1/diagnoses", json={"text": text}, headers={"idempotency-key": key})


def test_the_same_key_gives_the_same_diagnosis_and_another_body_is_refused(http: TestClient) -> None:
    first, second = post(http, "k"), post(http, "k")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert second.headers["idempotency-replayed"] == "true"
    assert post(http, "k", "something else").status_code == 422
    assert post(http, "other").json()["id"] != first.json()["id"]


def test_a_bad_key_is_named(http: TestClient) -> None:
    for key in ("", "two words", "x" * 201):
        assert post(http, key).status_code == 400


def test_many_at_once_make_one(http: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: post(http, "same"), range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(http.get("/v1/diagnoses").json()["diagnoses"]) == 1


def test_a_conversation_takes_nobodys_key(http: TestClient, service_settings: Settings) -> None:
    """The one who asks is called "local" here; a key of that name is still the key of its own request."""

    async def claim() -> str:
        async with open_services(service_settings) as services:
            return (await services.idempotency.claim("local", "", "0" * 64)).state

    assert asyncio.run(claim()) == "new"
    begun = http.post("/v1/threads", json={"text": "529 overloaded"})
    said = http.post(f"{begun.headers['location']}/messages", json={"content": "on 2.1.7"})
    assert (begun.status_code, said.status_code) == (201, 201)
    assert asyncio.run(claim()) == "running"
