"""Processes that walk the road: they are used, waited for, replaced, and done without."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from agent.graph import LARGE
from agent.log import configure_logging
from agent.report.error_report import Submission
from agent.settings import Settings
from api import child, roads
from api.app import create_app
from api.child import Child
from api.problems import Problem
from api.roads import Roads, usual_number

SMALL = Submission(text="x")
PLAIN: Any = SimpleNamespace(model=None)
READY = "import os, sys, time\nprint('ready', flush=True)\n"
ECHO = READY + (
    "for line in sys.stdin:\n"
    "    print('[\"report\", %d]' % os.getpid(), flush=True)\n"
    "    print('[\"problem\", {\"status\": 503, \"slug\": \"echo\","
    " \"detail\": \"\", \"retry_after\": 7}]', flush=True)"
)  # fmt: skip
STUCK = READY + (
    "for line in sys.stdin:\n    print('[\"report\", %d]' % os.getpid(), flush=True)\n    time.sleep(60)"
)
DYING = READY + "sys.stdin.readline(); sys.exit(1)"
NEVER = "import sys; sys.exit(1)"
LOCAL: dict[str, Any] = {"base_url": "http://localhost", "client": ("127.0.0.1", 1)}


async def here(_submission: Submission, _context: Any, _id: str) -> AsyncIterator[tuple[str, Any]]:
    yield "report", "here"


async def ready(many: int, script: str, monkeypatch: pytest.MonkeyPatch) -> Roads:
    """Roads whose processes run a script, all of them ready."""
    monkeypatch.setattr(child, "_START", script)
    monkeypatch.setattr(roads, "_FIRST_PAUSE", 0.01)
    found = Roads(many, here)
    found.start()
    while found.ready < many:
        await asyncio.sleep(0.01)
    return found


async def reports(given: Roads, submission: Submission = SMALL, context: Any = PLAIN) -> list[Any]:
    """What the room says; a problem as its slug."""
    found = []
    try:
        async for _name, value in given.walk(submission, context, "dx"):
            found.append(value)
    except Problem as problem:
        found.append((problem.slug, problem.retry_after))
    return found


def test_a_walk_goes_to_a_process_and_what_it_ends_in_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        given = await ready(1, ECHO, monkeypatch)
        first, again = await reports(given), await reports(given)
        assert first == again == [first[0], ("echo", 7)], "the process is used again"
        assert first[0] != os.getpid()
        await given.close()
        with pytest.raises(ProcessLookupError):
            os.kill(first[0], 0)

    asyncio.run(scene())


def test_one_walk_at_a_time_in_each(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        given = await ready(2, ECHO, monkeypatch)
        found = await asyncio.gather(*(reports(given) for _ in range(9)))
        assert all(len(each) == 2 for each in found)
        assert len({each[0] for each in found}) == 2
        await given.close()

    asyncio.run(scene())


def test_what_asks_a_model_or_is_large_is_walked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        given = await ready(1, ECHO, monkeypatch)
        assert await reports(given, context=SimpleNamespace(model=object())) == ["here"]
        assert await reports(given, Submission(text="x" * LARGE)) == ["here"]
        await given.close()

    asyncio.run(scene())


def test_without_a_process_that_is_ready_it_is_walked_here(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        monkeypatch.setattr(child, "_START", NEVER)
        monkeypatch.setattr(roads, "_FIRST_PAUSE", 0.01)
        given = Roads(1, here)
        assert await reports(given) == ["here"]
        given.start()
        await asyncio.sleep(0.2)
        assert await reports(given) == ["here"]
        await given.close()

    asyncio.run(scene())


def test_one_that_dies_is_a_fault_and_is_replaced(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging("warning")

    async def scene() -> None:
        given = await ready(1, DYING, monkeypatch)
        assert await reports(given) == [("internal", None)]
        monkeypatch.setattr(child, "_START", ECHO)
        for _ in range(2):  # the one that was being started may still be of the old kind
            while not given.ready:
                await asyncio.sleep(0.01)
            found = await reports(given)
        assert found[-1] == ("echo", 7)
        await given.close()

    asyncio.run(scene())
    assert "its process ended" in capsys.readouterr().err


def test_one_that_is_given_up_is_ended_and_who_waits_gets_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def scene() -> None:
        given = await ready(1, STUCK, monkeypatch)
        stuck = asyncio.create_task(reports(given))
        await asyncio.sleep(0.1)
        waiting = asyncio.create_task(reports(given))
        await asyncio.sleep(0.1)
        assert not waiting.done()
        monkeypatch.setattr(child, "_START", ECHO)
        stuck.cancel()
        found = await waiting
        assert found in (["here"], [found[0], ("echo", 7)])
        await given.close()

    asyncio.run(scene())


def test_where_there_is_one_core_there_is_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    found = []
    for cores in (1, None, 2, 64):
        monkeypatch.setattr(os, "cpu_count", lambda cores=cores: cores)
        found.append(usual_number())
    assert found == [0, 0, 2, 2]


def _wait(app: Any, many: int) -> None:
    until = time.monotonic() + 60
    while app.state.roads.ready < many and time.monotonic() < until:
        time.sleep(0.05)
    assert app.state.roads.ready == many


def test_the_service_answers_the_same_with_and_without(service_settings: Settings, refusal: str) -> None:
    said = []
    for many in (0, 1):
        app = create_app(service_settings, road_processes=many)
        with TestClient(app, **LOCAL) as http:
            _wait(app, many)
            answer = http.post("/v1/diagnoses", json={"text": refusal})
            assert answer.status_code == 201
            body = answer.json()
            kept = http.get(f"/v1/diagnoses/{body['id']}").json()
            assert kept["causes"] == body["causes"]
            said.append({name: body[name] for name in ("report", "usage", "issues", "causes", "diagnosis")})
            events = http.post(
                "/v1/diagnoses", json={"text": refusal}, headers={"accept": "text/event-stream"}
            )
            assert [line[7:] for line in events.text.splitlines() if line.startswith("event: ")] == [
                "report", "usage", "issues", "causes", "diagnosis", "done",
            ]  # fmt: skip
    assert said[0] == said[1]


def test_the_service_goes_on_when_its_process_is_killed(
    service_settings: Settings, refusal: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun: list[Child] = []
    start = Child.start

    async def noted(module: str) -> Child:
        begun.append(await start(module))
        return begun[-1]

    monkeypatch.setattr(Child, "start", noted)
    app = create_app(service_settings, road_processes=1)
    with TestClient(app, **LOCAL) as http:
        _wait(app, 1)
        os.kill(begun[0].pid, signal.SIGKILL)
        answers = [http.post("/v1/diagnoses", json={"text": refusal}).status_code for _ in range(3)]
        assert answers[-1] == 201
        assert set(answers) <= {201, 500}
    assert not any(each.is_alive for each in begun)
