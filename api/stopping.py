"""A stop signal lets what is running end before the server is told to stop."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def on_terminate(drain: Callable[[], Awaitable[None]], cut: Callable[[], None]) -> Iterator[None]:
    """While inside, a stop signal runs `drain` first and then what the server does at that signal.

    A second signal does not wait: `cut` ends what the drain waits for, and the server stops at once.
    Where no server has set a handler, nothing is changed.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    servers: dict[int, Any] = {}
    draining: list[asyncio.Task[None]] = []

    async def then_stop(number: int) -> None:
        try:
            await drain()
        finally:
            servers[number](number, None)

    def begin(number: int) -> None:
        draining.append(loop.create_task(then_stop(number)))

    def handler(number: int, frame: FrameType | None) -> None:
        if draining:
            loop.call_soon_threadsafe(cut)
            servers[number](number, frame)
        else:
            loop.call_soon_threadsafe(begin, number)

    for number in map(int, _SIGNALS):
        current = signal.getsignal(number)
        if callable(current) and current is not signal.default_int_handler:
            servers[number] = current
            signal.signal(number, handler)
    try:
        yield
    finally:
        for number, server in servers.items():
            if signal.getsignal(number) is handler:
                signal.signal(number, server)
