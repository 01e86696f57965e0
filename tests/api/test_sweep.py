"""Runs that nobody ends: noted when the database is back, or when their process is gone."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.compose import LONGEST_RUN, open_services
from agent.errors import StoreUnavailable
from agent.settings import Settings
from agent.store.diagnoses import SqlDiagnoses
from api import sweep
from api.app import create_app
from api.sweep import sweeping
from tests.api.test_runs import broken


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "EVERY_SECONDS", 0.01)


def ended(http: TestClient, path: str) -> Any:
    """The run at `path`, once it does not run any more."""

    async def pause() -> None:
        await asyncio.sleep(0.02)

    for _ in range(500):
        found = http.get(path)
        if found.status_code != 202:
            return found.json()
        http.portal.call(pause)  # type: ignore[union-attr]
    raise AssertionError("it runs for ever")


def test_a_fault_of_the_store_does_not_end_the_sweeping(capsys: pytest.CaptureFixture[str]) -> None:
    async def scene() -> list[str]:
        calls: list[str] = []
        done = asyncio.Event()

        async def note_failed() -> None:
            calls.append("note")
            if len(calls) == 1:
                raise StoreUnavailable(where="x", why="gone")
            if len(calls) == 2:
                raise RuntimeError("what a user wrote")

        async def end_abandoned() -> int:
            done.set()
            return 0

        given: Any = SimpleNamespace(note_failed=note_failed), SimpleNamespace(end_abandoned=end_abandoned)
        with sweeping(*given):
            await asyncio.wait_for(done.wait(), 5)
        return calls

    assert asyncio.run(scene()) == ["note"] * 3
    assert "what a user wrote" not in capsys.readouterr().err


def test_no_run_is_running_for_ever(service_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run breaks, and that it did cannot be written at first, for whatever reason."""
    real, tries = SqlDiagnoses.fail, []

    async def fail(self: SqlDiagnoses, diagnosis_id: str, problem: dict[str, Any]) -> None:
        tries.append(diagnosis_id)
        if len(tries) < 3:
            raise RuntimeError("of the driver")
        await real(self, diagnosis_id, problem)

    monkeypatch.setattr(SqlDiagnoses, "fail", fail)
    app = create_app(service_settings, walk=broken)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        accepted = http.post("/v1/diagnoses", json={"text": "x"}, headers={"prefer": "respond-async"})
        assert accepted.status_code == 202
        found = ended(http, accepted.headers["location"])
    assert (found["state"], found["problem"]["status"]) == ("failed", 500)


def test_a_run_of_a_process_that_is_gone_ends_while_the_server_lives(service_settings: Settings) -> None:
    app = create_app(service_settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:

        async def crashed() -> None:
            async with open_services(service_settings) as services:
                begun = services.context.clock.now() - LONGEST_RUN
                await services.diagnoses.begin("dx_gone", owner=None, submission={}, created_at=begun)

        http.portal.call(crashed)  # type: ignore[union-attr]
        found = ended(http, "/v1/diagnoses/dx_gone")
        stream = http.get("/v1/diagnoses/dx_gone/events").text
    assert (found["state"], found["problem"]["type"]) == ("failed", "urn:caseworker:problem:interrupted")
    assert "event: problem" in stream
    assert "send the report again" in stream
