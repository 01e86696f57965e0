"""The doors of the house as Protocols: what a run may ask of the world, and nothing else."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from agent.issues.issue import Issue, IssueHit, IssueQuery


class IssueIndex(Protocol):
    """Stored issues that can be searched."""

    async def search(self, query: IssueQuery, limit: int) -> list[IssueHit]:
        """The best `limit` hits, exact signatures first; empty where nothing matches."""
        ...

    async def as_of(self) -> datetime | None:
        """When the newest row was stored, or None where there is none."""
        ...


class IssueStore(IssueIndex, Protocol):
    """Stored issues that can be added to."""

    async def upsert(self, issues: list[Issue]) -> int:
        """Insert or update by repository and number; the number of rows written."""
        ...


class Clock(Protocol):
    """The one source of the time."""

    def now(self) -> datetime:
        """The time now, with its zone."""
        ...
