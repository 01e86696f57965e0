"""Many readers of streams at once, most of them slow, and what others notice of them."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

from pydantic import BaseModel, ConfigDict

from evals.bench.latency import Spread, spread
from evals.bench.server import serving

SLOW_BYTES, SLOW_PAUSE = 512, 0.05
"""A slow reader takes so many bytes, then rests so many seconds."""
_TEXT = "API Error: 529 overloaded_error on 2.1.7\n"


class Streams(BaseModel):
    """How many readers got their whole stream, and the times of what was asked meanwhile."""

    model_config = ConfigDict(frozen=True)

    readers: int
    complete: int
    seconds: float
    first_event_ms: float
    others: Spread


async def request(
    address: tuple[str, int], head: str, body: bytes = b"", *, slow: bool = False
) -> tuple[bytes, float]:
    """The bytes of an answer, and the milliseconds until the first event or byte of its body."""
    reader, writer = await asyncio.open_connection(*address)
    length = f"content-length: {len(body)}\r\n" if body else ""
    started = time.perf_counter()
    writer.write(f"{head}host: localhost\r\nconnection: close\r\n{length}\r\n".encode() + body)
    got, first = b"", 0.0
    while chunk := await reader.read(SLOW_BYTES if slow else 1 << 16):
        got += chunk
        if not first and b"\r\n\r\n" in got and not got.endswith(b"\r\n\r\n"):
            first = (time.perf_counter() - started) * 1000
        if slow:
            await asyncio.sleep(SLOW_PAUSE)
    writer.close()
    return got, first


async def _stream(address: tuple[str, int], *, slow: bool) -> tuple[bytes, float]:
    body = json.dumps({"text": _TEXT * 20}).encode()
    head = "POST /v1/diagnoses HTTP/1.1\r\ncontent-type: application/json\r\naccept: text/event-stream\r\n"
    return await request(address, head, body, slow=slow)


async def _meanwhile(address: tuple[str, int], busy: asyncio.Future[Any]) -> list[float]:
    times: list[float] = []
    while not busy.done() or len(times) < 2:
        started = time.perf_counter()
        await request(address, "GET /v1/causes/context-overflow HTTP/1.1\r\n")
        times.append((time.perf_counter() - started) * 1000)
        await asyncio.sleep(0.02)
    return times


async def _measure(address: tuple[str, int], readers: int) -> Streams:
    await _stream(address, slow=False)
    firsts = [(await _stream(address, slow=False))[1] for _ in range(5)]
    started = time.perf_counter()
    busy = asyncio.gather(*(_stream(address, slow=True) for _ in range(readers)))
    others = await _meanwhile(address, busy)
    complete = sum(b"event: diagnosis" in got and b"event: done" in got for got, _ in await busy)
    seconds = time.perf_counter() - started
    return Streams(
        readers=readers,
        complete=complete,
        seconds=round(seconds, 2),
        first_event_ms=round(sorted(firsts)[2], 1),
        others=spread(others),
    )


def measure_streams(readers: int) -> Streams:
    """`readers` slow streams at once on one server, beside small requests."""
    with serving() as server:
        host, _, port = server.url.removeprefix("http://").partition(":")
        return asyncio.run(_measure((host, int(port)), readers))
