"""What clients, databases and disks do wrong, over HTTP: answered as the contract says, nothing half-written.

Bodies that are refused at the door are in test_body.py, events in test_events.py.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from agent.settings import Settings
from agent.store.schema import upgrade
from api.app import create_app
from tests.api.live import Connection, Gated, serving
from tests.postgresql import PostgresServer, server_or_skip

PROBLEM = "urn:caseworker:problem:"
BODIES = [
    ("POST", "/v1/diagnoses", {"text": "x"}),
    ("POST", "/v1/parse", {"text": "x"}),
    ("POST", "/v1/threads", {"text": "x"}),
    ("POST", "/v1/threads/th_0/messages", {"content": "x"}),
    ("POST", "/v1/issues:import", {"issues": []}),
    ("POST", "/v1/links", {"url": "o/n#1"}),
    ("POST", "/v1/diagnoses/dx_0/decision", {"verdict": "approve"}),
    ("PUT", "/v1/diagnoses/dx_0/votes", {"works": True}),
]


def opened(settings: Settings, **options: Any) -> TestClient:
    return TestClient(create_app(settings, **options), base_url="http://localhost", client=("127.0.0.1", 1))


def rows(settings: Settings) -> dict[str, int]:
    """How many rows each table has that a request may write to."""
    names = ("diagnoses", "marks", "idempotency", "threads", "turns", "votes", "decisions", "issues")
    plain = sqlite3.connect(settings.database_url.removeprefix("sqlite:///"))
    try:
        return {name: plain.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in names}
    finally:
        plain.close()


def test_every_body_is_looked_at_in_the_same_way(http: TestClient, service_settings: Settings) -> None:
    document = http.get("/openapi.json").json()
    with_body = {
        path
        for path, methods in document["paths"].items()
        for one in methods.values()
        if "requestBody" in one
    }
    assert len(with_body) == len(BODIES), "a route with a body is missing here"
    before = rows(service_settings)
    for method, path, good in BODIES:
        text = json.dumps(good)
        for content, kind, status, slug in (
            (text, "text/plain", 415, "unsupported-media-type"),
            (text[:-1], "application/json", 400, "bad-json"),
            ('{"deep": ' + "[" * 150 + "]" * 150 + "}", "application/json", 400, "bad-json"),
            ('{"pad": "' + "x" * 7_000_000 + '"}', "application/json", 413, "too-large"),
            (json.dumps({**good, "verdct": 1}), "application/json", 422, "malformed-body"),
        ):
            refused = http.request(method, path, content=content, headers={"content-type": kind})
            found = refused.json()
            assert (refused.status_code, found["type"]) == (status, PROBLEM + slug), path
            assert refused.headers["content-type"] == "application/problem+json"
            assert found["request_id"] == refused.headers["x-request-id"]
            if status == 422:
                assert [fault["pointer"] for fault in found["errors"]] == ["/verdct"]
                assert "unknown field; " in found["errors"][0]["detail"]
    assert rows(service_settings) == before, "nothing was written"


@pytest.mark.parametrize("cursor", ["x", "%00", "AAAA", "eyJ9", "é", "x" * 400, "-1"])
def test_a_bad_cursor(http: TestClient, cursor: str) -> None:
    refused = http.get("/v1/diagnoses", params={"cursor": cursor})
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/problem+json")
    assert "cursor" in refused.json()["detail"]


def test_ids_that_are_unknown_strange_or_of_another_tenant(
    http: TestClient, service_settings: Settings
) -> None:
    made = http.post("/v1/diagnoses", json={"text": "529"}).json()["id"]
    with opened(service_settings.model_copy(update={"tenant": "other"})) as other:
        for ours in ("dx_0", "..%2F..%2Fetc", "%00", "'; DROP TABLE diagnoses; --", "x" * 3_000):
            assert http.get(f"/v1/diagnoses/{ours}").status_code == 404
            assert http.get(f"/v1/diagnoses/{ours}/events").status_code == 404
        for client, own in ((other, made), (http, "dx_0")):
            path = f"/v1/diagnoses/{own}"
            answers = [
                client.get(path),
                client.get(path + "/events"),
                client.put(path + "/votes", json={"works": True}),
                client.post(path + "/decision", json={"verdict": "approve"}),
            ]
            assert [answer.status_code for answer in answers] == [404] * 4
            assert {answer.json()["detail"] for answer in answers} == {"There is no diagnosis with this id."}
        assert other.get("/v1/diagnoses").json()["diagnoses"] == []
        # Another tenant's key is a key of nobody: the same key makes a diagnosis of its own there.
        keyed = [each.post("/v1/diagnoses", json={"text": t}, headers={"idempotency-key": "k"})
                 for each, t in ((http, "one"), (other, "two"))]  # fmt: skip
        assert [answer.status_code for answer in keyed] == [201, 201]
    assert len(http.get(f"/v1/diagnoses/{made}").json()["votes"]) == 0


def test_a_client_that_vanishes_within_its_body(service_settings: Settings, capsys: Any) -> None:
    async def scene() -> None:
        async with serving(create_app(service_settings)) as live:
            for _ in range(3):
                half = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, content_length="5000")
                await half.writer.drain()
                half.writer.transport.abort()
            await asyncio.sleep(0.1)
            alive = await (await Connection.send(live.port, "/healthz")).rest()
            assert alive.startswith("HTTP/1.1 200")

    asyncio.run(scene())
    assert {rows(service_settings)[name] for name in ("diagnoses", "idempotency", "threads")} == {0}
    assert "fault" not in capsys.readouterr().err, "that a client left is no fault of ours"


def test_a_client_that_does_not_wait_for_its_answer_finds_it_later(service_settings: Settings) -> None:
    async def scene() -> None:
        walk = Gated()
        async with serving(create_app(service_settings, walk=walk)) as live:
            gone = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, idempotency_key="mine")
            while not walk.under_way:
                await asyncio.sleep(0.01)
            gone.writer.transport.abort()
            walk.gate.set()
            again = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, idempotency_key="mine")
            found = await again.rest()
            assert found.startswith("HTTP/1.1 201")
            assert "idempotency-replayed: true" in found.lower()

    asyncio.run(scene())
    assert rows(service_settings)["diagnoses"] == 1


@contextmanager
def pages(count: int) -> Iterator[None]:
    """While inside, the SQLite files that are opened have room for so many pages more than now."""

    def limit(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        used = cursor.execute("PRAGMA page_count").fetchone()[0]
        cursor.execute(f"PRAGMA max_page_count = {used + count}")
        cursor.close()

    event.listen(Engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(Engine, "connect", limit)


def test_a_full_disk(service_settings: Settings, refusal: str) -> None:
    long = {"text": refusal + "\nlog line of the client" * 2_000}
    with opened(service_settings):
        pass  # The first start fills the database with the known issues.
    with pages(40), opened(service_settings) as http:
        answers: list[Any] = []
        while len(answers) < 60 and (not answers or answers[-1].status_code == 201):
            answers.append(
                http.post("/v1/diagnoses", json=long, headers={"idempotency-key": f"{len(answers)}"})
            )
        full = answers[-1]
        assert (full.status_code, full.json()["type"]) == (503, PROBLEM + "store-unavailable")
        assert full.headers["retry-after"] == "5"
        assert http.post("/v1/parse", json=long).status_code == 200, "what needs no room goes on"
        thread = http.post("/v1/threads", json=long)
        assert thread.status_code == 503
        kept = rows(service_settings)
        assert kept["diagnoses"] == len(answers) - 1
        assert (kept["threads"], kept["turns"]) == (0, 0), "no thread without its turns"
        listed = http.get("/v1/diagnoses").json()["diagnoses"]
        assert all(http.get(f"/v1/diagnoses/{row['id']}").status_code == 200 for row in listed)
    with opened(service_settings) as http:
        again = http.post("/v1/diagnoses", json=long, headers={"idempotency-key": f"{len(answers) - 1}"})
        assert again.status_code == 201, "with room again the same request is made anew"


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    """A server of this test alone: it is stopped and started."""
    found = server_or_skip()
    yield found
    found.remove()


def test_postgresql_stopped_and_started(own_postgres: PostgresServer, refusal: str) -> None:
    settings = Settings(database_url=own_postgres.url, log_level="error")
    upgrade(settings.database_url)
    with opened(settings) as http:
        made = http.post("/v1/diagnoses", json={"text": refusal}).json()["id"]
        own_postgres.stop("fast")
        for answer in (
            http.post("/v1/diagnoses", json={"text": refusal}, headers={"idempotency-key": "k"}),
            http.post("/v1/diagnoses", json={"text": refusal}, headers={"prefer": "respond-async"}),
            http.get(f"/v1/diagnoses/{made}"),
            http.post("/v1/threads", json={"text": refusal}),
        ):
            assert (answer.status_code, answer.json()["type"]) == (503, PROBLEM + "store-unavailable")
            assert str(own_postgres.folder) not in answer.text
        streamed = http.post("/v1/diagnoses", json={"text": refusal}, headers={"accept": "text/event-stream"})
        assert "event: done" not in streamed.text
        assert "store-unavailable" in streamed.text
        assert http.get("/readyz").status_code == 503
        assert http.get("/healthz").status_code == 200
        own_postgres.start()
        assert http.get("/readyz").status_code == 200
        again = http.post("/v1/diagnoses", json={"text": refusal}, headers={"idempotency-key": "k"})
        assert again.status_code == 201
        listed = {row["id"] for row in http.get("/v1/diagnoses").json()["diagnoses"]}
        assert listed == {made, again.json()["id"]}, "nothing half-written"
