"""How far back to look: a number of days or a date, as a command and a query say it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from agent.errors import BadInput

_DAYS = re.compile(r"(\d{1,5})\s*d?(?:ays?)?", re.I)
LONGEST = 64


def parse_since(text: str | None, now: datetime) -> datetime | None:
    """The moment that `text` names: "14" or "14d" days before `now`, or a date, or a date and time.

    None for None: then nothing is left out. A date without a zone is in UTC. Raises `BadInput`.
    """
    if text is None:
        return None
    given = text.strip()
    if days := _DAYS.fullmatch(given):
        try:
            return now - timedelta(days=int(days[1]))
        except OverflowError:
            return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        shown = given[:LONGEST]
        raise BadInput(
            f"since: {shown!r} is no date such as 2026-04-08 and no number of days such as 14d."
        ) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
