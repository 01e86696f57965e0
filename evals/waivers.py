"""Waivers: checks that may break for a while, each with a reason, a name and a last day.

`waivers.toml` holds one table `[[waiver]]` a check: case, room, result, reason, who, until. A waiver is for
one check of one case; there is none for a room or for all cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from evals.case import SLUG
from evals.files import read_tables
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
    return read_tables(path, "waiver", Waiver)


def waiver_for(slug: str, room: str, result: str, waivers: Sequence[Waiver]) -> Waiver | None:
    """The waiver of a check, the one that lasts longest where there are several."""
    fitting = [waiver for waiver in waivers if waiver.covers(slug, room, result)]
    return max(fitting, key=lambda waiver: waiver.until, default=None)
