"""The command line of `record`: what will be recorded, what it will cost, and then the recording."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agent.compose import load_prices
from agent.diagnosis.next_call import Models
from agent.errors import AgentError
from agent.llm.batches import open_batches
from agent.llm.recordings import Kind
from agent.state import Context
from evals.backlog import load_backlog
from evals.case import BadCase, Case, load_cases
from evals.clock import today
from evals.estimate import CaseEstimate, estimate_case, summary, table
from evals.lock import read_lock
from evals.places import Places, add_root
from evals.plan import Todo, plan
from evals.provenance import author, tree_of
from evals.record import Books, Done, open_source, record_all
from evals.record_authored import record_authored
from evals.record_batch import record_batches
from evals.recorded import RecordedCase, load_recordings
from evals.run import road, run_recorded, shipped_models

POLL = 30.0


def add_parser(commands: Any) -> None:
    """The options of `record`."""
    record = commands.add_parser("record", help="ask a model what is stale or missing, and keep its answers")
    record.add_argument(
        "--filter", action="append", metavar="SUBSTR", help="only slugs that hold this; may be given again"
    )
    record.add_argument("--model", choices=["live", "local"], default="live", help="whom to ask")
    record.add_argument("--trial", type=int, metavar="N", help="the number of the recording of a case")
    record.add_argument("--batch", action="store_true", help="by the batch API: half the price, within a day")
    record.add_argument(
        "--poll", type=float, default=POLL, metavar="SECONDS", help="between two looks at a batch"
    )
    record.add_argument("--estimate", action="store_true", help="say what it would cost, and ask nobody")
    record.add_argument("--yes", action="store_true", help="do not ask before money is spent")
    record.add_argument(
        "--authored", type=Path, metavar="FILE|DIR", help="key replies that were written by hand; no model"
    )
    add_root(record)


def run(asked: argparse.Namespace) -> int:
    """Record; the exit code: 0 all of it, 1 some cases failed, 2 could not begin."""
    try:
        return asyncio.run(_run(asked))
    except (BadCase, AgentError, OSError) as bad:
        _say(f"could not record: {bad}")
        return 2
    except KeyboardInterrupt:
        _say("stopped; the same command goes on from here")
        return 2


async def _run(asked: argparse.Namespace) -> int:
    places = Places(asked.root)
    cases = load_cases(places.cases)
    words = asked.filter or [""]
    chosen = [case for case in cases if any(word in case.slug for word in words)]
    if not chosen:
        raise BadCase(f"none of the {len(cases)} cases has {' or '.join(words)!r} in its slug")
    if asked.batch and asked.model != "live":
        raise BadCase("--batch is the provider's: it goes with --model live")
    async with road() as context:
        books = Books(places, context.catalogue.digest)
        entries = _entries(places, cases)
        if asked.authored is not None:
            done = await record_authored(asked.authored, chosen, entries, context, books, places.root, _say)
        else:
            kind: Kind = "live" if asked.model == "live" else "local"
            todo = await plan(chosen, entries, kind, asked.trial, context)
            if not todo:
                _say(f"nothing to record: all {len(chosen)} cases have a {kind} recording that fits")
                return 0
            if not await _agreed(todo, asked, context):
                return 0 if asked.estimate else 2
            done = await _recorded(todo, asked, context, books, places)
        await _settle(places, cases, books, context)
    return _said(done)


def _entries(places: Places, cases: Sequence[Case]) -> list[RecordedCase]:
    return load_recordings(
        cases,
        places.recordings,
        backlog=load_backlog(places.backlog),
        lock=read_lock(places.lock),
        prices=load_prices(),
        today=today(),
    )


async def _agreed(todo: Sequence[Todo], asked: argparse.Namespace, context: Context) -> bool:
    """Say what it will cost; whether to go on."""
    models = shipped_models() if asked.model == "live" else Models("local", "local", "local")
    estimates: list[CaseEstimate] = [await estimate_case(one.case, context, models) for one in todo]
    for one in todo:
        if one.state != "missing":
            _say(f"{one.case.slug}, trial {one.trial}, is {one.state}: {one.why}")
    if asked.estimate:
        sys.stdout.write("\n".join(table(estimates)) + "\n")
    lines = summary(estimates, load_prices(), batch=asked.batch)
    (sys.stdout.write if asked.estimate else sys.stderr.write)("\n".join(lines) + "\n")
    if asked.estimate:
        return False
    if asked.yes or asked.model == "local":
        return True
    if not sys.stdin.isatty():
        _say("nobody can be asked here: give --yes to spend it")
        return False
    sys.stderr.write("Record? [y/N] ")
    return sys.stdin.readline().strip().lower() in ("y", "yes")


async def _recorded(
    todo: Sequence[Todo], asked: argparse.Namespace, context: Context, books: Books, places: Places
) -> Done:
    tree, by = tree_of(places.root), author(places.root)
    if asked.batch:
        async with open_batches() as batches:
            return await record_batches(
                todo,
                batches,
                shipped_models(),
                load_prices(),
                context,
                books,
                tree,
                by,
                places.batch,
                _say,
                asked.poll,
            )
    async with open_source(asked.model, context) as source:
        return await record_all(todo, source, context, books, tree, by, _say)


async def _settle(places: Places, cases: Sequence[Case], books: Books, context: Context) -> None:
    """Let the lock name today's prompts and catalogue, where every recording fits them."""
    by_slug = {case.slug: case for case in cases}
    for entry in _entries(places, cases):
        if entry.recording is not None and entry.slug in by_slug:
            entry = (await run_recorded(by_slug[entry.slug], entry, context))[0]
        if entry.state not in ("ok", "missing") or (entry.state == "missing" and entry.file):
            _say(f"still {entry.state}: {entry.file or entry.slug}: {entry.why}")
            return
    books.current()


def _said(done: Done) -> int:
    _say(f"{len(done.written)} recordings written, {len(done.failed)} failed; paid ${done.usd:.4f}")
    if done.failed:
        _say("run the same command again for those that failed")
    if done.written:
        _say("next: look at the diff, then python -m evals run")
    return 1 if done.failed else 0


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
