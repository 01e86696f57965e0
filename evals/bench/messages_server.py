"""A real HTTP server on this machine that speaks the Messages API as it is told to: replies and faults."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Literal

USAGE = {
    "input_tokens": 1200,
    "output_tokens": 80,
    "cache_read_input_tokens": 0,
    "cache_creation_input_tokens": 0,
}
Ending = Literal["whole", "socket", "quiet", "error", "silence"]
_REASONS = {200: "OK", 400: "Bad Request", 429: "Too Many Requests", 529: "Overloaded"}


@dataclass(frozen=True)
class Says:
    """A reply of the model, streamed in `pieces` where the request asks for a stream.

    `ending`: "whole"; "socket" cuts the connection after `cut` pieces, "quiet" ends the body there as if
    it were all, "error" sends an error event `error` there, "silence" sends nothing more and waits.
    """

    text: str = "{}"
    thinking: str = ""
    pieces: int = 4
    stop_reason: str | None = "end_turn"
    stop_details: dict[str, Any] | None = None
    usage: Mapping[str, Any] = field(default_factory=lambda: dict(USAGE))
    ending: Ending = "whole"
    cut: int = 2
    error: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Refuses:
    """An error as the API words it; `raw` instead of it for what a proxy in front may send."""

    status: int
    type: str = "invalid_request_error"
    message: str = "Bad request"
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    request_id: str = "req_011CTestOfARefusal0000000"


@dataclass(frozen=True)
class Raw:
    """Bytes as the body of a 200, of any content type."""

    body: bytes
    content_type: str = "text/html"


@dataclass(frozen=True)
class Silence:
    """No answer at all until the client gives up."""


Turn = Says | Refuses | Raw | Silence


@dataclass(frozen=True)
class Asked:
    """A request as it came; `at` and `first_text_at` are of the monotonic clock."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]
    at: float


class MessagesServer:
    """Answers the nth request with the nth turn, and every later one with the last.

    A turn may be a function of the request's body. `asked` holds the requests, `first_text_at` when the
    first text of each reply was sent.
    """

    def __init__(self, *turns: Turn | Callable[[dict[str, Any]], Turn]) -> None:
        self.turns = list(turns) or [Says()]
        self.asked: list[Asked] = []
        self.first_text_at: list[float] = []
        self.connections = 0
        self.url = ""
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self) -> None:
        """Take requests on a free port of loopback; `url` says which."""
        self._listening = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._listening.sockets[0].getsockname()[1]}"

    def stop_listening(self) -> None:
        """From now on nobody is there."""
        if self._listening is not None:
            self._listening.close()

    async def end(self) -> None:
        """Close every connection."""
        self.stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        with suppress(asyncio.CancelledError):
            await self.serve(reader, writer)

    def _turn(self, body: dict[str, Any]) -> Turn:
        turn = self.turns[min(len(self.asked), len(self.turns)) - 1]
        return turn(body) if callable(turn) else turn

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open from request to request."""
        self.connections += 1
        try:
            while asked := await _request(reader):
                self.asked.append(asked)
                if not await self._answer(asked.body, self._turn(asked.body), writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # The client is gone.
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _answer(self, body: dict[str, Any], turn: Turn, writer: asyncio.StreamWriter) -> bool:
        """Send one answer; whether the connection goes on."""
        if isinstance(turn, Silence):
            await asyncio.sleep(3600)
        if isinstance(turn, Refuses):
            raw = turn.raw if turn.raw is not None else json.dumps(refusal(turn)).encode()
            headers = {"request-id": turn.request_id, **turn.headers}
            await _send(writer, turn.status, raw, "application/json", headers)
            return True
        if isinstance(turn, Raw):
            await _send(writer, 200, turn.body, turn.content_type, {})
            return True
        assert isinstance(turn, Says)
        number = {"request-id": f"req_011CTest{len(self.asked):016d}"}
        if not body.get("stream"):
            message = _message(turn, body, turn.text, turn.stop_reason)
            await _send(writer, 200, json.dumps(message).encode(), "application/json", number)
            return True
        return await self._stream(body, turn, writer, number)

    async def _stream(
        self, body: dict[str, Any], turn: Says, writer: asyncio.StreamWriter, headers: Mapping[str, str]
    ) -> bool:
        _head(writer, 200, {"content-type": "text/event-stream", "transfer-encoding": "chunked", **headers})
        start = _message(turn, body, None, None)
        start["usage"] = {**turn.usage, "output_tokens": 1}
        at = int(bool(turn.thinking))
        opening: list[dict[str, Any]] = [
            {"type": "message_start", "message": start},
            *(_thought(turn.thinking) if turn.thinking else []),
            {"type": "content_block_start", "index": at, "content_block": {"type": "text", "text": ""}},
            {"type": "ping"},
        ]
        writer.write(b"".join(_event(event) for event in opening))
        for number, piece in enumerate(cut_up(turn.text, turn.pieces)):
            if turn.ending != "whole" and number == turn.cut:
                return await _break_off(turn, writer)
            delta = {"type": "text_delta", "text": piece}
            if number == 0:
                self.first_text_at.append(time.monotonic())
            writer.write(_event({"type": "content_block_delta", "index": at, "delta": delta}))
            await writer.drain()
            await asyncio.sleep(0)
        ending = {"stop_reason": turn.stop_reason, "stop_sequence": None, "stop_details": turn.stop_details}
        closing: list[dict[str, Any]] = [
            {"type": "content_block_stop", "index": at},
            {"type": "message_delta", "delta": ending, "usage": dict(turn.usage)},
            {"type": "message_stop"},
        ]
        writer.write(b"".join(_event(event) for event in closing) + b"0\r\n\r\n")
        await writer.drain()
        return True


@asynccontextmanager
async def messages_server(*turns: Turn | Callable[[dict[str, Any]], Turn]) -> AsyncIterator[MessagesServer]:
    """A server on a free port of loopback, in this event loop; gone when the block ends."""
    server = MessagesServer(*turns)
    await server.listen()
    try:
        yield server
    finally:
        await server.end()


def refusal(turn: Refuses) -> dict[str, Any]:
    """The body of an error of the API."""
    error = {"type": turn.type, "message": turn.message}
    return {"type": "error", "error": error, "request_id": turn.request_id}


def cut_up(text: str, pieces: int) -> list[str]:
    """`text` in at most `pieces` pieces of about the same length; none is empty."""
    size = max(1, -(-len(text) // max(1, pieces)))
    return [text[at : at + size] for at in range(0, len(text), size)]


def _message(turn: Says, body: dict[str, Any], text: str | None, stop_reason: str | None) -> dict[str, Any]:
    return {
        "id": "msg_01TestOfAReply",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
        "content": [] if text is None else [{"type": "text", "text": text}],
        "stop_reason": stop_reason,
        "stop_sequence": None,
        "stop_details": turn.stop_details if stop_reason else None,
        "usage": dict(turn.usage),
    }


def _thought(text: str) -> list[dict[str, Any]]:
    """A thinking block before the text, as the models of 2026 send it unasked."""
    block = {"type": "thinking", "thinking": "", "signature": ""}
    deltas = ({"type": "thinking_delta", "thinking": text}, {"type": "signature_delta", "signature": "c2ln"})
    return [
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": 0},
    ]


async def _break_off(turn: Says, writer: asyncio.StreamWriter) -> bool:
    if turn.ending == "error":
        error = dict(turn.error or {"type": "overloaded_error", "message": "Overloaded"})
        writer.write(_event({"type": "error", "error": error, "request_id": "req_011CTestMidStream00000"}))
    if turn.ending in ("error", "quiet"):
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        return True
    await writer.drain()
    if turn.ending == "silence":
        await asyncio.sleep(3600)
    writer.transport.abort()
    return False


async def _request(reader: asyncio.StreamReader) -> Asked | None:
    """The next request of a connection; None once it is closed."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.rstrip("\r\n").split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(first.split(" ")[1], headers, json.loads(raw or b"{}"), time.monotonic())


def _head(writer: asyncio.StreamWriter, status: int, headers: Mapping[str, str]) -> None:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(f"HTTP/1.1 {status} {_REASONS.get(status, 'Status')}\r\n{lines}\r\n".encode("latin-1"))


async def _send(
    writer: asyncio.StreamWriter, status: int, body: bytes, kind: str, headers: Mapping[str, str]
) -> None:
    _head(writer, status, {"content-type": kind, "content-length": str(len(body)), **headers})
    writer.write(body)
    await writer.drain()


def _event(event: Mapping[str, Any]) -> bytes:
    """One event of a stream as a chunk of a chunked body."""
    data = f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode()
    return b"%x\r\n%s\r\n" % (len(data), data)
