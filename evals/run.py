"""Run every case down the road, offline, and grade what comes out: plain, and once with each recording.

The cases run one after another in the order of their slugs, each with a clock that stands still,
against a store of their own that holds the packaged knowledge only. The environment is not read.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource

from agent.compose import open_context
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.model import Budget
from agent.diagnosis.next_call import Models
from agent.graph import diagnose
from agent.llm.own_refusal import own_refusal
from agent.llm.recordings import Recording
from agent.llm.replay import Replay, models_of
from agent.ports import Model
from agent.report.error_report import Submission
from agent.settings import Settings
from agent.state import Context
from evals.case import BadCase, Case, check_causes
from evals.graders import failed, grade
from evals.recorded import RecordedCase, after_walk
from evals.results import Results, Row, RowKind, row_of
from evals.shown import shown_of
from evals.told import told
from prompts import load as load_prompts

CONSTANT = datetime(2026, 6, 1, 12, tzinfo=UTC)
"""The time of a case that does not say when it was reported."""
BUDGET = Budget(tokens=400_000, seconds=7_200, usd=20)
"""What one walk may spend, when it is recorded and when it is replayed: so that neither stops earlier."""

Diagnose = Callable[[Submission, Context], Awaitable[Answer]]


@dataclass(frozen=True)
class StoppedClock:
    """A clock that always shows the same moment."""

    moment: datetime

    def now(self) -> datetime:
        """That moment."""
        return self.moment


class _Given(Settings):
    """Settings that are given and not read from anywhere."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class names them all
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """What is given alone."""
        return (init_settings,)


def settings_in(folder: Path) -> Settings:
    """Settings that ignore the environment: an empty database in `folder`, packaged causes only, no model."""
    return _Given(database_url=f"sqlite:///{folder / 'evals.sqlite3'}", log_level="error")


def shipped_models() -> Models:
    """The models that the road asks where nobody set others: those that recordings are held against."""
    fields = Settings.model_fields
    return Models(*(fields[f"{rung}_model"].default for rung in ("triage", "draft", "strong")))


def stopped_for(case: Case) -> StoppedClock:
    """The clock of a case: when it was reported, or a constant."""
    source = case.submission.source
    return StoppedClock((source.reported_at if source else None) or CONSTANT)


@asynccontextmanager
async def road() -> AsyncIterator[Context]:
    """What every walk stands on: an empty store with the packaged knowledge, and no model."""
    with TemporaryDirectory() as folder:
        async with open_context(settings_in(Path(folder))) as context:
            yield context


def with_model(context: Context, model: Model) -> Context:
    """The same road, worded by `model`, with a budget that stops no recording."""
    return replace(context, model=model, prompts=load_prompts(), budget=BUDGET)


def replay_of(recording: Recording, context: Context) -> Replay:
    """The model that gives back one recording and nothing else."""
    return Replay(
        [recording],
        models_of(recording, shipped_models()),
        one_case=True,
        prompts=load_prompts(),
        diagnose=lambda error: own_refusal(error, context.catalogue, CONSTANT),
    )


async def run_cases(
    cases: Sequence[Case], walk: Diagnose = diagnose, recorded: Sequence[RecordedCase] = ()
) -> Results:
    """Results over all `cases`, plain, and over each of the recordings that belongs to one of them.

    Raises `BadCase` for no case, or for one that names an unknown cause.
    """
    if not cases:
        raise BadCase("no case to run, and no cases is not a pass")
    by_slug = {case.slug: case for case in cases}
    rows, states = [], []
    async with road() as context:
        check_causes(list(cases), context.catalogue.by_id)
        for slug in sorted(by_slug):
            rows.append(await run_case(by_slug[slug], context, walk))
        for entry in recorded:
            if entry.slug in by_slug and entry.file is not None and entry.trial is not None:
                entry, row = await run_recorded(by_slug[entry.slug], entry, context, walk)
                rows.append(row)
            states.append(entry)
        catalogue = context.catalogue.digest
    rows.sort(key=lambda row: (row.slug, row.trial is not None, row.trial or 0))
    return Results(catalogue=catalogue, prompts=load_prompts().digest, rows=rows, recordings=states)


async def run_recorded(
    case: Case, entry: RecordedCase, context: Context, walk: Diagnose = diagnose
) -> tuple[RecordedCase, Row]:
    """The last state of a recording and its row. One that cannot be trusted is not walked: its row failed."""
    kind, trial = entry.kind or "unknown", entry.trial or 0
    if entry.recording is None or entry.state not in ("ok", "expired-model"):
        return entry, _failed(case, f"{entry.state}: {entry.why}", kind, trial)
    replay = replay_of(entry.recording, context)
    row = await run_case(case, with_model(context, replay), walk, kind=kind, trial=trial)
    entry = after_walk(entry, replay, row.error)
    if entry.state not in ("ok", "expired-model"):
        row = _failed(case, f"{entry.state}: {entry.why}", kind, trial)
    return entry, row


async def run_case(
    case: Case,
    context: Context,
    walk: Diagnose = diagnose,
    *,
    kind: RowKind = "plain",
    trial: int | None = None,
) -> Row:
    """The row of one case. Whatever goes wrong on the road is a failed row, never a missing one."""
    task = asyncio.ensure_future(_walked(case, replace(context, clock=stopped_for(case)), walk))
    await asyncio.wait([task])
    fault = task.exception()
    if fault is not None:
        return _failed(case, f"no answer: {type(fault).__name__}: {fault}", kind, trial)
    answer = task.result()
    return row_of(
        case,
        grade(case, answer, context.catalogue),
        kind=kind,
        trial=trial,
        worded=answer.mode == "model",
        shown=shown_of(answer),
        action=answer.diagnosis.action,
        confidence=answer.diagnosis.confidence,
    )


async def _walked(case: Case, context: Context, walk: Diagnose) -> Answer:
    async with told(case, context, settings_in) as (submission, here):
        return await walk(submission, here)


def _failed(case: Case, why: str, kind: RowKind, trial: int | None) -> Row:
    return row_of(case, failed(case, why), kind=kind, trial=trial, error=why)
