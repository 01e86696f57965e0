"""What travels along the road: JSON-only values, one key a room, and the doors of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, TypedDict

from pydantic import TypeAdapter

from agent.causes.catalogue import Catalogue
from agent.causes.cause import Differential
from agent.diagnosis.diagnosis import Finding
from agent.diagnosis.model import Budget
from agent.issues.issue import RelatedIssue
from agent.issues.ranking import Ranking
from agent.issues.wave import Wave
from agent.ports import Apart, ChangelogSource, Clock, IssueGraph, IssueIndex, Model, WaveSource
from agent.report.error_report import ErrorReport
from agent.usage.account import UsageAssessment
from prompts import PromptSet

JSON = dict[str, Any]
RELATED = TypeAdapter(list[RelatedIssue])
WAVES = TypeAdapter(list[Wave])
FINDINGS = TypeAdapter(list[Finding])
BUDGET = Budget(tokens=60_000, seconds=40, usd=0.5)
"""What one diagnosis may spend on a model where nothing else is said."""


class State(TypedDict, total=False):
    """The graph's state. The key of a room is its stream event and its key in the answer.

    `waves` belongs to the issues room: the bursts of its error that the report is part of.
    `draft` and `findings` belong to the diagnosis room: what a model made of it (a `Drafting`), and
    what does not stand in that. They are there only where a model was asked.
    """

    submission: JSON
    report: JSON
    usage: JSON
    issues: list[JSON]
    waves: list[JSON]
    causes: JSON
    draft: JSON
    findings: list[JSON]
    diagnosis: JSON


class Rooms(NamedTuple):
    """The nouns of the four rooms that a report has passed before its diagnosis."""

    report: ErrorReport
    usage: UsageAssessment
    issues: list[RelatedIssue]
    causes: Differential


def rooms_of(state: State) -> Rooms:
    """The nouns again, of what the rooms left as JSON. Each must have been passed."""
    return Rooms(
        ErrorReport.model_validate(state["report"]),
        UsageAssessment.model_validate(state["usage"]),
        RELATED.validate_python(state["issues"]),
        Differential.model_validate(state["causes"]),
    )


def waves_of(state: State) -> tuple[Wave, ...]:
    """The waves that the report is part of."""
    return tuple(WAVES.validate_python(state.get("waves", [])))


@dataclass(frozen=True)
class Context:
    """The doors that one run may use. `notes` are facts about this run that the reader must know.

    `issues` is None where no store could be opened: the road goes on without related issues.
    So it does without `waves`, `changelogs` and `links`.
    `ranking` is None where hits keep the order of the store and only the same message counts.
    `model` is None where no model is asked; one that is needs the `prompts`, and keeps to `budget`.
    `apart` takes the reading of large submissions where others must not be held up by it.
    `timings_ms` is filled by the nodes of one run; `graph.diagnose` gives each run its own.
    """

    catalogue: Catalogue
    clock: Clock
    issues: IssueIndex | None = None
    issues_as_of: datetime | None = None
    ranking: Ranking | None = None
    waves: WaveSource | None = None
    changelogs: ChangelogSource | None = None
    links: IssueGraph | None = None
    notes: tuple[str, ...] = ()
    model: Model | None = None
    prompts: PromptSet | None = None
    budget: Budget = BUDGET
    apart: Apart | None = None
    timings_ms: dict[str, float] = field(default_factory=dict)
