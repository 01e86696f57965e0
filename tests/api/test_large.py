"""Large pastes: so many at once, so many that wait, and none goes on that was given up."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient
from uvicorn import Config

from agent.compose import load_lexicon
from agent.graph import LARGE
from agent.log import configure_logging
from agent.report.error_report import Submission
from agent.settings import Settings
from api import child
from api.app import create_app
from api.child import Child
from api.large import AT_ONCE, MOST, LargeReads
from api.paste_worker import parsed
from api.problems import Problem

NOW = datetime(2026, 4, 8, 12, tzinfo=UTC)
PASTE = Submission(text="API Error: 529 overloaded\u2028é\n" * 3)
STUCK = "import sys, time\nfor line in sys.stdin: time.sleep(60)"
DYING = "import sys; sys.stdin.readline(); sys.exit(1)"


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[Child]:
    """Every process that is started."""
    found: list[Child] = []
    start = Child.start

    async def noted(module: str) -> Child:
        found.append(await start(module))
        return found[-1]

    monkeypatch.setattr(Child, "start", noted)
    return found


def loop_of_the_server() -> Any:
    """The event loop that `serve` runs on here, which may be another one than asyncio's own."""
    return Config("api.app:create_app", factory=True).get_loop_factory()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, loop_of_the_server()])
def test_a_process_reads_as_the_server_would_and_is_used_again(begun: list[Child], loop: Any) -> None:
    async def scene() -> None:
        reads = LargeReads()
        found = [await reads.parse(PASTE, NOW) for _ in range(3)]
        await reads.close()
        assert found == [parsed(PASTE, load_lexicon(), NOW).model_dump_json().encode()] * 3

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(scene())
    assert len(begun) == 1
    assert not begun[0].is_alive, "it ends with the server"


def test_what_is_given_up_is_ended_and_what_waits_is_not_begun(
    begun: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_START", STUCK)

    async def scene() -> None:
        reads = LargeReads()
        tasks = [asyncio.create_task(reads.parse(PASTE, NOW)) for _ in range(MOST)]
        while len(begun) < AT_ONCE:
            await asyncio.sleep(0.01)
        with pytest.raises(Problem) as full:
            await reads.parse(PASTE, NOW)
        assert (full.value.status, full.value.slug, full.value.retry_after) == (503, "too-many-runs", 2)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert len(begun) == AT_ONCE
        assert not any(process.is_alive for process in begun), "no process works on for nobody"
        monkeypatch.undo()
        assert await reads.parse(PASTE, NOW), "there is room again"
        await reads.close()

    asyncio.run(scene())


def test_a_process_that_dies_is_a_fault_and_the_next_one_reads(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("warning")

    async def scene() -> None:
        reads = LargeReads()
        with monkeypatch.context() as dying:
            dying.setattr(child, "_START", DYING)
            with pytest.raises(Problem) as bad:
                await reads.parse(PASTE, NOW)
            assert (bad.value.status, bad.value.slug) == (500, "internal")
        assert await reads.parse(PASTE, NOW)
        await reads.close()

    asyncio.run(scene())
    assert "a paste was not read" in capsys.readouterr().err


def test_parses_that_take_too_long_do_not_pile_up(
    service_settings: Settings, begun: list[Child], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child, "_START", STUCK)
    settings = service_settings.model_copy(update={"run_seconds": 0.3})
    paste = {"text": "x" * (LARGE + 1)}
    with TestClient(create_app(settings), base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        answers = [http.post("/v1/parse", json=paste) for _ in range(AT_ONCE + 2)]
        assert [answer.status_code for answer in answers] == [504] * (AT_ONCE + 2)
        assert not any(process.is_alive for process in begun)
        assert http.get("/v1/causes").status_code == 200


def test_a_diagnosis_of_a_large_paste_is_read_apart_and_says_the_same(
    service_settings: Settings, begun: list[Child]
) -> None:
    error = 'API Error: 529 {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    small = {"text": f"{error}\nsession 3%"}
    paste = {"text": small["text"] + "\nnothing of note" * (LARGE // 12)}
    app = create_app(service_settings)
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 1)) as http:
        one, other = (http.post("/v1/diagnoses", json=body) for body in (small, paste))
    assert len(begun) == 1
    assert (one.status_code, other.status_code) == (201, 201)
    assert other.json()["report"]["errors"] == one.json()["report"]["errors"]
    assert other.json()["usage"]["buckets"] == one.json()["usage"]["buckets"]
    assert other.json()["causes"] == one.json()["causes"]
