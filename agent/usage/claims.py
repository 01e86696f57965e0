"""Percentages that people state in prose ("session 3%, weekly 78%", "35% remaining"): claimed readings.

A figure becomes a bucket only when the nearest words of its own chunk are about a window, a cap or
the plan; a percentage of a processor, a test suite or a certainty does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agent.usage.account import BucketName
from agent.usage.figures import Figures, percent
from agent.usage.sentences import chunks, sentences_with

_PERCENT = re.compile(
    r"(?<![\w.,%$])(?P<figure>\d{1,4}(?:[.,]\d{1,2})?)(?:\s?[-–]\s?\d{1,3}(?:[.,]\d{1,2})?)?\s?"
    r"(?:%|percent\b|per cent\b|prozent\b|pour ?cent\b|por ?cien(?:to)?\b)",
    re.I,
)
_SERIES = re.compile(  # "14% -> 50% -> 100%", "0 to 24%", "0-100%": the last one is where it stands
    r"(?<![\d.])\d{1,3}\s?%?\s?(?:(?:->|→|=>|to|bis)\s?\d{1,3}\s?%?\s?(?:->|→|=>|to"
    r"|bis)?\s?){1,8}(?<!\d)(?=\d{1,3}\s?%)"
    r"|(?<!\d)\d{1,3}\s?%?\s?(?:->|→|=>|\bto\b|\bbis\b)\s?(?=\d{1,3}(?:\.\d)?\s?%)"
    r"|(?<![\w.])0\s?%?\s?[-–]\s?(?=100\s?%)",
    re.I,
)
_MODEL_NUMBER = r"(?![\s-]\d(?:[.-]\d)?(?![\d.]*\s?%))"
_LABEL = re.compile(
    rf"(?P<weekly_sonnet>\bsonnet{_MODEL_NUMBER}(?:[ -]only)?\b)"
    rf"|(?P<weekly_opus>\bopus{_MODEL_NUMBER}(?:[ -]only)?\b)"
    rf"|(?P<weekly_other>\bfable{_MODEL_NUMBER}(?:[ -]only)?\b)"
    r"|(?P<extra_usage_cap>\bextra[- ]usage\b|\busage credits?\b|\boverages?\b"
    r"|\bmonthly (?:spend(?:ing)? )?(?:cap|limit|budget|maximum)\b"
    r"|\bspend(?:ing)? (?:cap|limit)\b|(?:\$|€"
    r"|£)\s?\d[\d.,]* (?:monthly )?(?:spend(?:ing)? )?(?:cap|limit)\b|\bmonatslimit\b)"
    r"|(?P<session_5h>\bsession(?:s? limit|s? usage)?\b(?!s)|\b(?:5|five)[- ]?h(?:ou?rs?"
    r"|rs?)?\b|\bfive_hour\b|\bdaily\b"
    r"|\bsitzung(?:slimit)?\b|\bsesi[oó]n\b|\bsess[aã]o\b|\b(?:5|fünf)[- ]stunden\b"
    r"|\b5[- ]?horas\b|\b5 heures\b|会话|5 ?小时)"
    r"|(?P<weekly_all>\bweek(?:ly|s)?\b|\b(?:7|seven)[- ]?d(?:ays?)?\b|\bseven_day\b|\ball[- ]models?\b"
    r"|\bwöchentlich\w*|\bwochen(?:limit)?\b|\bwoche\b|\bhebdo\w*|\bsemaine\b|\bseman(?:al|a)\b|每周|本周|周)",
)
_PLAN = re.compile(
    r"\b(?:limits?|usage|quota|plan|allowance|subscription|dashboard|utili[sz]ation|used|abo"
    r"|limite|límite|uso|"
    r"kontingent|nutzung|verbrauch\w*|forfait|utilisation)\b|额度|用量|使用",
    re.I,
)
_FOREIGN = re.compile(
    r"\b(?:more|less|faster|slower|increase[ds]?|decrease[ds]?|growth|reduction|cheaper"
    r"|discount|off|sure|certain|"
    r"confiden\w+|reproduc\w+|correct|accura\w+|coverage|complete[d]?|done|finished|cache[d]?"
    r"|cpu|gpu|ram|memory|disk|battery|"
    r"storage|zoom|loss|lost|packets?|contexts?|compact\w*|auto-compact|probability|likely"
    r"|likelihood|chance|fail\w*|success\w*|"
    r"hit rate|error rate|refund\w*|tax|vat|fee|width|height|opacity|scale|quality|volume"
    r"|brightness|signal|swap|load|"
    r"uptime|sla|progress|download\w*|upload\w*|tests?|passed|passing|pass|claude design"
    r"|design|bandwidth|latency|time|"
    r"repro|agree|identical|same|sicher|similar|match\w*|of (?:all |my |the |our )?(?:requests"
    r"|messages|sessions|cases|users|"
    r"calls|prompts|people|files|code|tokens|lines)|tokens?|heap|core|cores|threads?|humidity"
    r"|voltage|cashback|bonus)\b",
    re.I,
)
_REMAINING = re.compile(
    r"\b(?:remain\w*|left|available|unused|free|to go|verbleib\w*|übrig|frei|restants?"
    r"|restantes?|restan|libres?|quedan?|disponibles?)\b|剩余|剩",
    re.I,
)
_USED = re.compile(
    r"\b(?:used|spent|consumed|utili[sz]ed|utilization|usage|verbraucht|genutzt|utilisés?"
    r"|usad[oa])\b|已用|使用",
    re.I,
)

Side = Literal["used", "left", "open"]


@dataclass
class _Reading:
    name: BucketName | None
    figure: float
    side: Side
    listed: bool  # may take its side from the end of the list it stands in


def read_percentages(text: str, figures: Figures, *, only_new: bool = False) -> None:
    """Add the claimed percentages of `text`. `only_new` skips windows that a reading exists for already."""
    known = {bucket.name for bucket in figures.buckets} if only_new else set()
    for sentence in sentences_with(text, (found.start() for found in _PERCENT.finditer(text))):
        for reading in _sentence(_SERIES.sub(lambda found: " " * len(found.group(0)), sentence)):
            if reading.name is None or reading.name in known:
                continue
            used = reading.figure if reading.side != "left" else 100 - reading.figure
            if 0 <= used <= (1000 if reading.name == "extra_usage_cap" else 200):
                figures.add(reading.name, "claimed", used_percent=percent(used))


def _sentence(sentence: str) -> list[_Reading]:
    parts = chunks(sentence)[:40]
    readings: list[_Reading] = []
    spare: BucketName | None = None  # a window named in a chunk without a figure of its own
    plan_named = False
    for index, part in enumerate(parts):
        places = list(_PERCENT.finditer(part))[:4]
        if not places:
            found = _labels(part)
            spare = found[-1][0] if found else spare
            plan_named = plan_named or bool(_PLAN.search(part) and not _FOREIGN.search(part))
            if readings:
                readings[-1].listed = False
            continue
        for place in places:
            owner = _name(part, place, places)
            name: BucketName | None = None if owner == "foreign" or owner == "unnamed" else owner
            if owner == "unnamed":
                following = parts[index + 1] if index + 1 < len(parts) else ""
                ahead = _labels(following) if not _PERCENT.search(following) else ()
                name = spare or (ahead[0][0] if ahead else None) or ("plan_overall" if plan_named else None)
            side = _side(part, place, places)
            readings.append(_Reading(name, float(place["figure"].replace(",", ".")), side, True))
        spare = None
    return _settle(readings)


def _settle(readings: list[_Reading]) -> list[_Reading]:
    """ "72% session, 68% weekly remaining": the last one's word counts for those before it."""
    side: Side = "open"
    for reading in reversed(readings):
        if not reading.listed:
            side = "open"
        if reading.side != "open":
            side = reading.side
        elif side != "open":
            reading.side = side
    return readings


@lru_cache(maxsize=256)  # a chunk is asked for its labels once for each figure in it
def _labels(part: str) -> tuple[tuple[BucketName, int, int], ...]:
    """The windows that a chunk names, "week (Sonnet only)" taken together as the narrower one."""
    found: list[tuple[BucketName, int, int]] = []
    for match in _LABEL.finditer(part.lower()):
        name: BucketName = match.lastgroup  # type: ignore[assignment]  # the groups are named after the buckets
        if found and match.start() - found[-1][2] <= 3 and "weekly_all" in (name, found[-1][0]):
            last = found.pop()
            keep = name if last[0] == "weekly_all" else last[0]
            found.append((keep, last[1], match.end()))
        else:
            found.append((name, match.start(), match.end()))
    return tuple(found)


def _name(
    part: str, place: re.Match[str], places: list[re.Match[str]]
) -> BucketName | Literal["foreign", "unnamed"]:
    """Which window a figure belongs to: the nearest name in its chunk that no other figure parts from it."""
    index = places.index(place)
    low = places[index - 1].end() if index else 0
    high = places[index + 1].start() if index + 1 < len(places) else len(part)

    def gap(start: int, end: int) -> int | None:
        if low <= start and end <= place.start():
            return place.start() - end
        return start - place.end() if place.end() <= start and end <= high else None

    windows = [
        (distance, name) for name, start, end in _labels(part) if (distance := gap(start, end)) is not None
    ]
    strange = [d for m in _FOREIGN.finditer(part) if (d := gap(*m.span())) is not None]
    labelled = [(start, end) for _, start, end in _labels(part)]
    plans = [
        d for m in _PLAN.finditer(part)
        if not any(start <= m.start() < end for start, end in labelled) and (d := gap(*m.span())) is not None
    ]  # fmt: skip
    nearest = min(windows, key=lambda entry: entry[0], default=None)
    if strange and min(strange) <= min([nearest[0] if nearest else 999, *plans], default=999):
        return "foreign"
    # "CPU usage at 90%" is about the processor: a foreign word just before the plan word owns it.
    if strange and not nearest:
        return "foreign"
    if nearest and nearest[1] == "extra_usage_cap" and plans and min(plans) + 12 < nearest[0]:
        return "plan_overall"  # "extra usage should not matter if primary usage is at 6%"
    if nearest and nearest[0] <= 60:
        return nearest[1]
    return "plan_overall" if plans else "unnamed"


def _side(part: str, place: re.Match[str], places: list[re.Match[str]]) -> Side:
    index = places.index(place)
    low = places[index - 1].end() if index else 0
    high = places[index + 1].start() if index + 1 < len(places) else len(part)

    def nearest(found: Iterable[re.Match[str]]) -> int:
        gaps = [
            m.start() - place.end() if m.start() >= place.end() else place.start() - m.end() + 4
            for m in found
        ]
        return min(gaps, default=999)

    left = nearest(_REMAINING.finditer(part, low, high))
    used = nearest(m for m in _USED.finditer(part, low, high) if not re.match(r"usage", m.group(0), re.I))
    if left == used == 999:
        return "open"
    return "left" if left < used else "used"
