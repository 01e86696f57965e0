"""Large pastes are read by processes of their own: a few at once, and not more waiting than can be served."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import structlog

from agent.report.error_report import Submission
from agent.state import JSON
from api.paste_worker import asked, line_of
from api.problems import Problem, internal

AT_ONCE = 2
MOST = 16
"""How many may be read or wait to be read at once."""
# `-P` and a path of our own: a folder called `api` where the user stands must not be taken for ours.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from api.paste_worker import main; main()"
_ROOT = str(Path(__file__).resolve().parents[1])
_LONGEST_LINE = 1 << 26
_log = structlog.get_logger("large")


class LargeReads:
    """The processes. Each is started when it is first needed, and ended when its reading is given up."""

    def __init__(self) -> None:
        self._slots = asyncio.Semaphore(AT_ONCE)
        self._idle: list[Process] = []
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
            await _ended(self._idle.pop())

    async def _room(self, given: JSON, now: datetime | None = None) -> JSON:
        found: JSON = json.loads(await self._answer(line_of(given, now)))
        return found

    async def _answer(self, message: bytes) -> bytes:
        async with self._slots:
            return await self._read(message)

    async def _read(self, message: bytes) -> bytes:
        process = self._idle.pop() if self._idle else await _started()
        answer = b""
        try:
            answer = await _said(process, message)
        finally:
            if answer.endswith(b"\n"):
                self._idle.append(process)
            else:
                await _ended(process)
        if not answer.endswith(b"\n"):
            _log.error("a paste was not read", status=process.returncode)
            raise internal()
        return answer[:-1]


async def _started() -> Process:
    # A session of its own: Ctrl-C reaches the server only, which then ends it.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-P", "-c", _START, _ROOT,
        stdin=PIPE, stdout=PIPE, limit=_LONGEST_LINE, start_new_session=True,
    )  # fmt: skip


async def _said(process: Process, message: bytes) -> bytes:
    """The line that answers; less than a line where the process ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(ConnectionError):
        process.stdin.write(message)
        await process.stdin.drain()
    return await process.stdout.readline()


async def _ended(process: Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    # Reading to the end closes the pipes too.
    await process.communicate()
