"""`python -m evals run`: the suite, offline. Exit 0: every check holds. 1: one does not. 2: could not run."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from agent.errors import AgentError
from evals.case import BadCase, load_cases
from evals.results import read_results, write_results
from evals.run import run_cases
from evals.scoreboard import regressions, show

CASES = Path(__file__).parent / "cases"


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m evals", description="Grade the road over the cases.")
    commands = top.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="run the cases offline in mode plain and print the scoreboard")
    run.add_argument("--cases", type=Path, default=CASES, metavar="DIR", help="the folder of cases")
    run.add_argument("--out", type=Path, metavar="FILE", help="write the results as JSON")
    run.add_argument("--against", type=Path, metavar="FILE", help="name what is worse than in these results")
    run.add_argument("--filter", default="", metavar="SUBSTR", help="only slugs that hold this")
    run.add_argument("-v", "--verbose", action="store_true", help="every result with its reason")
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; gives the exit code."""
    asked = parser().parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    try:
        before = read_results(asked.against) if asked.against else None
        every = load_cases(asked.cases)
        cases = [case for case in every if asked.filter in case.slug]
        if not cases:
            raise BadCase(f"none of the {len(every)} cases has {asked.filter!r} in its slug")
        results = asyncio.run(run_cases(cases))
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
