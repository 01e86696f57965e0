"""The lines of a batch: numbered as they come in, whole as they go out, and where to go on."""

from __future__ import annotations

import itertools
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType, TracebackType
from typing import BinaryIO, Self

from agent.errors import BadInput
from api.problem import PREFIX

_PIECE = 64 * 1024
_NAMED = 20


@dataclass(frozen=True)
class Line:
    """One input line, numbered from 1, without its newline; `fault` says why it cannot be read."""

    number: int
    raw: bytes
    fault: str | None = None


def read_lines(stream: BinaryIO, limit: int) -> Iterator[Line]:
    """The lines of `stream`. One over `limit` bytes is passed over without being held in memory.

    An empty line is a bad line, so that answers stay beside their reports; at the end it is nothing.
    """
    number = empty = 0
    while raw := stream.readline(limit + 2):
        number += 1
        size = len(raw)
        whole = raw.endswith(b"\n")
        while not whole and (piece := stream.readline(_PIECE)):
            size += len(piece)
            whole = piece.endswith(b"\n")
        if size == len(raw) and not raw.strip():
            empty += 1
            continue
        for before in range(number - empty, number):
            yield Line(before, b"", "The line is empty.")
        empty = 0
        raw = raw.rstrip(b"\r\n")
        if size > len(raw) + 2 or len(raw) > limit:
            yield Line(number, b"", f"The line has {size} bytes; at most {limit} are read.")
        else:
            yield Line(number, raw)


@dataclass
class Done:
    """What an output file holds already: `stream` stands behind its last whole line."""

    path: Path
    stream: BinaryIO
    lines: int = 0
    problems: int = 0
    last: bytes = b""

    def skip(self, lines: Iterator[Line]) -> None:
        """Pass over the input that is answered already. Raises `BadInput` where it is another input."""
        passed = list(itertools.islice(lines, max(self.lines - 1, 0), self.lines))
        if not self.lines:
            return
        if not passed:
            raise BadInput(
                f"{self.path} holds {self.lines} lines, more than the input: it belongs to another run."
            )
        # Where both sides show an id, it tells an output of another input before anything is mixed.
        ours, theirs = _id(self.last, "client_id"), _id(passed[0].raw, "id")
        if ours != theirs:
            raise BadInput(
                f"Line {self.lines} of {self.path} answers {ours!r}, but the input has {theirs!r} there: "
                "it belongs to another run."
            )


def resume(path: Path) -> Done:
    """Open `path` to go on after its last whole line; half a line is cut off.

    Raises `BadInput` where it cannot be written, or where it plainly is no output of a batch.
    """
    try:
        stream = path.open("r+b") if path.exists() else path.open("x+b")
    except OSError as bad:
        raise BadInput(f"{path}: {bad.strerror or bad}.") from None
    done = Done(path, stream)
    end = 0
    for line in stream:
        if not line.startswith(b'{"'):
            stream.close()
            raise BadInput(f"{path} is no output of a batch; give --out another name.")
        if line.endswith(b"\n"):
            end += len(line)
            done.lines += 1
            done.problems += line.startswith(PREFIX)
            done.last = line
    stream.truncate(end)
    stream.seek(end)
    return done


class OrderedOutput:
    """Where answers go. Ctrl-C between two writes ends the batch at once, within one after it."""

    def __init__(self, done: Done | None) -> None:
        self._stream = done.stream if done else sys.stdout.buffer
        self._closes = done is not None
        self._started = time.monotonic()
        self._before = done.lines if done else 0
        self.lines = self._before
        self.problems = done.problems if done else 0
        self._named: list[int] = []
        self._writing = self._interrupted = False
        self._shows_progress = sys.stderr.isatty()

    def __enter__(self) -> Self:
        self._old_handler = signal.signal(signal.SIGINT, self._interrupt)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, bad: BaseException | None, at: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._old_handler)
        if self._shows_progress:
            sys.stderr.write("\n")
        if self._closes:
            self._stream.close()

    def write(self, answers: list[bytes]) -> None:
        """Write whole lines, in order."""
        self._writing = True
        try:
            self._stream.write(b"".join(answers))
            self._stream.flush()
        finally:
            self._writing = False
        for answer in answers:
            self.lines += 1
            if answer.startswith(PREFIX):
                self.problems += 1
                self._named.append(self.lines)
        if self._interrupted:
            raise KeyboardInterrupt
        if self._shows_progress:
            self._progress()

    def finish(self) -> None:
        """Name the lines that could not be read, on stderr."""
        if self._closes:
            os.fsync(self._stream.fileno())
        if self._named:
            shown = ", ".join(map(str, self._named[:_NAMED]))
            more = ", ..." if len(self._named) > _NAMED else ""
            sys.stderr.write(f"caseworker: could not be read: line {shown}{more}\n")

    def _interrupt(self, _number: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C ends even a write that hangs, on a pipe that nobody reads.
        if not self._writing or self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True

    def _progress(self) -> None:
        seconds = max(time.monotonic() - self._started, 0.001)
        rate = (self.lines - self._before) / seconds
        sys.stderr.write(f"\r{self.lines} answered, {rate:.0f} a second ")
        sys.stderr.flush()


def _id(raw: bytes, key: str) -> str | None:
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None
