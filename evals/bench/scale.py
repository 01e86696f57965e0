"""`scale`: the first stage of the search over as many issues as asked for, with FTS5 beside; an import.

The issues are replicas (see `replicas.py`). They go into the store's index as an import puts them there,
without being read from a file first; `--import M` measures the whole command over M rows, and diagnoses
with these in store. Every query is asked twice and the second time counts. Times are of this machine now: a
busy one multiplies them. So the processor's time is given beside them, that of the server's process included.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, TypeVar

from agent.errors import AgentError
from agent.store.database import Database
from agent.store.engine import parse_url
from agent.store.index.bm25 import choose
from agent.store.index.found import Found, Wanted
from agent.store.index.packed import length, pack
from agent.store.index.rows import Entry, write_entries
from agent.store.open import open_database
from agent.store.schema import upgrade
from evals.bench.fts5 import Fts5
from evals.bench.latency import Spread, spread
from evals.bench.own_postgres import NoPostgres, own_postgres
from evals.bench.replicas import Tokens, made_up, read_corpus, replicas
from evals.bench.scale_import import Imported, measure_import

QUERIES, DEPTH = 98, 200
_QUERY_TOKENS = 60
_AT_ONCE = 1_000
_GIVEN = 30_000
T = TypeVar("T")


class Engine(NamedTuple):
    """One engine's figures; sizes in MB. `cpu` is the processor's time of the searches."""

    build_s: float
    per_second: float
    size_mb: float
    search: Spread
    cpu: Spread


class Took(NamedTuple):
    """Milliseconds of one search: of the clock, and of the processor."""

    wall: float
    cpu: float


def _timed(search: Callable[[], T], cpu: Callable[[], float]) -> tuple[T, Took]:
    """What the search gives, and how long it took; `cpu` gives seconds."""
    started, used = time.perf_counter(), cpu()
    found = search()
    return found, Took((time.perf_counter() - started) * 1000, (cpu() - used) * 1000)


def add_parser(commands: Any) -> None:
    """The command line."""
    scale = commands.add_parser("scale", help="the first stage of the search over many issues, FTS5 beside")
    scale.add_argument("--issues", type=int, default=100_000, metavar="N", help="how many issues")
    scale.add_argument("--corpus", type=Path, metavar="F", help="JSON lines to make them of; else made up")
    scale.add_argument("--engine", choices=("sqlite", "postgres", "both"), default="sqlite")
    scale.add_argument("--database", metavar="URL", help="an empty PostgreSQL database; else one of our own")
    scale.add_argument("--import", type=int, default=0, metavar="M", dest="rows", help="import M rows too")
    scale.add_argument("--no-fts5", action="store_true", help="leave FTS5 out")
    scale.add_argument("--json", action="store_true", help="print one JSON document")


def run(asked: argparse.Namespace) -> int:
    """Measure and say; gives the exit code: 0 measured, 2 could not measure."""
    if asked.issues < 1_000 or asked.rows < 0:
        sys.stderr.write("could not measure: --issues takes at least 1,000\n")
        return 2
    try:
        given = (
            read_corpus(asked.corpus, asked.issues) if asked.corpus else made_up(min(asked.issues, _GIVEN))
        )
        queries = _queries(given)
        with TemporaryDirectory() as folder:
            figures = dict(_engines(asked, Path(folder), given, queries))
        imported = measure_import(asked.rows, asked.corpus) if asked.rows else None
    except (AgentError, NoPostgres, OSError, ValueError) as bad:
        sys.stderr.write(f"could not measure: {bad}\n")
        return 2
    sys.stdout.write(_json(figures, imported) if asked.json else _lines(asked.issues, figures, imported))
    return 0


def _engines(
    asked: argparse.Namespace, folder: Path, given: list[Tokens], queries: list[dict[str, float]]
) -> Iterator[tuple[str, Engine]]:
    found: list[Found] = []
    if asked.engine != "postgres":
        yield (
            "sqlite",
            asyncio.run(_ours(f"sqlite:///{folder}/scale.sqlite3", asked.issues, given, queries, found)),
        )
    if asked.engine != "sqlite":
        with own_postgres(asked.database) as url:
            yield "postgres", asyncio.run(_ours(url, asked.issues, given, queries, found := []))
    if not asked.no_fts5:
        yield "fts5", _fts5(folder / "fts5.sqlite3", asked.issues, given, queries, found)


def _queries(given: list[Tokens], seed: int = 5) -> list[dict[str, float]]:
    """Reports as their tokens are weighed: those of the title most, names more than words."""
    chance = random.Random(seed)
    queries = []
    for tokens in chance.sample(given, min(QUERIES, len(given))):
        weights = dict.fromkeys(tokens.title, 3.0)
        for token in tokens.body[:400]:
            weights.setdefault(token, 1.0 if "_" in token or "." in token else 0.5)
        queries.append(dict(islice(weights.items(), _QUERY_TOKENS)))
    return queries


async def _ours(
    url: str, many: int, given: list[Tokens], queries: list[dict[str, float]], found: list[Found]
) -> Engine:
    upgrade(url)
    async with open_database(url, "default", [], "none") as database:
        seconds = await _filled(database, many, given)
        times: list[Took] = []
        for number, weights in enumerate([*queries, *queries]):

            def search(connection: Any, weights: dict[str, float] = weights) -> tuple[Found, Took]:
                wanted = Wanted(weights, DEPTH)
                return _timed(lambda: database.index.search(connection, wanted), _clock(connection))

            answer, took = await database.read(search)
            if number >= len(queries):  # the first round fills what the system keeps of the files
                found.append(answer)
                times.append(took)
        size = await _size(database)
    return _engine(seconds, many, size, times)


def _engine(seconds: float, many: int, size: int, times: list[Took]) -> Engine:
    wall, cpu = (spread([getattr(one, name) for one in times]) for name in Took._fields)
    return Engine(round(seconds, 1), round(many / seconds), round(size / 1e6, 1), wall, cpu)


def _clock(connection: Any) -> Callable[[], float]:
    """Seconds of the processor that this thread, and the server's process behind the connection, have used.

    A server on another machine is left out.
    """
    if connection.dialect.name == "sqlite":
        return time.thread_time
    used = Path(f"/proc/{connection.exec_driver_sql('SELECT pg_backend_pid()').scalar()}/schedstat")
    return lambda: time.thread_time() + (int(used.read_text().split()[0]) / 1e9 if used.exists() else 0.0)


async def _filled(database: Database, many: int, given: list[Tokens]) -> float:
    """Puts the issues into the index, as an import does; the seconds, without making them up."""
    numbered, seconds = enumerate(replicas(given, many), 1), 0.0
    while some := list(islice(numbered, _AT_ONCE)):
        packed = [(n, pack(*tokens)) for n, tokens in some]
        entries = [Entry(n, 1_500_000_000 + n, one, length(one)) for n, one in packed]
        started = time.perf_counter()
        await database.write(lambda connection, entries=entries: write_entries(connection, entries))  # type: ignore[misc]
        await database.tend(len(entries), is_last=False)
        seconds += time.perf_counter() - started
    started = time.perf_counter()
    await database.settle()
    return seconds + time.perf_counter() - started


async def _size(database: Database) -> int:
    """Bytes of what is searched: the folder beside SQLite, or the postings in PostgreSQL."""
    if database.dialect == "sqlite":
        folder = Path(f"{parse_url(str(database.url)).database}.index")
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    return await database.read(
        lambda c: int(c.exec_driver_sql("SELECT pg_total_relation_size('issue_postings')").scalar() or 0)
    )


def _fts5(
    path: Path, many: int, given: list[Tokens], queries: list[dict[str, float]], found: list[Found]
) -> Engine:
    """FTS5 over the same tokens, asked for the same terms of each query."""
    with Fts5(path) as fts5:
        started = time.perf_counter()
        fts5.add((n, " ".join(t.title), " ".join(t.body)) for n, t in enumerate(replicas(given, many), 1))
        seconds = time.perf_counter() - started
        times = []
        for weights, answer in [*zip(queries, found, strict=True)] * 2:
            terms = [one.token for one in choose(weights, answer.docs, answer.having.__getitem__)]
            times.append(_timed(partial(fts5.search, terms, DEPTH), time.thread_time)[1])
        return _engine(seconds, many, fts5.bytes, times[len(queries) :])


def _json(figures: dict[str, Engine], imported: Imported | None) -> str:
    document: dict[str, Any] = {
        name: {**one._asdict(), "search": one.search.model_dump(), "cpu": one.cpu.model_dump()}
        for name, one in figures.items()
    }
    if imported:
        document["import"] = imported.model_dump()
    return json.dumps(document, indent=1) + "\n"


def _lines(many: int, figures: dict[str, Engine], imported: Imported | None) -> str:
    lines = [f"{many:,} issues, {QUERIES} queries of at most 30 terms, best {DEPTH}"]
    for name, one in figures.items():
        lines.append(
            f"{name:<9} p50 {one.search.p50_ms:8.1f} ms  p95 {one.search.p95_ms:8.1f} ms"
            f"  (CPU {one.cpu.p50_ms:.1f}, {one.cpu.p95_ms:.1f})"
            f"  {one.size_mb:7.1f} MB  {one.per_second:7.0f} issues/s indexed"
        )
    if {"fts5", "sqlite"} <= figures.keys():
        theirs, ours = figures["fts5"], figures["sqlite"]
        ratio, of_cpu = theirs.search.p95_ms / ours.search.p95_ms, theirs.cpu.p95_ms / ours.cpu.p95_ms
        lines.append(f"FTS5 takes {ratio:.0f} times as long at p95, {of_cpu:.0f} times the processor")
    return "\n".join([*lines, *(imported.lines() if imported else [])]) + "\n"
