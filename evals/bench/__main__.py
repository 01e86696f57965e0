"""`python -m evals.bench latency`: the figures of speed and memory, measured on this machine now."""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from agent.errors import AgentError
from evals.bench.batch import Batch, BatchFailed, measure_batch
from evals.bench.latency import Latency, measure_latency
from evals.bench.minilm import add_parser as add_minilm_parser
from evals.bench.minilm import run as run_minilm
from evals.bench.model import add_parser as add_model_parser
from evals.bench.model import run as run_model
from evals.bench.process import cpu_seconds
from evals.bench.retrieval import add_parser as add_retrieval_parser
from evals.bench.retrieval import run as run_retrieval
from evals.bench.scale import add_parser as add_scale_parser
from evals.bench.scale import run as run_scale
from evals.bench.service import COMMANDS, add_parsers
from evals.bench.service import run as run_service
from evals.bench.waves import add_parser as add_waves_parser
from evals.bench.waves import run as run_waves
from evals.case import BadCase, load_cases

CASES = Path(__file__).parents[1] / "cases"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m evals.bench", description="Measure speed and memory.")
    commands = top.add_subparsers(dest="command", required=True)
    latency = commands.add_parser("latency", help="warm latency, the CPU of --help and, if asked, a batch")
    latency.add_argument("--cases", type=Path, default=CASES, metavar="DIR", help="reports to measure over")
    latency.add_argument("-n", "--runs", type=int, default=300, metavar="N", help="diagnoses to time")
    latency.add_argument("--batch", type=int, metavar="N", help="also run a batch of N generated reports")
    latency.add_argument("--jobs", type=int, default=1, metavar="K", help="processes of the batch")
    latency.add_argument("--json", action="store_true", help="print one JSON document")
    add_parsers(commands, CASES)
    add_waves_parser(commands)
    add_model_parser(commands, CASES)
    add_minilm_parser(commands)
    add_retrieval_parser(commands)
    add_scale_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code: 0 measured, 2 could not measure."""
    asked = parser().parse_args(arguments)
    if asked.command in COMMANDS:
        return run_service(asked)
    if asked.command == "minilm":
        return run_minilm(asked)
    if asked.command == "waves":
        return run_waves(asked)
    if asked.command == "retrieval":
        return run_retrieval(asked)
    if asked.command == "scale":
        return run_scale(asked)
    if asked.command == "model":
        return run_model(asked)
    if asked.runs < 2 or asked.jobs < 1 or (asked.batch is not None and asked.batch < 1):
        sys.stderr.write("could not measure: --runs takes at least 2, --batch and --jobs at least 1\n")
        return 2
    try:
        submissions = [case.submission for case in load_cases(asked.cases)]
        latency = asyncio.run(measure_latency(submissions, asked.runs))
        help_cpu = cpu_seconds(["-m", "api.cli", "--help"])
        batch = measure_batch(submissions, asked.batch, asked.jobs) if asked.batch else None
    except (BadCase, BatchFailed, AgentError, OSError, subprocess.CalledProcessError) as bad:
        sys.stderr.write(f"could not measure: {bad}\n")
        return 2
    if asked.json:
        document = {
            "latency": latency.model_dump(),
            "help_cpu_s": round(help_cpu, 3),
            "batch": batch.model_dump() if batch else None,
        }
        sys.stdout.write(json.dumps(document, indent=1) + "\n")
    else:
        Console(highlight=False).print(_table(latency, help_cpu, batch))
    return 0


def _table(latency: Latency, help_cpu: float, batch: Batch | None) -> Table:
    table = Table(
        "what", "p50", "p95", "max", title=f"{latency.reports} reports, {latency.diagnose.runs} runs"
    )
    for name, of in (
        ("diagnose, warm, in process", latency.diagnose),
        ("bare graph, same shape", latency.noop),
    ):
        table.add_row(name, *(f"{value:.1f} ms" for value in (of.p50_ms, of.p95_ms, of.max_ms)))
    table.add_row("caseworker --help", f"{help_cpu:.2f} s CPU", "", "")
    if batch is not None:
        table.add_row(
            f"batch of {batch.lines}, {batch.jobs} jobs", f"{batch.per_second:.0f} reports/s", "", ""
        )
        table.add_row("  start, whole", f"{batch.start_s:.1f} s", f"{batch.total_s:.1f} s", "")
        table.add_row(
            "  peak memory", f"{batch.memory.pss_mb:.0f} MB PSS", f"{batch.memory.rss_mb:.0f} MB RSS", ""
        )
    return table


if __name__ == "__main__":
    sys.exit(main())
