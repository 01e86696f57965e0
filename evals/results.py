"""What a run of the cases leaves behind: one row a case, and the file that a verdict is read from.

Nothing here holds a time or an id of a run, so two runs of the same tree write the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.diagnosis.diagnosis import Action
from evals.case import UNDETERMINED, BadCase, Case, ProvenanceKind, Split
from evals.graders import Result, Room


class Row(BaseModel):
    """One case as it came out. `error` says why there was no answer; `confidence` is then None."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    split: Split
    cause: str
    allowed: list[Action]
    provenance: ProvenanceKind
    tags: list[str]
    action: Action | None
    confidence: float | None
    error: str | None
    rooms: dict[Room, list[Result]]

    @property
    def determined(self) -> bool:
        """Whether the case has one true cause."""
        return self.cause != UNDETERMINED

    def value(self, room: Room, name: str) -> bool | float | str | None:
        """The value of one result, or None where the case does not check it."""
        return next((result.value for result in self.rooms[room] if result.name == name), None)

    def broken(self) -> Iterator[tuple[Room, Result]]:
        """Every `bool` that does not hold."""
        for room, results in self.rooms.items():
            for result in results:
                if result.value is False:
                    yield room, result


class Results(BaseModel):
    """All rows of one run, by slug, and the digest of the catalogue that they were made with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    catalogue: str
    rows: list[Row]

    @property
    def holds(self) -> bool:
        """Whether there are rows and every `bool` of every row holds."""
        return bool(self.rows) and not any(True for row in self.rows for _ in row.broken())


def row_of(
    case: Case,
    rooms: dict[Room, list[Result]],
    *,
    action: Action | None = None,
    confidence: float | None = None,
    error: str | None = None,
) -> Row:
    """The row of a case from what the graders said."""
    return Row(
        slug=case.slug,
        split=case.split,
        cause=case.expected.cause,
        allowed=case.expected.action,
        provenance=case.expected.provenance.kind,
        tags=case.expected.tags,
        action=action,
        confidence=confidence,
        error=error,
        rooms=rooms,
    )


def write_results(results: Results, path: Path) -> None:
    """Write the results file: pretty JSON, whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_text(results.model_dump_json(indent=1) + "\n", encoding="utf-8")
    part.replace(path)


def read_results(path: Path) -> Results:
    """The results of an earlier run. Raises `BadCase` where the file cannot be read."""
    try:
        return Results.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(f"{path}: not a results file: {bad}") from bad
