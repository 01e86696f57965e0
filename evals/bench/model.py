"""What the road costs round a model call, with a provider on this machine that answers at once."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.compose import open_context
from agent.diagnosis.model import Budget, ModelCall, ModelReply
from agent.errors import AgentError, ModelUnavailable
from agent.graph import stream
from agent.log import configure_logging
from agent.ports import Model
from agent.report.error_report import Submission
from agent.state import Context
from evals.bench.echo import echo
from evals.bench.latency import WARM_UP, Spread, spread
from evals.bench.messages_server import MessagesServer, Says, messages_server
from evals.case import BadCase, load_cases
from evals.run import settings_in

PIECES = 40
"""Pieces that a reply is streamed in."""
FEWEST = 2
"""Runs that a spread needs."""
LIMITS = {"around": 25.0, "first_event": 50.0, "first_draft": 10.0}
"""Milliseconds that the medians must keep to."""


class Overhead(BaseModel):
    """Milliseconds: the whole diagnosis, the model's calls in it, and what the road adds `around` them.

    `plain` is the same diagnosis without a model, made in between: busy moments fall on both.
    `first_event` counts from the start to the first event of the stream, `first_draft` from the moment
    in which the provider wrote its first text to the first words of the draft. `worded` is how many
    diagnoses kept words of the model.
    """

    model_config = ConfigDict(frozen=True)

    reports: int
    worded: int
    plain: Spread
    whole: Spread
    calls: Spread
    around: Spread
    first_event: Spread
    first_draft: Spread

    @property
    def beyond(self) -> list[str]:
        """The figures whose median is beyond its limit."""
        return [name for name, most in LIMITS.items() if getattr(self, name).p50_ms > most]


class Timed:
    """`model` as it is, with the milliseconds that its calls took."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self.name = model.name
        self.triage_model, self.draft_model = model.triage_model, model.draft_model
        self.strong_model = model.strong_model
        self.milliseconds = 0.0

    async def complete(self, call: ModelCall, said: Callable[[str], None], budget: Budget) -> ModelReply:
        """As `ports.Model` says."""
        started = time.perf_counter()
        try:
            return await self._model.complete(call, said, budget)
        finally:
            self.milliseconds += (time.perf_counter() - started) * 1000


async def measure_model(submissions: Sequence[Submission], runs: int) -> Overhead:
    """`runs` diagnoses with the live model, going round `submissions`. Raises `ModelUnavailable`."""
    timings: dict[str, list[float]] = {
        name: [] for name in ("plain", "whole", "calls", "around", "first_event", "first_draft")
    }
    worded = 0
    async with messages_server(lambda body: Says(echo(body), pieces=PIECES)) as server:
        with TemporaryDirectory() as folder, _provider(server.url):
            settings = settings_in(Path(folder)).model_copy(update={"model": "live"})
            async with open_context(settings) as context:
                if context.model is None:
                    raise ModelUnavailable(why=context.notes[-1])
                for number in range(min(WARM_UP, runs) + runs):
                    found, kept = await _walk(submissions[number % len(submissions)], context, server)
                    if number < min(WARM_UP, runs):
                        continue
                    worded += kept
                    for name, milliseconds in found.items():
                        timings[name].append(milliseconds)
    spreads = {name: spread(values) for name, values in timings.items()}
    return Overhead(reports=len(submissions), worded=worded, **spreads)


async def _walk(
    submission: Submission, context: Context, server: MessagesServer
) -> tuple[dict[str, float], bool]:
    """The times of one diagnosis, and whether words of the model stand in it."""
    assert context.model is not None
    timed = Timed(context.model)
    server.first_text_at.clear()
    found: dict[str, float] = {}
    answer: Any = None
    started = time.perf_counter()
    async for name, value in stream(submission, replace(context, model=timed)):
        if not found:
            found["first_event"] = (time.perf_counter() - started) * 1000
        if name == "draft" and "first_draft" not in found:
            # Another call may have come before: the draft's own is the last that has begun.
            found["first_draft"] = (time.monotonic() - server.first_text_at[-1]) * 1000
        answer = value
    found["whole"] = (time.perf_counter() - started) * 1000
    found["calls"] = timed.milliseconds
    found["around"] = found["whole"] - timed.milliseconds
    started = time.perf_counter()
    async for _ in stream(submission, replace(context, model=None, prompts=None)):
        pass
    found["plain"] = (time.perf_counter() - started) * 1000
    return found, answer.mode == "model"


@contextmanager
def _provider(url: str) -> Iterator[None]:
    """The environment of a client that asks `url`, and afterwards the one that was."""
    given = {"ANTHROPIC_BASE_URL": url, "ANTHROPIC_API_KEY": "of-no-account"}
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def add_parser(commands: Any, cases: Path) -> None:
    """The command line."""
    model = commands.add_parser("model", help="what the road costs round a model call")
    model.add_argument("--cases", type=Path, default=cases, metavar="DIR", help="reports to measure over")
    model.add_argument("-n", "--runs", type=int, default=100, metavar="N", help="diagnoses to time")


def run(asked: argparse.Namespace) -> int:
    """Measure and say; gives the exit code: 0 well, 1 beyond a limit, 2 could not measure."""
    configure_logging("warning")
    try:
        submissions = [case.submission for case in load_cases(asked.cases)]
        found = asyncio.run(measure_model(submissions, max(FEWEST, asked.runs)))
    except (BadCase, AgentError, OSError) as bad:
        sys.stderr.write(f"could not measure: {bad}\n")
        return 2
    sys.stdout.write(found.model_dump_json(indent=1) + "\n")
    for name in found.beyond:
        sys.stderr.write(f"{name}: p50 beyond {LIMITS[name]:g} ms\n")
    return int(bool(found.beyond))
