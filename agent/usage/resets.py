"""Reset times as clients, headers and people write them, turned into moments.

Nothing here asks for the present: every relative form ("7pm", "in 2h") is read against the
moment that the caller gives. Accuracy: minutes. A zone that does not exist counts as unknown and
is read as UTC.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTH = r"(?P<month>" + "|".join(_MONTHS) + r")[a-z]{0,6}\.?\s{0,3}(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_CLOCK = r"(?P<hour>\d{1,2})(?::(?P<minute>\d{2}))?\s?(?P<half>[ap]\.?m\b\.?)?"
_ZONE = r"(?:\s{0,3}\((?P<zone>[A-Za-z_]{2,20}(?:/[A-Za-z_+\-0-9]{1,30}){0,2})\)?)?"
_ISO = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ](?:at )?\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?\s?(?:Z|UTC|[+-]\d{2}:?\d{2})?)?"
)
_DATED = re.compile(
    rf"{_MONTH}(?:,?\s{{0,3}}(?P<year>20\d\d))?(?:,?\s{{0,3}}(?:at\s)?{_CLOCK})?{_ZONE}", re.I
)
_WEEKDAY = re.compile(rf"(?P<weekday>{'|'.join(_DAYS)})[a-z]{{0,6}},?\s{{0,3}}(?:at\s)?{_CLOCK}{_ZONE}", re.I)
_TIME = re.compile(rf"(?:(?P<next>tomorrow|today)\s(?:at\s)?)?{_CLOCK}{_ZONE}", re.I)
_PART = re.compile(r"(\d{1,4})\s?(days?|d|hours?|hrs?|hr|h|minutes?|mins?|min|m)\b", re.I)
_AFTER = re.compile(r"(?:in|about)\s", re.I)
_PHRASE = re.compile(r"\bresets?(?:\s(?:at|on|is|time:?)|:)?\s{1,3}(?=[\w(])", re.I)


@dataclass(frozen=True)
class Reset:
    """A reset time. `dated` is True where the text itself gives the day, not only an hour."""

    at: datetime
    dated: bool
    words: str


def aware(moment: datetime) -> datetime:
    """`moment` with a zone; a naive one is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def moment_of(value: object) -> datetime | None:
    """A moment from epoch seconds (or milliseconds), ISO 8601 or a numeric string; else None."""
    if isinstance(value, str):
        text = value.strip()
        if not re.fullmatch(r"\d{9,13}(?:\.\d{1,6})?", text):
            return _iso(text) if _ISO.match(text) else None
        value = float(text)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if 1e11 < value < 1e14:
        value = value / 1000
    if not 1e8 < value < 1e10:  # 1973 to 2286: outside it the number is no time
        return None
    return datetime.fromtimestamp(value, UTC)


def parse_reset(words: str, moment: datetime) -> Reset | None:
    """The reset time at the start of `words` ("7pm (Europe/Madrid)", "Mar 5 at 10pm", "in 2h"), or None."""
    words, moment = words.strip()[:80], aware(moment)
    try:
        return _parse(words, moment)
    except (ValueError, OverflowError):  # 31 February, hour 99, a year out of range
        return None


def find_reset(text: str, moment: datetime) -> Reset | None:
    """The first "resets ..." in `text`, read against `moment`; None where there is none."""
    for found in _PHRASE.finditer(text):
        reset = parse_reset(text[found.end() : found.end() + 80], moment)
        if reset:
            return reset
    return None


def _parse(words: str, moment: datetime) -> Reset | None:
    if iso := _ISO.match(words):
        at = _iso(iso.group(0))
        return Reset(at, True, iso.group(0)) if at else None
    if dated := _DATED.match(words):
        return Reset(_on_date(dated, moment), True, dated.group(0).strip())
    if weekday := _WEEKDAY.match(words):
        start = moment.astimezone(_zone(weekday["zone"]))
        ahead = (_DAYS.index(weekday["weekday"].lower()) - start.weekday()) % 7
        at = _at_clock(start + timedelta(days=ahead), weekday)
        return Reset(at if at > moment else at + timedelta(days=7), True, weekday.group(0).strip())
    after = _AFTER.match(words)
    span = _duration(words[after.end() if after else 0 :])
    if span:
        return Reset(moment + span[0], True, words[: (after.end() if after else 0) + span[1]])
    clock = _TIME.match(words)
    if not clock or not (clock["half"] or clock["minute"]):
        return None
    at = _at_clock(moment.astimezone(_zone(clock["zone"])), clock)
    if (clock["next"] or "").lower() == "tomorrow" or (at <= moment and not clock["next"]):
        at += timedelta(days=1)
    return Reset(at, bool(clock["next"]), clock.group(0).strip())


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.replace(" at ", "T").replace(" UTC", "Z").replace("UTC", "Z"))
    except ValueError:
        return None
    return aware(found)


def _zone(name: str | None) -> tzinfo:
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _at_clock(day: datetime, found: re.Match[str]) -> datetime:
    hour, minute = int(found["hour"] or 0), int(found["minute"] or 0)
    half = (found["half"] or "").lower()[:1]
    if half and not 1 <= hour <= 12:
        raise ValueError("no such hour")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def _on_date(found: re.Match[str], moment: datetime) -> datetime:
    here = moment.astimezone(_zone(found["zone"]))
    month, day = _MONTHS.index(found["month"].lower()) + 1, int(found["day"])
    if found["year"]:
        return _at_clock(here.replace(year=int(found["year"]), month=month, day=day), found)
    # The year is not written: the nearest one, so that January read in December lies ahead.
    years = [
        here.replace(year=here.year + step, month=month, day=day)
        for step in (-1, 0, 1)
        if _exists(here.year + step, month, day)
    ]
    if not years:
        raise ValueError("no such day")
    return _at_clock(min(years, key=lambda at: abs(at - here)), found)


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return False
    return True


def _duration(words: str) -> tuple[timedelta, int] | None:
    total, end = timedelta(), 0
    while (part := _PART.match(words, end)) is not None:
        count, unit = int(part[1]), part[2][0].lower()
        total += (
            timedelta(days=count)
            if unit == "d"
            else timedelta(hours=count)
            if unit == "h"
            else timedelta(minutes=count)
        )
        end = part.end()
        while end < len(words) and words[end] in " ,":
            end += 1
    return (total, end) if end else None
