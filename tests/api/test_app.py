"""The app: made from the environment, started on a current database only, open to chosen origins."""

from __future__ import annotations

import gc
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.errors import SchemaTooOld
from agent.settings import Settings
from api.app import ROUTERS, create_app
from api.environment import BadEnvironment

LOCAL: dict[str, Any] = {"base_url": "http://localhost", "client": ("127.0.0.1", 5000)}


def test_the_environment_says_where_the_rows_are_and_making_the_app_opens_nothing(database: Path) -> None:
    database.unlink()
    app = create_app()
    assert not database.exists()
    with TestClient(app, **LOCAL) as http:
        assert http.get("/readyz").status_code == 200
    assert database.exists()


def test_a_bad_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_MAX_RUNS", "many")
    with pytest.raises(BadEnvironment, match="CASEWORKER_MAX_RUNS"):
        create_app()


def test_an_older_schema_is_not_served(service_settings: Settings) -> None:
    path = service_settings.database_url.removeprefix("sqlite:///")
    plain = sqlite3.connect(path)
    plain.execute("UPDATE alembic_version SET version_num = '0001'")
    plain.commit()
    plain.close()
    with pytest.raises(SchemaTooOld, match="caseworker db upgrade"), TestClient(create_app(service_settings)):
        pass


def test_another_walk_takes_the_place_of_the_road(service_settings: Settings) -> None:
    seen: list[str | None] = []

    async def own(*given: Any) -> AsyncIterator[tuple[str, Any]]:
        seen.append(next(part.text for part in given if hasattr(part, "text")))
        raise LookupError
        yield

    with TestClient(create_app(service_settings, walk=own), **LOCAL) as http:
        assert http.post("/v1/diagnoses", json={"text": "mine"}).status_code == 500
    assert seen == ["mine"]


def test_only_named_origins_may_call_from_a_browser(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"cors_origins": "https://a.example, https://b.example"})
    with TestClient(create_app(settings), **LOCAL) as http:
        for origin, allowed in (("https://b.example", True), ("https://c.example", False)):
            answer = http.get("/healthz", headers={"origin": origin})
            assert answer.headers.get("access-control-allow-origin") == (origin if allowed else None)


def test_without_origins_none_may(http: TestClient) -> None:
    answer = http.get("/healthz", headers={"origin": "https://a.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_every_router_is_reached_and_paths_are_exact(http: TestClient) -> None:
    paths = http.get("/openapi.json").json()["paths"]
    for part in ROUTERS:
        for route in part.router.routes:
            assert not route.include_in_schema or route.path in paths
    assert http.get("/v1/causes/", follow_redirects=False).status_code == 404
    assert http.get("/redoc").status_code == 404, "a page that would load scripts from elsewhere"


def test_a_process_of_its_own_passes_over_what_it_has_loaded(service_settings: Settings) -> None:
    found = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    before = gc.get_threshold(), gc.get_freeze_count()
    try:
        with TestClient(create_app(service_settings), **LOCAL):
            assert (gc.get_threshold(), gc.get_freeze_count()) == before
        gc.disable()
        with TestClient(create_app(service_settings, own_process=True), **LOCAL):
            assert gc.isenabled()
            assert gc.get_threshold()[0] > before[0][0]
            assert gc.get_freeze_count() > before[1]
    finally:
        gc.enable()
        gc.set_threshold(*found)
        gc.unfreeze()
