"""The self-test: whether the suite can go red at all. It runs before every verdict.

Three things are tried: recordings of every state, right answers spoiled by named operators, and a baseline
against itself. A fault here means that no verdict can be trusted, whatever it says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from multiprocessing import get_context

from pydantic import BaseModel, ConfigDict

from agent.causes.catalogue import Catalogue
from agent.diagnosis.diagnosis import Answer
from evals.baseline import baseline_of
from evals.case import Case, check_causes
from evals.compare import breaches, changed, gone, moves
from evals.fixtures import state_faults
from evals.graders import grade
from evals.kills import MOST, Kill, added, by_check, faults, rate, try_out
from evals.lock import Accepted
from evals.results import row_of
from evals.run import road, run_case
from evals.shown import shown_of
from evals.suite import Keeping

SAMPLE = 90
"""Cases whose answers are spoiled, evenly over all."""
PROCESSES = 2
WORTH_IT = 30
"""Cases from which on a second process saves more time than it takes to start."""
NOBODY = Accepted(reviewer="the self-test", reason=None, at=datetime(2026, 1, 1, tzinfo=UTC), git_commit=None)


class SelfTest(BaseModel):
    """What the self-test found. `faults` are in words; a suite with any is not fit to judge."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    answers: int = 0
    kills: list[Kill] = []
    false_alarms: int = 0
    faults: list[str] = []

    @property
    def overall(self) -> float | None:
        """The share of all spoiled answers that was noticed."""
        return rate(self.kills)

    def in_words(self) -> list[str]:
        """A headline, the rate of each check, survivors and faults."""
        made = sum(kill.made for kill in self.kills)
        killed = sum(kill.killed for kill in self.kills)
        laws = rate(kill for kill in self.kills if kill.law)
        lines = [
            f"self-test: {killed} of {made} spoiled answers noticed ({_share(self.overall)}; the four laws "
            f"{_share(laws)}), {self.false_alarms} false alarms against itself, {self.answers} answers"
        ]
        for check, kills in by_check(self.kills).items():
            count = sum(kill.made for kill in kills)
            lines.append(f"  {check}: {_share(rate(kills))} of {count} by {len(kills)} operators")
        for kill in self.kills:
            if kill.survivors:
                lines.append(f"  survived: {kill.operator} ({kill.check}): {', '.join(kill.survivors)}")
        return [*lines, *self.faults]


def _share(value: float | None) -> str:
    return "none" if value is None else "100 %" if value == 1 else f"{value:.2%}"


def run(cases: Sequence[Case]) -> SelfTest:
    """The self-test over answers to some of `cases`. Raises `BadCase` for what cannot be run."""
    sample = spread(cases)
    if len(sample) < WORTH_IT:
        return asyncio.run(_part(sample, MOST, True))
    shares = [sample[i::PROCESSES] for i in range(PROCESSES)]
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        most = MOST // PROCESSES
        parts = list(pool.map(_run_part, shares, [most] * PROCESSES, [True, *[False] * (PROCESSES - 1)]))
    kills = added([part.kills for part in parts])
    others = [fault for part in parts for fault in part.faults]
    return SelfTest(
        answers=sum(part.answers for part in parts),
        kills=kills,
        false_alarms=sum(part.false_alarms for part in parts),
        faults=[*faults(kills), *others],
    )


def spread(cases: Sequence[Case]) -> list[Case]:
    """At most `SAMPLE` of the cases: all that inject something or state a rare thing first, then evenly."""
    rare = [c for c in cases if c.expected.injected or c.expected.contradictions or c.expected.verdict]
    rest = [case for case in cases if case not in rare]
    room = max(0, SAMPLE - len(rare))
    step = max(1, -(-len(rest) // room)) if room else len(rest) + 1
    return sorted([*rare, *rest[::step]], key=lambda case: case.slug)


def _run_part(cases: Sequence[Case], most: int, states: bool) -> SelfTest:
    part = asyncio.run(_part(cases, most, states))
    # Rates are judged over all parts together.
    return part.model_copy(update={"faults": [f for f in part.faults if f not in faults(part.kills)]})


async def _part(cases: Sequence[Case], most: int, states: bool) -> SelfTest:
    async with road() as context:
        check_causes(list(cases), context.catalogue.by_id)
        answered: list[tuple[Case, Answer]] = []
        for case in cases:
            walk = Keeping()
            await run_case(case, context, walk)
            if walk.last is not None:
                answered.append((case, walk.last))
        wrong = await state_faults(cases[0], context) if states and cases else []
        kills = try_out(answered, context.catalogue, most=most)
        alarms = _against_itself(answered, context.catalogue)
    if alarms:
        wrong.append(f"self-test: a baseline differs from itself in {alarms} places")
    return SelfTest(answers=len(answered), kills=kills, false_alarms=alarms, faults=[*faults(kills), *wrong])


def _against_itself(answered: Sequence[tuple[Case, Answer]], catalogue: Catalogue) -> int:
    """In how many places a run differs from the baseline that it is."""
    rows = [row_of(case, grade(case, answer, catalogue), shown=shown_of(answer)) for case, answer in answered]
    base = baseline_of(rows, "", NOBODY)
    found = [breach for breach in breaches(rows, base) if breach.new]
    return len(found) + len(moves(rows, base)) + len(changed(rows, base)) + len(gone(rows, base))
