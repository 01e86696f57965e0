"""Waivers: checks that may break for a while, each with a reason, a name and a last day.

`waivers.toml` holds one table `[[waiver]]` a check: case, room, result, reason, who, until. A waiver is for
one check of one case; there is none for a room or for all cases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from evals.case import SLUG, BadCase
from evals.graders import Room


class Waiver(BaseModel):
    """One check of one case that may break until the end of a day. `who` answers for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    case: str = Field(pattern=rf"^{SLUG.pattern}$")
    room: Room
    result: str = Field(min_length=1)
    reason: str = Field(min_length=10)
    who: str = Field(min_length=1)
    until: date

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return today > self.until

    def covers(self, slug: str, room: str, result: str) -> bool:
        """Whether it is for this check."""
        return (self.case, self.room, self.result) == (slug, room, result)


def load_waivers(path: Path) -> list[Waiver]:
    """The waivers of a file; none where there is no file. Raises `BadCase` for one that is not valid."""
    if not path.exists():
        return []
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as bad:
        raise BadCase(f"{path}: cannot be read: {bad}") from bad
    if unknown := sorted(set(entries) - {"waiver"}):
        raise BadCase(f"{path}: {', '.join(unknown)} is not known; each waiver is a table [[waiver]]")
    try:
        return [Waiver.model_validate(entry) for entry in entries.get("waiver", [])]
    except ValidationError as bad:
        first = bad.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "a waiver"
        raise BadCase(f"{path}: {where}: {first['msg']} ({first['input']!r})") from bad


def waiver_for(slug: str, room: str, result: str, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver of a check, the one that lasts longest where there are several."""
    fitting = [waiver for waiver in waivers if waiver.covers(slug, room, result)]
    return max(fitting, key=lambda waiver: waiver.until, default=None)
