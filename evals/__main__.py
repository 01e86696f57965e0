"""`python -m evals`: run the suite offline, record a model, accept a baseline.

Exit codes of `run`: 0 every check holds, 1 one does not, 2 could not run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from agent.compose import load_prices
from agent.errors import AgentError
from evals import accept, gate, record_command
from evals.backlog import load_backlog
from evals.case import BadCase, Case, load_cases
from evals.clock import today
from evals.lock import read_lock
from evals.places import Places
from evals.recorded import RecordedCase, load_recordings
from evals.results import read_results, write_results
from evals.run import run_cases
from evals.scoreboard import regressions, show

CASES = Places().cases


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m evals", description="Grade the road over the cases.")
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the cases offline and print the scoreboard")
    run.add_argument("--cases", type=Path, default=CASES, metavar="DIR", help="the folder of cases")
    run.add_argument("--out", type=Path, metavar="FILE", help="write the results as JSON")
    run.add_argument("--against", type=Path, metavar="FILE", help="name what is worse than in these results")
    run.add_argument("--filter", default="", metavar="SUBSTR", help="only slugs that hold this")
    run.add_argument("--plain", action="store_true", help="without the recordings")
    run.add_argument("-v", "--verbose", action="store_true", help="every result with its reason")
    record_command.add_parser(commands)
    accept.add_parser(commands)
    gate.add_parser(commands)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    asked = parser().parse_args(arguments)
    if asked.command == "record":
        return record_command.run(asked)
    if asked.command == "accept":
        return accept.run(asked)
    if asked.command in ("gate", "selftest", "report"):
        return gate.run(asked)
    return _run(asked)


def _recorded(asked: argparse.Namespace, cases: Sequence[Case]) -> list[RecordedCase]:
    """The recordings beside the cases; none where the cases are in another folder than the suite's."""
    places = Places(asked.cases.parent)
    if asked.plain or not places.recordings.is_dir():
        return []
    backlog, lock = load_backlog(places.backlog), read_lock(places.lock)
    found = load_recordings(
        cases, places.recordings, backlog=backlog, lock=lock, prices=load_prices(), today=today()
    )
    return [entry for entry in found if asked.filter in entry.slug]


def _run(asked: argparse.Namespace) -> int:
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    try:
        before = read_results(asked.against) if asked.against else None
        every = load_cases(asked.cases)
        cases = [case for case in every if asked.filter in case.slug]
        if not cases:
            raise BadCase(f"none of the {len(every)} cases has {asked.filter!r} in its slug")
        results = asyncio.run(run_cases(cases, recorded=_recorded(asked, every)))
        if asked.out:
            write_results(results, asked.out)
            results = read_results(asked.out)
    except (BadCase, AgentError, OSError) as bad:
        sys.stderr.write(f"could not run: {bad}\n")
        return 2
    show(results, console, verbose=asked.verbose)
    if before is not None:
        for line in regressions(before, results):
            console.print(line, soft_wrap=True, markup=False)
    return 0 if results.holds else 1


if __name__ == "__main__":
    sys.exit(main())
