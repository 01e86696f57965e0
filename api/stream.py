"""Server-sent events: a run's events on the wire, comments while it is quiet, and where to go on."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence

from fastapi import Request
from fastapi.sse import KEEPALIVE_COMMENT, EventSourceResponse, format_sse_event
from starlette.requests import ClientDisconnect
from starlette.types import Message, Send

from api.problems import Problem
from api.runs import Event

WRITE_SECONDS = 60.0
"""How long a reader may leave what was sent to it unread before it is cut off."""


class EventStream(EventSourceResponse):
    """A stream that ends when its events end, or when its reader has stopped reading."""

    async def stream_response(self, send: Send) -> None:
        """Send piece by piece, each within `WRITE_SECONDS`."""

        async def bounded(message: Message) -> None:
            try:
                async with asyncio.timeout(WRITE_SECONDS):
                    await send(message)
            except TimeoutError:
                # To the rest of the service it is gone: that is no fault of ours.
                raise ClientDisconnect from None

        await super().stream_response(bounded)


def stream_response(
    events: AsyncIterator[Event], pause: float, headers: dict[str, str] | None = None
) -> EventStream:
    """The events as a response; a comment after every `pause` seconds in which there was none."""
    held = {"cache-control": "no-store", "x-accel-buffering": "no", **(headers or {})}
    return EventStream(_wire(events, pause), headers=held)


def last_event_id(request: Request) -> int:
    """The id after which a reader wants to go on; 0 for the start. Raises `Problem` 400."""
    given = request.headers.get("last-event-id", "").strip()
    if not given:
        return 0
    if not (given.isascii() and given.isdigit() and len(given) <= 9):
        raise Problem(400, "bad-event-id", "Last-Event-ID is the whole number that an event had as its id.")
    return int(given)


def check_reached(after: int, events: Sequence[Event]) -> None:
    """Raises `Problem` 400 where `after` is an id that no event has had yet."""
    if after > (events[-1].seq if events else 0):
        raise Problem(400, "bad-event-id", "No event of this run has had this Last-Event-ID yet.")


async def _wire(events: AsyncIterator[Event], pause: float) -> AsyncIterator[bytes]:
    """Bytes of each event. The wait for one is not broken off by the comment that comes meanwhile."""
    waiting = asyncio.ensure_future(anext(events, None))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=pause)
            if not done:
                yield KEEPALIVE_COMMENT
                continue
            event = waiting.result()
            if event is None:
                return
            waiting = asyncio.ensure_future(anext(events, None))
            data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
            yield format_sse_event(data_str=data, event=event.name, id=str(event.seq))
    finally:
        waiting.cancel()
