"""From bursts to waves: what the reports of a burst have in common, which do not fit, where to point."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import NamedTuple

from agent.issues.bursts import LULL, Burst
from agent.issues.skew import is_beside, numbers, skew_of
from agent.issues.wave import ContradictingMember, Member, Sighting, Skew, VersionCount, Wave

MOST_MEMBERS = 50
MOST_VERSIONS = 30
FEWEST_OF_ITS_OWN = 5
"""Versions of the same signature in quiet times that are enough to compare with; else all signatures'."""
_MAJORITY, _FEWEST_SETTLED = 0.6, 3
HOUR_SECONDS = 3600


class Stretch(NamedTuple):
    """The bursts of one signature that fall together, of one source or of several. Hours as in `Burst`."""

    signature: str
    start: int
    last: int
    bursts: tuple[Burst, ...]


class QuietVersions(NamedTuple):
    """Version to how many ran it before the wave, with the same signature and with any; `meanwhile` are
    those of other signatures while it went on."""

    own: Mapping[str, int]
    every: Mapping[str, int]
    meanwhile: Mapping[str, int] = MappingProxyType({})


def hour_of(moment: datetime) -> int:
    """Hours from 1970-01-01 in UTC."""
    return int(moment.timestamp()) // HOUR_SECONDS


def moment_of(hour: int) -> datetime:
    """The beginning of an hour."""
    return datetime.fromtimestamp(hour * HOUR_SECONDS, UTC)


def stretches(bursts: Iterable[Burst]) -> list[Stretch]:
    """Bursts of one signature that overlap or follow within three days become one; the oldest first."""
    found: list[Stretch] = []
    for burst in sorted(bursts, key=lambda each: (each.signature, each.start)):
        before = found[-1] if found else None
        if before and before.signature == burst.signature and burst.start <= before.last + LULL:
            last = max(before.last, burst.last)
            found[-1] = Stretch(before.signature, before.start, last, (*before.bursts, burst))
        else:
            found.append(Stretch(burst.signature, burst.start, burst.last, (burst,)))
    return sorted(found, key=lambda stretch: (stretch.start, stretch.signature))


def distinct(sightings: Iterable[Sighting]) -> list[Sighting]:
    """One sighting for each case, the issue where there is one; the oldest first."""
    cases: dict[str, Sighting] = {}
    for seen in sorted(sightings, key=lambda seen: (seen.kind, seen.at, seen.ref)):
        cases.setdefault(seen.case, seen)
    return sorted(cases.values(), key=lambda seen: (seen.at, seen.kind, seen.ref))


def wave_of(stretch: Stretch, sightings: Sequence[Sighting], quiet: QuietVersions, now: datetime) -> Wave:
    """The wave of a stretch. `sightings` are all of its signature in its time, at least one.

    `quiet` are the versions of some weeks before it.
    """
    seen = distinct(sightings)
    versions = Counter(each.client_version for each in seen if each.client_version)
    usual = quiet.own if sum(quiet.own.values()) >= FEWEST_OF_ITS_OWN else quiet.every
    skew = skew_of(versions, usual, quiet.meanwhile)
    expected = sum(burst.expected for burst in stretch.bursts)
    return Wave(
        signature=stretch.signature,
        count=len(seen),
        reports=sum(each.kind == "report" for each in seen),
        issues=sum(each.kind == "issue" for each in seen),
        first_seen=seen[0].at,
        last_seen=seen[-1].at,
        found_at=moment_of(min(burst.found for burst in stretch.bursts)),
        active=hour_of(now) <= stretch.last + LULL,
        baseline_per_day=round(sum(burst.daily for burst in stretch.bursts), 4),
        expected=round(expected, 4),
        factor=round(len(seen) / expected, 1) if expected else 0.0,
        p_value=min(burst.p_value for burst in stretch.bursts),
        versions=_versions(versions, usual),
        skew=skew,
        platforms=_counted(each.platform for each in seen),
        plans=_counted(each.plan for each in seen),
        members=[_member(each) for each in seen[:MOST_MEMBERS]],
        contradicting=_contradicting(seen, skew)[:MOST_MEMBERS],
        canonical=_canonical(seen),
    )


def is_active(wave: Wave, now: datetime) -> bool:
    """Whether the wave still goes on: its last report is no longer ago than a lull."""
    return hour_of(now) <= hour_of(wave.last_seen) + LULL


def _counted(values: Iterable[str | None]) -> dict[str, int]:
    counts = Counter(value for value in values if value)
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))


def _versions(wave: Mapping[str, int], quiet: Mapping[str, int]) -> list[VersionCount]:
    """The versions of the wave, and the newest of quiet times, the oldest first."""
    often = sorted(wave, key=lambda version: (-wave[version], version))[:MOST_VERSIONS]
    others = sorted(set(quiet) - set(wave), key=numbers)[-(MOST_VERSIONS - len(often)) or len(quiet) :]
    return [
        VersionCount(version=version, wave=wave.get(version, 0), quiet=quiet.get(version, 0))
        for version in sorted([*often, *others], key=lambda version: (numbers(version), version))
    ]


def _member(seen: Sighting) -> Member:
    return Member(
        kind=seen.kind,
        ref=seen.ref,
        url=seen.url,
        at=seen.at,
        client_version=seen.client_version,
        platform=seen.platform,
    )


def _contradicting(seen: Sequence[Sighting], skew: Skew | None) -> list[ContradictingMember]:
    found: list[ContradictingMember] = []
    cause, lane = _majority(each.cause for each in seen), _majority(each.lane for each in seen)
    for each in seen:
        reasons = []
        if skew and each.client_version and is_beside(each.client_version, skew):
            reasons.append(
                f"it runs {each.client_version}, where the wave runs clients {skew.side} than {skew.than}"
            )
        if cause and each.cause and each.cause != cause:
            reasons.append(f"its cause is {each.cause}, where most have {cause}")
        if lane and each.lane and each.lane != lane:
            reasons.append(f"its lane is {each.lane}, where most are in {lane}")
        if reasons:
            found.append(ContradictingMember(ref=each.ref, url=each.url, why="; ".join(reasons)))
    return found


def _majority(values: Iterable[str | None]) -> str | None:
    """What at least six in ten of those that say anything say, where at least three do."""
    counts = Counter(value for value in values if value)
    total = sum(counts.values())
    if total < _FEWEST_SETTLED:
        return None
    value, often = counts.most_common(1)[0]
    return value if often >= _MAJORITY * total else None


def _canonical(seen: Iterable[Sighting]) -> Member | None:
    issues = [each for each in seen if each.kind == "issue"]
    best = min(
        issues,
        key=lambda each: (not each.is_open, each.is_duplicate, each.at, -each.engagement, each.ref),
        default=None,
    )
    return _member(best) if best else None
