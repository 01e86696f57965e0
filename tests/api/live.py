"""A real server of an app, on a free port of this machine and in the event loop of the test."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import uvicorn

from agent.report.error_report import Submission
from agent.state import Context
from evals.bench.empty_service import empty_walk


@dataclass(frozen=True)
class Live:
    """A running server: its port, and the task that ends when it does."""

    port: int
    task: asyncio.Task[None]


@asynccontextmanager
async def serving(app: Any) -> AsyncIterator[Live]:
    """`app` served until the block ends, or until a signal."""
    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="on", timeout_graceful_shutdown=5
    )
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        assert not task.done(), "the app did not start"
        await asyncio.sleep(0.01)
    try:
        yield Live(listening.getsockname()[1], task)
    finally:
        server.should_exit = True
        await task


class Connection:
    """One request on a connection of its own; the answer is read as it comes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def send(cls, port: int, path: str, report: dict[str, Any] | None = None, **headers: str) -> Any:
        """Send GET, or POST where there is a report; `_` in a header's name stands for `-`."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        body = b"" if report is None else json.dumps(report).encode()
        given = {"host": "localhost", "connection": "close", "content-length": str(len(body))}
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        if report is not None:
            given["content-type"] = "application/json"
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        method = "GET" if report is None else "POST"
        writer.write(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)
        return cls(reader, writer)

    async def until(self, mark: bytes) -> str:
        """What comes up to `mark`, with it."""
        return (await asyncio.wait_for(self.reader.readuntil(mark), 20)).decode()

    async def rest(self) -> str:
        """What comes up to the end."""
        found = await asyncio.wait_for(self.reader.read(), 20)
        self.writer.close()
        return found.decode()


class Gated:
    """A walk that says its first room, and the rest once `gate` is set."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.under_way = 0
        self.most = 0
        self._walk = empty_walk()

    async def __call__(
        self, submission: Submission, context: Context, diagnosis_id: str
    ) -> AsyncIterator[tuple[str, Any]]:
        """The shape of `graph.stream`."""
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            async for name, value in self._walk(submission, context, diagnosis_id):
                yield name, value
                if name == "report":
                    await self.gate.wait()
        finally:
            self.under_way -= 1
