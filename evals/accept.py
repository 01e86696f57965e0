"""`python -m evals accept`: a person takes what a run gives now for the new baseline, and locks it."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from typing import Any

from agent.compose import load_prices
from agent.errors import AgentError
from evals.backlog import load_backlog
from evals.baseline import baseline_of, write_baseline
from evals.case import BadCase, load_cases
from evals.clock import today
from evals.compare import ALWAYS
from evals.lock import Accepted, Lock, digests, write_lock
from evals.places import Places, add_root
from evals.provenance import tree_of
from evals.recorded import load_recordings
from evals.results import Results
from evals.suite import measure


class NotAcceptable(Exception):
    """Nobody can accept this; the message says what to do about it first."""


def add_parser(commands: Any) -> None:
    """The options of `accept`."""
    accept = commands.add_parser("accept", help="make what a run gives now the baseline, and lock it")
    accept.add_argument("--reviewer", required=True, metavar="NAME", help="who looked at the difference")
    accept.add_argument("--reason", metavar="TEXT", help="why; needed where a check is broken")
    add_root(accept)


def run(asked: argparse.Namespace) -> int:
    """Accept; the exit code: 0 done, 1 not acceptable, 2 could not run, 3 recordings are not sound."""
    places = Places(asked.root)
    try:
        if not asked.reviewer.strip():
            raise BadCase("--reviewer needs a name")
        results = walk(places)
        if red := [entry for entry in results.recordings if entry.red]:
            for entry in red:
                sys.stderr.write(f"{entry.state}: {entry.file or entry.slug}: {entry.why}; {entry.next}\n")
            return 3
        check(results, asked.reason)
        accepted = Accepted(
            reviewer=asked.reviewer.strip(),
            reason=asked.reason,
            at=datetime.now(UTC).replace(microsecond=0),
            git_commit=tree_of(places.root).commit,
        )
        move(results, places, accepted)
    except NotAcceptable as bad:
        sys.stderr.write(f"not accepted: {bad}\n")
        return 1
    except (BadCase, AgentError, OSError) as bad:
        sys.stderr.write(f"could not run: {bad}\n")
        return 2
    said = f"accepted by {accepted.reviewer}: {len(results.rows)} rows"
    sys.stdout.write(f"{said}; look at the diff of {places.lock.parent}\n")
    return 0


def walk(places: Places) -> Results:
    """All cases as the gate measures them, plain and with every recording.

    The lock is not held against them: it is about to move.
    """
    cases = load_cases(places.cases)
    recorded = load_recordings(
        cases,
        places.recordings,
        backlog=load_backlog(places.backlog),
        lock=None,
        prices=load_prices(),
        today=today(),
    )
    return measure(cases, recorded)


def check(results: Results, reason: str | None) -> None:
    """Raise `NotAcceptable` for a broken law, and for another broken check without a reason."""
    broken = [(row, room, result) for row in results.rows for room, result in row.blocking()]
    lawless = [(row, result) for row, room, result in broken if room == "diagnosis" and result.name in ALWAYS]
    if lawless:
        row, result = lawless[0]
        raise NotAcceptable(f"{len(lawless)} laws break, first {result.name} in {row.key}: {result.reason}")
    if broken and not (reason or "").strip():
        row, room, result = broken[0]
        raise NotAcceptable(
            f"{len(broken)} checks are broken, first {room}.{result.name} in {row.key}; say why with --reason"
        )


def move(results: Results, places: Places, accepted: Accepted) -> None:
    """Write both files."""
    lock = Lock(
        prompts=results.prompts,
        catalogue=results.catalogue,
        recordings=digests(places.recordings),
        accepted=accepted,
    )
    write_baseline(baseline_of(results.rows, results.catalogue, accepted), places.baseline)
    write_lock(lock, places.lock)
