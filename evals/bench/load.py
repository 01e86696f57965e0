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
from evals.bench.process import sample, tree, used_cpu
from evals.bench.server import Server, serving

EMPTY = ("-m", "evals.bench.empty_service")
AT_ONCE = 8
"""Connections that send one request after another."""
MOST_SECONDS = 600
SAMPLES = 20
"""The memory is looked at so often in a run, but not more than once a second."""


class Load(BaseModel):
    """One server under load: answers a second, their times, CPU, and memory in MiB.

    `server_cpu_ms` and `client_cpu_ms` are user and system time for one answer: the client takes its part
    of the same cores. `memory_mb` is the curve, after the warm-up; `memory_grew` what its second half
    adds to its first, as a share.
    """

    model_config = ConfigDict(frozen=True)

    answered: int
    failed: int
    per_second: float
    times: Spread
    server_cpu_ms: float
    client_cpu_ms: float
    memory_mb: list[float]
    memory_grew: float


class Compared(BaseModel):
    """Both servers; `share` is the real one's rate over that of the empty one.

    `share_of_cpu` is the empty one's CPU for an answer over the real one's: it tells the same where other
    work disturbs the rates.
    """

    model_config = ConfigDict(frozen=True)

    ready_s: float
    real: Load
    empty: Load
    share: float
    share_of_cpu: float
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
    return Compared(
        ready_s=round(ready, 2),
        real=real,
        empty=empty,
        share=round(real.per_second / empty.per_second, 3),
        share_of_cpu=round(empty.server_cpu_ms / max(real.server_cpu_ms, 0.01), 3),
        paced=paced,
    )


async def _load(server: Server, bodies: Sequence[bytes], seconds: float, rate: float | None) -> Load:
    """Warm up, then send: as fast as answers come, or at `rate` a second whatever becomes of them."""
    clients = [_Client(server.url) for _ in range(AT_ONCE)]
    await asyncio.gather(*(client.post(body) for client in clients for body in bodies[:10]))
    times: list[float] = []
    failed = 0
    curve = [_memory(server)]
    own, of_server = time.process_time(), _cpu(server)
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

    async def look() -> None:
        while True:
            await asyncio.sleep(max(1.0, seconds / SAMPLES))
            curve.append(_memory(server))

    looking = asyncio.create_task(look())
    await asyncio.gather(*(work(client) for client in clients))
    taken = time.perf_counter() - started
    looking.cancel()
    own, of_server = time.process_time() - own, _cpu(server) - of_server
    curve.append(_memory(server))
    for client in clients:
        client.close()
    return Load(
        answered=len(times),
        failed=failed,
        per_second=round(len(times) / taken, 1),
        times=spread(times),
        server_cpu_ms=round(of_server / len(times) * 1000, 2),
        client_cpu_ms=round(own / len(times) * 1000, 2),
        memory_mb=curve,
        memory_grew=grown(curve),
    )


def grown(curve: Sequence[float]) -> float:
    """What the highest of the second half adds to the highest of the first half, as a share of that."""
    half = max(1, len(curve) // 2)
    first, second = max(curve[:half]), max(curve[half:], default=curve[-1])
    return round(second / first - 1, 4)


def _cpu(server: Server) -> float:
    """CPU seconds of the server and of the processes that work for it."""
    return sum(map(used_cpu, tree(server.pid)))


def _memory(server: Server) -> float:
    return round(sample(server.pid)[0] / 1024, 1)


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
    said = [
        f"ready after {found.ready_s} s; real/empty {found.share} by rate, {found.share_of_cpu} by CPU",
        "server and client share the cores of this machine",
    ]
    for name, one in shown:
        said += [
            f"{name:<6} {one.per_second:>7} /s  p50 {one.times.p50_ms:.1f} ms  p95 {one.times.p95_ms:.1f} ms"
            f"  failed {one.failed}  CPU {one.server_cpu_ms} ms (client {one.client_cpu_ms})"
            f"  memory {min(one.memory_mb)} to {max(one.memory_mb)} MiB, second half {one.memory_grew:+.1%}",
            f"       memory {' '.join(f'{value:.0f}' for value in one.memory_mb)}",
        ]
    return said


def written(found: BaseModel, path: Path | None) -> None:
    """Keep the figures as JSON where a file is named."""
    if path is not None:
        path.write_text(json.dumps(found.model_dump(), indent=1) + "\n", encoding="utf-8")
