"""The empty service: the real HTTP and the real row round a graph that does nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.graph import ROOMS
from agent.report.error_report import Submission
from evals.bench.empty_service import create_app, empty_walk


def test_it_says_the_rooms_and_an_answer_like_the_road() -> None:
    async def walked() -> list[tuple[str, Any]]:
        context: Any = None
        return [said async for said in empty_walk()(Submission(id="mine", text="x"), context, "dx_1")]

    said = asyncio.run(walked())
    assert [name for name, _ in said] == [*ROOMS, "answer"]
    answer = said[-1][1]
    assert (answer.id, answer.client_id, answer.report.text) == ("dx_1", "mine", "x")
    assert answer.causes == []


def test_it_is_served_and_stored_like_the_real_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", f"sqlite:///{tmp_path}/empty.sqlite3")
    with TestClient(create_app(), base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        made = http.post("/v1/diagnoses", json={"text": "529 overloaded"})
        assert made.status_code == 201
        assert made.json()["causes"] == []
        assert http.get(made.headers["location"]).json()["state"] == "done"
