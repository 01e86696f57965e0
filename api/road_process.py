"""A process that walks the road: a line with a submission in on stdin, a line for each room out on stdout."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import BinaryIO

import uvicorn
from pydantic_core import from_json, to_json
from structlog.contextvars import bind_contextvars

from agent.compose import open_context
from agent.errors import AgentError, StoreUnavailable
from agent.graph import ROOMS, stream
from agent.report.error_report import Case, Submission
from agent.settings import Settings
from agent.state import Context
from api.answers import noted
from api.child import LONGEST_LINE, stdout_for_lines
from api.collector import keep_what_is_loaded
from api.environment import load_settings
from api.problems import Problem, from_error, internal
from api.runs import log_fault

READY = b"ready"
"""The first line: from now on it takes submissions."""
ANSWER, PROBLEM = "answer", "problem"
"""The names of the last line of a walk."""
_ROOMS = set(ROOMS)
_FIRST = Submission(text="API Error: 529 overloaded_error")
_NICER = 1
"""It steps back a little behind the process that answers."""


def asked(submission: Submission, diagnosis_id: str) -> bytes:
    """The line that asks for a walk."""
    return to_json({"submission": submission, "id": diagnosis_id}) + b"\n"


async def walked(line: bytes, context: Context) -> AsyncIterator[bytes]:
    """The lines of one walk: [room, value] as they come; then the answer's other members, or the problem
    that the walk ended in."""
    given = from_json(line)
    bind_contextvars(diagnosis=given["id"])
    try:
        submission = Case.model_validate(given["submission"])
        async for name, value in stream(submission, noted(submission, context), given["id"]):
            # The rooms of the answer have been said.
            rest = value.model_dump(exclude=_ROOMS) if name == ANSWER else value
            yield to_json([name, rest]) + b"\n"
    except AgentError as bad:
        yield _told(from_error(bad))
    except Exception as bad:  # noqa: BLE001 - the edge of the process: its own words may be a user's
        log_fault("run failed", bad)
        yield _told(internal())


def _told(problem: Problem) -> bytes:
    kept = {"status": problem.status, "slug": problem.slug, "detail": problem.detail}
    return to_json([PROBLEM, {**kept, "retry_after": problem.retry_after}]) + b"\n"


async def _work(settings: Settings, out: BinaryIO) -> None:
    async with open_context(settings) as context:
        if context.issues is None:
            # It would go without a store for good; one that is started later may find it again.
            raise StoreUnavailable(where="the database", why="it cannot be opened")
        lines = asyncio.StreamReader(LONGEST_LINE)
        loop = asyncio.get_running_loop()
        pipe, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        # The first walk makes much that the later ones find made: nobody shall wait for that.
        async for _ in walked(asked(_FIRST, "dx_first"), context):
            pass
        keep_what_is_loaded()
        _say(out, READY + b"\n")
        while line := await lines.readline():
            async for each in walked(line, context):
                _say(out, each)
        pipe.close()


def _say(out: BinaryIO, line: bytes) -> None:
    # The pipe is read at once by a process that does nothing else, so writing does not wait for long.
    out.write(line)
    out.flush()


def main() -> None:
    """Work until stdin ends or nobody reads the answers any more. A fault at the start ends it with 1."""
    gc.disable()
    out = stdout_for_lines()
    if hasattr(os, "nice"):
        os.nice(_NICER)
    # Runs that ask a model wait for somebody else; they are walked by the process that serves.
    settings = load_settings("none")
    with suppress(BrokenPipeError, KeyboardInterrupt):
        try:
            # The server's own kind of event loop: a tenth of a walk is spent in it.
            loop = uvicorn.Config("api.app:create_worker", factory=True).get_loop_factory()
            with asyncio.Runner(loop_factory=loop) as runner:
                runner.run(_work(settings, out))
        except AgentError as bad:
            log_fault("no diagnoses can be made", bad)
            sys.exit(1)


if __name__ == "__main__":
    main()
