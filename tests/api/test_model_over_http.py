"""A service with a live model: the draft in the stream, the cost in the answer, the counts, and no model."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.settings import Settings
from api.app import create_app
from api.runs import DIAGNOSIS, DRAFTS
from evals.bench.echo import echo
from evals.bench.messages_server import MessagesServer, Refuses, Says, messages_server
from tests.api.test_events import ORDER, events

CASE = Path(__file__).resolve().parents[2] / "evals" / "cases" / "first-light" / "report.json"
REPORT = json.loads(CASE.read_text(encoding="utf-8"))


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[MessagesServer]:
    """A provider in a thread of its own, since the service has its own event loop."""
    ready, done = threading.Event(), asyncio.Event()
    found: list[Any] = []

    async def serve() -> None:
        async with messages_server(lambda body: Says(echo(body), pieces=20)) as server:
            found.extend((server, asyncio.get_running_loop()))
            ready.set()
            await done.wait()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(20)
    server, loop = found
    monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "a-key")
    yield server
    loop.call_soon_threadsafe(done.set)
    thread.join(20)


@pytest.fixture
def http(service_settings: Settings, provider: MessagesServer) -> Iterator[TestClient]:
    """A client of a service whose model is that provider."""
    settings = service_settings.model_copy(update={"model": "live"})
    with TestClient(create_app(settings), base_url="http://localhost", client=("127.0.0.1", 1)) as client:
        yield client


def test_the_draft_is_told_in_the_stream_with_growing_ids_and_kept_with_its_cost(http: TestClient) -> None:
    streamed = http.post("/v1/diagnoses", json=REPORT, headers={"accept": "text/event-stream"})
    said = events(streamed.text)
    names = [name for _, name, _ in said]
    assert [name for name in names if name != "draft"] == ORDER
    assert names[4] == "draft" == names[-3]
    numbers = [number for number, _, _ in said]
    assert numbers == sorted(set(numbers))
    assert (numbers[4], numbers[-2]) == (DRAFTS, DIAGNOSIS)
    stored = http.get(streamed.headers["location"]).json()
    assert stored["mode"] == "model"
    assert stored["cost"]["usd"] > 0
    assert stored["provenance"]["model"] == "claude-sonnet-5-5"
    path = streamed.headers["location"] + "/events"
    rest = events(http.get(path, headers={"last-event-id": str(DRAFTS)}).text)
    assert [name for _, name, _ in rest] == ["diagnosis", "done"]
    assert rest == said[-2:]


def test_calls_tokens_and_dollars_are_counted(http: TestClient) -> None:
    http.post("/v1/diagnoses", json=REPORT)
    counts = http.get("/metrics").text
    assert 'caseworker_model_calls_total{model="claude-sonnet-5-5",outcome="ok",step="draft"} 1.0' in counts
    dollars = re.search(r'caseworker_model_usd_total\{model="claude-sonnet-5-5"\} (\S+)', counts)
    assert dollars is not None
    assert float(dollars.group(1)) > 0
    assert 'caseworker_diagnoses_total{action="answer",mode="model"} 1.0' in counts


def test_a_provider_that_is_down_loses_nothing(http: TestClient, provider: MessagesServer) -> None:
    provider.turns = [Refuses(400, "invalid_request_error", "Your credit balance is too low to access it.")]
    answer = http.post("/v1/diagnoses", json=REPORT)
    assert answer.status_code == 201
    assert answer.json()["mode"] == "plain"
    assert "refused our own account" in answer.json()["diagnosis"]["notes"][-1]
    counts = http.get("/metrics").text
    assert 'outcome="billing",step="draft"} 1.0' in counts


def test_a_conversation_is_worded_too(http: TestClient, provider: MessagesServer) -> None:
    thread = http.post("/v1/threads", json={}).json()["id"]
    reply = http.post(f"/v1/threads/{thread}/messages", json={"content": REPORT["text"]})
    assert reply.status_code in (200, 201), reply.text
    stored = http.get(f"/v1/diagnoses/{reply.json()['diagnosis_id']}").json()
    assert stored["provenance"]["model"] is not None
    assert provider.asked
