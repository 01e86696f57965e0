"""Streams: what a reader gets and when, and which ones count as complete."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from evals.bench import streams
from evals.bench.streams import _measure, request

WHOLE = b"event: report\ndata: {}\n\n" + b"x" * 600 + b"event: diagnosis\n\nevent: done\n\n"
CUT = b"event: report\ndata: {}\n\n"


@asynccontextmanager
async def stub(cut_every: int = 0, pause: float = 0.0) -> AsyncIterator[tuple[str, int]]:
    """A server whose streams are whole but for each `cut_every`th; other requests get `{}`."""
    count = itertools.count(1)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        if "content-length: " in head:
            await reader.readexactly(int(head.partition("content-length: ")[2].split("\r\n")[0]))
        body = b"{}"
        if "text/event-stream" in head:
            body = CUT if cut_every and next(count) % cut_every == 0 else WHOLE
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        await writer.drain()
        await asyncio.sleep(pause)
        writer.write(body)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield ("127.0.0.1", server.sockets[0].getsockname()[1])


def test_the_first_event_counts_not_the_headers() -> None:
    async def scene() -> tuple[bytes, float]:
        async with stub(pause=0.05) as address:
            return await request(address, "GET /x HTTP/1.1\r\n")

    got, first = asyncio.run(scene())
    assert got.endswith(b"\r\n\r\n{}")
    assert first > 40


def test_only_whole_streams_are_complete() -> None:
    async def scene() -> streams.Streams:
        # Six streams warm up and are timed; of the twelve after them each third one is cut.
        async with stub(cut_every=3) as address:
            return await _measure(address, 12)

    found = asyncio.run(scene())
    assert (found.readers, found.complete) == (12, 8)
    assert found.others.runs >= 2
    assert found.first_event_ms > 0
