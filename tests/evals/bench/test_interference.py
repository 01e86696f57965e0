"""Interference: both kinds of time are taken, and a server that stops for a paste is found out."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from evals.bench.interference import Interference, measure, paste


@asynccontextmanager
async def stub(*, stops: bool, status: str = "200 OK") -> AsyncIterator[tuple[str, int]]:
    """A server that takes a while over a large body; with `stops` it answers nobody meanwhile."""
    busy = asyncio.Lock()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        size = int(head.partition("content-length: ")[2].split("\r\n")[0])
        await reader.readexactly(size)
        if size > 1_000:
            async with busy:
                await asyncio.sleep(0.2)
        elif stops:
            async with busy:
                pass
        writer.write(f"HTTP/1.1 {status}\r\nconnection: close\r\n\r\n{{}}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield ("127.0.0.1", server.sockets[0].getsockname()[1])


def measured(*, stops: bool, status: str = "200 OK") -> Interference:
    async def scene() -> Interference:
        async with stub(stops=stops, status=status) as address:
            return await measure(address, 50_000, rounds=2)

    return asyncio.run(scene())


def test_a_server_that_stops_for_a_paste_is_found_out() -> None:
    well, badly = measured(stops=False), measured(stops=True)
    assert well.pastes.p50_ms >= 190
    assert (well.alone.runs, well.pastes.runs) == (120, 2)
    assert badly.beside.max_ms > 100
    assert badly.ratio == round(badly.beside.p95_ms / badly.alone.p95_ms, 2)


def test_a_paste_that_is_refused_is_no_measurement() -> None:
    with pytest.raises(RuntimeError, match="413"):
        measured(stops=False, status="413 Content Too Large")


def test_a_paste_has_the_size_that_was_asked_for() -> None:
    body = paste(1_900_000)
    assert 1_850_000 < len(body) < 2_000_000, "as much as the service takes"
    assert json.loads(body)["text"].count("529 overloaded") > 1_000
