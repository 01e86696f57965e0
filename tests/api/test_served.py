"""`caseworker serve` as a process: what it says, how it stops, several workers, what it refuses."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from agent.store.schema import upgrade
from tests.api.conftest import Run
from tests.api.live import Connection
from tests.api.processes import Served, command, served

WORDS = "quagga-4711"
EVENTS = "text/event-stream"


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database with the newest schema."""
    at = f"sqlite:///{tmp_path}/served.sqlite3"
    found: str = at if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    upgrade(found)
    return found


async def whole(port: int, path: str, body: Any = None, **headers: str) -> str:
    found: str = await (await Connection.send(port, path, body, **headers)).rest()
    return found


async def _provoke(port: int, refusal: str) -> list[str]:
    """Requests with a user's words in every place; the answers."""
    report = {"text": f"{refusal} {WORDS}", "title": WORDS, "id": WORDS, "usage": WORDS}
    asked: list[tuple[str, Any, dict[str, str]]] = [
        ("/v1/diagnoses", report, {}),
        ("/v1/diagnoses", report, {"accept": EVENTS}),
        ("/v1/diagnoses", report, {"prefer": "respond-async", "idempotency_key": WORDS}),
        ("/v1/diagnoses", {WORDS: WORDS}, {}),
        ("/v1/diagnoses", report, {"accept": WORDS}),
        (f"/v1/diagnoses?cursor={WORDS}&{WORDS}=1", None, {}),
        (f"/v1/diagnoses/{WORDS}/events", None, {"last_event_id": WORDS}),
        (f"/{WORDS}", None, {"x_request_id": "mine-1"}),
        (f"/v1/issues?q={WORDS}", None, {"authorization": f"Bearer {WORDS}"}),
        ("/v1/parse", {"text": f"{WORDS} " * 20_000}, {}),
        ("/v1/threads", report, {}),
        ("/v1/issues:import", {"issues": [{"title": WORDS}]}, {}),
    ]
    return [await whole(port, path, body, **headers) for path, body, headers in asked]


def test_every_line_and_answer_has_its_request_and_no_line_has_a_user_s_words(
    tmp_path: Path, refusal: str
) -> None:
    with served(f"sqlite:///{tmp_path}/log.sqlite3", tmp_path, log_level="info") as server:
        answers = asyncio.run(_provoke(server.port, refusal))
        assert server.stop() == 0
        ids = [re.search(r"(?i)^x-request-id: (\S+)\r$", answer, re.M) for answer in answers]
        given = [found[1] for found in ids if found]
        assert len(given) == len(set(given)) == len(answers)
        assert "mine-1" in given
        lines = server.said().splitlines()
    assert lines[0].startswith("caseworker: http://127.0.0.1:")
    logged = {found[1] for line in lines if (found := re.search(r"\brequest_id=(\S+)", line))}
    assert all("request_id=" in line for line in lines[1:]), "a line of nobody's request"
    assert logged >= set(given)
    assert not [line for line in lines if WORDS in line or "out of extra usage" in line]


def test_a_run_under_way_is_ended_before_the_process_stops(tmp_path: Path, refusal: str) -> None:
    async def scene(server: Served) -> None:
        report = {"text": refusal + "\nAPI Error: 529 overloaded on 2.1.7" * 12_000}
        stream = await Connection.send(server.port, "/v1/diagnoses", report, accept=EVENTS)
        await stream.until(b"\r\n\r\n")
        server.process.send_signal(signal.SIGTERM)
        ended = await stream.rest()
        assert ended.index("event: diagnosis") < ended.index("event: done")

    with served(f"sqlite:///{tmp_path}/drain.sqlite3", tmp_path) as server:
        asyncio.run(scene(server))
        assert server.process.wait(30) == 0
        assert server.said().count("\n") == 1, "a stop that was asked for is no news"


def test_two_workers_share_the_work_and_stop_together(url: str, tmp_path: Path, refusal: str) -> None:
    async def scene(server: Served) -> None:
        made = [await whole(server.port, "/v1/diagnoses", {"text": f"{refusal} {n}"}) for n in range(8)]
        ids = [json.loads(answer.partition("\r\n\r\n")[2])["id"] for answer in made]
        for each in ids:
            for path in (f"/v1/diagnoses/{each}", f"/v1/diagnoses/{each}/events"):
                assert (await whole(server.port, path)).startswith("HTTP/1.1 200")
        later = await whole(server.port, "/v1/diagnoses", {"text": refusal}, prefer="respond-async")
        found = re.search(r"(?i)^location: (\S+)\r$", later, re.M)
        assert found is not None
        for _ in range(4):
            assert "event: done" in await whole(server.port, found[1] + "/events"), (
                "whichever worker is asked"
            )
        counted = await whole(server.port, "/metrics")
        assert re.search(r"(?m)^caseworker_\w*diagnos\w*.* 9\.0$", counted), "the counts of both workers"

    with served(url, tmp_path, ["--workers", "2"]) as server:
        asyncio.run(scene(server))
        assert server.stop() == 0


def test_a_body_that_does_not_end_does_not_hold_up_the_stop(tmp_path: Path) -> None:

    async def scene(server: Served) -> float:
        held = [
            await Connection.send(server.port, "/v1/parse", {"text": "x"}, content_length="900")
            for _ in "1234"
        ]
        await asyncio.sleep(0.3)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(server.process.wait, 30)
        for each in held:
            each.writer.transport.abort()
        return time.monotonic() - begun

    with served(
        f"sqlite:///{tmp_path}/two.sqlite3", tmp_path, ["--workers", "2"], drain_seconds="600"
    ) as server:
        assert asyncio.run(scene(server)) < 60
        assert server.process.returncode == 0


def test_an_older_schema_is_not_served_and_the_command_is_named(
    url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = make_url(url)
    drivers = {"postgresql": "postgresql+psycopg", "sqlite": "sqlite"}
    engine = create_engine(plain.set(drivername=drivers[plain.get_backend_name()]))
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    monkeypatch.setenv("CASEWORKER_DATABASE_URL", url)
    monkeypatch.setattr("gc.disable", lambda: None)
    for workers in ("1", "2"):
        refused = run("serve", "--port", "0", "--workers", workers)
        assert (refused.code, refused.out) == (2, "")
        assert "caseworker db upgrade" in refused.err
        assert "Traceback" not in refused.err


def test_other_addresses_need_a_key(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/keys.sqlite3"
    refused = command("serve", "--host", "0.0.0.0", "--port", "0", url=url)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "caseworker keys create" in refused.stderr
    assert refused.stderr.count("\n") <= 2
