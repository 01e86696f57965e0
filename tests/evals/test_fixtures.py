"""The fixtures of the self-test: one folder for each state, and a suite that sees less is caught."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from agent.llm.recordings import RecordedCall, State
from evals import fixtures
from evals.case import load_case
from evals.fixtures import folders, recorded, state_faults
from evals.run import road

CASE = load_case(Path(__file__).parents[2] / "evals" / "cases" / "first-light")


def walked() -> tuple[list[str], set[str]]:
    async def walk() -> tuple[list[str], set[str]]:
        async with road() as context:
            sound = await recorded(CASE, context)
            return await state_faults(CASE, context), set(folders(sound, sound))

    return asyncio.run(walk())


def test_every_state_has_a_folder_and_is_seen() -> None:
    faults, states = walked()
    assert faults == []
    assert states == set(get_args(State))


def test_digests_that_are_not_looked_at_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordedCall, "edited", property(lambda _: []))
    assert "self-test: edited: a recording that is edited is taken for ok" in walked()[0]


def test_gaps_that_are_not_looked_at_are_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evals.backlog.Gap.outlived", lambda *_: False)
    assert "self-test: missing: a recording that is missing is taken for ok" in walked()[0]


def test_prices_of_the_fixture_know_no_model() -> None:
    assert not fixtures.NO_PRICES.knows("any")
