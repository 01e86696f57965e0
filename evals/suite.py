"""The whole suite at once: plain, with each recording, and once more without injected words.

The road is walked as `evals.run` walks it; here its rows get the checks of what is shown, the pairs of the
injection cases and an estimate of tokens. Two processes share the work where there is enough of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context

from agent.compose import load_prices
from agent.diagnosis.diagnosis import Answer
from agent.diagnosis.material import material_of
from agent.diagnosis.request import draft_call
from agent.graph import diagnose
from agent.llm.estimate import cacheable_tokens, input_tokens
from agent.report.error_report import Submission
from agent.state import Context
from evals.backlog import load_backlog
from evals.case import Case, check_causes, load_cases
from evals.graders import Result
from evals.injection import changes_nothing, clean_case
from evals.invented import grade_shown
from evals.lock import read_lock
from evals.places import Places
from evals.recorded import RecordedCase, load_recordings
from evals.results import Results, Row
from evals.run import road, run_case, run_recorded, shipped_models
from prompts import load as load_prompts

PROCESSES = 2
WORTH_IT = 60
"""Walks from which on a second process saves more time than it takes to start."""


def load(places: Places, day: date) -> tuple[list[Case], list[RecordedCase]]:
    """The declared cases and the state of every recording, as far as files tell. Raises `BadCase`."""
    cases = load_cases(places.cases)
    backlog, lock = load_backlog(places.backlog), read_lock(places.lock)
    prices = load_prices()
    found = load_recordings(cases, places.recordings, backlog=backlog, lock=lock, prices=prices, today=day)
    return cases, found


class Keeping:
    """The road, keeping what came out of it last."""

    def __init__(self) -> None:
        self.last: Answer | None = None

    async def __call__(self, submission: Submission, context: Context) -> Answer:
        self.last = None
        self.last = await diagnose(submission, context)
        return self.last


def measure(cases: Sequence[Case], recorded: Sequence[RecordedCase]) -> Results:
    """Every row of the suite, by slug, plain first. Raises `BadCase` for what cannot be run."""
    walks = len(cases) + len(recorded)
    if walks < WORTH_IT:
        return asyncio.run(_part(cases, recorded))
    shares = [cases[i::PROCESSES] for i in range(PROCESSES)]
    slugs = [{case.slug for case in share} for share in shares]
    entries = [[e for e in recorded if e.slug in of] for of in slugs]
    # What belongs to no case is in nobody's share, and must not be lost.
    entries[0] += [e for e in recorded if not any(e.slug in of for of in slugs)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        parts = list(pool.map(_run_part, shares, entries))
    rows = sorted((row for part in parts for row in part.rows), key=_place)
    states = [entry for part in parts for entry in part.recordings]
    states.sort(key=lambda entry: (entry.slug, entry.trial or 0, entry.file or ""))
    return parts[0].model_copy(update={"rows": rows, "recordings": states})


def _place(row: Row) -> tuple[str, bool, int]:
    return row.slug, row.trial is not None, row.trial or 0


def _run_part(cases: Sequence[Case], recorded: Sequence[RecordedCase]) -> Results:
    return asyncio.run(_part(cases, recorded))


async def _part(cases: Sequence[Case], recorded: Sequence[RecordedCase]) -> Results:
    rows: list[Row] = []
    states: list[RecordedCase] = []
    async with road() as context:
        check_causes(list(cases), context.catalogue.by_id)
        by_slug = {case.slug: case for case in cases}
        clean = {case.slug: await _clean(case, context) for case in cases if case.expected.injected}
        for case in cases:
            walk = Keeping()
            row = await run_case(case, context, walk)
            rows.append(_with_more(row, walk.last, clean.get(case.slug), context))
        for entry in recorded:
            case_of = by_slug.get(entry.slug)
            if case_of is not None and entry.file is not None and entry.trial is not None:
                walk = Keeping()
                entry, row = await run_recorded(case_of, entry, context, walk)
                rows.append(_with_more(row, walk.last, clean.get(entry.slug), context))
            states.append(entry)
        digest = context.catalogue.digest
    prompts = load_prompts().digest
    return Results(catalogue=digest, prompts=prompts, rows=sorted(rows, key=_place), recordings=states)


async def _clean(case: Case, context: Context) -> Answer | None:
    """The answer without the injected words; None where there was none."""
    walk = Keeping()
    await run_case(clean_case(case), context, walk)
    return walk.last


def _with_more(row: Row, answer: Answer | None, clean: Answer | None, context: Context) -> Row:
    """The row with what only the whole answer tells. A row that failed stays as it is."""
    if answer is None or row.error is not None:
        return row
    more: list[Result] = grade_shown(answer, context.catalogue)
    if clean is not None:
        more.append(changes_nothing(answer, clean))
    update: dict[str, object] = {"rooms": {**row.rooms, "diagnosis": [*row.rooms["diagnosis"], *more]}}
    if row.kind == "plain":
        material = material_of(
            answer.diagnosis, answer.report, answer.usage, answer.causes, context.catalogue
        )
        body = draft_call(material, load_prompts(), shipped_models()[1]).body
        update |= {"input_tokens": input_tokens(body), "cacheable_tokens": cacheable_tokens(body)}
    return row.model_copy(update=update)
