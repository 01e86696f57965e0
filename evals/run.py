"""Run every case down the road, offline and in mode plain, and grade what comes out.

The cases run one after another in the order of their slugs, each with a clock that stands still,
against a store of their own that holds the packaged knowledge only. The environment is not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from agent.compose import open_context
from agent.diagnosis.diagnosis import Answer
from agent.graph import diagnose
from agent.report.error_report import Submission
from agent.settings import Settings
from agent.state import Context
from evals.case import BadCase, Case, check_causes
from evals.graders import failed, grade
from evals.results import Results, Row, row_of

CONSTANT = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The time of a case that does not say when it was reported."""

Diagnose = Callable[[Submission, Context], Awaitable[Answer]]


@dataclass(frozen=True)
class StoppedClock:
    """A clock that always shows the same moment."""

    moment: datetime

    def now(self) -> datetime:
        """That moment."""
        return self.moment


def settings_in(folder: Path) -> Settings:
    """Settings that ignore the environment: an empty database in `folder`, packaged causes only."""
    return Settings(
        database_url=f"sqlite:///{folder / 'evals.sqlite3'}",
        causes=None,
        tenant="default",
        log_level="error",
        max_input_bytes=6_000_000,
    )


def stopped_for(case: Case) -> StoppedClock:
    """The clock of a case: when it was reported, or a constant."""
    source = case.submission.source
    return StoppedClock((source.reported_at if source else None) or CONSTANT)


async def run_cases(cases: list[Case], walk: Diagnose = diagnose) -> Results:
    """Results over all `cases`. Raises `BadCase` for none, or for one that names an unknown cause."""
    if not cases:
        raise BadCase("no case to run, and no cases is not a pass")
    with TemporaryDirectory() as folder:
        async with open_context(settings_in(Path(folder))) as context:
            check_causes(cases, context.catalogue.by_id)
            ordered = sorted(cases, key=lambda case: case.slug)
            rows = [await run_case(case, context, walk) for case in ordered]
            return Results(catalogue=context.catalogue.digest, rows=rows)


async def run_case(case: Case, context: Context, walk: Diagnose = diagnose) -> Row:
    """The row of one case. Whatever goes wrong on the road is a failed row, never a missing one."""
    here = replace(context, clock=stopped_for(case))
    task = asyncio.ensure_future(walk(case.submission, here))
    await asyncio.wait([task])
    fault = task.exception()
    if fault is not None:
        why = f"no answer: {type(fault).__name__}: {fault}"
        return row_of(case, failed(case, why), error=why)
    answer = task.result()
    return row_of(
        case,
        grade(case, answer, context.catalogue),
        action=answer.diagnosis.action,
        confidence=answer.diagnosis.confidence,
    )
