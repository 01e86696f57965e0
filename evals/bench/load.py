"""How many diagnoses a second one server makes, beside the same server round a graph that does nothing."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from agent.report.error_report import Submission
from evals.bench.latency import Spread, spread
from evals.bench.process import sample
from evals.bench.server import Server, serving

EMPTY = ("-m", "evals.bench.empty_service")
AT_ONCE = 8
"""Connections that send one request after another."""
MOST_SECONDS = 600


class Load(BaseModel):
    """One server under load: answers a second, their times, and its memory in MiB before and after."""

    model_config = ConfigDict(frozen=True)

    answered: int
    failed: int
    per_second: float
    times: Spread
    memory_before_mb: float
    memory_after_mb: float


class Compared(BaseModel):
    """Both servers; `share` is the real one's rate over that of the empty one."""

    model_config = ConfigDict(frozen=True)

    ready_s: float
    real: Load
    empty: Load
    share: float
    paced: Load | None = None
    """The real one at a fixed rate."""


def measure_load(submissions: Sequence[Submission], seconds: float, rate: float | None) -> Compared:
    """Both servers for `seconds` each as fast as they go; then the real one at `rate` a second."""
    bodies = [submission.model_dump_json(exclude_none=True).encode() for submission in submissions]
    with serving(EMPTY) as server:
        empty = asyncio.run(_load(server, bodies, seconds, None))
    with serving() as server:
        ready = server.ready_s
        real = asyncio.run(_load(server, bodies, seconds, None))
        paced = asyncio.run(_load(server, bodies, seconds, rate)) if rate else None
    share = round(real.per_second / empty.per_second, 3)
    return Compared(ready_s=round(ready, 2), real=real, empty=empty, share=share, paced=paced)


async def _load(server: Server, bodies: Sequence[bytes], seconds: float, rate: float | None) -> Load:
    """Warm up, then send: as fast as answers come, or at `rate` a second whatever becomes of them."""
    clients = [_Client(server.url) for _ in range(AT_ONCE)]
    await asyncio.gather(*(client.post(body) for client in clients for body in bodies[:10]))
    before = sample(server.pid)[0]
    times: list[float] = []
    failed = 0
    started = time.perf_counter()
    turn = iter(range(10**9))

    async def work(client: _Client) -> None:
        nonlocal failed
        while (now := time.perf_counter()) - started < seconds:
            number = next(turn)
            due = started + number / rate if rate else now
            await asyncio.sleep(max(0.0, due - now))
            status = await client.post(bodies[number % len(bodies)])
            # At a fixed rate the time counts from when it was due, so that waiting is not left out.
            times.append((time.perf_counter() - (due if rate else now)) * 1000)
            failed += status != 201

    await asyncio.gather(*(work(client) for client in clients))
    taken = time.perf_counter() - started
    for client in clients:
        client.close()
    return Load(
        answered=len(times),
        failed=failed,
        per_second=round(len(times) / taken, 1),
        times=spread(times),
        memory_before_mb=round(before / 1024, 1),
        memory_after_mb=round(sample(server.pid)[0] / 1024, 1),
    )


class _Client:
    """A connection that costs little, so that what is measured is the server."""

    def __init__(self, url: str) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> int:
        """The status of the answer to one report."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(self._host, self._port, limit=1 << 22)
        reader, writer = self._streams
        head = f"POST /v1/diagnoses HTTP/1.1\r\nhost: {self._host}\r\ncontent-type: application/json\r\n"
        writer.write(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = int(answer.partition("content-length: ")[2].split("\r\n")[0])
        await reader.readexactly(length)
        return int(answer.split(" ", 2)[1])

    def close(self) -> None:
        """Give the connection up."""
        if self._streams is not None:
            self._streams[1].close()


def lines(found: Compared) -> list[str]:
    """The figures in words."""
    shown = [
        ("real", found.real),
        ("empty", found.empty),
        *([("paced", found.paced)] if found.paced else []),
    ]
    return [
        f"ready after {found.ready_s} s; real/empty {found.share}",
        *(
            f"{name:<6} {one.per_second:>7} /s  p50 {one.times.p50_ms:.1f} ms  p95 {one.times.p95_ms:.1f} ms"
            f"  failed {one.failed}  memory {one.memory_before_mb} -> {one.memory_after_mb} MiB"
            for name, one in shown
        ),
    ]


def written(found: BaseModel, path: Path | None) -> None:
    """Keep the figures as JSON where a file is named."""
    if path is not None:
        path.write_text(json.dumps(found.model_dump(), indent=1) + "\n", encoding="utf-8")
