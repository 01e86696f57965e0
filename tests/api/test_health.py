"""Living, being ready, and what changes while the database is gone."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings


def checks(answer: Any) -> dict[str, bool]:
    return {check["name"]: check["ok"] for check in answer.json()["checks"]}


@pytest.fixture
def file(service_settings: Settings) -> Path:
    return Path(service_settings.database_url.removeprefix("sqlite:///"))


def test_all_is_well(http: TestClient) -> None:
    assert http.get("/healthz").json() == {"status": "ok"}
    ready = http.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ready")
    assert checks(ready) == {"database": True, "catalogue": True}


def test_the_database_gone_and_back(http: TestClient, file: Path, refusal: str) -> None:
    made = http.post("/v1/diagnoses", json={"text": refusal}).headers["location"]
    away = file.with_name("away")
    file.rename(away)
    try:
        assert http.get("/healthz").status_code == 200, "the process lives"
        ready = http.get("/readyz")
        assert (ready.status_code, ready.json()["status"]) == (503, "not ready")
        assert checks(ready) == {"database": False, "catalogue": True}
        assert str(file) not in ready.text
        refused = http.post("/v1/diagnoses", json={"text": refusal})
        assert refused.status_code == 503
        assert refused.json()["type"] == "urn:caseworker:problem:store-unavailable"
        assert refused.headers["retry-after"] == str(refused.json()["retry_after"])
        assert str(file) not in refused.text
        assert not file.exists(), "a new, empty database would hide the loss"
    finally:
        away.rename(file)
    assert http.get("/readyz").status_code == 200
    assert http.get(made).status_code == 200
    listed = http.get("/v1/diagnoses").json()["diagnoses"]
    assert [f"/v1/diagnoses/{row['id']}" for row in listed] == [made], "nothing half-written"


def test_an_empty_catalogue_is_not_ready(http: TestClient) -> None:
    state: Any = http.app.state  # type: ignore[attr-defined]
    empty = SimpleNamespace(catalogue=SimpleNamespace(causes=()))
    state.services = SimpleNamespace(ping=state.services.ping, context=empty)
    ready = http.get("/readyz")
    assert ready.status_code == 503
    assert checks(ready) == {"database": True, "catalogue": False}


def test_counts_hold_nothing_that_a_user_wrote(http: TestClient, refusal: str) -> None:
    http.post("/v1/diagnoses", json={"text": refusal + " quagga"})
    http.get("/v1/issues", params={"q": "quagga"})
    http.get("/quagga")
    counts = http.get("/metrics")
    assert counts.headers["content-type"].startswith("text/plain")
    assert "/v1/diagnoses" in counts.text
    assert "quagga" not in counts.text
