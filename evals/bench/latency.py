"""How long one diagnosis takes, warm and in process, beside a graph of the same shape that does nothing."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import BaseModel, ConfigDict

from agent.compose import open_context
from agent.graph import build, diagnose
from agent.report.error_report import Submission
from evals.bench.noop import build_like
from evals.run import settings_in

WARM_UP = 20


class Spread(BaseModel):
    """Milliseconds of wall time over `runs` runs."""

    model_config = ConfigDict(frozen=True)

    runs: int
    p50_ms: float
    p95_ms: float
    max_ms: float


class Latency(BaseModel):
    """The road, the graph that does nothing, and how many reports the road was measured over."""

    model_config = ConfigDict(frozen=True)

    reports: int
    diagnose: Spread
    noop: Spread


def spread(milliseconds: Sequence[float]) -> Spread:
    """The spread of at least two measurements in milliseconds."""
    cuts = quantiles(milliseconds, n=100, method="inclusive")
    return Spread(
        runs=len(milliseconds),
        p50_ms=round(cuts[49], 3),
        p95_ms=round(cuts[94], 3),
        max_ms=round(max(milliseconds), 3),
    )


async def measure_latency(submissions: Sequence[Submission], runs: int) -> Latency:
    """`runs` diagnoses, going round `submissions`; each is followed by one walk of the empty graph.

    The two alternate, so that a busy moment of the machine falls on both.
    """
    empty = build_like(build())
    with TemporaryDirectory() as folder:
        async with open_context(settings_in(Path(folder))) as context:

            async def nothing(submission: Submission) -> Any:
                return await empty.ainvoke({"submission": submission.model_dump(mode="json")})

            async def road(submission: Submission) -> Any:
                return await diagnose(submission, context)

            for number in range(min(WARM_UP, runs)):
                await road(submissions[number % len(submissions)])
                await nothing(submissions[number % len(submissions)])
            walked, empty_walked = [], []
            for number in range(runs):
                submission = submissions[number % len(submissions)]
                walked.append(await _timed(road, submission))
                empty_walked.append(await _timed(nothing, submission))
    return Latency(reports=len(submissions), diagnose=spread(walked), noop=spread(empty_walked))


async def _timed(call: Callable[[Submission], Awaitable[Any]], submission: Submission) -> float:
    started = time.perf_counter()
    await call(submission)
    return (time.perf_counter() - started) * 1000
