"""What changed between a recorded request and the one that the road makes now, field by field."""

from __future__ import annotations

from typing import Literal

from agent.report.error_report import Noun

What = Literal["prompt", "evidence", "schema", "model", "parameter"]


class Change(Noun):
    """One difference. `field` says where it is; `old` and `new` are shortened, None where there is nothing."""

    what: What
    field: str
    old: str | None
    new: str | None
