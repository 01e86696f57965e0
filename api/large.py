"""Large pastes are read in threads of their own: a few at once, and not more waiting than can be served."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from api.problems import Problem

T = TypeVar("T")
AT_ONCE = 2
MOST = 16
"""How many may be read or wait to be read at once."""


class LargeReads:
    """The threads. None can be stopped: one whose request was given up keeps its place until it is done."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="large-read")
        self._lock = threading.Lock()
        self._held = 0

    async def run(self, call: Callable[..., T], *args: Any) -> T:
        """`call(*args)` in a thread. Raises `Problem` 503 where there is no room.

        One that is cancelled while it waits is not begun any more.
        """
        with self._lock:
            if self._held >= MOST:
                detail = "As many large pastes as this server takes are being read."
                raise Problem(503, "too-many-runs", detail, retry_after=2)
            self._held += 1
        work = self._pool.submit(contextvars.copy_context().run, call, *args)
        work.add_done_callback(self._free)
        return await asyncio.wrap_future(work)

    def close(self) -> None:
        """Begin nothing any more; what is being read is not waited for."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _free(self, _: Future[Any]) -> None:
        with self._lock:
            self._held -= 1
