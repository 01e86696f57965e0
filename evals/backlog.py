"""The backlog: cases that have no recording yet, each declared with a reason and a last day.

`backlog.toml` holds one table `[[gap]]` a case: slug, reason, since, until. There is no entry for all.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evals.case import SLUG, BadCase
from evals.files import read_tables, write_whole


class Gap(BaseModel):
    """One case without a recording: why, since when, and the last day on which that is accepted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    slug: str = Field(pattern=rf"^{SLUG.pattern}$")
    reason: str = Field(min_length=10)
    since: date
    until: date

    @model_validator(mode="after")
    def _ends_after_it_began(self) -> Gap:
        if self.until <= self.since:
            raise ValueError("until must be later than since")
        return self

    def outlived(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.until


def load_backlog(path: Path) -> list[Gap]:
    """The gaps of a file; none where there is no file. Raises `BadCase` for one that is not valid."""
    gaps = read_tables(path, "gap", Gap)
    twice = sorted({gap.slug for gap in gaps if sum(other.slug == gap.slug for other in gaps) > 1})
    if twice:
        raise BadCase(f"{path}: declared twice: {', '.join(twice)}")
    return gaps


def gap_of(slug: str, gaps: Sequence[Gap]) -> Gap | None:
    """The gap that is declared for a case."""
    return next((gap for gap in gaps if gap.slug == slug), None)


def remove_gaps(path: Path, slugs: Collection[str]) -> None:
    """Take the tables of `slugs` out of the file, as text: every other line stays as it is."""
    if not path.exists():
        return
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\[\[gap\]\])", text)
    kept = [part for part in parts if _slug_of(part) not in slugs]
    if len(kept) == len(parts):
        return
    write_whole(path, "".join(kept))


def _slug_of(table: str) -> str | None:
    found = re.search(r"(?m)^slug\s*=\s*[\"']([a-z0-9-]+)[\"']", table)
    return found[1] if found else None
