"""A cause as its file says it: names, costs and limits of the model."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from agent.causes.cause import Cause, Step

FACTS: dict[str, Any] = {
    "id": "a-cause",
    "title": "A",
    "explanation": "",
    "summary": "",
    "recommendation": "",
    "confirmed": True,
    "steps": [],
    "sources": [],
}


def test_a_cause_is_free_and_reversible_unless_it_says_otherwise() -> None:
    step = Step(step="Look.", why="To see.")
    assert (step.cost, step.reversible, step.platforms) == ("free", True, [])
    assert Cause.model_validate(FACTS).misrouted is False


@pytest.mark.parametrize("name", ["A cause", "a_cause", "-a", "a--b", ""])
def test_an_id_is_words_joined_by_hyphens(name: str) -> None:
    with pytest.raises(ValidationError):
        Cause.model_validate(FACTS | {"id": name})


def test_an_unknown_cost_is_refused() -> None:
    with pytest.raises(ValidationError):
        Step.model_validate({"step": "x", "why": "y", "cost": "cheap"})
