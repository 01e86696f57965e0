"""A stop signal: what runs ends with its diagnosis or a problem, what is new is turned away."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from agent.compose import open_services
from agent.settings import Settings
from api.app import create_app
from api.stopping import on_terminate
from tests.api.live import Connection, Gated, serving

EVENTS = "text/event-stream"


@pytest.fixture(autouse=True)
def stops() -> Iterator[list[int]]:
    """Stop signals that nobody else took; the server raises its own again at the end."""
    seen: list[int] = []
    numbers = (signal.SIGTERM, signal.SIGINT)
    before = [signal.signal(number, lambda number, _frame: seen.append(number)) for number in numbers]
    yield seen
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


def test_a_stream_that_is_open_ends_with_its_diagnosis(service_settings: Settings, stops: list[int]) -> None:
    async def scene() -> None:
        walk = Gated()
        async with serving(create_app(service_settings, walk=walk)) as live:
            stream = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, accept=EVENTS)
            await stream.until(b"event: report")
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0.05)
            refused = await (await Connection.send(live.port, "/v1/causes")).rest()
            assert refused.startswith("HTTP/1.1 503")
            assert "retry-after: 5" in refused.lower()
            assert "urn:caseworker:problem:stopping" in refused
            assert not live.task.done(), "the server waits for the run"
            walk.gate.set()
            assert "event: done" in await stream.rest()
            await asyncio.wait_for(live.task, 20)

    asyncio.run(scene())
    assert stops == [signal.SIGTERM], "the server has seen the signal, and raised it again"


def test_what_does_not_end_in_time_ends_in_a_problem(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"drain_seconds": 0.05})

    async def scene() -> None:
        async with serving(create_app(settings, walk=Gated())) as live:
            stream = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, accept=EVENTS)
            await stream.until(b"event: report")
            later = await Connection.send(live.port, "/v1/diagnoses", {"text": "y"}, prefer="respond-async")
            accepted = json.loads((await later.rest()).partition("\r\n\r\n")[2])
            signal.raise_signal(signal.SIGTERM)
            ended = await stream.rest()
            assert "event: problem" in ended
            assert "urn:caseworker:problem:stopping" in ended
            await asyncio.wait_for(live.task, 20)
        async with open_services(settings) as services:
            stored = await services.diagnoses.get(accepted["id"])
        assert stored is not None
        assert stored.state == "failed"
        assert stored.problem is not None
        assert stored.problem["status"] == 503

    asyncio.run(scene())


def test_a_second_signal_ends_what_runs_in_a_problem_and_stops_at_once(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"drain_seconds": 600.0})

    async def scene() -> None:
        async with serving(create_app(settings, walk=Gated())) as live:
            stream = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, accept=EVENTS)
            await stream.until(b"event: report")
            later = await Connection.send(live.port, "/v1/diagnoses", {"text": "y"}, prefer="respond-async")
            accepted = json.loads((await later.rest()).partition("\r\n\r\n")[2])
            for _ in range(2):
                signal.raise_signal(signal.SIGTERM)
                await asyncio.sleep(0.05)
            ended = await stream.rest()
            assert "urn:caseworker:problem:stopping" in ended
            await asyncio.wait_for(live.task, 20)
        async with open_services(settings) as services:
            stored = await services.diagnoses.get(accepted["id"])
        assert stored is not None
        assert stored.state == "failed"

    asyncio.run(scene())


def test_the_server_stops_after_the_drain_and_a_second_signal_does_not_wait(stops: list[int]) -> None:
    async def scene() -> None:
        done, cuts = asyncio.Event(), []
        with on_terminate(lambda: done.wait(), lambda: cuts.append(1)):  # type: ignore[arg-type, return-value]
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0.01)
            assert stops == []
            signal.raise_signal(signal.SIGINT)
            assert stops == [signal.SIGINT]
            await asyncio.sleep(0.01)
            assert cuts == [1], "what the drain waits for is ended"
            done.set()
            await asyncio.sleep(0.01)
            assert stops == [signal.SIGINT, signal.SIGTERM]
        signal.raise_signal(signal.SIGTERM)
        assert len(stops) == 3, "afterwards the server's own handler is back"

    asyncio.run(scene())


def test_a_drain_that_fails_stops_the_server_all_the_same(stops: list[int]) -> None:
    async def broken() -> None:
        raise LookupError

    async def scene() -> None:
        heard: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, what: heard.append(what))
        with on_terminate(broken, lambda: None):
            signal.raise_signal(signal.SIGTERM)
            await asyncio.sleep(0.01)
        assert stops == [signal.SIGTERM]

    asyncio.run(scene())


def test_in_another_thread_no_handler_is_touched() -> None:
    before = signal.getsignal(signal.SIGTERM)
    inside: list[object] = []

    async def scene() -> None:
        with on_terminate(lambda: asyncio.sleep(0), lambda: None):
            inside.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=lambda: asyncio.run(scene()))
    thread.start()
    thread.join()
    assert inside == [before]
