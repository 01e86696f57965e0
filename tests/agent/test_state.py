"""A context keeps what one run may use; the timings of one run are its own."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from agent.compose import SystemClock, load_catalogue
from agent.settings import Settings
from agent.state import Context


def test_a_context_cannot_be_changed() -> None:
    context = Context(catalogue=load_catalogue(Settings()), clock=SystemClock())
    with pytest.raises(FrozenInstanceError):
        context.notes = ("x",)  # type: ignore[misc]
    assert Context(catalogue=context.catalogue, clock=context.clock).timings_ms is not context.timings_ms
