"""`load`, `streams`, `interference` and `conformance`: the figures of the HTTP service."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from evals.bench.conformance import measure_conformance
from evals.bench.interference import measure_interference
from evals.bench.load import MOST_SECONDS, lines, measure_load, written
from evals.bench.server import ServerFailed
from evals.bench.streams import measure_streams
from evals.case import load_cases

COMMANDS = ("load", "streams", "interference", "conformance")


def add_parsers(commands: Any, cases: Path) -> None:
    """The command lines."""
    load = commands.add_parser("load", help="diagnoses a second of a real server, beside an empty one")
    load.add_argument("--cases", type=Path, default=cases, metavar="DIR", help="reports to send")
    load.add_argument(
        "--seconds", type=float, default=20, metavar="S", help="how long each server is sent to, at most 600"
    )
    load.add_argument("--rate", type=float, metavar="N", help="also measure at N a second")
    load.add_argument("--json", type=Path, metavar="FILE", help="keep the figures")
    streams = commands.add_parser("streams", help="slow readers of streams, and what others notice")
    streams.add_argument("--readers", type=int, default=300, metavar="N", help="readers at once")
    commands.add_parser("interference", help="small requests alone, and beside a huge paste that is read")
    conformance = commands.add_parser("conformance", help="schemathesis, all checks, on a real server")
    conformance.add_argument("--examples", type=int, default=350, metavar="N", help="for each operation")


def run(asked: argparse.Namespace) -> int:
    """Measure and say; gives the exit code: 0 well, 1 a promise is broken, 2 could not measure."""
    try:
        if asked.command == "load":
            return _load(asked)
        if asked.command == "streams":
            found = measure_streams(min(asked.readers, 1000))
            sys.stdout.write(found.model_dump_json(indent=1) + "\n")
            return int(found.complete != found.readers)
        if asked.command == "interference":
            for door, figures in measure_interference().items():
                sys.stdout.write(f"{door} {figures.model_dump_json(indent=1)}\n")
            return 0
        outcome = measure_conformance(asked.examples)
        sys.stdout.write(f"{outcome.said}\n{outcome.requests} requests, {outcome.failures} failures\n")
        return int(outcome.failures != 0)
    except ServerFailed as bad:
        sys.stderr.write(f"could not measure: {bad}\n")
        return 2


def _load(asked: argparse.Namespace) -> int:
    submissions = [case.submission for case in load_cases(asked.cases)]
    found = measure_load(submissions, min(asked.seconds, MOST_SECONDS), asked.rate)
    sys.stdout.write("\n".join(lines(found)) + "\n")
    written(found, asked.json)
    return int(found.real.failed > 0)
