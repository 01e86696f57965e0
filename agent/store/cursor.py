"""The cursor of a list: the place of its last row, written so that a client need not look inside."""

from __future__ import annotations

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from agent.errors import BadCursor

_FORM = re.compile(r"1\|(\d{1,17})\|([\w.-]{1,64})", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Place(NamedTuple):
    """Where a row stands in a list that is ordered by time, then id."""

    created_at: datetime
    id: str


def write_cursor(place: Place) -> str:
    """The cursor of the page that begins after this place."""
    raw = f"1|{(place.created_at - _EPOCH) // _MICROSECOND}|{place.id}"
    return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place that a cursor names. Raises `BadCursor` for one that `write_cursor` never gave."""
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode(
            "ascii"
        )
        found = _FORM.fullmatch(raw)
        if found:
            place = Place(_EPOCH + int(found[1]) * _MICROSECOND, found[2])
            if write_cursor(place) == cursor:
                return place
    except (binascii.Error, ValueError, OverflowError):
        pass
    raise BadCursor
