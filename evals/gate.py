"""`python -m evals gate`: whether a change is better, worse, unproven or not yet recorded.

Offline and without a secret. The self-test runs first, then the whole suite; the results file is written,
and the verdict is read from it and from the baseline. Exit codes, the first that fits: 2 could not run,
1 worse, 3 a recording is stale, missing, orphan, edited or of an expired model, 4 inconclusive, 0 passed.
"""

from __future__ import annotations

import argparse
import sys
import time
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import AgentError
from evals import selftest, suite
from evals.baseline import Baseline, read_baseline
from evals.case import BadCase
from evals.clock import today
from evals.files import write_whole
from evals.places import Places, add_root
from evals.reports import write_reports
from evals.reports.text import lines_of
from evals.results import Results
from evals.selftest import SelfTest
from evals.verdict import Verdict, judge
from evals.waivers import load_waivers


class GateResults(BaseModel):
    """Everything that a verdict is read from but the baseline. `day` is that of waivers and gaps."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = 1
    day: date
    results: Results
    selftest: SelfTest


def add_parser(commands: Any) -> None:
    """The options of `gate`, `selftest` and `report`."""
    gate = commands.add_parser("gate", help="say whether a change is better, worse, unproven or not recorded")
    gate.add_argument("--out", type=Path, metavar="FILE", help="keep the results file")
    _add_reports(gate)
    add_root(gate)
    report = commands.add_parser("report", help="make the reports of a results file that the gate kept")
    report.add_argument("results", type=Path, metavar="RESULTS", help="a file written by gate --out")
    _add_reports(report)
    add_root(report)
    try_out = commands.add_parser("selftest", help="spoil right answers and see whether the graders notice")
    add_root(try_out)


def _add_reports(parser: argparse.ArgumentParser) -> None:
    for name, what in (
        ("junit", "JUnit XML"),
        ("markdown", "a table for a reviewer"),
        ("html", "one page, old and new answers side by side"),
    ):
        parser.add_argument(f"--{name}", type=Path, metavar="FILE", help=f"write {what}")


def run(asked: argparse.Namespace) -> int:
    """Run one of the three commands; gives the exit code."""
    try:
        if asked.command == "selftest":
            return _selftest(Places(asked.root))
        if asked.command == "report":
            return _report(asked, read(asked.results))
        return _gate(asked)
    except (BadCase, AgentError, OSError) as bad:
        sys.stderr.write(f"could not run: {bad}\n")
        return 2


def _gate(asked: argparse.Namespace) -> int:
    started = time.perf_counter()
    places = Places(asked.root)
    cases, recorded = suite.load(places, today())
    baseline = read_baseline(places.baseline)
    tried = selftest.run(cases)
    made = GateResults(day=today(), results=suite.measure(cases, recorded), selftest=tried)
    with TemporaryDirectory() as folder:
        path = asked.out or Path(folder) / "results.json"
        write(made, path)
        code = _report(asked, read(path), baseline)
    sys.stdout.write(f"{time.perf_counter() - started:.1f} seconds\n")
    return code


def _report(asked: argparse.Namespace, made: GateResults, baseline: Baseline | None = None) -> int:
    places = Places(asked.root)
    baseline = baseline or read_baseline(places.baseline)
    verdict = verdict_of(made, baseline, places)
    for line in lines_of(verdict, made.results, made.selftest):
        sys.stdout.write(f"{line}\n")
    files = {name: getattr(asked, name) for name in ("junit", "markdown", "html")}
    write_reports(verdict, made.results, made.selftest, files)
    return verdict.exit


def verdict_of(made: GateResults, baseline: Baseline, places: Places) -> Verdict:
    """The verdict on a results file. Raises `BadCase` for a bad file of waivers."""
    return judge(made.results, made.selftest, baseline, load_waivers(places.waivers), made.day)


def _selftest(places: Places) -> int:
    cases, _ = suite.load(places, today())
    found = selftest.run(cases)
    sys.stdout.write("\n".join(found.in_words()) + "\n")
    return 2 if found.faults else 0


def write(made: GateResults, path: Path) -> None:
    """Write the results file, whole or not at all."""
    write_whole(path, made.model_dump_json() + "\n")


def read(path: Path) -> GateResults:
    """The results file. Raises `BadCase` where it cannot be read."""
    try:
        return GateResults.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(f"{path}: not a results file of the gate: {bad}") from bad
