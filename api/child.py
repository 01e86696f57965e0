"""A process of our own: lines of JSON go in on its stdin, lines come out on its stdout."""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

# `-P` and a path of our own: a folder called `api` where the user stands must not be taken for ours.
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); __import__('importlib').import_module(sys.argv[2]).main()"
)
_ROOT = str(Path(__file__).resolve().parents[1])
LONGEST_LINE = 1 << 26
"""Bytes of one line between processes."""


class ChildEnded(Exception):
    """The process ended before it had said a whole line; `status` is its exit status, if known yet."""

    def __init__(self, status: int | None) -> None:
        super().__init__(f"status {status}")
        self.status = status


class Child:
    """A running process. It reads what it is told in order, and ends when its stdin does."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._reading = asyncio.Lock()

    @classmethod
    async def start(cls, module: str) -> Child:
        """The function `main` of a module of ours, in a process of its own."""
        # A session of its own: Ctrl-C reaches the server only, which then ends it.
        process = await create_subprocess_exec(
            sys.executable, "-P", "-c", _START, _ROOT, module,
            stdin=PIPE, stdout=PIPE, limit=LONGEST_LINE, start_new_session=True,
        )  # fmt: skip
        return cls(process)

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended, as far as is known."""
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid

    async def say(self, message: bytes) -> None:
        """Give it a line, with its end. Where it has ended, reading says so."""
        assert self._process.stdin is not None
        with suppress(ConnectionError):
            self._process.stdin.write(message)
            await self._process.stdin.drain()

    async def line(self) -> bytes:
        """The next line that it says, without its end. Raises `ChildEnded`."""
        assert self._process.stdout is not None
        async with self._reading:
            found = await self._process.stdout.readline()
        if not found.endswith(b"\n"):
            raise ChildEnded(self._process.returncode)
        return found[:-1]

    async def ended(self) -> int:
        """Wait until it has ended; its exit status."""
        return await self._process.wait()

    def kill(self) -> None:
        """Stop it now, without waiting until it has ended."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Stop it now, if it has not ended, and wait until all of it is gone."""
        self.kill()
        # Reading to the end closes the pipes too; whoever waits for a line hears of the end first.
        async with self._reading:
            await self._process.communicate()


def stdout_for_lines() -> BinaryIO:
    """For the process itself: where its lines go. What a library prints must not stand between them, so
    from here on stdout is stderr."""
    out = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return out
