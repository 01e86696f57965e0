"""The methods that are compared: the product's own path, its lexical stage alone, and plain FTS5."""

from __future__ import annotations

import itertools
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from agent.compose import load_lexicon
from agent.issues.features import NAMES, features
from agent.issues.query import SEARCH_DEPTH, build_query
from agent.issues.ranking import Ranking, rerank
from agent.ports import IssueIndex, IssueStore
from agent.report.read import read
from agent.report.signature import first_signature
from evals.bench.fts5 import Fts5
from evals.bench.retrieval_data import Entry, Query, to_issues
from evals.bench.retrieval_figures import Figures, place_of

_AT_ONCE = 500
_BM25F, _YEAR = NAMES.index("bm25f"), NAMES.index("within_year")
_RECENCY = 0.3
"""What the lexical stage alone gives for recency beside its share of the best BM25F."""
_DEEP = 5_000
_WORD = re.compile(r"\w+")


class Asked(NamedTuple):
    """What the product said to each query. `rows` are the features of its hits, `right` whether they are."""

    ours: Figures
    lexical: Figures
    rerank_seconds: list[float]
    rows: list[list[list[float]]]
    right: list[list[bool]]


async def load(store: IssueStore, corpus: list[Entry]) -> float:
    """Imports the corpus as the command does; how many seconds that took."""
    lexicon, started = load_lexicon(), time.perf_counter()
    issues = to_issues(corpus, lambda text: first_signature(text, lexicon))
    while some := list(itertools.islice(issues, _AT_ONCE)):
        await store.upsert(some)
    return time.perf_counter() - started


async def ask(index: IssueIndex, queries: Sequence[Query], ranking: Ranking) -> Asked:
    """Every query through the product's path; timed from the report on, reading it not included."""
    asked = Asked(Figures([], []), Figures([], []), [], [], [])
    lexicon = load_lexicon()
    for query in queries:
        report = read(query.submission, lexicon)
        started = time.perf_counter()
        wanted = build_query(report, lexicon).model_copy(update={"before": query.entry.created})
        hits = await index.search(wanted, SEARCH_DEPTH)
        found = time.perf_counter()
        scored = rerank(wanted, hits, ranking)
        done = time.perf_counter()
        numbers = features(wanted, hits)
        named = [(hit.issue.repository, hit.issue.number) for hit in hits]
        order = sorted(range(len(hits)), key=lambda i: -(numbers[i][_BM25F] + _RECENCY * numbers[i][_YEAR]))
        ours = [(each.hit.issue.repository, each.hit.issue.number) for each in scored]
        asked.ours.places.append(place_of(ours, query.right))
        asked.ours.seconds.append(done - started)
        asked.lexical.places.append(place_of([named[i] for i in order], query.right))
        asked.lexical.seconds.append(found - started)
        asked.rerank_seconds.append(done - found)
        asked.rows.append(numbers)
        asked.right.append([issue in query.right for issue in named])
    return asked


def ask_fts5(folder: Path, corpus: list[Entry], queries: Sequence[Query]) -> tuple[Figures, float, int]:
    """FTS5 on title and body as SQLite cuts them, asked for the words of the title; build seconds, bytes."""
    ordered = sorted(corpus, key=lambda entry: (entry.created, entry.id))
    place = {entry.id: number for number, entry in enumerate(ordered)}
    figures = Figures([], [])
    started = time.perf_counter()
    with Fts5(folder / "fts5.sqlite3", "unicode61") as engine:
        engine.add((number, entry.title, entry.body) for number, entry in enumerate(ordered))
        built = time.perf_counter() - started
        for query in queries:
            words, latest = list(dict.fromkeys(_WORD.findall(query.entry.title))), place[query.entry.id]
            started = time.perf_counter()
            hits = [row for row, _ in engine.search(words, _DEEP) if row < latest] if words else []
            figures.seconds.append(time.perf_counter() - started)
            found = [(ordered[row].repository, ordered[row].number) for row in hits]
            figures.places.append(place_of(found, query.right))
        return figures, built, engine.bytes
