"""Import files into the store, a batch of rows at a time; after an interruption the next run goes on."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any, NamedTuple

from agent.compose import load_lexicon
from agent.errors import StoreUnavailable
from agent.issues.issue import Issue
from agent.issues.rows import MOST_BODY, BadRow
from agent.store.import_file import Found, read_values, to_issue
from agent.store.issues import SqlIssues
from agent.store.progress import SqlProgress
from api.issue_search import signature_of

ROWS_AT_ONCE = 500
_CHARS_AT_ONCE = 8_000_000
_LARGE = 4 << 20
"""Bytes of a file for which starting more processes pays."""
_MOST_JOBS = 4
_NAMED_ROWS = 50

Parsed = list[Issue | BadRow]


class Done(NamedTuple):
    """What became of a file: rows in it, rows written, and rows that could not be."""

    rows: int
    written: int
    bad: int


async def import_file(
    file: Path, repository: str | None, store: SqlIssues, progress: SqlProgress, jobs: int | None
) -> Done:
    """Adds the rows of a file and says on stderr which could not be.

    Raises `StoreUnavailable` where the database fails, with how far it came; `BadInput` for the file.
    """
    key = await asyncio.to_thread(_key, file, repository)
    before = await progress.get("import", key)
    skipped, written, bad = (int(before.get(name, 0)) for name in ("rows", "written", "bad"))
    if skipped:
        _tell(f"{file}: going on after line {before.get('line')}; {skipped:,} rows were read before")
    shown = _Shown(file, skipped)
    rows = skipped
    try:
        async for line, batch in _parsed(file, repository, skipped, _jobs(file, jobs)):
            bad = shown.name([row for row in batch if isinstance(row, BadRow)], bad)
            issues = [row for row in batch if isinstance(row, Issue)]
            shown.name_long(issues)
            written += await store.upsert(issues, is_last=False) if issues else 0
            rows += len(batch)
            await progress.put("import", key, {"rows": rows, "line": line, "written": written, "bad": bad})
            shown.count(rows)
    except (StoreUnavailable, asyncio.CancelledError):
        _tell(f"{file}: stopped; {rows:,} rows are done, and the same command goes on after them")
        raise
    finally:
        shown.end()
    await progress.forget("import", key)
    if bad > _NAMED_ROWS:
        _tell(f"{file}: {bad:,} rows could not be imported; the first {_NAMED_ROWS} are named above")
    return Done(rows, written, bad)


def _key(file: Path, repository: str | None) -> str:
    """Names the content of the file and how it is read, and not where it lies."""
    with file.open("rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    return f"{digest} {repository or ''}".strip()


def _jobs(file: Path, wanted: int | None) -> int:
    """Processes that parse; 0 means in this one."""
    if wanted is None:
        spare = min(_MOST_JOBS, (os.cpu_count() or 1) - 1)
        return spare if file.stat().st_size >= _LARGE else 0
    return 0 if wanted <= 1 else wanted


async def _parsed(
    file: Path, repository: str | None, skipped: int, jobs: int
) -> AsyncIterator[tuple[int, Parsed]]:
    """The rows after the first `skipped` in batches, each with the line of its last row, in order."""
    batches = _batches(itertools.islice(read_values(file), skipped, None))
    parse = partial(parse_batch, repository=repository)
    loop = asyncio.get_running_loop()
    with ExitStack() as stack:
        pool = None
        if jobs:
            pool = ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=_begin)
            stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: list[tuple[int, asyncio.Future[Parsed]]] = []
        while True:
            while len(waiting) <= jobs and (batch := await asyncio.to_thread(next, batches, None)):
                with _unreached_by_interrupts():
                    waiting.append((batch[-1][0], loop.run_in_executor(pool, parse, batch)))
            if not waiting:
                return
            line, future = waiting.pop(0)
            yield line, await future


@contextmanager
def _unreached_by_interrupts() -> Iterator[None]:
    """A process that is started in this block never gets Ctrl-C: its parent does, and ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """What a process that parses does first."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    load_lexicon()


def _end_with_parent() -> None:
    """Ends this process where its parent was killed: else it would wait for work for ever."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def parse_batch(batch: list[Found], repository: str | None) -> Parsed:
    """The issues of some rows; run in a process of its own where the file is large."""
    reader: Callable[[str], str | None] = partial(signature_of, lexicon=load_lexicon())
    return [to_issue(line, row, repository, reader) for line, row in batch]


def _batches(rows: Iterator[Found]) -> Iterator[list[Found]]:
    """Some hundred rows at a time; fewer where they are long, so that memory stays bounded."""
    batch: list[Found] = []
    chars = 0
    for found in rows:
        batch.append(found)
        chars += _chars(found[1])
        if len(batch) >= ROWS_AT_ONCE or chars >= _CHARS_AT_ONCE:
            yield batch
            batch, chars = [], 0
    if batch:
        yield batch


def _chars(value: Any, depth: int = 0) -> int:
    """About how much text a row holds."""
    if isinstance(value, str):
        return len(value)
    if depth > 4 or not isinstance(value, dict | list):
        return 8
    inner = value.values() if isinstance(value, dict) else value
    return sum(_chars(one, depth + 1) for one in inner)


class _Shown:
    """What a person sees meanwhile: bad rows by line, and on a terminal how many rows are done."""

    def __init__(self, file: Path, skipped: int) -> None:
        self._file, self._skipped, self._start = file, skipped, time.monotonic()
        self._terminal = sys.stderr.isatty()

    def name(self, rows: list[BadRow], before: int) -> int:
        """Names the rows while they are few; how many there are now."""
        for row in rows[: max(0, _NAMED_ROWS - before)]:
            _tell(f"{self._file}, line {row.line}: {row.reason}")
        return before + len(rows)

    def name_long(self, issues: list[Issue]) -> None:
        """Says of which issues only a part is kept."""
        for issue in issues:
            if len(issue.body) >= MOST_BODY:
                said = f"only the first {MOST_BODY:,} characters of its body are kept"
                _tell(f"{self._file}: {issue.repository}#{issue.number}: {said}")

    def count(self, rows: int) -> None:
        """Shows how many rows are done."""
        if self._terminal:
            speed = (rows - self._skipped) / max(0.001, time.monotonic() - self._start)
            sys.stderr.write(f"\r{self._file}: {rows:,} rows, {speed:,.0f} a second ")
            sys.stderr.flush()

    def end(self) -> None:
        """Leaves the line of the count."""
        if self._terminal:
            sys.stderr.write("\n")


def _tell(text: str) -> None:
    sys.stderr.write(f"caseworker: {text}\n")
