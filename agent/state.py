"""What travels along the road: JSON-only values, one key a room, and the doors of one run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from agent.causes.catalogue import Catalogue
from agent.ports import Clock, IssueIndex

JSON = dict[str, Any]


class State(TypedDict, total=False):
    """The graph's state. The key of a room is its stream event and its key in the answer."""

    submission: JSON
    report: JSON
    usage: JSON
    issues: list[JSON]
    causes: JSON
    diagnosis: JSON


@dataclass(frozen=True)
class Context:
    """The doors that one run may use. `notes` are facts about this run that the reader must know.

    `issues` is None where no store could be opened: the road goes on without related issues.
    `timings_ms` is filled by the nodes of one run; `graph.diagnose` gives each run its own.
    """

    catalogue: Catalogue
    clock: Clock
    issues: IssueIndex | None = None
    issues_as_of: datetime | None = None
    notes: tuple[str, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
