"""The baseline: what every case gave when a person last accepted it, checks, scores and words.

One row stands on one line, so that a diff names the cases that moved. Reasons are left out: they belong to
a run. `accept` writes the file, nothing else does.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.case import BadCase
from evals.files import write_whole
from evals.lock import Accepted
from evals.results import Row, RowKind
from evals.shown import Shown


class BaselineRow(BaseModel):
    """One row as it was accepted. `values` are by "room.name": a bool held, a number scores, a str labels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    kind: RowKind
    trial: int | None
    error: str | None
    values: dict[str, bool | float | str]
    shown: Shown | None

    @property
    def key(self) -> str:
        """What the same row has in a run (`Row.key`)."""
        return self.slug if self.kind == "plain" else f"{self.slug} ({self.kind}, trial {self.trial})"


class Baseline(BaseModel):
    """All rows of an accepted run, and who accepted them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    catalogue: str
    accepted: Accepted
    rows: list[BaselineRow]

    def by_key(self) -> dict[str, BaselineRow]:
        """The rows by their keys."""
        return {row.key: row for row in self.rows}


def values_of(row: Row) -> dict[str, bool | float | str]:
    """The results of a row by "room.name"."""
    return {f"{room}.{r.name}": r.value for room, results in row.rooms.items() for r in results}


def baseline_of(rows: Sequence[Row], catalogue: str, accepted: Accepted) -> Baseline:
    """The baseline that a run becomes when it is accepted."""
    kept = [
        BaselineRow(
            slug=row.slug,
            kind=row.kind,
            trial=row.trial,
            error=row.error,
            values=values_of(row),
            shown=row.shown,
        )
        for row in sorted(rows, key=lambda row: row.key)
    ]
    return Baseline(catalogue=catalogue, accepted=accepted, rows=kept)


def write_baseline(baseline: Baseline, path: Path) -> None:
    """Write the file, one row a line, whole or not at all."""
    head: dict[str, Any] = baseline.model_dump(mode="json", exclude={"rows"})
    rows = (row.model_dump(mode="json", exclude_defaults=True) for row in baseline.rows)
    lines = ",\n".join(json.dumps(row, sort_keys=True, ensure_ascii=False) for row in rows)
    text = f'{json.dumps(head, sort_keys=True, ensure_ascii=False)[:-1]},\n"rows": [\n{lines}\n]}}\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text)


def read_baseline(path: Path) -> Baseline:
    """The baseline of a file. Raises `BadCase` where there is none or it is not valid."""
    if not path.exists():
        raise BadCase(f"{path}: no baseline to compare with; python -m evals accept writes one")
    try:
        return Baseline.model_validate_json(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ValidationError) as bad:
        raise BadCase(f"{path}: not a baseline: {bad}") from bad
