"""The plan: what is missing or not sound is recorded, each under a number that is its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from evals.case import BadCase, Case
from evals.plan import Todo, plan
from evals.recorded import RecordedCase
from evals.run import road
from tests.agent.llm.conftest import recorded

Make = Callable[..., Case]


def entry(kind: str | None, trial: int = 0, state: str = "ok", with_file: bool = False) -> RecordedCase:
    recording = recorded(kind=kind, trial=trial) if with_file else None
    values = {"slug": "blue-mill", "state": state, "kind": kind, "trial": trial, "file": "x.json"}
    return RecordedCase.model_validate({**values, "why": "why"}).model_copy(update={"recording": recording})


def planned(
    make_case: Make, entries: Sequence[RecordedCase], kind: str = "live", trial: int | None = None
) -> list[tuple[int, str]]:
    async def walk() -> list[Todo]:
        async with road() as context:
            return await plan([make_case()], entries, kind, trial, context)  # type: ignore[arg-type]

    return [(todo.trial, todo.state) for todo in asyncio.run(walk())]


def test_a_case_without_one_gets_the_first_free_number(make_case: Make) -> None:
    assert planned(make_case, []) == [(0, "missing")]
    assert planned(make_case, [entry("local"), entry("authored", 2)]) == [(1, "missing")]
    assert planned(make_case, [], trial=3) == [(3, "missing")]


def test_what_is_there_is_walked_and_kept_under_its_number(make_case: Make) -> None:
    stale = entry("local", 2, with_file=True)
    assert planned(make_case, [entry("live"), stale], "local") == [(2, "stale")]
    assert planned(make_case, [entry("local", state="edited")], "local") == [(0, "edited")]


def test_a_number_of_another_kind_is_not_taken(make_case: Make) -> None:
    with pytest.raises(BadCase, match="trial 0 is local, not live"):
        planned(make_case, [entry("local")], trial=0)
    with pytest.raises(BadCase, match="unreadable"):
        planned(make_case, [entry(None, state="error")], trial=0)
