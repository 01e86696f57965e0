"""Streams on the wire: their form, the comments while it is quiet, readers that vanish or rest."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from starlette.requests import Request

from agent.settings import Settings
from api import stream
from api.app import create_app
from api.problems import Problem
from api.runs import Event
from api.stream import check_reached, last_event_id, stream_response
from tests.api.live import Connection, Gated, serving

EVENTS = "text/event-stream"


def asked(given: str | None) -> Request:
    headers = [] if given is None else [(b"last-event-id", given.encode())]
    return Request({"type": "http", "headers": headers})


async def wire(events: AsyncIterator[Event], pause: float) -> list[str]:
    response = stream_response(events, pause)
    return [bytes(part).decode() async for part in response.body_iterator]  # type: ignore[arg-type]


def test_an_event_is_three_lines_whatever_its_data() -> None:
    async def events() -> AsyncIterator[Event]:
        yield Event(1, "report", {"text": "a\nid: 9\r\n\r\nevent: done\u2028é"})
        yield Event(6, "done", None)

    first, last = asyncio.run(wire(events(), 10))
    name, data, number = first.removesuffix("\n\n").split("\n")
    assert (name, number) == ("event: report", "id: 1")
    assert json.loads(data.removeprefix("data: ")) == {"text": "a\nid: 9\r\n\r\nevent: done\u2028é"}
    assert last == "event: done\ndata: null\nid: 6\n\n"


def test_while_it_is_quiet_there_are_comments_and_no_event_is_lost() -> None:
    async def events() -> AsyncIterator[Event]:
        yield Event(1, "report", {})
        await asyncio.sleep(0.1)
        yield Event(2, "usage", {})

    parts = asyncio.run(wire(events(), 0.01))
    assert parts[0].endswith("id: 1\n\n")
    assert parts[-1].endswith("id: 2\n\n")
    assert len(parts) > 3
    assert all(part.startswith(":") and part.endswith("\n\n") for part in parts[1:-1])
    assert len(asyncio.run(wire(events(), 10))) == 2


def test_no_proxy_keeps_a_stream_back() -> None:
    async def events() -> AsyncIterator[Event]:
        yield Event(1, "report", {})

    response = stream_response(events(), 1, {"location": "/x"})
    assert response.headers["content-type"].startswith(EVENTS)
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-accel-buffering"] == "no"
    assert response.headers["location"] == "/x"


@pytest.mark.parametrize(("given", "after"), [(None, 0), ("", 0), ("0", 0), (" 4 ", 4), ("007", 7)])
def test_where_to_go_on(given: str | None, after: int) -> None:
    assert last_event_id(asked(given)) == after


@pytest.mark.parametrize("given", ["-1", "1.0", "x", "1" * 10, "0x1", "+1"])
def test_an_id_that_is_no_number_is_refused(given: str) -> None:
    with pytest.raises(Problem) as bad:
        last_event_id(asked(given))
    assert (bad.value.status, bad.value.slug) == (400, "bad-event-id")


def test_an_id_that_no_event_had_yet_is_refused() -> None:
    events = [Event(1, "report", {}), Event(2, "usage", {})]
    check_reached(2, events)
    check_reached(0, [])
    for after, seen in ((3, events), (1, [])):
        with pytest.raises(Problem):
            check_reached(after, seen)


def test_a_reader_that_vanishes_harms_nobody_and_the_run_is_kept(
    service_settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    async def scene() -> None:
        walk = Gated()
        async with serving(create_app(service_settings, walk=walk)) as live:
            vanishing, staying = [
                await Connection.send(live.port, "/v1/diagnoses", {"text": text}, accept=EVENTS)
                for text in ("one", "two")
            ]
            path = (await vanishing.until(b"event: report")).partition("location: ")[2].split("\r\n")[0]
            vanishing.writer.transport.abort()
            await staying.until(b"event: report")
            follower = await Connection.send(live.port, path + "/events", last_event_id="1")
            await asyncio.sleep(0.05)
            walk.gate.set()
            assert "event: done" in await staying.rest()
            rest = await follower.rest()
            assert "id: 1\n" not in rest
            assert rest.index("id: 2\n") < rest.index("event: diagnosis\n") < rest.index("event: done")
            found = await (await Connection.send(live.port, path)).rest()
            assert found.startswith("HTTP/1.1 200")
            assert json.loads(found.partition("\r\n\r\n")[2])["state"] == "done"

    asyncio.run(scene())
    assert "fault" not in capsys.readouterr().err


def test_comments_reach_a_reader_of_a_quiet_run(service_settings: Settings) -> None:
    settings = service_settings.model_copy(update={"keep_alive_seconds": 0.02})

    async def scene() -> None:
        walk = Gated()
        async with serving(create_app(settings, walk=walk)) as live:
            reader = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, accept=EVENTS)
            await reader.until(b"id: 1\n\n")
            assert (await reader.until(b"\n\n")).split("\r\n")[-1].startswith(":")
            walk.gate.set()
            assert "event: done" in await reader.rest()

    asyncio.run(scene())


def test_a_reader_that_stops_reading_is_cut_off(
    service_settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stream, "WRITE_SECONDS", 0.1)
    walked = Gated()
    walked.gate.set()

    async def huge(*given: Any) -> AsyncIterator[tuple[str, Any]]:
        async for name, value in walked(*given):
            yield name, {"text": "x" * 8_000_000} if name == "report" else value

    async def scene() -> None:
        async with serving(create_app(service_settings, walk=huge)) as live:
            resting = await Connection.send(live.port, "/v1/diagnoses", {"text": "x"}, accept=EVENTS)
            await resting.until(b"\r\n\r\n")
            await asyncio.sleep(0.5)
            assert "event: done" not in await resting.rest()
            answered = await (await Connection.send(live.port, "/healthz")).rest()
            assert answered.startswith("HTTP/1.1 200")

    asyncio.run(scene())
    assert "fault" not in capsys.readouterr().err
