"""A context keeps what one run may use; the timings of one run are its own."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from agent.causes.cause import Differential
from agent.compose import SystemClock, load_catalogue
from agent.report.error_report import ErrorReport
from agent.settings import Settings
from agent.state import Context, State, rooms_of, waves_of
from agent.usage.account import UsageAssessment


def test_a_context_cannot_be_changed() -> None:
    context = Context(catalogue=load_catalogue(Settings()), clock=SystemClock())
    with pytest.raises(FrozenInstanceError):
        context.notes = ("x",)  # type: ignore[misc]
    assert Context(catalogue=context.catalogue, clock=context.clock).timings_ms is not context.timings_ms


def test_the_rooms_come_back_as_the_nouns_that_they_were() -> None:
    report, usage = ErrorReport(text="529"), UsageAssessment()
    causes = Differential(ranked=[], none=1.0)
    state: State = {
        "report": report.model_dump(mode="json"),
        "usage": usage.model_dump(mode="json"),
        "issues": [],
        "causes": causes.model_dump(mode="json"),
    }
    assert rooms_of(state) == (report, usage, [], causes)
    assert waves_of(state) == ()
    with pytest.raises(KeyError):
        rooms_of({"report": state["report"]})
