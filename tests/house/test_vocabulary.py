"""One vocabulary: rooms, state keys, graders, folders of tests and keys of the answer agree."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

from agent.diagnosis.diagnosis import Answer
from agent.state import State
from evals import graders

ROOMS = ("report", "usage", "issues", "causes", "diagnosis")
DOORS = {"llm", "store", "github"}
DRAFTED = {"draft", "findings"}
BESIDE_ISSUES = {"waves"}
"""Keys of the diagnosis room beside its own: what a model drafted and what does not stand in it."""
AROUND_THE_ANSWER = {"id", "client_id", "created_at", "mode", "provenance", "cost", "timings_ms"}


def _folders(path: Path) -> set[str]:
    return {entry.name for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("_")}


def test_the_folders_of_the_agent_are_the_rooms_and_the_doors(root: Path) -> None:
    assert _folders(root / "agent") == {*ROOMS, *DOORS}


def test_the_state_has_one_key_for_each_room() -> None:
    keys = [key for key in State.__annotations__ if key not in DRAFTED | BESIDE_ISSUES]
    assert tuple(keys) == ("submission", *ROOMS)
    assert set(State.__annotations__) >= DRAFTED


def test_the_answer_has_one_key_for_each_room() -> None:
    keys = [key for key in Answer.model_fields if key not in AROUND_THE_ANSWER]
    assert keys == list(ROOMS)


def test_there_is_one_grader_for_each_room() -> None:
    named = {name.removeprefix("grade_") for name in vars(graders) if name.startswith("grade_")}
    assert named == {*ROOMS}
    assert ROOMS == graders.ROOMS == get_args(graders.Room)


def test_there_is_one_folder_of_tests_for_each_room(root: Path) -> None:
    folders = _folders(root / "tests" / "agent")
    assert {*ROOMS} <= folders <= {*ROOMS, *DOORS}
