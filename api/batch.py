"""The batch: a report a line in, an answer a line out, in the same order, worked on by processes.

This process only moves lines. It imports none of the libraries that the work needs, so that two
workers and it stay small, and it holds a bounded number of lines however long the input is.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from agent.errors import BadInput
from api.batch_lines import Line, OrderedOutput, read_lines, resume
from api.batch_process import Worker

BLOCK_LINES = 8
BLOCK_BYTES = 256 * 1024
BLOCKS_AHEAD = 4
"""Blocks a worker that may be under way or wait for their turn to be written."""


def run_batch(source: str, out: Path | None, jobs: int, model: str | None = None) -> int:
    """Answer every line of `source` ("-": stdin) on stdout or in `out`; the number of problem lines.

    Where `out` holds whole lines already, the work goes on after them; half a line is cut off.
    `model` wins over the environment's CASEWORKER_MODEL.
    Raises `BadInput` for files that cannot be used and `BatchStopped` where a worker ended early.
    """
    with ExitStack() as stack:
        reports = stack.enter_context(_open_source(source, out))
        done = resume(out) if out else None
        workers = [stack.enter_context(Worker(model)) for _ in range(jobs)]
        lines = read_lines(reports, min(worker.hello() for worker in workers))
        if done:
            done.skip(lines)
        output = stack.enter_context(OrderedOutput(done))
        for answers in stack.enter_context(closing(_answered(_blocks(lines), workers))):
            output.write(answers)
        output.finish()
        return output.problems


@contextmanager
def _open_source(source: str, out: Path | None) -> Iterator[BinaryIO]:
    if source == "-":
        if sys.stdin is None or sys.stdin.isatty():
            raise BadInput("--batch -: nothing is piped in.")
        yield sys.stdin.buffer
        return
    path = Path(source)
    if out and out.exists() and path.exists() and out.samefile(path):
        raise BadInput("--out names the input itself.")
    try:
        stream = path.open("rb")
    except OSError as bad:
        raise BadInput(f"{source}: {bad.strerror or bad}.") from None
    with stream:
        yield stream


def _answered(blocks: Iterator[list[Line]], workers: list[Worker]) -> Generator[list[bytes]]:
    """The answers of each block, in order, with a bounded number of blocks under way."""
    idle = deque(workers)
    waiting: deque[Future[list[bytes]]] = deque()

    def answer(block: list[Line]) -> list[bytes]:
        worker = idle.popleft()
        answers = worker.answer(block)
        idle.append(worker)
        return answers

    with ThreadPoolExecutor(len(workers)) as pool:
        try:
            for block in blocks:
                waiting.append(pool.submit(answer, block))
                while waiting and (waiting[0].done() or len(waiting) > BLOCKS_AHEAD * len(workers)):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
            # The threads wait for their processes: end those, so that Ctrl-C is not held up.
            for worker in workers:
                worker.end()


def _blocks(lines: Iterator[Line]) -> Iterator[list[Line]]:
    block: list[Line] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line.raw)
        if len(block) == BLOCK_LINES or size >= BLOCK_BYTES:
            yield block
            block, size = [], 0
    if block:
        yield block
