"""The docstring of an error is its message, and its facts stand in it."""

from __future__ import annotations

import inspect

import pytest

from agent import errors
from agent.errors import AgentError, BadInput, TooLarge

CHILDREN = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, AgentError)]


@pytest.mark.parametrize("kind", CHILDREN, ids=lambda kind: kind.__name__)
def test_every_error_says_in_its_docstring_what_is_wrong(kind: type[AgentError]) -> None:
    assert (kind.__doc__ or "").strip().endswith(".") or "caseworker" in (kind.__doc__ or "")


def test_facts_and_detail_stand_in_the_message() -> None:
    assert "at most 10 are read" in str(TooLarge(size=20, limit=10))
    assert str(BadInput("The file is empty.")) == "The input cannot be read. The file is empty."
    assert TooLarge(size=20, limit=10).facts == {"size": 20, "limit": 10}
