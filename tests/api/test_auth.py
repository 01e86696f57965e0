"""Keys, roles, owners, and the time before there is a key."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.compose import open_services
from agent.diagnosis.diagnosis import Role
from agent.settings import Settings
from api.app import create_app
from api.auth import is_loopback, new_key


def key(settings: Settings, role: Role) -> dict[str, str]:
    made = new_key(settings.key_pepper.get_secret_value())

    async def keep() -> None:
        async with open_services(settings) as services:
            await services.keys.create(role, role, made.secret_hash, made.prefix)

    asyncio.run(keep())
    return {"authorization": f"Bearer {made.shown}"}


@pytest.fixture
def far(service_settings: Settings) -> Iterator[TestClient]:
    with TestClient(create_app(service_settings), base_url="http://box", client=("10.0.0.9", 1)) as client:
        yield client


def post(http: TestClient, headers: dict[str, str]) -> Any:
    return http.post("/v1/diagnoses", json={"text": "529 overloaded"}, headers=headers)


def test_without_a_key_only_this_machine_is_answered(far: TestClient, http: TestClient) -> None:
    refused = post(far, {})
    assert refused.status_code == 403
    assert "caseworker keys create" in refused.json()["detail"]
    assert far.get("/healthz").status_code == 200
    rebound = http.get("/v1/causes", headers={"host": "evil.example"})
    assert rebound.status_code == 403, "a web page that points its own name here is refused"


def test_roles_and_owners(service_settings: Settings, far: TestClient) -> None:
    reader, other, agent, admin = (
        key(service_settings, role) for role in ("reader", "reader", "agent", "admin")
    )
    made = post(far, reader)
    path = made.headers["location"]
    assert far.get(path, headers=reader).status_code == 200
    assert far.get(path, headers=other).status_code == 404
    assert far.get(path + "/events", headers=other).status_code == 404
    assert far.put(path + "/votes", json={}, headers=other).status_code == 404
    assert far.get("/v1/diagnoses", headers=other).json()["diagnoses"] == []
    assert far.get(path, headers=agent).status_code == 200
    assert far.post(path + "/decision", json={"verdict": "approve"}, headers=reader).status_code == 403
    assert far.post(path + "/decision", json={"verdict": "approve"}, headers=agent).status_code == 201
    assert far.post("/v1/issues:import", json={"issues": []}, headers=agent).status_code == 403
    assert far.post("/v1/issues:import", json={"issues": []}, headers=admin).status_code == 200


def test_wrong_keys_are_refused(service_settings: Settings, far: TestClient) -> None:
    good = key(service_settings, "admin")["authorization"]
    for wrong in (
        "",
        good[:-1] + ("0" if good[-1] != "0" else "1"),
        good.replace("Bearer", "Basic"),
        "Bearer x",
    ):
        refused = far.get("/v1/causes", headers={"authorization": wrong})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Bearer")


def test_a_pepper_is_part_of_the_hash_and_a_secret_is_long() -> None:
    made = new_key("a")
    assert len(made.shown.split("_")[2]) == 64
    assert new_key("a").shown != made.shown
    assert made.shown.split("_")[2] not in made.secret_hash


@pytest.mark.parametrize(
    ("host", "own"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("127.8.9.1", True), ("::ffff:127.0.0.1", True),
     ("0.0.0.0", False), ("10.0.0.1", False), ("example.org", False), (None, False)],
)  # fmt: skip
def test_loopback(host: str | None, own: bool) -> None:
    assert is_loopback(host) is own
