"""How fast a batch goes, and what memory it takes: the real command in a process of its own."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, ConfigDict

from agent.report.error_report import Submission
from evals.bench.process import Memory, watch


class BatchFailed(Exception):
    """The batch did not give one answer for each line. The message says what came instead."""


class Batch(BaseModel):
    """One batch. `per_second` counts from the first answer on, so that the start is left out."""

    model_config = ConfigDict(frozen=True)

    lines: int
    jobs: int
    start_s: float
    total_s: float
    per_second: float
    memory: Memory


def write_lines(submissions: Sequence[Submission], count: int, path: Path) -> None:
    """`count` reports, going round `submissions`; no two are alike: each has an id and a last line."""
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            report = submissions[number % len(submissions)].model_dump(mode="json", exclude_none=True)
            report["id"] = f"bench-{number}"
            report["text"] = f"{report.get('text', '')}\n\nThis is try number {number}."
            out.write(json.dumps(report, ensure_ascii=True) + "\n")


class Progress:
    """When the first and the last answer were seen, by the growth of the output file."""

    def __init__(self, out: Path) -> None:
        self.out = out
        self.first: float | None = None
        self.first_lines = 0
        self.last = 0.0

    def look(self, seconds: float) -> None:
        """Look at the output file, `seconds` after the start."""
        self.last = seconds
        if self.first is None and self.out.exists() and self.out.stat().st_size:
            lines = self.out.read_bytes().count(b"\n")
            if lines:
                self.first, self.first_lines = seconds, lines


def measure_batch(submissions: Sequence[Submission], lines: int, jobs: int) -> Batch:
    """Run `caseworker diagnose --batch` over `lines` generated reports. Raises `BatchFailed`."""
    with TemporaryDirectory() as folder:
        asked, answered, log = (Path(folder) / name for name in ("in.jsonl", "out.jsonl", "log.txt"))
        write_lines(submissions, lines, asked)
        command = [sys.executable, "-m", "api.cli", "diagnose", "--batch", str(asked)]
        command += ["--out", str(answered), "--jobs", str(jobs)]
        own = {key: value for key, value in os.environ.items() if not key.startswith("CASEWORKER_")}
        env = {**own, "CASEWORKER_DATABASE_URL": f"sqlite:///{folder}/bench.sqlite3"}
        progress = Progress(answered)
        code, memory = watch(command, progress.look, env=env, log=log)
        written = answered.read_bytes().count(b"\n") if answered.exists() else 0
        if code != 0 or written != lines:
            said = log.read_text(encoding="utf-8", errors="replace")[-500:]
            raise BatchFailed(f"exit {code}, {written} of {lines} lines answered: {said}")
        start = progress.first or progress.last
        rest = lines - progress.first_lines
        return Batch(
            lines=lines,
            jobs=jobs,
            start_s=round(start, 2),
            total_s=round(progress.last, 2),
            per_second=round(rest / max(progress.last - start, 1e-9), 1) if rest else 0.0,
            memory=memory,
        )
