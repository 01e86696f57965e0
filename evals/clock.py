"""The day that declared gaps and waivers are held against."""

from __future__ import annotations

from datetime import UTC, date, datetime


def today() -> date:
    """The day now, in UTC."""
    return datetime.now(UTC).date()
