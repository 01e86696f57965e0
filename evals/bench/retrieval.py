"""`retrieval`: how often the right earlier issue is found, over reports whose duplicates are known."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Column, Table

from agent.compose import load_ranking, open_issue_store
from agent.errors import AgentError
from agent.issues.ranking import Ranking
from agent.settings import Settings
from agent.store.fit import Example, fit
from evals.bench.own_postgres import NoPostgres, own_postgres
from evals.bench.retrieval_data import BadBenchmark, Entry, Query, read_corpus, read_queries
from evals.bench.retrieval_figures import paired_gain, quantile
from evals.bench.retrieval_runs import Asked, ask, ask_fts5, load

_HEAD = """\
# The weights of re-ranking (features.py says what each is multiplied with), learned by
#   python -m evals.bench retrieval --corpus FILE --qrels FILE --learn ranking.toml
# A team learns its own: caseworker issues learn.
"""


def add_parser(commands: Any) -> None:
    """The command line."""
    parser = commands.add_parser("retrieval", help="recall of the search for issues over known duplicates")
    parser.add_argument(
        "--corpus", type=Path, required=True, metavar="FILE", help="issues, JSON lines or .xz"
    )
    parser.add_argument("--qrels", type=Path, required=True, metavar="FILE", help="right answers, TREC form")
    parser.add_argument("--engine", choices=("sqlite", "postgres"), default="sqlite", help="the database")
    parser.add_argument(
        "--database", metavar="URL", help="an empty PostgreSQL database; without it one is started"
    )
    parser.add_argument("--learn", type=Path, metavar="FILE", help="write weights learned from these answers")
    parser.add_argument("--json", action="store_true", help="print one JSON document")


def run(asked: argparse.Namespace) -> int:
    """Measure and say; gives the exit code: 0 measured, 2 could not measure."""
    try:
        corpus = read_corpus(asked.corpus)
        queries = read_queries(asked.qrels, corpus)
        if not queries:
            raise BadBenchmark(f"{asked.qrels.name} names no query")
        with tempfile.TemporaryDirectory(prefix="retrieval") as folder:
            document = _measured(asked, Path(folder), corpus, queries)
    except (BadBenchmark, NoPostgres, AgentError, OSError) as bad:
        sys.stderr.write(f"could not measure: {bad}\n")
        return 2
    if asked.json:
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        Console(highlight=False).print(_table(document))
    return 0


def _measured(
    asked: argparse.Namespace, folder: Path, corpus: list[Entry], queries: list[Query]
) -> dict[str, Any]:
    fts5, fts5_seconds, fts5_bytes = ask_fts5(folder, corpus, queries)
    if asked.engine == "sqlite":
        url, ours_in = f"sqlite:///{folder / 'store' / 'issues.sqlite3'}", folder / "store"
        ours_in.mkdir()
        seconds, found = asyncio.run(_ours(url, corpus, queries))
        size = _bytes(ours_in, without="issues.sqlite3")
    else:
        with own_postgres(asked.database) as url:
            seconds, found = asyncio.run(_ours(url, corpus, queries))
        size = None
    if asked.learn:
        _learn(asked.learn, found, f"{len(queries):,} reports with known duplicates ({asked.qrels.name})")
    gain = {f"r@{most}": paired_gain(found.ours, found.lexical, most) for most in (1, 10)}
    return {
        "ours": found.ours.as_json(),
        "lexical": found.lexical.as_json(),
        "fts5": fts5.as_json(),
        "queries": len(queries),
        "issues": len(corpus),
        "engine": asked.engine,
        "rerank_p95_ms": round(quantile(found.rerank_seconds, 0.95) * 1_000, 3),
        "gain": {name: [round(number, 4) for number in three] for name, three in gain.items()},
        "build_s": {"ours": round(seconds, 1), "fts5": round(fts5_seconds, 1)},
        "index_mb": {
            "ours": None if size is None else round(size / 1e6, 1),
            "fts5": round(fts5_bytes / 1e6, 1),
        },
    }


async def _ours(url: str, corpus: list[Entry], queries: list[Query]) -> tuple[float, Asked]:
    async with open_issue_store(Settings(database_url=url)) as store:
        seconds = await load(store, corpus)
        await store.fit_latent()  # as an import does at its end
        await ask(
            store, queries[:20], load_ranking()
        )  # so that the first ones do not pay for what is made once
        return seconds, await ask(store, queries, load_ranking())


def _learn(path: Path, found: Asked, source: str) -> None:
    examples = [Example(rows, right) for rows, right in zip(found.rows, found.right, strict=True)]
    path.write_text(_HEAD + as_toml(fit(examples, source)), encoding="utf-8")


def as_toml(ranking: Ranking) -> str:
    """The weights in the form of the packaged file."""
    named = [f"{name} = {number}" for name, number in ranking.weights.items()]
    facts = [
        f"source = {json.dumps(ranking.source)}",
        *(f"{name} = {getattr(ranking, name)}" for name in ("slope", "offset", "floor")),
    ]
    return "\n".join([*facts, "", "[weights]", *named, ""])


def _bytes(folder: Path, without: str) -> int:
    """The size of the index beside the database file."""
    files = (Path(base) / name for base, _, names in os.walk(folder) for name in names)
    return sum(file.stat().st_size for file in files if not file.name.startswith(without))


def _table(document: dict[str, Any]) -> Table:
    names = ("r@1", "r@5", "r@10", "mrr@10", "p50_ms", "p95_ms")
    title = f"{document['queries']} queries, {document['issues']} issues, {document['engine']}"
    table = Table(Column("method", no_wrap=True), *names, "build s", "index MB", title=title)
    for method in ("ours", "lexical", "fts5"):
        of = "fts5" if method == "fts5" else "ours"
        made = (document["build_s"][of], document["index_mb"][of]) if method != "lexical" else ("", "")
        numbers = [f"{document[method][name]:.3f}" for name in names]
        table.add_row(method, *numbers, *("-" if value is None else str(value) for value in made))
    gain, low, high = document["gain"]["r@10"]
    table.caption = f"re-ranking gains {gain:+.3f} r@10, 95 % interval {low:+.3f} to {high:+.3f}"
    return table
