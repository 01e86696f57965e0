"""What a run of the cases leaves behind: one row a case, and the file that a verdict is read from.

Nothing here holds a time or an id of a run, so two runs of the same tree write the same bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from agent.diagnosis.diagnosis import Action
from agent.llm.recordings import Kind
from evals.case import UNDETERMINED, BadCase, Case, ProvenanceKind, Split
from evals.files import write_whole
from evals.graders import LAWS, Result, Room
from evals.recorded import RecordedCase
from evals.shown import Shown

RowKind = Literal["plain", "unknown"] | Kind
"""How the diagnosis of a row was made: without a model, or with a recording of that kind, if it is known."""


class Row(BaseModel):
    """One case as it came out. `error` says why there was no answer; `confidence` is then None.

    `trial` is that of the recording, None in mode plain. `input_tokens` is the offline estimate of the
    first request of the case, `cacheable_tokens` the part of it that a provider's cache may hold.
    `worded`: words of a model stand in the answer.
    """

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
    kind: RowKind = "plain"
    trial: int | None = None
    worded: bool = False
    shown: Shown | None = None
    input_tokens: int | None = None
    cacheable_tokens: int | None = None

    @property
    def key(self) -> str:
        """What the same row has in another run: the slug, and the recording where there is one."""
        return self.slug if self.kind == "plain" else f"{self.slug} ({self.kind}, trial {self.trial})"

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

    def blocking(self) -> Iterator[tuple[Room, Result]]:
        """What is `broken` and must not be: a local model may word badly, but no law may break for it."""
        for room, result in self.broken():
            if self.kind != "local" or self.error is not None or result.name in LAWS:
                yield room, result


class Results(BaseModel):
    """All rows of one run, by slug, the digests of catalogue and prompts, and the states of recordings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    catalogue: str
    prompts: str = ""
    rows: list[Row]
    recordings: list[RecordedCase] = []

    @property
    def holds(self) -> bool:
        """Whether there are rows and every `bool` that must hold does."""
        return bool(self.rows) and not any(True for row in self.rows for _ in row.blocking())


def row_of(
    case: Case,
    rooms: dict[Room, list[Result]],
    *,
    action: Action | None = None,
    confidence: float | None = None,
    error: str | None = None,
    kind: RowKind = "plain",
    trial: int | None = None,
    worded: bool = False,
    shown: Shown | None = None,
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
        kind=kind,
        trial=trial,
        worded=worded,
        shown=shown,
    )


def write_results(results: Results, path: Path) -> None:
    """Write the results file: pretty JSON, whole or not at all."""
    write_whole(path, results.model_dump_json(indent=1) + "\n")


def read_results(path: Path) -> Results:
    """The results of an earlier run. Raises `BadCase` where the file cannot be read."""
    try:
        return Results.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(f"{path}: not a results file: {bad}") from bad
