"""Which recordings must be made: those that are missing, and those that are not what the road asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agent.llm.recordings import Kind, State
from agent.state import Context
from evals.case import BadCase, Case
from evals.recorded import RecordedCase
from evals.run import run_recorded

SOUND = ("ok",)


@dataclass(frozen=True)
class Todo:
    """One recording to make. `why` says what is wrong with the one that is there; empty where none is."""

    case: Case
    trial: int
    state: State
    why: str = ""


async def plan(
    cases: Sequence[Case], entries: Sequence[RecordedCase], kind: Kind, trial: int | None, context: Context
) -> list[Todo]:
    """What is to be recorded of `cases` as `kind`, by slug. Every recording there is walks the road first.

    Without `trial` a case keeps the trials of its kind, and one without any gets the first free number.
    Raises `BadCase` where `trial` is taken by a recording of another kind.
    """
    todo = []
    for case in sorted(cases, key=lambda case: case.slug):
        files = [e for e in entries if e.slug == case.slug and e.trial is not None]
        mine = [e for e in files if e.kind == kind and trial in (None, e.trial)]
        if not mine:
            todo.append(Todo(case, _free(case, files, kind, trial), "missing"))
        for entry in mine:
            last, _ = await run_recorded(case, entry, context)
            if last.state not in SOUND:
                todo.append(Todo(case, entry.trial or 0, last.state, last.why))
    return todo


def _free(case: Case, files: Sequence[RecordedCase], kind: Kind, trial: int | None) -> int:
    taken = {entry.trial: entry for entry in files}
    if trial is None:
        return next(number for number in range(len(taken) + 1) if number not in taken)
    if trial in taken:
        there = taken[trial].kind or "unreadable"
        raise BadCase(f"{case.slug}: trial {trial} is {there}, not {kind}; give another --trial, or none")
    return trial
