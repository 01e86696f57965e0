"""Load: the client that sends, what is counted, and how it is said."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from evals.bench.latency import spread
from evals.bench.load import AT_ONCE, Compared, Load, _Client, _load, grown, lines, written
from evals.bench.server import Server


class Stub:
    """A server that answers each report with the next of its statuses, and keeps what it was sent."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.bodies, self.connections = list(statuses), [b""], 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                length = int(head.partition("content-length: ")[2].split("\r\n")[0])
                self.bodies.append(await reader.readexactly(length))
                status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
                writer.write(f"HTTP/1.1 {status} X\r\nContent-Length: 2\r\n\r\n{{}}".encode())
                await asyncio.sleep(0.001)
        except asyncio.IncompleteReadError:
            writer.close()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Server]:
        async with await asyncio.start_server(self.answer, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            yield Server(f"http://127.0.0.1:{port}", os.getpid(), 0.0, Path("log"))
            await asyncio.sleep(0.02)


def test_a_client_keeps_its_connection_and_reads_the_status() -> None:
    async def scene() -> Stub:
        stub = Stub(201, 503, 201)
        async with stub.serving() as server:
            client = _Client(server.url)
            assert [await client.post(b'{"a":%d}' % number) for number in range(3)] == [201, 503, 201]
            client.close()
        return stub

    stub = asyncio.run(scene())
    assert stub.bodies[1:] == [b'{"a":0}', b'{"a":1}', b'{"a":2}']
    assert stub.connections == 1


@pytest.mark.parametrize(("status", "failing"), [(201, False), (503, True)])
def test_every_answer_that_is_no_diagnosis_has_failed(status: int, failing: bool) -> None:
    async def scene() -> tuple[Load, Stub]:
        stub = Stub(status)
        async with stub.serving() as server:
            return await _load(server, [b"{}"], 0.1, None), stub

    found, stub = asyncio.run(scene())
    assert found.failed == (found.answered if failing else 0)
    assert found.answered == len(stub.bodies) - 1 - AT_ONCE, "warming up is not counted"
    assert stub.connections == AT_ONCE
    assert len(found.memory_mb) >= 2
    assert min(found.memory_mb) > 0
    assert min(found.server_cpu_ms, found.client_cpu_ms) >= 0


def test_at_a_rate_no_more_is_sent() -> None:
    async def scene() -> Load:
        async with Stub(201).serving() as server:
            return await _load(server, [b"{}"], 0.2, 50)

    # Each connection has at most one under way when the time is over.
    assert 2 <= asyncio.run(scene()).answered <= 10 + AT_ONCE


def one(per_second: float) -> Load:
    return Load(
        answered=9, failed=1, per_second=per_second, times=spread([1.0, 2.0]),
        server_cpu_ms=800 / per_second, client_cpu_ms=0.2, memory_mb=[50, 60, 57, 63], memory_grew=0.05,
    )  # fmt: skip


def test_the_figures_are_said_and_kept(tmp_path: Path) -> None:
    found = Compared(ready_s=1.5, real=one(80), empty=one(100), share=0.8, share_of_cpu=0.9)
    said = lines(found)
    assert "real/empty 0.8 by rate, 0.9 by CPU" in said[0]
    figures = [line.split()[:2] for line in said if "p95" in line]
    assert figures == [["real", "80.0"], ["empty", "100.0"]]
    assert "failed 1" in said[2]
    assert "CPU 10.0 ms (client 0.2)" in said[2]
    assert "memory 50.0 to 63.0 MiB, second half +5.0%" in said[2]
    assert said[3] == "       memory 50 60 57 63"
    assert lines(found.model_copy(update={"paced": one(50)}))[-2].startswith("paced")
    written(found, None)
    written(found, tmp_path / "found.json")
    assert json.loads((tmp_path / "found.json").read_text())["real"]["per_second"] == 80


@pytest.mark.parametrize(
    ("curve", "share"),
    [
        ([100.0, 110.0, 105.0, 110.0], 0),
        ([100.0, 100.0, 100.0, 105.0], 0.05),
        ([100.0], 0),
        ([100, 90], -0.1),
    ],
)
def test_memory_grows_by_what_the_second_half_adds(curve: list[float], share: float) -> None:
    assert grown(curve) == share
