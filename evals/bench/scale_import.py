"""The command `issues import` over many rows, and diagnoses with these in store."""

from __future__ import annotations

import asyncio
import json
import lzma
import os
import sys
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from agent.compose import open_context
from agent.graph import diagnose
from agent.settings import Settings
from evals.bench.latency import Spread, spread
from evals.bench.process import watch
from evals.bench.replicas import made_up
from evals.case import load_cases

_CASES = Path(__file__).parents[1] / "cases"
_RUNS, _WARM_UP = 100, 10


class Imported(BaseModel):
    """Rows a second of the whole command, its memory, and diagnoses in mode plain with the rows in store."""

    model_config = ConfigDict(frozen=True)

    rows: int
    seconds: float
    per_second: float
    rss_mb: float
    pss_mb: float
    diagnosis: Spread

    def lines(self) -> list[str]:
        """As text."""
        return [
            f"import of {self.rows:,} rows: {self.per_second:.0f} a second, {self.rss_mb:.0f} MB RSS of the"
            f" largest process, {self.pss_mb:.0f} MB PSS of all",
            f"a diagnosis with these in store: p50 {self.diagnosis.p50_ms:.1f} ms,"
            f" p95 {self.diagnosis.p95_ms:.1f} ms",
        ]


def measure_import(rows: int, corpus: Path | None) -> Imported:
    """Imports `rows` rows made of the corpus into a new store. Raises `OSError` and `ValueError`."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "rows.jsonl").open("w") as out:
            out.writelines(json.dumps(row) + "\n" for row in islice(_rows(corpus), rows))
        url = f"sqlite:///{folder}/import.sqlite3"
        command = [sys.executable, "-m", "api.cli", "issues", "import", str(folder / "rows.jsonl")]
        started = time.perf_counter()
        code, memory = watch(
            command, lambda _: None, env={**os.environ, "CASEWORKER_DATABASE_URL": url}, log=folder / "log"
        )
        seconds = time.perf_counter() - started
        if code:
            raise ValueError(f"the import ended with {code}: {(folder / 'log').read_text()[-300:]}")
        return Imported(
            rows=rows,
            seconds=round(seconds, 1),
            per_second=round(rows / seconds, 1),
            rss_mb=memory.rss_mb,
            pss_mb=memory.pss_mb,
            diagnosis=asyncio.run(_diagnosed(url)),
        )


def _rows(corpus: Path | None) -> Iterator[dict[str, object]]:
    """Rows without end: the corpus again and again, each with words of its own."""
    if corpus is None:
        texts = [(" ".join(tokens.title), " ".join(tokens.body)) for tokens in made_up(2_000)]
    else:
        with lzma.open(corpus, "rt") if corpus.suffix == ".xz" else corpus.open(encoding="utf-8") as lines:
            found = (json.loads(line) for line in lines)
            texts = [(row["title"] or "", row["body"] or "") for row in found]
    for number, (title, body) in enumerate(cycle(texts), 1):
        yield {
            "repository": "scale/scale",
            "number": number,
            "title": title,
            "body": f"{body}\nown_{number}_word",
            "state": "open",
            "created_at": "2026-01-01T00:00:00Z",
        }


async def _diagnosed(url: str) -> Spread:
    submissions = [case.submission for case in load_cases(_CASES)]
    times = []
    async with open_context(Settings(database_url=url, log_level="error")) as context:
        for number, submission in enumerate(islice(cycle(submissions), _WARM_UP + _RUNS)):
            started = time.perf_counter()
            await diagnose(submission, context)
            if number >= _WARM_UP:
                times.append((time.perf_counter() - started) * 1000)
    return spread(times)
