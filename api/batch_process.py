"""One worker process as the batch sees it: started, asked, ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from agent.errors import AgentError
from api.batch_lines import Line
from api.problem import problem_line

# `-P` and a path of our own: a folder called `api` where the user stands must not be taken for ours.
_START = "import sys; sys.path.insert(0, sys.argv[1]); from api.batch_worker import main; main()"
_ROOT = str(Path(__file__).resolve().parents[1])
_PATIENCE_SECONDS = 2.0


class BatchStopped(AgentError):
    """A worker process stopped: {why}. What was written so far is whole."""


class Worker:
    """A worker process; it ends when the `with` block does. `model` is its CASEWORKER_MODEL."""

    def __init__(self, model: str | None = None) -> None:
        # A process group of its own: Ctrl-C reaches this process only, which then ends the worker.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", _START, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            process_group=0,
            env=None if model is None else {**os.environ, "CASEWORKER_MODEL": model},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, bad: BaseException | None, at: TracebackType | None
    ) -> None:
        self.end()
        self._out.close()

    @property
    def _out(self) -> IO[bytes]:
        assert self._process.stdout is not None
        return self._process.stdout

    def hello(self) -> int:
        """Wait until the worker is ready; the largest report in bytes that it reads."""
        limit = json.loads(self._line())["max_input_bytes"]
        assert isinstance(limit, int)
        return limit

    def answer(self, block: list[Line]) -> list[bytes]:
        """One line of JSON, with its newline, for each line of the block."""
        asked = [line for line in block if line.fault is None]
        if asked:
            self._ask(asked)
        return [
            self._line()[1:] if line.fault is None else problem_line(line.number, line.fault) + b"\n"
            for line in block
        ]

    def end(self) -> None:
        """Let the worker finish what it has, and end it where it does not within two seconds."""
        assert self._process.stdin is not None
        # It may be gone already, and what we had for it with it.
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _ask(self, lines: list[Line]) -> None:
        assert self._process.stdin is not None
        message = b"%d\n" % len(lines) + b"".join(b"%d %s\n" % (line.number, line.raw) for line in lines)
        try:
            self._process.stdin.write(message)
            self._process.stdin.flush()
        except (OSError, ValueError):
            raise BatchStopped(why=self._end_of_it()) from None

    def _line(self) -> bytes:
        line = self._out.readline()
        if line.startswith(b"!"):
            raise BatchStopped(why=line[1:].decode().strip().rstrip("."))
        if not line.endswith(b"\n"):
            raise BatchStopped(why=self._end_of_it())
        return line

    def _end_of_it(self) -> str:
        try:
            status = self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            return "it closed its output"
        return f"killed by signal {-status}" if status < 0 else f"it ended with status {status}"
