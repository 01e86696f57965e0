"""Large pastes are read by processes of their own: a few at once, and not more waiting than can be served."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime

import structlog

from agent.report.error_report import Submission
from agent.state import JSON
from api.child import Child, ChildEnded
from api.paste_worker import asked, line_of
from api.problems import Problem, internal

AT_ONCE = 2
MOST = 16
"""How many may be read or wait to be read at once."""
_WORKER = "api.paste_worker"
_log = structlog.get_logger("large")


class LargeReads:
    """The processes. Each is started when it is first needed, and ended when its reading is given up."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._idle: list[Child] = []
        self._held = 0

    async def parse(self, submission: Submission, now: datetime) -> bytes:
        """`Parsed` as JSON. Raises `Problem`: 503 where there is no room, 500 where the process ended."""
        if self._held >= MOST:
            detail = "As many large pastes as this server takes are being read."
            raise Problem(503, "too-many-runs", detail, retry_after=2)
        self._held += 1
        try:
            return await self._answer(await asyncio.to_thread(asked, submission, now))
        finally:
            self._held -= 1

    async def read(self, submission: JSON) -> JSON:
        """`ports.Apart`. How many runs may be at it is the runs' affair, so none is turned away here."""
        return await self._room({"room": "read", "submission": submission})

    async def assess(self, submission: JSON, report: JSON, now: datetime) -> JSON:
        """`ports.Apart`."""
        return await self._room({"room": "assess", "submission": submission, "report": report}, now)

    async def close(self) -> None:
        """End every process."""
        while self._idle:
            await self._idle.pop().end()

    async def _room(self, given: JSON, now: datetime | None = None) -> JSON:
        found: JSON = json.loads(await self._answer(line_of(given, now)))
        return found

    async def _answer(self, message: bytes) -> bytes:
        async with self._slots:
            return await self._read(message)

    async def _read(self, message: bytes) -> bytes:
        child = self._idle.pop() if self._idle else await Child.start(_WORKER)
        answer: bytes | None = None
        try:
            await child.say(message)
            answer = await child.line()
        except ChildEnded as bad:
            _log.error("a paste was not read", status=bad.status)
            raise internal() from None
        finally:
            if answer is None:
                await child.end()
            else:
                self._idle.append(child)
        return answer
